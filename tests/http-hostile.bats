# hermes-probe and a server that means harm: what it sends costs its own
# repository, is kept nowhere and reaches no terminal; where it may lead to.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	load fleet
	load probe
	load answers
	here
	repo_make lib
	git -C up/lib.git config http.uploadpack true
	jq -n '{schema: "hermes.policy/1", probe_deadline_ms: 3000,
	    protocols: ["file", "http", "https"]}' >policy.json
	mkdir -m 700 S
	answers_start
}

teardown() {
	answers_stop
	[ -z "${other_pid-}" ] || kill "$other_pid"
}

# web_fleet KEY=URL... - checkouts of lib by these names, whose upstream is
# that URL
web_fleet() {
	local pair keys=()
	for pair; do
		cp -a src/lib "src/${pair%%=*}"
		git -C "src/${pair%%=*}" remote set-url origin "${pair#*=}"
		keys+=("${pair%%=*}")
	done
	fleet "${keys[@]}"
}

reasons() {
	jq -r '.probe.repos[] | "\(.repo_key) \(.reason)"' out.json
}

# harmless FILE... - no control character but the newline
harmless() {
	run -1 env LC_ALL=C grep -aP '[\x00-\x08\x0b-\x1f\x7f]' "$@"
}

@test "hostile: headers, chunks and answers without an end or a sense" {
	web_fleet headers="$web/headers/x" line="$web/longline/x" \
	    more="$web/continue/x" chunks="$web/chunks/x" nul="$web/nul/x" \
	    later="$web/429-99999999999999999999/x"
	SECONDS=0
	probe -s S -v 2>told
	((SECONDS <= 5))
	jq -r '.probe.repos[] | "\(.repo_key) \(.reason)"' out.json >found
	grep -vE '^(headers|line|more) (not-git|early-eof|too-slow|timeout)$' \
	    found >rest
	diff - rest <<-END
	chunks early-eof
	later rate-limited
	nul not-git
	END
	canary out.json S told
	harmless told out.json
	# "come back in three trillion years" is a day
	jq -e '.hosts[0] | (.frozen_until | fromdateiso8601? // 1) > 0' \
	    S/remote_health.json
	valid remote_health S/remote_health.json
}

@test "hostile: a default branch that would colour the terminal is none" {
	web_fleet red="$web/symref/x" refs="$web/symref-1/x"
	git -C src/red config branch.main.merge refs/heads/gone
	:
	probe -v 2>told
	harmless told out.json
	refute grep -q '31m' told out.json
	assert_equal "$(of red '.endpoints[0].tip')" null
	assert_equal "$(of refs '.endpoints[0].tip')" null
}

@test "hostile: a path that would is shown without what a terminal obeys" {
	upstream_commit lib $'a\e[31m\a\xc2\x9b31mb'
	web_fleet a="$web/ok/lib.git"
	probe -s S -v 2>told
	said a unsafe-tree behind
	assert_equal "$(<told)" 'a: unsafe-tree: a?[31m??31mb: control-character'
	harmless out.json
}

@test "hostile: a hundred and twenty wrong advertisements, no worker dies" {
	local i list=()
	for i in {1..60}; do
		list+=("m$i=$web/mutant-$i/lib.git"
			"p$i=$web/pack/mutant-$i/lib.git")
	done
	upstream_commit lib
	jq '.remote_budgets.default = 16 | .probe_deadline_ms = 20000' \
	    policy.json >wide.json
	mv wide.json policy.json
	web_fleet "${list[@]}"
	probe -s S -v 2>told
	harmless told out.json
	refute grep -q died told
	jq -r '.probe.repos[].reason' out.json | sort | uniq -c >&2
	# whatever was staged is whole
	for i in S/staging/*/; do
		[ -d "$i" ] || continue
		git -C "$i" fsck --connectivity-only refs/staged/tip
	done
	assert_equal "$(git_at src/p1)" "$(git_at src/lib)"
}

@test "redirect: 301, 302, 303, 307 and 308 within the host are followed" {
	web_fleet r301="$web/here-301/lib.git" r302="$web/here-302/lib.git" \
	    r303="$web/here-303/lib.git" r307="$web/here-307/lib.git" \
	    r308="$web/here-308/lib.git"
	upstream_commit lib
	probe -s S
	for key in r301 r302 r303 r307 r308; do
		said $key behind
	done
}

@test "redirect: from http to https of the same host alone, and never back" {
	local tls host
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
	    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
	    -keyout key.pem -out ca.pem 2>/dev/null
	git config --global http.sslCAInfo "$PWD/ca.pem"
	host=localhost:${web##*:}
	TLS=$PWD OVER=http://$host ROOT=$PWD/up "$top/tests/servers/answers" \
	    "$BATS_TEST_TMPDIR/other" 3>&- &
	other_pid=$!
	soon test -e "$BATS_TEST_TMPDIR/other"
	tls=localhost:$(<"$BATS_TEST_TMPDIR/other")
	answers_stop
	rm "$BATS_TEST_TMPDIR/answers"
	OVER=https://$tls answers_start
	host=localhost:${web##*:}
	web_fleet up="http://$host/over/lib.git" \
	    temporary="http://$host/over-302/lib.git" \
	    other="http://127.0.0.1:${web##*:}/over/lib.git" \
	    down="https://$tls/over/lib.git"
	upstream_commit lib
	probe -s S
	said up behind
	said temporary behind
	assert_equal "$(of other '[.reason, .detail]')" \
	    "[\"redirected\",\"to https://$tls\"]"
	assert_equal "$(of down .reason)" '"redirected"'
	# the upgrade is not a way around the certificate
	git config --global --unset http.sslCAInfo
	probe
	said up tls
}

@test "redirect: a TLS session outlives the connection that it began with" {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
	    -addext subjectAltName=DNS:localhost \
	    -keyout key.pem -out ca.pem 2>/dev/null
	git config --global http.sslCAInfo "$PWD/ca.pem"
	ONCE=1 TLS=$PWD ROOT=$PWD/up "$top/tests/servers/answers" \
	    "$BATS_TEST_TMPDIR/other" 3>&- &
	other_pid=$!
	soon test -e "$BATS_TEST_TMPDIR/other"
	tls=https://localhost:$(<"$BATS_TEST_TMPDIR/other")
	cp -a up/lib.git up/two.git
	jq '.probe_workers = 1' policy.json >one.json
	mv one.json policy.json
	web_fleet one="$tls/ok/lib.git" two="$tls/ok/two.git"
	probe
	said one current
	said two current
	assert_equal "$(xargs <"$BATS_TEST_TMPDIR/other.sessions")" 'new reused'
}
