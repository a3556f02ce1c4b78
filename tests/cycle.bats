# Whole cycles over real fleets. What must be is asked of git, jq, sha256sum.

setup() {
	load helper
	load fleet
	here
	state=house/state
	ledger=$state/runtime_events.jsonl
}

# The event types of the ledger's lines behind the first COUNT; the pressure
# on the machine that the tests run on is not theirs to say.
types_behind() {
	tail -n "+$(($1 + 1))" "$ledger" | jq -r .type | sed 's/^hermes\.//' |
	    grep -v '^pressure.changed$'
}

# The pipe by hand, from file to file, without -s; the last answer is $1.
dry_run() {
	local out=$1
	hermes-probe -p house/config/runtime_upgrade_policies.json \
	    <house/config/fleet.json >"$out.probe"
	hermes-plan <"$out.probe" >"$out.plan"
	hermes-lease <"$out.plan" >"$out.lease"
	hermes-topo <"$out.lease" >"$out.topo"
	hermes-gate <"$out.topo" >"$out"
}

# The same with -s as far as the gate.
to_the_gate() {
	hermes-probe -p house/config/runtime_upgrade_policies.json -s $state \
	    <house/config/fleet.json >probe.json
	hermes-plan -s $state <probe.json >plan.json
	hermes-lease -s $state -o $$ <plan.json >lease.json
	hermes-topo -s $state <lease.json >topo.json
	hermes-gate -s $state <topo.json >gate.json
}

@test "cycle: what is behind is brought up to date, and the state is whole" {
	repo_make a b
	upstream_commit a new/file 'hello'
	house_make a b
	(umask 027 && hermes-cycle)
	state_whole
	checkout_whole src/a
	assert_equal "$(git_at src/a)" "$(git_at up/a.git main)"
	assert_equal "$(git -C src/a status --porcelain --ignored)" ''
	assert_equal "$(stat -c %a src/a/new/file)" 640
	valid cycle $state/cycles/last.json
	assert_equal "$(jq -c '[.exec.repos[] | [.repo_key, .verdict]]' \
	    $state/cycles/last.json)" '[["a","applied"]]'
}

@test "cycle: it says nothing when all is well" {
	repo_make a
	upstream_commit a
	house_make a
	run hermes-cycle
	assert_success
	assert_output ''
	run hermes-cycle
	assert_success
	assert_output ''
}

@test "cycle: a quiet one adds exactly four lines" {
	repo_make a b c
	upstream_commit a
	git -C src/b checkout -q --detach
	house_make a b c
	repo_set c '{"path": "/nowhere/c"}'
	hermes-cycle
	before=$(wc -l <$ledger)
	hermes-cycle
	assert_equal "$(types_behind "$before" | tr '\n' ' ')" \
	    'cycle.started plan.decided gate.passed cycle.finished '
	state_whole
}

# elsewhere KEY - another host holds KEY
elsewhere() {
	jq --arg key "$1" --arg dir "$PWD/src/$1/.git" '.last_token += 1 |
	    .leases = [{repo_key: $key, common_dir: $dir, token: .last_token,
	    holder: {host: "elsewhere", pid: 1, start_ticks: 1, boot_id: "b"},
	    cycle: "20250301T030000Z-00000000",
	    acquired_at: "2025-03-01T03:00:00.000Z",
	    expires_at: "2999-01-01T00:00:00.000Z", expires_boot_ms: 1,
	    boot_id: "b"}]' $state/coordination_leases.json >leases.json
	cp leases.json $state/coordination_leases.json
}

@test "cycle: what another holds waits, is said once, and needs nobody" {
	repo_make a b c
	house_make a b c
	repo_set b '{"depends_on": ["a"]}'
	hermes-cycle
	for key in a b c; do upstream_commit $key; done
	elsewhere a
	before=$(git_at src/a)
	hermes-cycle
	assert_equal "$(git_at src/a)" "$before"
	assert_equal "$(git_at src/c)" "$(git_at up/c.git main)"
	assert_equal "$(jq -c '.gate.repos[] | [.repo_key, .verdict, .code,
	    .failed]' $state/cycles/last.json)" '["a","NO-GO","lease-foreign",[]]
["b","NO-GO","needs",[]]
["c","GO",null,[]]'
	hermes-show <$state/cycles/last.json >table
	grep -q '^a .*lease-foreign' table
	count=$(wc -l <$ledger)
	cp $state/agent_coordination_state.json agents.json
	hermes-cycle
	assert_equal "$(types_behind "$count" | tr '\n' ' ')" \
	    'cycle.started plan.decided gate.passed cycle.finished '
	cmp agents.json $state/agent_coordination_state.json
	# who asks for it to go back is told
	elsewhere c
	run -1 hermes-cycle -u c
	assert_equal "$(jq -c '[.project.verdict.reasons[].repo_key,
	    .gate.repos[0].code]' $state/cycles/last.json)" \
	    '["c","lease-foreign"]'
	# and gone, it is taken up
	jq '.leases = []' $state/coordination_leases.json >leases.json
	cp leases.json $state/coordination_leases.json
	hermes-cycle
	assert_equal "$(git_at src/a)" "$(git_at up/a.git main)"
	assert_equal "$(git_at src/b)" "$(git_at up/b.git main)"
}

@test "cycle: a quiet one rewrites no file that has nothing new to say" {
	repo_make a b
	house_make a b
	for _ in 1 2 3; do hermes-cycle; done
	stat -c '%n %i %Y' $state/coordination_leases.json \
	    $state/remote_health.json $state/remote_federation_state.json \
	    $state/runtime_topology_graph.json >before
	hermes-cycle
	stat -c '%n %i %Y' $state/coordination_leases.json \
	    $state/remote_health.json $state/remote_federation_state.json \
	    $state/runtime_topology_graph.json >after
	diff before after
}

@test "cycle: the pipe by hand without -s leaves no trace anywhere" {
	repo_make a b
	upstream_commit a
	echo edit >>src/b/file
	house_make a b
	everything src up house "$HOME" >"$BATS_TEST_TMPDIR/before"
	dry_run "$BATS_TEST_TMPDIR/dry"
	everything src up house "$HOME" >"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	valid cycle "$BATS_TEST_TMPDIR/dry"
}

@test "cycle: a dry run over a STATE leaves no trace in it either" {
	repo_make a
	house_make a
	hermes-cycle
	upstream_commit a
	everything src up house >"$BATS_TEST_TMPDIR/before"
	hermes-probe -m $state -p house/config/runtime_upgrade_policies.json \
	    <house/config/fleet.json >"$BATS_TEST_TMPDIR/probe"
	hermes-plan <"$BATS_TEST_TMPDIR/probe" >"$BATS_TEST_TMPDIR/plan"
	everything src up house >"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	assert_equal "$(jq -r '.plan.repos[0].reason' \
	    "$BATS_TEST_TMPDIR/plan")" unfetched
}

@test "cycle: a permuted fleet gives the same decision hash" {
	repo_make a b c d
	upstream_commit a
	upstream_commit c
	git -C src/d checkout -q --detach
	house_make a b c d
	repo_set a '{"depends_on": ["c"]}'
	dry_run one
	jq '.repos |= (reverse | [.[1], .[3], .[0], .[2]])' \
	    house/config/fleet.json >permuted
	mv permuted house/config/fleet.json
	dry_run two
	hash=$(jq -r .plan.decision_hash one)
	assert_equal "$(jq -r .plan.decision_hash two)" "$hash"

	jq -cjS '{policy: .plan.policy_digest, repos: [.plan.repos[] |
	    {repo_key, recommendation, strategy, target, endpoint, reasons,
	    depth, place}]}' one >decided
	assert_equal "sha256:$(sha256sum <decided | cut -d ' ' -f 1)" "$hash"
}

@test "cycle: a chain is upgraded in its order, what it needs first" {
	repo_make a b c
	for key in a b c; do upstream_commit $key; done
	house_make a b c
	repo_set a '{"depends_on": ["b"]}'
	repo_set b '{"depends_on": ["c"]}'
	hermes-cycle
	assert_equal "$(jq -c '[.plan.queue[].repo_key]' \
	    $state/cycles/last.json)" '["c","b","a"]'
	assert_equal "$(jq -r 'select(.type == "hermes.apply.committed")
	    | .subject' $ledger | tr '\n' ' ')" 'c b a '
}

@test "cycle: a bad commit is rolled back, and left alone until upstream moves" {
	repo_make a b
	printf '#!/bin/sh\ngrep -q good file\n' >work/a/healthy
	chmod +x work/a/healthy
	upstream_commit a file good
	git -C src/a pull -q
	upstream_commit a file bad
	upstream_commit b
	house_make a b
	repo_set a '{"checks": [{"argv": ["./healthy"], "at": "health",
	    "need": "required", "timeout_s": 10}]}'
	repo_set b '{"depends_on": ["a"]}'
	policy '{"cooldown_s": 0}'
	before=$(git_at src/a)
	find src/a -name .git -prune -o -type f -printf '%p %m %T@ %i\n' |
	    sort >files
	run -1 hermes-cycle
	assert_equal "$(git_at src/a)" "$before"
	assert_equal "$(git -C src/a status --porcelain --ignored)" ''
	find src/a -name .git -prune -o -type f -printf '%p %m %T@ %i\n' |
	    sort | diff files -
	assert_equal "$(git_at src/b)" "$(git_at src/b origin/main)"
	assert_equal "$(jq -c '[.exec.repos[] | [.repo_key, .verdict, .code]]' \
	    $state/cycles/last.json)" \
	    '[["a","rolled-back","check-failed"],["b","blocked","needs"]]'
	state_whole

	hermes-cycle
	assert_equal "$(jq -c '[.plan.repos[] | [.repo_key, .recommendation,
	    .reason]]' $state/cycles/last.json)" \
	    '[["a","block","bad-commit"],["b","block","needs"]]'
	assert_equal "$(git_at src/a)" "$before"

	upstream_commit a file 'good again'
	hermes-cycle
	assert_equal "$(git_at src/a)" "$(git_at up/a.git main)"
	assert_equal "$(git_at src/b)" "$(git_at up/b.git main)"
	state_whole
}

held() {
	! flock -n $state/.cycle.lock true
}

@test "cycle: one at a time: the other is told 75 and changes nothing" {
	repo_make a
	upstream_commit a
	house_make a
	flock -F $state/.cycle.lock sleep 10 3>&- &
	holder=$!
	soon held
	run -75 hermes-cycle
	assert_output \
	    "hermes-cycle: $HERMES_HOME/state/.cycle.lock: busy: another cycle is running"
	assert_equal "$(ls -A $state)" "$(printf '%s\n' .cycle.lock cycles)"
	kill $holder
	wait $holder || :
}

@test "cycle: a document edited after the gate is refused" {
	repo_make a
	upstream_commit a
	house_make a
	to_the_gate
	valid cycle gate.json
	before=$(git_at src/a)
	for edit in '.plan.repos[0].target = "1111111111111111111111111111111111111111"' \
	    '.gate.verdict = "GO" | .gate.checks = []' '.lease.ttl_ms += 1' \
	    '.unknown = 1'; do
		jq "$edit" gate.json >edited.json
		run -65 hermes-exec -s $state <edited.json
		assert_equal "${#lines[@]}" 1
		assert_output --regexp '^hermes-exec: stdin: '
	done
	assert_equal "$(git_at src/a)" "$before"
	checkout_whole src/a
	jq . gate.json >spaced.json
	hermes-exec -s $state <spaced.json >exec.json
	assert_equal "$(git_at src/a)" "$(git_at up/a.git main)"
}

@test "cycle: a dry run's document cannot be executed" {
	repo_make a
	git -C src/a fetch -q
	upstream_commit a
	git -C src/a fetch -q
	house_make a
	dry_run dry.json
	assert_equal "$(jq -c '[.plan.queue[].repo_key]' dry.json)" '["a"]'
	before=$(git_at src/a)
	run -65 hermes-exec -s $state <dry.json
	assert_equal "${#lines[@]}" 1
	assert_equal "$(git_at src/a)" "$before"
	checkout_whole src/a
}

# A filter called hermes-NAME that does TEXT instead.
instead() {
	mkdir -p instead
	printf '#!/bin/sh\n%s\n' "$2" >"instead/hermes-$1"
	chmod +x "instead/hermes-$1"
}

@test "cycle: a failing stage ends it with its status, recorded, leases back" {
	repo_make a
	upstream_commit a
	house_make a
	before=$(git_at src/a)
	instead gate 'echo "hermes-gate: stdin: no" >&2; exit 65'
	PATH=$PWD/instead:$PATH run -65 hermes-cycle
	assert_output 'hermes-gate: stdin: no'
	assert_equal "$(git_at src/a)" "$before"
	assert_equal "$(jq -c .leases $state/coordination_leases.json)" '[]'
	assert_equal "$(tail -n 1 $ledger | jq -c '[.type, .data.stage,
	    .data.exit_code, .data.why]')" \
	    '["hermes.cycle.failed","gate",65,"hermes-gate: stdin: no"]'
	assert_equal "$(tail -n 1 $ledger | jq -r .cycle)" \
	    "$(jq -r .cycle.id $state/cycles/last.json)"
	assert_equal "$(jq 'has("topo"), has("gate")' \
	    $state/cycles/last.json | tr '\n' ' ')" 'true false '

	hermes-cycle
	assert_equal "$(git_at src/a)" "$(git_at up/a.git main)"
	state_whole
}

@test "cycle: what cannot be recovered is said, and it goes on" {
	repo_make a b
	upstream_commit b
	house_make a b
	hermes-cycle
	upstream_commit b file three
	real=$(command -v hermes-exec)
	instead exec "[ \"\$1\" = -R ] || exec '$real' \"\$@\"
	    '$real' \"\$@\" | jq -c '.cycle.id as \$id |
	    .exec.recovered = [{token: 9, repo_key: \"a\",
	    outcome: \"mixed\", paths: [\"x\"]}] |
	    .events = [{id: (\$id + \":x\"), source: \"hermes-exec\",
	    type: \"hermes.apply.recovered\", subject: \"a\",
	    data: {token: 9, outcome: \"mixed\", branch: \"main\",
	    before: null, after: null, paths: [\"x\"]}}]'"
	PATH=$PWD/instead:$PATH run -1 hermes-cycle
	assert_line --regexp '^a .*recovered +mixed'
	assert_line '1 of 1 needs a person'
	assert_equal "$(git_at src/b)" "$(git_at up/b.git main)"
}

@test "cycle: a tick tells once of a repository that begins to wait for a person" {
	repo_make a b
	house_make a b
	git -C src/a checkout -q --detach
	run -0 hermes-tick
	assert_output ''
	run -0 hermes-tick
	assert_output ''
	upstream_commit b
	echo edit >>src/b/file
	run -0 hermes-tick
	assert_equal "$(cut -d ' ' -f 1 <<<"$output")" $'REPOSITORY\nb\n\n1'
	assert_line --regexp '^b +main .* block +dirty: '
	assert_line '1 more waits for a person'
	run -0 hermes-tick
	assert_output ''
	git -C src/b checkout -q file
	run -0 hermes-tick
	assert_output ''
	rm -r src/b
	run -0 hermes-tick
	assert_line --regexp '^b .* block +.*missing'
	state_whole
}

@test "cycle: what a filter says of a full disk reaches the person" {
	repo_make a
	house_make a
	unshare -rm true 2>/dev/null || skip 'no mounts are permitted here'
	run -74 unshare -rm bash -c 'mount -t tmpfs -o size=64k,mode=700 none \
	    house/state && ! cat /dev/zero 2>/dev/null >house/state/torn &&
	    rm -f house/state/tick.told && hermes-tick'
	assert_output 'hermes-exec: stdout: No space left on device'
	hermes-cycle
	instead gate 'echo one >&2; echo two >&2; exit 74'
	PATH=$PWD/instead:$PATH run -74 hermes-cycle
	assert_output $'one\ntwo'
	assert_equal "$(tail -n 1 $ledger | jq -r .data.why)" two
	assert_equal "$(find /dev/shm -maxdepth 1 -name 'hermes.*' -user "$(id -un)" -newer house)" ''
}

@test "cycle: a filter that is killed is a failure with a name" {
	repo_make a
	house_make a
	instead plan 'kill -9 $$'
	PATH=$PWD/instead:$PATH run -70 hermes-cycle
	assert_output 'hermes-cycle: hermes-plan: killed by signal 9'
	assert_equal "$(tail -n 1 $ledger | jq -r .data.stage)" plan
	assert_equal "$(ls -A $state/cycles | grep -c work)" 0
}

@test "cycle: TERM reaches the filter at work, and the cycle ends with 75" {
	repo_make a
	house_make a
	instead plan 'trap "echo term >termed; exit 75" TERM
	    touch started; while :; do sleep 0.05; done'
	PATH=$PWD/instead:$PATH hermes-cycle 3>&- 2>said &
	cycle=$!
	soon test -e started
	kill -TERM $cycle
	status=0
	wait $cycle || status=$?
	assert_equal $status 75
	assert_exists termed
	assert_equal "$(ls -A $state/cycles | grep -c work)" 0
	flock -n $state/.cycle.lock true
	hermes-cycle
	state_whole
}

@test "cycle: TERM in the middle of an upgrade: it is ended, the next not begun" {
	repo_make a b
	upstream_commit a
	upstream_commit b
	house_make a b
	policy '{"max_lanes": 1}'
	repo_set a '{"checks": [{"argv": ["sh", "-c",
	    "touch \"$HOME/started\"; sleep 1"],
	    "at": "health", "need": "required", "timeout_s": 20}]}'
	before=$(git_at src/b)
	hermes-cycle 3>&- 2>said &
	cycle=$!
	soon test -e "$HOME/started"
	kill -TERM $cycle
	status=0
	wait $cycle || status=$?
	assert_equal $status 75
	assert_equal "$(git_at src/b)" "$before"
	checkout_whole src/b
	assert_equal "$(jq -c .leases $state/coordination_leases.json)" '[]'
	hermes-cycle
	for key in a b; do
		assert_equal "$(git_at src/$key)" "$(git_at up/$key.git main)"
		checkout_whole src/$key
	done
	state_whole
}

@test "cycle: as many documents are kept as the policy says" {
	repo_make a
	house_make a
	policy '{"keep_cycles": 2}'
	for _ in 1 2 3 4; do hermes-cycle; done
	assert_equal "$(ls $state/cycles | grep -c '^[0-9]')" 2
	id=$(jq -r .cycle.id $state/cycles/last.json)
	cmp $state/cycles/last.json "$state/cycles/$id.json"
}

@test "cycle: without a configuration it says what to do" {
	export HERMES_HOME=$PWD/none
	run -78 hermes-cycle
	assert_output \
	    "hermes-cycle: $PWD/none/config/fleet.json: not there: hermes init makes it"
	run -64 hermes-cycle now
	run -0 hermes-cycle -h
	assert_output 'usage: hermes-cycle [-u REPO[=OID]]'
}
