# hermes-probe: remotes, staging, and what it leaves behind: nothing.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	load fleet
	load probe
	here
	echo '{"schema": "hermes.policy/1", "protocols": ["file", "git", "https"]}' \
	    >policy.json
}

teardown() {
	git_stop
}

# programs FILE - of all that strace saw start, only git is no Hermes
programs() {
	assert_equal "$(sed -n 's/.*execve("[^"]*\/\([^"/]*\)", \["\([^"]*\)", "\([^"]*\)".*/\2 \3/p' \
	    "$1" | grep -v '^hermes-probe ' | sort -u)" \
	    "$(printf 'git %s\n' diff-files read-tree update-index |
	        grep -xF "$(printf 'git %s\n' "${@:2}")")"
}

# events - the types, with their subjects
events() {
	jq -r '.events[] | select(.type != "hermes.pressure.changed") |
	    "\(.type[7:]) \(.subject // "-")"' out.json
}

# free_port - one that nobody listens on: $port
free_port() {
	port=$(/usr/bin/python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
}

@test "probe: nothing is fetched into a folder that others may write to" {
	repo_make lib
	fleet lib
	mkdir -m 777 theirs
	run -78 --separate-stderr hermes-probe -a theirs <fleet.json
	assert_equal "$output" ''
	assert_equal "$stderr" \
	    "hermes-probe: $PWD/theirs: others may write to it, found mode 0777"
	mkdir -m 700 S
	ln -s "$PWD/theirs" S/staging
	run -78 hermes-probe -s S <fleet.json
	chmod 700 theirs
	probe -a theirs
	[ "$(id -u)" = 0 ] || skip 'only root gives a folder away'
	chown 12345 theirs
	run -78 hermes-probe -a theirs <fleet.json
	assert_output "hermes-probe: $PWD/theirs: expected a folder of ours, found owner 12345"
}

@test "probe: no name of a repository's breaks the document, or tells a secret" {
	local key
	repo_make remote url branch path user pass good
	for key in branch path; do
		upstream_commit $key $'new\xff'
	done
	echo mine >src/path/$'new\xff'
	git -C src/remote config branch.main.remote $'\xff\xfe'
	git -C src/url config remote.origin.url "$PWD"/up/$'\xff'
	git -C src/branch checkout -q -b $'\xff'
	git -C src/branch branch -q -u origin/main
	git -C src/user config branch.main.remote \
	    https://me:SECRET-CANARY@host.invalid/x?t=SECRET-CANARY
	git -C src/pass config branch.main.remote me:SECRET-CANARY@host.invalid:x
	git -C src/pass config remote.me:SECRET-CANARY@host.invalid:x.url \
	    "$PWD/up/pass.git"
	fleet remote url branch path user pass good
	mkdir -m 700 S
	probe -s S -v 2>told
	for key in remote url user; do
		said $key unsupported-url
	done
	said branch unsupported-format
	said path untracked-collision behind
	said pass current
	said good current
	hermes-plan <out.json >plan.json
	probe -s S
	iconv -f UTF-8 -t UTF-8 out.json told S/*.json >/dev/null
	run -1 grep -rl SECRET-CANARY out.json plan.json told S
}

@test "probe: a git daemon is listed once, whoever shares the URL" {
	repo_make lib
	git_serve "$PWD/up"
	for key in a b c; do
		git clone -q "git://127.0.0.1:$git_port/lib.git" src/$key
	done
	git -C src/c checkout -q -b other
	git -C src/c push -q "$PWD/up/lib.git" other
	git -C src/c config branch.other.remote origin
	git -C src/c config branch.other.merge refs/heads/other
	upstream_commit lib
	: >"$BATS_TEST_TMPDIR/daemon.$git_port"
	fleet a b c
	probe
	assert_equal "$(grep -c 'Request upload-pack' \
	    "$BATS_TEST_TMPDIR/daemon.$git_port")" 1
	assert_equal "$(of a '[.reason, .tip]')" \
	    "[\"unfetched\",\"$(git_at up/lib.git main)\"]"
	assert_equal "$(of c .reason)" '"current"'
	assert_equal "$(jq -c .probe.hosts out.json)" \
	    '[{"host":"127.0.0.1","asked_count":1,"failed_count":0,"class":"ok"}]'
	assert_equal "$(of a '.endpoint.host')" '"127.0.0.1"'
	probe -a staging
	assert_equal "$(of a '[.reason, .behind_count, .change.insertion_count]')" \
	    '["behind",1,1]'
	assert_equal "$(of a .staging)" "\"$PWD/staging/a\""
	git -C staging/a fsck --connectivity-only "$(git_at up/lib.git main)"
}

@test "probe: how a remote fails is told by its class" {
	repo_make path file empty refless git dead lost
	git_serve "$PWD/up"
	free_port
	fleet path file empty refless git dead lost dns http helper
	for key in dns http helper; do
		git clone -q up/path.git src/$key
	done
	remotes path primary "$PWD/up/nowhere.git"
	echo x >up/file
	remotes file primary "$PWD/up/file"
	git init -q --bare up/void.git
	remotes empty primary "$PWD/up/void.git"
	git -C work/refless push -q origin main:other
	git -C up/refless.git update-ref -d refs/heads/main
	remotes git primary "git://127.0.0.1:$git_port/nowhere.git"
	remotes dead primary "git://127.0.0.1:$port/x.git"
	remotes dns primary git://nowhere.invalid/x.git
	probe
	assert_equal "$(of path .reason)" '"not-found"'
	assert_equal "$(of file .reason)" '"not-git"'
	assert_equal "$(of empty .reason)" '"empty-advert"'
	assert_equal "$(of refless '[.reason, .endpoints[0].class]')" \
	    '["upstream-gone","ref-missing"]'
	assert_equal "$(of git .reason)" '"not-found"'
	assert_equal "$(of dead .reason)" '"refused"'
	assert_equal "$(of dns .reason)" '"dns"'
	assert_equal "$(of path '[.endpoint, .tip, .ahead_count]')" \
	    '[null,null,null]'
	assert_equal "$(jq -c '[.probe.hosts[].class]' out.json)" \
	    '["not-found","dns"]'
}

@test "probe: a default branch that took another name" {
	repo_make lib
	git -C up/lib.git branch -m main trunk
	git -C up/lib.git symbolic-ref HEAD refs/heads/trunk
	fleet lib
	probe
	assert_equal "$(of lib '[.reason, .detail]')" \
	    '["default-renamed","the default branch is trunk now"]'
}

@test "probe: a dead primary with a live mirror: the mirror is used" {
	repo_make lib stale
	upstream_commit lib
	git clone -q --bare up/lib.git up/mirror.git
	mv up/lib.git up/away.git
	git clone -q --bare up/stale.git up/old.git
	upstream_commit stale
	git -C src/stale pull -q
	mv up/stale.git up/gone.git
	fleet lib stale
	remotes lib primary "$PWD/up/lib.git" mirror "$PWD/up/mirror.git"
	remotes stale primary "$PWD/up/stale.git" mirror "$PWD/up/old.git"
	cp src/lib/.git/config before
	probe -a staging
	assert_equal "$(of lib '[.reason, .facts, .endpoint.role, .behind_count]')" \
	    '["behind",["not-found"],"mirror",1]'
	assert_equal "$(of lib '[.endpoints[] | [.role, .class]]')" \
	    '[["primary","not-found"],["mirror","ok"]]'
	assert_equal "$(of lib .tip)" "\"$(git_at up/mirror.git main)\""
	assert_equal "$(of stale '[.reason, .endpoint]')" '["not-found",null]'
	diff before src/lib/.git/config
	# by network: the rest is listed in the next round
	git_serve "$PWD/up"
	free_port
	remotes lib primary "git://127.0.0.1:$port/lib.git" \
	    cache "git://127.0.0.1:$port/cache.git" \
	    mirror "git://127.0.0.1:$git_port/mirror.git"
	probe -a staging
	assert_equal "$(of lib '[.reason, .endpoint.role, .behind_count]')" \
	    '["behind","mirror",1]'
	assert_equal "$(of lib '[.endpoints[] | .class] | sort')" \
	    '["ok","refused","refused"]'
}

@test "probe: a relative remote, file://, and the user's insteadOf" {
	repo_make a b c
	git -C src/a remote set-url origin ../../up/a.git
	git -C src/b remote set-url origin "file://$PWD/up/b.git"
	git -C src/c remote set-url origin short:c.git
	git config --global "url.$PWD/up/.insteadOf" short:
	fleet a b c
	probe
	for key in a b c; do
		assert_equal "$(of $key '[.reason, .endpoint.url]')" \
		    "[\"current\",\"$PWD/up/$key.git\"]"
	done
}

@test "probe: of a remote's several URLs git fetches from the first" {
	repo_make a
	upstream_commit a
	git -C src/a remote set-url --add origin "$PWD/up/push-only.git"
	git -C src/a ls-remote origin main >listed
	fleet a
	probe -a staging
	assert_equal "$(of a '[.reason, .endpoint.url, .tip]')" \
	    "[\"behind\",\"$PWD/up/a.git\",\"$(cut -f1 listed)\"]"
}

@test "probe: secrets in a remote's URL are shown nowhere" {
	repo_make a
	git -C src/a remote set-url origin 'https://me:sesame@example.org/x?sesame'
	fleet a
	probe -v 2>said
	assert_equal "$(of a .reason)" '"unsupported-url"'
	run ! grep -q sesame out.json said
}

@test "probe: without -s no trace, and no program but git is run" {
	repo_make behind dirty racy
	upstream_commit behind
	echo edit >>src/dirty/file
	echo three >src/racy/file
	for hook in post-checkout reference-transaction fsmonitor; do
		printf '#!/bin/sh\ntouch %s/ran\n' "$PWD" >src/racy/.git/hooks/$hook
		chmod +x src/racy/.git/hooks/$hook
	done
	git -C src/racy config core.fsmonitor "$PWD/src/racy/.git/hooks/fsmonitor"
	git -C src/racy config filter.x.clean "touch $PWD/ran"
	echo 'file filter=x' >src/racy/.git/info/attributes
	mkdir -m 700 S tmp
	export TMPDIR=$PWD/tmp
	fleet behind dirty racy
	everything src up S "$HOME" >before
	ASAN_OPTIONS=detect_leaks=0 strace -f -o calls -e trace=execve,openat,open,creat,mkdir,mkdirat,unlink,unlinkat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,chmod,fchmod,fchmodat,utimensat,truncate,ftruncate,fsync \
	    hermes-probe -m S <fleet.json >out.json
	everything src up S "$HOME" | diff before -
	assert_equal "$(of behind .reason)" '"unfetched"'
	assert_not_exists ran
	programs calls diff-files update-index
	run grep -E 'O_WRONLY|O_RDWR|O_CREAT|creat\(|mkdir|unlink|rename|link(at)?\(|chmod|utimens|truncate|fsync' calls
	refute_output --regexp "src|up/|$PWD/S"
	assert_equal "$(ls -A tmp)" ''
}

@test "probe: with -s the checkout and its upstream are untouched" {
	repo_make behind dirty coll
	git_serve "$PWD/up"
	for key in behind dirty coll; do
		upstream_commit $key new
	done
	echo edit >>src/dirty/file
	echo mine >src/coll/new
	git -C src/dirty remote set-url origin \
	    "git://127.0.0.1:$git_port/dirty.git"
	mkdir -m 700 S
	fleet behind dirty coll
	everything src up >before
	ASAN_OPTIONS=detect_leaks=0 strace -f -o calls -e trace=execve hermes-probe -p policy.json -s S <fleet.json >out.json
	valid cycle out.json
	everything src up | diff before -
	programs calls diff-files read-tree update-index
	assert_equal "$(ls -A S/staging)" "$(printf 'behind\ncoll\ndirty')"
	assert_equal "$(of dirty .behind_count)" 1
	valid remote_health S/remote_health.json
}

@test "probe: staging is kept while it is needed, and goes when it landed" {
	repo_make lib sub/lib
	upstream_commit lib
	upstream_commit sub/lib
	mkdir -m 700 S
	fleet lib sub/lib
	probe -s S
	assert_equal "$(of sub/lib .staging)" "\"$PWD/S/staging/sub%lib\""
	find S/staging -printf '%p %T@ %i\n' | sort >before
	probe -s S
	find S/staging -printf '%p %T@ %i\n' | sort | diff before -
	upstream_commit lib file three
	probe -s S
	assert_equal "$(of lib '[.behind_count, .reason]')" '[2,"behind"]'
	git -C src/lib pull -q
	probe -s S
	assert_equal "$(ls S/staging)" 'sub%lib'
	assert_equal "$(of lib '[.reason, .staging]')" '["current",null]'
}

@test "probe: what staging lacks is noticed, and nothing is kept of it" {
	repo_make lib
	upstream_commit lib
	blob=$(git -C up/lib.git rev-parse main:file)
	rm -f "up/lib.git/objects/${blob:0:2}/${blob:2}"
	mkdir -m 700 S
	fleet lib
	probe -s S
	run jq -r '.probe.repos[0].reason' out.json
	assert_output --regexp '^incomplete$'
	assert_equal "$(ls S/staging)" ''
}

@test "probe: a checkout that borrows objects is staged all the same" {
	repo_make lib
	git clone -q --shared src/lib src/borrower
	git -C src/borrower remote set-url origin "$PWD/up/lib.git"
	upstream_commit lib
	fleet borrower
	probe -a staging
	assert_equal "$(of borrower '[.reason, .behind_count]')" '["behind",1]'
}

@test "probe: only what changed is news of a remote" {
	repo_make lib
	mkdir -m 700 S
	fleet lib
	probe -s S
	assert_equal "$(events)" "$(printf 'cycle.started -\nupstream.moved lib')"
	cp S/remote_health.json before
	probe -s S
	diff before S/remote_health.json
	mv up/lib.git up/away.git
	probe -s S
	assert_equal "$(events)" \
	    "$(printf 'cycle.started -\nremote.degraded %s' "$PWD/up/lib.git")"
	assert_equal "$(jq -c '.remotes[] | [.class, .good_count, .bad_count]' \
	    S/remote_health.json)" '["not-found",0,1]'
	probe -s S
	probe -s S
	probe -s S
	assert_equal "$(events)" 'cycle.started -'
	cp -p S/remote_health.json before
	probe -s S
	assert_equal "$(stat -c %i%Y S/remote_health.json)$(cat before)" \
	    "$(stat -c %i%Y S/remote_health.json)$(cat S/remote_health.json)"
	mv up/away.git up/lib.git
	probe -s S
	assert_equal "$(events)" "$(printf 'cycle.started -\nupstream.moved lib\nremote.recovered %s' "$PWD/up/lib.git")"
}

@test "probe: this machine offline is one event, and no remote's fault" {
	repo_make a b
	mkdir -m 700 S
	fleet a b
	remotes a primary git://a.invalid/x.git
	remotes b primary git://b.invalid/x.git
	probe -s S
	assert_equal "$(jq -c '[.probe.offline, [.probe.repos[].reason]]' out.json)" \
	    '[true,["dns","dns"]]'
	assert_equal "$(events)" "$(printf 'cycle.started -\nhost.offline -')"
	assert_equal "$(jq -c .remotes S/remote_health.json)" '[]'
	remotes b primary "$PWD/up/b.git"
	remotes a primary git://localhost:1/x.git
	probe -s S
	assert_equal "$(jq -c .probe.offline out.json)" false
}

# black_hole - a server that never says a word, on $port; stopped by teardown
black_hole() {
	free_port
	/usr/bin/python3 -c '
import socket, sys, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(5)
open("ready", "w").close(); time.sleep(60)' "$port" 3>&- &
	git_daemon=$!
	while [ ! -e ready ]; do sleep 0.02; done
}

@test "probe: a remote that says nothing costs its deadline, no more" {
	repo_make lib well
	black_hole
	fleet lib well
	remotes lib primary "git://127.0.0.1:$port/lib.git" mirror "$PWD/up/lib.git"
	jq '.probe_deadline_ms = 700' policy.json >quick.json
	SECONDS=0
	mv quick.json policy.json
	probe
	((SECONDS <= 4))
	assert_equal "$(of lib '[.reason, .endpoint.role, .facts]')" \
	    '["current","mirror",["timeout"]]'
	assert_equal "$(of well .reason)" '"current"'
}

@test "probe: TERM ends it with 75, and nothing of it is left" {
	repo_make lib
	black_hole
	fleet lib
	remotes lib primary "git://127.0.0.1:$port/lib.git"
	hermes-probe -p policy.json <fleet.json >out.json 2>said 3>&- &
	probe=$!
	while [ -z "$(pgrep -P $probe)" ]; do sleep 0.02; done
	workers=$(pgrep -P $probe)
	kill -TERM $probe
	status=0
	wait $probe || status=$?
	assert_equal $status 75
	assert_equal "$(cat out.json)" ''
	for worker in $workers; do
		assert_not_exists "/proc/$worker/exe"
	done
}

@test "probe: the page's examples run" {
	repo_make current behind
	upstream_commit behind
	fleet current behind
	examples=$(sed -n 's/^\.Dl \$ //p' "$top/man/hermes-probe.1" |
	    sed "s,/tmp/staging,$PWD/staging,")
	assert_equal "$(printf '%s\n' "$examples" | wc -l)" 2
	bash -c "$(printf '%s\n' "$examples" | head -n 1)" >first
	assert_equal "$(cat first)" 'behind: unfetched'
	bash -o pipefail -c "$(printf '%s\n' "$examples" | tail -n 1)" >second
	grep -q '^behind .*upgrade' second
}

# full_backlog - a listener that is never asked to accept, on $port: who
# connects waits for an answer to the first packet; stopped by teardown
full_backlog() {
	free_port
	/usr/bin/python3 -c '
import socket, sys, time
s = socket.socket(); s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(0)
kept = []
for i in range(3):
    c = socket.socket(); c.setblocking(False); kept.append(c)
    c.connect_ex(("127.0.0.1", int(sys.argv[1])))
time.sleep(0.2)
open("ready", "w").close(); time.sleep(60)' "$port" 3>&- &
	git_daemon=$!
	while [ ! -e ready ]; do sleep 0.02; done
}

@test "probe: git:// that cannot even connect gives up by itself" {
	repo_make lib
	full_backlog
	fleet lib
	remotes lib primary "git://127.0.0.1:$port/lib.git"
	jq '.probe_deadline_ms = 1500' policy.json >quick.json
	mv quick.json policy.json
	SECONDS=0
	probe
	((SECONDS <= 3))
	assert_equal "$(of lib '[.reason, .detail]')" \
	    '["timeout","Connection timed out"]'
}

@test "probe: a name that nobody answers for is dns, in its own time" {
	unshare -rmn true || skip 'no name spaces here'
	repo_make git web
	fleet git web
	remotes git primary git://git.example.org/x.git
	remotes web primary https://web.example.org/x.git
	jq '.probe_deadline_ms = 1500' policy.json >quick.json
	mv quick.json policy.json
	echo 'nameserver 127.0.0.1' >resolv
	SECONDS=0
	unshare -rmn sh -c '
		mount --bind resolv "$(realpath /etc/resolv.conf)" &&
		ip link set lo up || exit 9
		/usr/bin/python3 -c "
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((\"127.0.0.1\", 53)); open(\"bound\", \"w\").close(); time.sleep(60)" 3>&- &
		while [ ! -e bound ]; do sleep 0.02; done
		hermes-probe -p policy.json <fleet.json >out.json
		kill $!'
	((SECONDS <= 4))
	assert_equal "$(of git '[.reason, .detail]')" \
	    '["dns","the name is not resolved in time"]'
	assert_equal "$(of web .reason)" '"dns"'
	assert_equal "$(jq .probe.offline out.json)" true
}
