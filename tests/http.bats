# lib/git/http through hermes-probe: each way in which a server can be wrong,
# what is asked of it and how often, and what of its words is kept: none.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	load fleet
	load probe
	load answers
	here
	repo_make lib
	git -C up/lib.git config http.uploadpack true
	policy_of '{}'
	mkdir -m 700 S
	answers_start
}

teardown() {
	answers_stop
	silence_stop
}

# policy_of JSON - policy.json, http allowed, with these members
policy_of() {
	jq -n --argjson members "$1" '{schema: "hermes.policy/1",
	    protocols: ["file", "http", "https"], probe_deadline_ms: 2500} +
	    $members' >policy.json
}

# web_fleet KEY=URL... - checkouts of lib by these names, whose upstream is
# that URL; those that are there stay
web_fleet() {
	local pair keys=()
	for pair; do
		[ -e "src/${pair%%=*}" ] || cp -a src/lib "src/${pair%%=*}"
		git -C "src/${pair%%=*}" remote set-url origin "${pair#*=}"
		keys+=("${pair%%=*}")
	done
	fleet "${keys[@]}"
}

# classes - "KEY CLASS" a line
classes() {
	jq -r '.probe.repos[] | "\(.repo_key) \(.endpoints[0].class)"' out.json
}

# ports - how many connections the server has seen
ports() {
	cut -d' ' -f1 "$web_log" | sort -u | wc -l
}

@test "http: an answer's number or shape is its class" {
	web_fleet auth-missing="$web/401/x" forbidden="$web/403/x" \
	    not-found="$web/404/x" gone="$web/410/x" rate-limited="$web/429/x" \
	    proxy-auth="$web/407/x" server-error="$web/500/x" busy="$web/503/x" \
	    redirected="$web/elsewhere/x" login="$web/login/x" \
	    loop="$web/loop/x" not-git="$web/html/x" odd="$web/204/x" \
	    teapot="$web/418/x" garbage="$web/garbage/x" err="$web/err/x" \
	    empty-advert="$web/empty/x" early-eof="$web/close/x" \
	    short="$web/short/x"
	probe -s S
	classes >found
	diff - found <<-END
	auth-missing auth-missing
	busy server-error
	early-eof early-eof
	empty-advert empty-advert
	err not-git
	forbidden forbidden
	garbage not-git
	gone not-found
	login redirected
	loop redirected
	not-found not-found
	not-git not-git
	odd not-git
	proxy-auth proxy-auth
	rate-limited rate-limited
	redirected redirected
	server-error server-error
	short early-eof
	teapot not-git
	END
	assert_equal "$(of redirected '[.reason, .detail]')" \
	    '["redirected","to http://localhost:1"]'
	canary out.json S
}

@test "http: what never gets an answer is told apart, too" {
	silence_start
	web_fleet refused=http://127.0.0.1:1/x dns=http://nowhere.invalid/x \
	    timeout="http://$silence/x" too-slow="$web/drip/x" \
	    tls="https://${web#http://}/ok/lib.git" page="$web/slowpage/x" \
	    unsupported-url="$web/x?y" unreachable=http://255.255.255.255/x
	SECONDS=0
	probe
	((SECONDS <= 5))
	classes >found
	diff - found <<-END
	dns dns
	page not-found
	refused refused
	timeout timeout
	tls tls
	too-slow too-slow
	unreachable unreachable
	unsupported-url unsupported-url
	END
}

@test "http: a certificate that nobody vouches for is tls" {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
	    -addext subjectAltName=DNS:localhost \
	    -keyout key.pem -out cert.pem 2>/dev/null
	/usr/bin/python3 - "$PWD" 3>&- <<-'END' &
	import http.server, ssl, sys, os
	class Handler(http.server.BaseHTTPRequestHandler):
	    def do_GET(self):
	        self.send_error(404)
	    def log_message(self, *_):
	        pass
	server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
	context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	context.load_cert_chain("cert.pem", "key.pem")
	server.socket = context.wrap_socket(server.socket, server_side=True)
	open("port", "w").write(str(server.server_port) + "\n")
	server.serve_forever()
	END
	export silence_pid=$!
	soon grep -qs . port
	web_fleet a="https://localhost:$(<port)/x"
	probe
	assert_equal "$(classes)" 'a tls'
	git config --global http.sslCAInfo "$PWD/cert.pem"
	probe
	assert_equal "$(classes)" 'a not-found'
}

@test "http: listed, staged, and the tracked branch must be in it" {
	web_fleet current="$web/ok/lib.git" lib="$web/ok/lib.git" \
	    chunked="$web/chunked/lib.git" gone="$web/ok/lib.git"
	git -C src/gone config branch.main.merge refs/heads/nowhere
	probe
	assert_equal "$(of current '[.reason, .tip]')" \
	    "[\"current\",\"$(git_at up/lib.git main)\"]"
	assert_equal "$(of gone '[.reason, .endpoints[0].class]')" \
	    '["upstream-gone","ref-missing"]'
	upstream_commit lib
	probe
	assert_equal "$(of lib .reason)" '"unfetched"'
	probe -s S
	for key in lib chunked; do
		assert_equal "$(of $key '[.reason, .behind_count, .tip]')" \
		    "[\"behind\",1,\"$(git_at up/lib.git main)\"]"
		git -C S/staging/$key fsck --connectivity-only \
		    "$(git_at up/lib.git main)"
	done
}

@test "http: one connection for many repositories of a host and worker" {
	local i list=()
	for i in {1..12}; do
		cp -a up/lib.git "up/l$i.git"
		list+=("l$i=$web/ok/l$i.git")
	done
	policy_of '{"probe_workers": 1, "probe_deadline_ms": 20000}'
	web_fleet "${list[@]}" odd="$web/404/x" moved="$web/here/lib.git"
	probe
	assert_equal "$(wc -l <"$web_log")" 15 # a redirect is two
	assert_equal "$(ports)" 1
	: >"$web_log"
	list=("${list[@]/\/ok\//\/chunked\/}")
	web_fleet "${list[@]}"
	probe
	assert_equal "$(wc -l <"$web_log") $(ports)" '12 1'
	: >"$web_log"
	policy_of '{"remote_budgets": {"default": 3},
	    "probe_deadline_ms": 20000}'
	probe
	assert_equal "$(wc -l <"$web_log")" 12
	((1 <= $(ports) && $(ports) <= 3))
}

@test "http: a redirect within the host is followed" {
	web_fleet lib="$web/here/lib.git"
	upstream_commit lib
	probe -a staging
	assert_equal "$(of lib '[.reason, .endpoint.url]')" \
	    "[\"behind\",\"$web/here/lib.git\"]"
}

@test "http: a password comes from the user's helper, after a 401 alone" {
	cat >helper <<-'END'
	#!/bin/sh
	[ "$1" = get ] || exit 0
	pwd >>"$0.asked"
	cat >>"$0.asked"
	echo SECRET-CANARY of the helper >&2
	echo username=me
	echo password=SECRET-CANARY
	END
	chmod +x helper
	git config --global credential.helper "$PWD/helper"
	git config --global credential.useHttpPath true
	upstream_commit lib
	# the repository's own helper is none that is asked, nor trusted
	web_fleet good="$web/auth/me:SECRET-CANARY/lib.git" \
	    bad="$web/auth/me:other/lib.git" open="$web/ok/lib.git" own="$web/ok/lib.git"
	git -C src/own config credential.helper \
	    "!f() { echo \"\$1\" >>'$PWD/ran'; }; f"
	probe -s S -v 2>said
	assert_equal "$(of good '[.reason, .behind_count]')" '["behind",1]'
	assert_equal "$(of bad .reason)" '"auth-rejected"'
	assert_equal "$(of open .reason)" '"behind"'
	assert_equal "$(of own .reason)" '"needs-trust"'
	assert_equal "$(sort -u helper.asked | grep -v '^$')" \
	    "$(printf '%s\n' / "host=${web#http://}" \
	        'path=auth/me:SECRET-CANARY/lib.git' \
	        'path=auth/me:other/lib.git' protocol=http | sort)"
	assert_not_exists ran
	# and git would have run it
	printf 'url=%s\n\n' "$web/401/x" |
	    run -128 env GIT_TERMINAL_PROMPT=0 GIT_CONFIG_GLOBAL=/dev/null \
	        git -C src/own credential fill
	assert_equal "$(<ran)" get
}

@test "http: ~/.netrc is the user's, too; a helper that hangs is left alone" {
	local host=${web#http://}
	printf 'machine %s login me password sesame\n' "${host%:*}" >"$HOME/.netrc"
	web_fleet lib="$web/auth/me:sesame/lib.git"
	probe
	assert_equal "$(of lib .reason)" '"current"'
	rm "$HOME/.netrc"
	git config --global credential.helper '!sleep 60; :'
	SECONDS=0
	probe
	((SECONDS <= 4))
	assert_equal "$(of lib .reason)" '"auth-missing"'
	run pgrep -f 'sleep 60; :'
	assert_output ''
}

@test "http: the proxy of the environment, and one that refuses" {
	web_fleet lib=http://git.invalid/ok/lib.git
	http_proxy=$web probe
	assert_equal "$(of lib .reason)" '"current"'
	grep -q 'GET http://git.invalid/ok/lib.git/info/refs' "$web_log"
	web_fleet tunnel=https://git.invalid/x
	https_proxy=$web probe
	assert_equal "$(of tunnel .reason)" '"unreachable"'
	web_fleet auth=https://wants-auth.invalid/x
	https_proxy=$web probe
	assert_equal "$(of auth .reason)" '"proxy-auth"'
	canary out.json
	web_fleet tunnel=https://git.invalid/x
	https_proxy=http://127.0.0.1:1 probe
	assert_equal "$(of tunnel .reason)" '"refused"'
}

@test "http: bombs cost their own repository only" {
	policy_of '{"probe_deadline_ms": 8000}'
	web_fleet bomb="$web/bomb/x" endless="$web/endless/x" lib="$web/ok/lib.git"
	probe
	assert_equal "$(of lib .reason)" '"current"'
	assert_equal "$(of bomb '[.reason, .detail]')" \
	    '["not-git","its answer is too long"]'
	assert_equal "$(of endless '[.reason, .detail]')" \
	    '["not-git","its answer is too long"]'
	canary out.json
}

@test "http: what goes wrong with the pack alone is a remote's class, too" {
	upstream_commit lib
	web_fleet eof="$web/pack/close/lib.git" slow="$web/pack/drip/lib.git" \
	    page="$web/pack/html/lib.git" busy="$web/pack/500/lib.git" \
	    odd="$web/pack/garbage/lib.git" lib="$web/ok/lib.git" \
	    empty="$web/pack/204/lib.git" many="$web/pack/many/lib.git"
	ASAN_OPTIONS=${ASAN_OPTIONS-}:allocator_may_return_null=1 probe -s S
	assert_equal "$(of lib .reason)" '"behind"'
	assert_equal "$(of many .detail)" '"Out of memory"'
	classes >found
	diff - found <<-END
	busy server-error
	empty not-git
	eof early-eof
	lib ok
	many not-git
	odd not-git
	page not-git
	slow too-slow
	END
	assert_equal "$(ls S/staging)" lib
	canary out.json S
}

@test "http: a pack may take longer than the deadline, as long as it comes" {
	policy_of '{"probe_deadline_ms": 1000}'
	dd if=/dev/urandom of=work/lib/big bs=1k count=600 status=none
	upstream_commit lib big2
	web_fleet slow="$web/pack/trickle/lib.git" stall="$web/pack/stall/lib.git"
	SECONDS=0
	probe -s S
	assert_equal "$(of slow '[.reason, .behind_count]')" '["behind",1]'
	((3 <= SECONDS && SECONDS <= 6))
	assert_equal "$(of stall '[.reason, .endpoints[0].class]')" \
	    '["too-slow","too-slow"]'
	assert_equal "$(ls S/staging)" slow
	# the listing has its deadline and no more
	web_fleet slow="$web/trickle/lib.git"
	probe -s S
	assert_equal "$(of slow .reason)" '"too-slow"'
}

@test "http: a pack without end ends after thirty deadlines" {
	policy_of '{"probe_deadline_ms": 300}'
	upstream_commit lib
	web_fleet flood="$web/pack/flood/lib.git"
	SECONDS=0
	probe -s S
	((4 <= SECONDS && SECONDS <= 11))
	# on a busy machine the end of it is not heard of in 300 ms
	[[ $(of flood .reason) =~ too-slow|timeout ]]
}

@test "http: nothing is run where no password is asked for" {
	web_fleet lib="$web/ok/lib.git" odd="$web/404/x"
	git config --global credential.helper \
	    "!f() { echo \"\$1\" >>'$PWD/ran'; }; f"
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -e trace=execve -o calls \
	    hermes-probe -p policy.json -s S <fleet.json >out.json
	assert_equal "$(of lib .reason)" '"current"'
	assert_equal "$(grep -c 'execve(' calls)" 1
	assert_not_exists ran
	web_fleet auth="$web/401/x"
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -e trace=execve -o calls \
	    hermes-probe -p policy.json <fleet.json >out.json
	assert_equal "$(sed -n 's/.*execve("[^"]*\/\([^"]*\)", \[\("git", "credential"[^]]*\).*= 0/\2/p' calls | head -n 1)" \
	    '"git", "credential", "fill"'
	assert_equal "$(<ran)" get
}
