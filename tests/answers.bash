# tests/servers/answers in a test: `load answers` after `load helper`.

# answers_start - the server, over the upstreams in up/; $web is its address,
# $web_log its log: a line "PORT REQUEST" each. answers_stop in teardown.
answers_start() {
	unset http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY \
	    ALL_PROXY all_proxy
	ROOT=$PWD/up "$top/tests/servers/answers" \
	    "$BATS_TEST_TMPDIR/answers" 3>&- &
	answers_pid=$!
	soon test -e "$BATS_TEST_TMPDIR/answers"
	web=http://127.0.0.1:$(<"$BATS_TEST_TMPDIR/answers")
	export web
	web_log=$BATS_TEST_TMPDIR/answers.log
	: >"$web_log"
}

answers_stop() {
	if [ -n "${answers_pid-}" ]; then
		kill "$answers_pid" 2>/dev/null || :
		wait "$answers_pid" || :
		answers_pid=
	fi
}

# silence_start - $silence is an address that accepts and never answers
silence_start() {
	/usr/bin/python3 -c '
import socket, sys, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(64)
open(sys.argv[1], "w").write(str(s.getsockname()[1]) + "\n")
time.sleep(120)' "$BATS_TEST_TMPDIR/silence" 3>&- &
	export silence_pid=$!
	soon grep -qs . "$BATS_TEST_TMPDIR/silence"
	silence=127.0.0.1:$(<"$BATS_TEST_TMPDIR/silence")
	export silence
}

silence_stop() {
	[ -z "${silence_pid-}" ] || kill "$silence_pid" 2>/dev/null || :
	silence_pid=
}

# canary FILE... - the secret that servers say is found nowhere in them
canary() {
	run -1 grep -rIl SECRET-CANARY "$@"
}
