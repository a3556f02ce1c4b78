# lib/git/ssh through hermes-probe, with an ssh of our own: what it is called
# with, what its end means, and what of its words is kept: none.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	load fleet
	load probe
	load answers
	here
	repo_make lib
	jq -n '{schema: "hermes.policy/1", protocols: ["file", "ssh"],
	    probe_deadline_ms: 2500}' >policy.json
	mkdir -m 700 S bin
	# HOST says what happens: end-N exits with N and says what FILE says
	cat >bin/ssh <<-'END'
	#!/bin/bash
	printf '%s\n' "${0##*/}" "$@" "env $GIT_DIR $GIT_PROTOCOL $GIT_ASKPASS" \
	    "$(pwd)" >>"$SSH_LOG"
	host=${*: -2:1} host=${host#*@}
	case $host in
	work*) exec sh -c "${!#}" ;;
	end-*) cat "$SSH_TEXTS/$host" >&2; exit "${host#end-*-}" ;;
	hang*) sleep "$NAP" ;;
	half*) printf '00'; exec sleep "$NAP" ;;
	cut*) sh -c "${!#}" </dev/null | head -c 30 ;;
	junk*) echo SECRET-CANARY; cat >/dev/null ;;
	flood*) yes SECRET-CANARY >&2 ;;
	left*) (trap '' HUP TERM; exec sleep "$NAP") & sh -c "${!#}" ;;
	killed*) kill -9 $$ ;;
	esac
	END
	chmod +x bin/ssh
	export NAP=60.$$ # not that of a test beside this one
	export SSH_LOG=$PWD/ssh.log SSH_TEXTS=$PWD/texts PATH=$PWD/bin:$PATH
	mkdir texts
	unset GIT_SSH GIT_SSH_COMMAND
}

teardown() {
	[ ! -s sshd.pid ] || kill "$(<sshd.pid)"
}

# ssh_fleet KEY=URL... - checkouts of lib whose upstream is that URL
ssh_fleet() {
	local pair keys=()
	for pair; do
		[ -e "src/${pair%%=*}" ] || cp -a src/lib "src/${pair%%=*}"
		git -C "src/${pair%%=*}" remote set-url origin "${pair#*=}"
		keys+=("${pair%%=*}")
	done
	fleet "${keys[@]}"
}

# ends STATUS NAME TEXT - an ssh to end-NAME-STATUS ends like that
ends() {
	printf 'SECRET-CANARY\n%s\nSECRET-CANARY\n' "$3" >"texts/end-$2-$1"
	ending+=("$2=end-$2-$1:x")
}

@test "ssh: listed, staged, and the tracked branch must be in it" {
	ssh_fleet lib="work:$PWD/up/lib.git" url="ssh://work$PWD/up/lib.git" \
	    gone="me@work:$PWD/up/lib.git"
	git -C src/gone config branch.main.merge refs/heads/nowhere
	upstream_commit lib
	probe
	assert_equal "$(of lib '[.reason, .endpoint.host]')" \
	    '["unfetched","work"]'
	assert_equal "$(of gone '.endpoints[0].class')" '"ref-missing"'
	probe -s S
	for key in lib url; do
		assert_equal "$(of $key '[.reason, .behind_count]')" \
		    '["behind",1]'
		git -C S/staging/$key fsck --connectivity-only \
		    "$(git_at up/lib.git main)"
	done
}

@test "ssh: how it is called: in batch mode, outside, nothing of ours as an option" {
	ssh_fleet lib="ssh://me@work:2222/a'b!c"
	GIT_DIR=/nowhere GIT_PROTOCOL=version=2 GIT_ASKPASS=/x probe
	diff - ssh.log <<-'END'
	ssh
	-oBatchMode=yes
	-oStrictHostKeyChecking=yes
	-oConnectTimeout=15
	-p
	2222
	me@work
	git-upload-pack '/a'\''b'\!'c'
	env   
	/
	END
	assert_equal "$(of lib .reason)" '"not-found"'
}

@test "ssh: the user's ssh is obeyed, in git's order; the repository's is not" {
	local name
	for name in command program user own; do
		cp bin/ssh bin/my-$name
	done
	ssh_fleet lib="work:$PWD/up/lib.git"
	GIT_SSH=my-program probe
	git config --global core.sshCommand "my-user -F 'a b'"
	GIT_SSH=my-program probe
	GIT_SSH=my-program GIT_SSH_COMMAND='A=b my-command -4' probe
	grep -E -A1 '^my-' ssh.log >found
	diff - found <<-'END'
	my-program
	-oBatchMode=yes
	--
	my-user
	-F
	--
	my-command
	-4
	END
	rm ssh.log
	git -C src/lib config core.sshCommand my-own
	probe
	assert_equal "$(of lib '[.reason, .detail]')" \
	    '["needs-trust","core.sshCommand"]'
	assert_not_exists ssh.log
}

@test "ssh: its exit status is its class, and its words where that is 255" {
	ending=()
	ends 255 unknown 'No ED25519 host key is known for x and you have requested strict checking.
Host key verification failed.'
	ends 255 mismatch '@  WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!  @
Host key verification failed.'
	ends 255 auth 'git@x: Permission denied (publickey,password).'
	ends 255 many 'Received disconnect: Too many authentication failures'
	ends 255 dns 'ssh: Could not resolve hostname x: Name or service not known'
	ends 255 refused 'ssh: connect to host x port 22: Connection refused'
	ends 255 timeout 'ssh: connect to host x port 22: Connection timed out'
	ends 255 route 'ssh: connect to host x port 22: No route to host'
	ends 255 eof 'Connection closed by 10.0.0.1 port 22'
	ends 255 other 'something that nobody knows'
	ends 128 found "fatal: '/x' does not appear to be a git repository"
	ends 1 forge 'ERROR: Repository not found.'
	ends 127 none 'bash: git-upload-pack: command not found'
	# what runs there cannot speak for ssh
	ends 1 lies 'REMOTE HOST IDENTIFICATION HAS CHANGED'
	ssh_fleet "${ending[@]}" killed=killed:x
	probe -s S -v 2>told
	jq -r '.probe.repos[] | "\(.repo_key) \(.reason) \(.detail)"' \
	    out.json >found
	diff - found <<-END
	auth ssh-auth ssh: exit status 255
	dns dns ssh: exit status 255
	eof early-eof ssh: exit status 255
	forge not-found ssh: exit status 1
	found not-found ssh: exit status 128
	killed early-eof null
	lies early-eof ssh: exit status 1
	many ssh-auth ssh: exit status 255
	mismatch hostkey-mismatch ssh: exit status 255
	none not-git ssh: exit status 127
	other early-eof ssh: exit status 255
	refused refused ssh: exit status 255
	route unreachable ssh: exit status 255
	timeout timeout ssh: exit status 255
	unknown hostkey-unknown ssh: exit status 255
	END
	canary out.json S told
}

@test "ssh: one that hangs, floods, speaks nonsense or leaves something behind" {
	ssh_fleet hang=hang:x half=half:x junk=junk:x flood=flood:x \
	    cut="cut:$PWD/up/lib.git" left="left:$PWD/up/lib.git" \
	    lib="work:$PWD/up/lib.git"
	SECONDS=0
	probe
	((SECONDS <= 5))
	jq -r '.probe.repos[] | "\(.repo_key) \(.reason)"' out.json >found
	diff - found <<-END
	cut early-eof
	flood timeout
	half too-slow
	hang timeout
	junk not-git
	left current
	lib current
	END
	canary out.json
	run pgrep -fx "sleep $NAP"
	assert_output ''
}

@test "ssh: the real one refuses a host that it does not know" {
	ssh_fleet refused=ssh://127.0.0.1:1/x
	PATH=${PATH#*:} probe
	assert_equal "$(of refused .reason)" '"refused"'
	ssh_fleet dns=git@nowhere.invalid:x
	PATH=${PATH#*:} probe
	assert_equal "$(of dns .reason)" '"dns"'
}

@test "ssh: without a program of that name it is the operator's to mend" {
	ssh_fleet lib=work:x
	GIT_SSH=/nowhere/ssh probe
	assert_equal "$(of lib '[.reason, .detail]')" \
	    '["ssh-auth","ssh: cannot be started"]'
	GIT_SSH_COMMAND=/nowhere/ssh probe
	assert_equal "$(of lib .reason)" '"not-git"'
}

# sshd_start - a real one on 127.0.0.1:$ssh_port, for the user who runs this,
# with its own host key and the key "user" alone; config is its client's
sshd_start() {
	local name sshd
	sshd=$(PATH=$PATH:/usr/sbin type -P sshd) || skip 'there is no sshd'
	# where root starts it, it wants its empty folder
	[ -d /run/sshd ] || mkdir -m 755 /run/sshd 2>/dev/null || :
	for name in host other user stranger; do
		ssh-keygen -q -t ed25519 -N '' -C $name -f $name
	done
	cp user.pub authorized
	ssh_port=$(python3 -c 'import socket; s = socket.socket()
s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	printf '%s\n' "ListenAddress 127.0.0.1:$ssh_port" "HostKey $PWD/host" \
	    "AuthorizedKeysFile $PWD/authorized" 'StrictModes no' 'UsePAM no' \
	    'PasswordAuthentication no' 'PermitRootLogin prohibit-password' \
	    "PidFile $PWD/sshd.pid" >sshd_config
	"$sshd" -f "$PWD/sshd_config" -E "$PWD/sshd.log" 3>&-
	soon test -s sshd.pid
	printf '%s\n' "UserKnownHostsFile $PWD/known" 'IdentitiesOnly yes' \
	    'GlobalKnownHostsFile /dev/null' 'IdentityAgent none' >config
}

# known KEY - the host is known by that key
known() {
	echo "[127.0.0.1]:$ssh_port $(cut -d' ' -f1,2 "$1.pub")" >known
}

# offering KEY - the class and detail of a probe by that key
offering() {
	GIT_SSH_COMMAND="/usr/bin/ssh -F $PWD/config -i $PWD/$1" probe -s S
	of lib '[.reason, .endpoints[0].class, .endpoints[0].detail]'
}

@test "ssh: a real server: its key is unknown, is another, is known; mine is not" {
	sshd_start
	ssh_fleet lib="ssh://$(id -un)@127.0.0.1:$ssh_port$PWD/up/lib.git"
	upstream_commit lib
	git -C src/lib config --list >before
	: >known
	assert_equal "$(offering user)" \
	    '["hostkey-unknown","hostkey-unknown","ssh: exit status 255"]'
	assert_equal "$(wc -c <known)" 0
	known other
	assert_equal "$(offering user)" \
	    '["hostkey-mismatch","hostkey-mismatch","ssh: exit status 255"]'
	known host
	assert_equal "$(offering stranger)" \
	    '["ssh-auth","ssh-auth","ssh: exit status 255"]'
	assert_equal "$(ls S/staging)" ''
	assert_equal "$(offering user)" '["behind","ok",null]'
	git -C S/staging/lib fsck --connectivity-only \
	    "$(git_at up/lib.git main)"
	mv up/lib.git up/elsewhere.git
	assert_equal "$(offering user)" \
	    '["not-found","not-found","ssh: exit status 128"]'
	git -C src/lib config --list | diff before -
}
