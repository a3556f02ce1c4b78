# How a URL is reached: includes, conditional ones too, http.<url>.*, and
# what the environment says, each beside what git itself reads or does; and
# passwords, asked for once.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	load fleet
	load probe
	load answers
	here
	repo_make lib
	git -C up/lib.git config http.uploadpack true
	jq -n '{schema: "hermes.policy/1", probe_deadline_ms: 5000,
	    protocols: ["file", "http", "https", "ssh"]}' >policy.json
	mkdir -m 700 S
}

teardown() {
	answers_stop
	silence_stop
}

# copies KEY... - checkouts of lib by these names
copies() {
	local key
	for key; do
		mkdir -p "src/$key"
		cp -a src/lib/. "src/$key"
	done
	fleet "$@"
}

# urls - "KEY URL" a line, as the probe has them
urls() {
	jq -r '.probe.repos[] | "\(.repo_key) \(.endpoints[0].url)"' out.json
}

# sent PATH - the headers that the server was sent for it
sent() {
	grep -F "$1" "$BATS_TEST_TMPDIR/answers.headers" | cut -d' ' -f2- |
		sort -u
}

# folders - where the checkouts of the fleet lie, each with its key
folders() {
	jq -r '.repos[] | "\(.repo_key) \(.path)"' fleet.json
}

@test "access: the user's conditional includes hold where git's do" {
	ln -s "$PWD/src" linked
	mkdir "$HOME/dir"
	copies WORK/d branch far host home play/b work/a
	git -C src/host remote add other https://example.org/x/y/z.git
	git -C src/branch checkout -q -b topic/x --track origin/main
	mv src/home "$HOME/dir/c"
	member home "{\"path\": \"$HOME/dir/c\"}"
	member far "{\"path\": \"$PWD/linked/far\"}"
	folders | while read -r key path; do
		git -C "$path" remote set-url origin /is/lib.git
	done
	echo "[url \"$PWD/up/\"] insteadOf = /is/" >"$HOME/rule"
	cp "$HOME/.gitconfig" plain
	for condition in "gitdir:$PWD/src/work/" "gitdir:work/" 'gitdir:**/a/.git' \
	    "gitdir:$PWD/src/*/.git" 'gitdir/i:work/' 'gitdir:~/dir/' \
	    'gitdir:./dir/' "gitdir:$PWD/linked/" "gitdir:$PWD/linked/far/**" \
	    'gitdir:~/di/' 'onbranch:topic/' 'onbranch:t*' 'onbranch:**/x' \
	    'onbranch:main' 'onbranch:ma?n' "gitdir:$PWD/src/work" 'gitdir:a' \
	    'gitdir:a/' 'gitdir:a/.git' 'gitdir:**' 'gitdir:.' 'nonsense:x' \
	    'hasconfig:remote.*.url:https://example.org/**' \
	    'hasconfig:remote.*.url:https://example.org/*' \
	    'hasconfig:remote.*.url:/is/*'; do
		cp plain "$HOME/.gitconfig"
		git config --global "includeIf.$condition.path" rule
		folders | while read -r key path; do
			# as a shell does it: by the name that was given
			cd -L "$path"
			echo "$key $(git ls-remote --get-url origin)"
		done | sort >want
		probe
		urls | sort >found
		diff want found || fail "$condition"
		grep -c "$PWD/up" want >>held || :
	done
	# each of the two outcomes was met
	assert_equal "$(sort -n held | sed -n '1p; $p' | xargs)" '0 7'
}

@test "access: what the repository includes is the repository's word" {
	copies branch deep direct file gone never trusted url
	echo '[core] sshCommand = touch ran' >src/rule
	echo '[include] path = rule' >src/deeper
	git -C src/direct config include.path ../../rule
	git -C src/deep config include.path "$PWD/src/deeper"
	git -C src/file config "includeIf.gitdir:$PWD/src/file/.path" ../../rule
	git -C src/branch config includeIf.onbranch:main.path ../../rule
	git -C src/url config \
	    "includeIf.hasconfig:remote.*.url:**/lib.git.path" ../../rule
	git -C src/never config includeIf.gitdir:elsewhere/.path ../../rule
	git -C src/gone config include.path ../../nowhere
	git -C src/trusted config includeIf.onbranch:main.path ../../rule
	member trusted '{"trust_config": true}'
	folders | while read -r key path; do
		git -C "$path" config core.sshCommand >/dev/null && echo "$key"
	done >want
	assert_equal "$(xargs <want)" 'branch deep direct file trusted url'
	probe
	jq -r '.probe.repos[] | select(.reason == "needs-trust") |
	    "\(.repo_key) \(.detail)"' out.json >found
	diff - found <<-END
	branch core.sshCommand
	deep core.sshCommand
	direct core.sshCommand
	file core.sshCommand
	url core.sshCommand
	END
	for key in never gone trusted; do
		said $key current
	done
	# one that includes itself is no configuration, to git either
	git -C src/gone config include.path config
	run -128 git -C src/gone config core.bare
	probe
	assert_equal "$(of gone .reason)" '"unsupported-format"'
}

@test "access: http.<url>.* is matched as git matches it" {
	cat >>"$HOME/.gitconfig" <<-'END'
	[http]
		proxy = any
		sslVerify = true
	[http "https://example.org"]
		proxy = host
		userAgent = agent of host
	[http "https://example.org/a"]
		proxy = a
	[http "https://example.org/a/b/"]
		proxy = ab
	[http "https://example.org/%61/x%2fy"]
		userAgent = escaped
	[http "https://example.org/a/./c/../d"]
		userAgent = dots
	[http "https://*.example.org/a/b/c"]
		proxy = star
		sslVerify = no
	[http "https://git.*.org"]
		proxy = middle
	[http "https://git.example.org:443"]
		userAgent = default port
	[http "https://git.example.org:8443"]
		proxy = port
	[http "https://me@example.org/a/b/c/d"]
		proxy = user
	[http "HTTPS://EXAMPLE.org/A"]
		proxy = capitals
	[http "http://example.org"]
		sslCAInfo = ~/plain
	[http "https://example.org/a"]
		userAgent = last
	[http "nonsense"]
		proxy = nonsense
	[http "https://[::1]:80/"]
		proxy = six
	END
	for url in https://example.org/x.git https://example.org/a \
	    https://example.org/a.git https://example.org/a/b.git \
	    https://example.org/a/b/c https://example.org:443/a/b \
	    https://example.org:444/a/b https://git.example.org/a/b/c/d \
	    https://git.example.org/a/b https://x.y.example.org/a/b/c \
	    https://git.example.org:8443/x https://example.org/A/x \
	    https://example.org/a/x%2Fy/z https://example.org/a/d/e \
	    http://example.org/x https://example.com/x 'https://[::1]:80/x' \
	    https://git.x.org/a/b/c/d; do
		for name in proxy sslVerify userAgent sslCAInfo; do
			value=$(git config --get-urlmatch http.$name "$url") ||
				continue
			value=${value/#'~'/$HOME}
			echo "http.$name $value"
		done | sort >want
		"${BUILD:-$top/build}/unit/access" "$url" | sort >found
		diff want found || fail "$url"
	done
}

@test "access: extraHeader is added up as git does it, and sent" {
	answers_start
	copies a b
	git -C src/a remote set-url origin "$web/ok/lib.git"
	git -C src/b remote set-url origin "$web/chunked/lib.git"
	git config --global http.extraHeader 'X-Test: all'
	git config --global --add "http.$web/ok.extraHeader" 'X-Test: SECRET-CANARY'
	git config --global --add "http.$web/ok.userAgent" mine/1
	upstream_commit lib
	probe -s S -v 2>told
	for key in a b; do
		said $key behind
	done
	sent /ok/ >found
	sent /chunked/ >>found
	diff - found <<-END
	User-Agent: mine/1
	X-Test: SECRET-CANARY
	X-Test: all
	User-Agent: git/2.39 (hermes)
	X-Test: all
	END
	canary out.json S told
	# git sends the same; an empty one forgets
	: >"$BATS_TEST_TMPDIR/answers.headers"
	git config --global --add "http.$web/ok.extraHeader" ''
	git config --global --add "http.$web/ok.extraHeader" 'X-Test: last'
	git -C src/a ls-remote >/dev/null
	sent /ok/ >want
	: >"$BATS_TEST_TMPDIR/answers.headers"
	probe
	sent /ok/ | diff want -
	GIT_HTTP_USER_AGENT=other probe
	sent /ok/ | grep -qx 'User-Agent: other'
}

@test "access: what the repository says of http is obeyed where it is trusted" {
	answers_start
	copies a b
	for key in a b; do
		git -C src/$key remote set-url origin "$web/ok/lib.git"
		git -C src/$key config http.extraHeader "X-Test: of $key"
	done
	member b '{"trust_config": true}'
	probe
	said a needs-trust
	said b current
	assert_equal "$(sent /ok/ | grep X-Test)" 'X-Test: of b'
	# one URL, two ways to it: each is asked
	git -C src/a config --unset http.extraHeader
	: >"$web_log"
	probe -s S
	said a current
	assert_equal "$(wc -l <"$web_log")" 2
	valid remote_health S/remote_health.json
	assert_equal "$(jq '.remotes | length' S/remote_health.json)" 1
	# its ssh and its helper, too
	git -C src/b config core.sshCommand "sh -c 'echo ran >$PWD/ran'"
	git -C src/b remote set-url origin host:x
	probe
	assert_equal "$(<ran)" ran
	git -C src/b remote set-url origin "$web/auth/me:sesame/lib.git"
	git -C src/b config credential.helper \
	    '!f() { test "$1" = get && echo username=me && echo password=sesame; }; f'
	probe
	said b current
}

@test "access: a proxy of the remote's own, of the user's, none" {
	answers_start
	copies a
	git -C src/a remote set-url origin http://git.invalid/ok/lib.git
	git config --global remote.origin.proxy "$web"
	git config --global http.proxy http://127.0.0.1:1
	probe
	said a current
	git config --global --unset remote.origin.proxy
	probe
	said a refused
	git config --global http.http://git.invalid.proxy "$web"
	probe
	said a current
	git -C src/a remote set-url origin "$web/ok/lib.git"
	git config --global http.proxy ''
	http_proxy=http://127.0.0.1:1 probe
	said a current
}

@test "access: followRedirects of the user's" {
	answers_start
	copies a b
	git -C src/a remote set-url origin "$web/here/lib.git"
	git -C src/b remote set-url origin "$web/307/lib.git"
	git config --global http.followRedirects initial
	probe
	said a current
	git config --global http.followRedirects false
	probe
	assert_equal "$(of a '[.reason, .detail]')" \
	    '["redirected","http.followRedirects is false"]'
}

# tls_start - https on $tls over the upstreams in up/, a client certificate
# wanted below /mutual; ca.pem vouches for it, and for client.pem
tls_start() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
	    -addext subjectAltName=DNS:localhost \
	    -keyout key.pem -out ca.pem 2>/dev/null
	TLS=$PWD answers_start
	tls=https://localhost:${web##*:}
}

@test "access: sslVerify, sslCAInfo, sslCAPath, and the environment's" {
	tls_start
	copies a
	git -C src/a remote set-url origin "$tls/ok/lib.git"
	probe
	said a tls
	git config --global "http.$tls.sslVerify" false
	probe
	said a current
	git config --global http.sslVerify true
	git config --global "http.$tls.sslVerify" true
	probe
	said a tls
	GIT_SSL_NO_VERIFY=1 probe
	said a current
	GIT_SSL_CAINFO=$PWD/ca.pem probe
	said a current
	cp ca.pem "$HOME"
	tilde='~'
	git config --global http.sslCAInfo "$tilde/ca.pem"
	probe
	said a current
	GIT_SSL_CAINFO=/etc/passwd probe
	said a tls
	git config --global --unset http.sslCAInfo
	mkdir authorities
	cp ca.pem "authorities/$(openssl x509 -hash -noout -in ca.pem).0"
	git config --global http.sslCAPath "$PWD/authorities"
	probe
	said a current
	# pinned: another key is refused whoever vouches for it
	openssl x509 -in ca.pem -pubkey -noout >pub.pem
	git config --global http.pinnedPubkey "$PWD/pub.pem"
	probe
	said a current
	openssl genrsa 2048 2>/dev/null | openssl rsa -pubout >pub.pem 2>/dev/null
	probe
	said a tls
}

@test "access: sslCAPath is enough where the system has no authorities" {
	local alone=(unshare -m)
	[ "$(id -u)" = 0 ] || alone=(unshare -rm)
	alone+=(sh -c 'mount -t tmpfs none /etc/ssl/certs && exec "$@"' -)
	"${alone[@]}" true 2>/dev/null || skip 'no mount namespaces here'
	tls_start
	copies a
	git -C src/a remote set-url origin "$tls/ok/lib.git"
	mkdir authorities empty
	cp ca.pem "authorities/$(openssl x509 -hash -noout -in ca.pem).0"
	for folder in authorities empty; do
		git config --global http.sslCAPath "$PWD/$folder"
		case $folder in
		empty) run -128 "${alone[@]}" git -C src/a ls-remote ;;
		*) "${alone[@]}" git -C src/a ls-remote >tips ;;
		esac
		"${alone[@]}" hermes-probe <fleet.json >out.json
		said a "$([ $folder = empty ] && echo tls || echo current)"
	done
	# a file that is named and missing is none of it
	git config --global http.sslCAPath "$PWD/authorities"
	git config --global http.sslCAInfo "$PWD/none.pem"
	"${alone[@]}" hermes-probe <fleet.json >out.json
	said a tls
}

@test "access: a client's certificate; a key that is locked asks nobody" {
	tls_start
	kill "$answers_pid"
	answers_pid=
	rm "$BATS_TEST_TMPDIR/answers"
	TLS=$PWD MUTUAL=1 answers_start
	tls=https://localhost:${web##*:}
	copies a
	git -C src/a remote set-url origin "$tls/ok/lib.git"
	git config --global http.sslCAInfo "$PWD/ca.pem"
	probe
	refute [ "$(of a .reason)" = '"current"' ]
	git config --global http.sslCert "$PWD/ca.pem"
	git config --global http.sslKey "$PWD/key.pem"
	probe
	said a current
	openssl rsa -aes128 -passout pass:x -in key.pem -out locked.pem \
	    2>/dev/null
	git config --global http.sslKey "$PWD/locked.pem"
	SECONDS=0
	setsid -w hermes-probe -p policy.json <fleet.json >out.json
	((SECONDS <= 3))
	said a tls
}

# helper_make - a helper that knows me:sesame and writes down what it is asked
helper_make() {
	cat >helper <<-'END'
	#!/bin/sh
	echo "$1" >>"$0.asked"
	cat >>"$0.asked"
	[ "$1" = get ] || exit 0
	sleep 0.3
	[ -e "$0.none" ] || printf 'username=me\npassword=sesame\n'
	END
	chmod +x helper
	git config --global credential.helper "$PWD/helper"
}

# asked_count WORD - how often the helper was told that
asked_count() {
	grep -cx "$1" helper.asked || :
}

@test "access: a host's password is asked for once, and nobody is told of it" {
	local i keys=()
	PASSWORD=me:sesame answers_start
	helper_make
	for i in {1..12}; do
		cp -a up/lib.git "up/l$i.git"
		keys+=("l$i")
	done
	copies "${keys[@]}"
	for i in {1..12}; do
		git -C "src/l$i" remote set-url origin "$web/private/l$i.git"
	done
	probe -s S
	assert_equal "$(jq -c '[.probe.repos[].reason] | unique' out.json)" \
	    '["current"]'
	assert_equal "$(asked_count get)" 1
	# the next probe asks again: nothing is kept, nor stored or erased
	probe -s S
	assert_equal "$(asked_count get)" 2
	assert_equal "$(asked_count store)$(asked_count erase)" 00
	# by path where the user says so
	git config --global "credential.$web.useHttpPath" true
	probe
	assert_equal "$(asked_count get)" 14
	# none is an answer, too
	git config --global --unset "credential.$web.useHttpPath"
	touch helper.none
	probe
	assert_equal "$(asked_count get)" 15
	assert_equal "$(jq -c '[.probe.repos[].reason] | unique' out.json)" \
	    '["auth-missing"]'
}

@test "access: a password that a host does not take is not tried for ever" {
	local i keys=()
	PASSWORD=me:other answers_start
	helper_make
	for i in {1..30}; do
		cp -a up/lib.git "up/l$i.git"
		keys+=("l$i")
	done
	copies "${keys[@]}"
	for i in {1..30}; do
		git -C "src/l$i" remote set-url origin "$web/private/l$i.git"
	done
	probe
	assert_equal "$(jq -c '[.probe.repos[].reason] | unique' out.json)" \
	    '["auth-rejected"]'
	assert_equal "$(asked_count get)$(asked_count erase)" 10
	# each is asked without; eight, and who was under way, with
	(($(wc -l <"$web_log") <= 30 + 8 + 3))
	# one that is taken elsewhere on the host is tried everywhere
	git -C src/l1 remote set-url origin "$web/auth/me:sesame/l1.git"
	probe
	said l1 current
	assert_equal "$(jq -c '[.probe.repos[].reason] | unique' out.json)" \
	    '["auth-rejected","current"]'
}

@test "access: who dies while asking leaves the question to the next" {
	PASSWORD=me:sesame answers_start
	copies a b
	git -C src/a remote set-url origin "$web/private/lib.git"
	cp -a up/lib.git up/other.git
	git -C src/b remote set-url origin "$web/private/other.git"
	cat >helper <<-'END'
	#!/bin/sh
	[ "$1" = get ] || exit 0
	if mkdir "$0.first"; then
		worker=$$
		until grep -qx hermes-probe /proc/$worker/comm; do
			worker=$(ps -o ppid= -p $worker | tr -d ' ')
		done
		kill -9 $worker
		sleep 5
	fi
	printf 'username=me\npassword=sesame\n'
	END
	chmod +x helper
	git config --global credential.helper "$PWD/helper"
	probe
	assert_equal "$(jq -r '.probe.repos[].reason' out.json | sort | xargs)" \
	    'current server-error'
}
