# X3 and X7: what hermes-exec's checks may do and see, what is kept of them,
# and what a person sees of it all.

setup() {
	load helper
	here
	fixtures=$top/tests/exec
}

# ready ARGV... - "a" with one commit to take, and that health check
ready() {
	git init -q a
	echo one >a/file
	git -C a add file
	git -C a commit -qm one
	git -C a commit -q --allow-empty -m two
	local after
	after=$(git -C a rev-parse main)
	git -C a reset -q --hard main~
	git -C a branch -q later "$after"
	again "$@"
}

again() {
	printf '%s\n' "$@" | jq -Rs --arg p "$PWD" \
	    --arg before "$(git -C a rev-parse main)" \
	    --arg after "$(git -C a rev-parse later)" \
	    --arg at "${at-health}" \
	    --argjson token "${token-1}" --argjson timeout "${timeout-20}" '
		[{ repo_key: "a", path: ($p + "/a"), branch: "main",
		   before: $before, after: $after, token: $token,
		   checks: [{ argv: (rtrimstr("\n") | split("\n")),
		       at: $at, need: "required", timeout_s: $timeout }] }]' |
		"$fixtures/gate-doc" state >doc.json
}

run_exec() {
	hermes-exec -s state <doc.json >out.json
}

verdict() {
	jq -r '.exec.repos[] | [.verdict, .code // "-"] | join(" ")' out.json
}

# ended STATUS PID [-] - TERM to it (to its group), twice; how it ends
ended() {
	local status=0
	kill -TERM -- "${3-}$2"
	kill -TERM -- "${3-}$2"
	wait "$2" || status=$?
	assert_equal $status "$1"
}

# said - the file with what the check said
said() {
	printf 'state/%s' "$(jq -r '.exec.repos[0].checks[0].output' out.json)"
}

@test "exec: on a terminal a line says what is in hand; else nothing does" {
	ready sleep 0.3
	script -qec 'hermes-exec -s state <doc.json >out.json' typed >/dev/null
	assert_equal "$(verdict)" 'applied -'
	tr '\r' '\n' <typed >lines
	grep -F '[0/1] a' lines
	# taken away at the end
	assert_equal "$(sed '/^Script/d; /^$/d' lines | tail -n 1)" "$(printf '\033[K')"
	git -C a reset -q --hard later~
	token=2 again true
	hermes-exec -s state <doc.json >out.json 2>why
	[ ! -s why ]
}

@test "exec: -v prints a line for each repository on stderr" {
	ready true
	hermes-exec -v -s state <doc.json >out.json 2>why
	assert_equal "$(cat why)" 'a: applied'
	git -C a reset -q --hard later~
	nl=$(printf 'new\nline')
	token=2 again sh -c 'exit 3'
	hermes-exec -v -s state <doc.json >out.json 2>why
	assert_equal "$(cat why)" 'a: rolled-back: check-failed: check 1 (sh): failed'
}

@test "exec: a check's environment is what the page says, and no more" {
	ready /usr/bin/env
	GIT_DIR=/nowhere SECRET=1 LANG=de run_exec
	assert_equal "$(verdict)" 'applied -'
	sort "$(said)" >found
	sort >expected <<-END
	PATH=$PATH
	HOME=$HOME
	HERMES_REPO=a
	HERMES_BEFORE=$(git -C a rev-parse main~)
	HERMES_AFTER=$(git -C a rev-parse main)
	HERMES_CYCLE=20250301T040000Z-0000000a
	END
	diff expected found
}

@test "exec: a check gains no privileges, leaves no core, holds nothing of ours" {
	# shellcheck disable=SC2016 # for the check's shell
	ready sh -c 'grep NoNewPrivs /proc/self/status; ulimit -c; ulimit -H -c; cat; readlink /proc/self/fd/0; pwd; ls /proc/self/fd; umask; test ! -e .git/index.lock'
	umask 027
	HERMES_LOCK_FD=99 run_exec
	assert_equal "$(verdict)" 'applied -'
	printf 'NoNewPrivs:\t1\n0\n0\n/dev/null\n%s\n0\n1\n2\n3\n0027\n' \
	    "$PWD/a" | diff - "$(said)"
}

@test "exec: what a passing check left behind is ended, whatever its session" {
	ready sh -c 'setsid sh -c "trap : TERM; sleep 76; sleep 76" & (setsid setsid sleep 75 &) ; sleep 0.2'
	run_exec
	assert_equal "$(verdict)" 'applied -'
	run -1 pgrep -x -f 'sleep 7[56]'
}

@test "exec: what a check that killed its lane left behind is ended" {
	ready sh -c 'setsid sleep 75 & sleep 76 & kill -KILL $PPID; sleep 75'
	run_exec
	assert_equal "$(verdict)" 'interrupted interrupted'
	run -1 pgrep -x -f 'sleep 7[56]'
}

@test "exec: killed itself, what its checks left is ended before all else" {
	ready sh -c 'touch ../began; setsid sleep 75 & sleep 76 & sleep 77'
	HERMES_CYCLE=mine sleep 74 &
	local other=$!
	hermes-exec -s state <doc.json >out.json &
	local pid=$!
	until [ -e began ] && pgrep -x -f 'sleep 75'; do sleep 0.1; done
	kill -KILL "$pid"
	wait "$pid" || [ $? = 137 ]
	until hermes-exec -R -s state >out.json; do sleep 0.1; done
	assert_equal "$(jq -r '.exec.recovered[0].outcome' out.json)" after
	run -1 pgrep -x -f 'sleep 7[567]'
	kill "$other"
}

@test "exec: the checks of another that is alive are none that were left" {
	mkdir one two
	cd one
	ready sh -c 'echo $$ >../pid; sleep 3'
	hermes-exec -s state <doc.json >out.json &
	local pid=$!
	soon test -s pid
	cd ../two
	ready sh -c 'kill -KILL $PPID'
	run_exec
	hermes-exec -R -s state >recovered.json
	cd ../one
	wait "$pid"
	assert_equal "$(verdict)" 'applied -'
}

@test "exec: a check that will not end is ended at its deadline" {
	timeout=1 ready sh -c 'trap "" TERM HUP INT; while :; do sleep 0.1; done'
	SECONDS=0
	run_exec
	[ $SECONDS -le 6 ]
	assert_equal "$(verdict)" 'rolled-back check-failed'
	jq -e '.exec.repos[0].checks[0] | .verdict == "timeout" and
	    .exit_code == null' out.json
}

@test "exec: of what a check says 64 KiB are kept, redacted" {
	ready sh -c 'printf "https://me:secret@h.example/x?token=secret\000\377\ttab\n"; echo "me:secret@h.example:x"; head -c 200000 /dev/zero | tr "\0" x'
	run_exec
	assert_equal "$(verdict)" 'applied -'
	run -1 grep -a secret "$(said)"
	printf 'https://h.example/x\000\377\ttab\nme:***@h.example:x\nxxx' |
	    cmp -n 48 - "$(said)"
	[ "$(wc -c <"$(said)")" -le 65536 ]
	[ "$(wc -c <"$(said)")" -gt 65000 ]
}

@test "exec: a password that the cut of 64 KiB runs through is not kept" {
	ready sh -c 'head -c 65500 /dev/zero | tr "\0" x; echo " https://me:a-long-secret-of-thirty-bytes@h.example/x"'
	run_exec
	assert_equal "$(verdict)" 'applied -'
	run -1 grep -a secret "$(said)"
	[ "$(wc -c <"$(said)")" -gt 65000 ]
}

@test "exec: TERM: the step in hand is finished and recorded, exit 75" {
	ready sh -c 'echo $$ >../pid; sleep 2'
	hermes-exec -s state <doc.json >out.json 2>why 3>&- &
	soon test -s pid
	ended 75 $!
	[ ! -s out.json ]
	assert_equal "$(cat why)" \
	    'hermes-exec: signal 15: stopped; what was done is in the journals'
	assert_equal "$(git -C a rev-parse main)" "$(git -C a rev-parse later)"
	hermes-exec -R -s state >out.json
	assert_equal "$(jq -c '[.events[].type]' out.json)" \
	    '["hermes.apply.started","hermes.check.passed","hermes.apply.committed","hermes.cycle.recovered"]'
}

@test "exec: TERM to its whole group is no end of a check either" {
	ready sleep 2
	setsid hermes-exec -s state <doc.json >out.json 2>why 3>&- &
	soon pgrep -x -f 'sleep 2'
	ended 75 $! -
	hermes-exec -R -s state >out.json
	assert_equal "$(jq -c '[.events[].type]' out.json)" \
	    '["hermes.apply.started","hermes.check.passed","hermes.apply.committed","hermes.cycle.recovered"]'
}

@test "exec: killed before its health checks had passed: a person is told" {
	load fleet
	repo_make b
	upstream_commit b file two
	house_make b
	repo_set b '{"checks": [{"argv": ["sh", "-c", "kill -KILL $PPID"],
	    "at": "health", "need": "required"}]}'
	run hermes-cycle
	assert_equal "$(cat src/b/file)" two
	repo_set b '{"checks": []}'
	run -1 hermes-cycle
	assert_output --partial '1 of 1 needs a person'
	assert_output --partial 'killed before its health checks had passed'
	grep -F '"type":"hermes.apply.recovered"' \
	    house/state/runtime_events.jsonl | tail -n 1 >line
	assert_equal "$(jq -c '[.data.outcome, .data.owed_count]' line)" '["after",1]'
	hermes-cycle
	state_whole
}

@test "exec: a failed check that has moved HEAD blocks the rollback, and is told" {
	ready sh -c 'git checkout -q -b other; exit 1'
	run_exec
	assert_equal "$(verdict)" 'rollback-blocked rollback-blocked'
	assert_equal "$(jq -r '.exec.repos[0].detail' out.json)" \
	    'HEAD is no longer at refs/heads/main'
	assert_equal "$(git -C a rev-parse main)" "$(git -C a rev-parse later)"
	assert_equal "$(git -C a status --porcelain)" ''
}

@test "exec: a canary's tree goes, whatever modes its checks gave it" {
	local mortal=()
	[ "$(id -u)" != 0 ] ||
	    mortal=(setpriv --bounding-set \
		    '-dac_override,-dac_read_search')
	touch kept
	chmod 640 kept
	at=canary ready sh -c 'mkdir -p x/y/z; ln ../../../kept x/y/z/k; chmod 0 x/y/z; chmod 400 x/y; chmod 500 x'
	"${mortal[@]}" hermes-exec -s state <doc.json >out.json
	assert_equal "$(verdict)" 'applied -'
	[ ! -e state/canary ]
	assert_equal "$(stat -c %a kept)" 640
}
