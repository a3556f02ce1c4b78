# hermes-gate: G1 check by check, G2, the seal of G3.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	here
	hermes-lease <"$top/tests/lease/plan.json" >lease.json
	hermes-topo <lease.json >in.json
	seen=0
}

# Every gate that edited() saw, in one go.
teardown() {
	[ "$seen" = 0 ] || valid gate "$BATS_TEST_TMPDIR"/*.gate.json
}

sha() {
	printf 'sha256:%s' "$(sha256sum | cut -c1-64)"
}

# derive FILE - its hashes made anew, by hand, on stdout
derive() {
	local digest decision
	digest=$(jq -cjS '.policy | del(.digest, .zones)' "$1" | sha)
	decision=$(jq -cjS --arg digest "$digest" '{policy: $digest, repos:
	    [.plan.repos[] | {repo_key, recommendation, strategy, target,
	    endpoint, reasons, depth, place}]}' "$1" | sha)
	jq --arg digest "$digest" --arg decision "$decision" '
	    .policy.digest = $digest | .plan.policy_digest = $digest |
	    .plan.decision_hash = $decision' "$1"
}

# edited JQ - in.json with one thing changed and its hashes re-derived
edited() {
	jq "$1" in.json >edited.raw
	derive edited.raw >edited.json
	hermes-gate <edited.json >out.json
	seen=$((seen + 1))
	jq .gate out.json >"$BATS_TEST_TMPDIR/$seen.gate.json"
	assert_equal "$(sed -n 's/^  "seal": "\(.*\)",*$/\1/p' \
	    "$BATS_TEST_TMPDIR/$seen.gate.json")" \
	    "$(jq -cjS 'del(.gate.seal, .ledger)' out.json | sha)"
}

# failed - the checks that did not pass: [name, repo_key, code]
failed() {
	jq -c '[.gate.checks[] | select(.passed | not) |
	    [.name, .repo_key, .code]]' out.json
}

evidence() { # NAME [KEY]
	jq -r --arg name "$1" --arg key "${2-}" '.gate.checks[] |
	    select(.name == $name and (.repo_key // "") == $key).evidence' \
	    out.json
}

# outcome NAME KEY VERDICTS EVENTS - failed, evidence, and the two expressions,
# a line each: one jq, as it is slow to start
outcome() {
	jq -cr --arg name "$1" --arg key "$2" "([.gate.checks[] |
	    select(.passed | not) | [.name, .repo_key, .code]]),
	    (.gate.checks[] | select(.name == \$name and
	    (.repo_key // \"\") == \$key).evidence), ($3),
	    [.events[] | select(.source == \"hermes-gate\") | $4]" out.json
}

# refuses_all JQ NAME EVIDENCE - a fleet check: NO-GO for every repository
refuses_all() {
	edited "$1"
	outcome "$2" '' '[.gate.verdict, (.gate.repos |
	    map(.verdict, .failed) | unique)]' \
	    '[.type, .subject, .data.checks]' >found
	diff - found <<-END
	[["$2",null,"gate"]]
	$3
	["NO-GO",["NO-GO",["$2"]]]
	[["hermes.gate.refused",null,["$2"]]]
	END
	run -1 hermes-gate -e <edited.json
}

# refuses_one JQ NAME CODE EVIDENCE - a check of solo: NO-GO for solo alone
refuses_one() {
	edited "$1"
	outcome "$2" solo '[.gate.verdict, [.gate.repos[] | [.repo_key,
	    .verdict, .failed]]]' \
	    '[.type, .subject, .data.go_count, .data.checks]' >found
	diff - found <<-END
	[["$2","solo","$3"]]
	$4
	["NO-GO",[["app","GO",[]],["lib","GO",[]],["solo","NO-GO",["$2"]]]]
	[["hermes.gate.passed",null,2,null],["hermes.gate.refused","solo",null,["$2"]]]
	END
	run -1 hermes-gate -e <edited.json
}

solo_probe='(.probe.repos[] | select(.repo_key == "solo"))'
solo_plan='(.plan.repos[] | select(.repo_key == "solo"))'
solo_lease='(.lease.reservations[] | select(.repo_key == "solo"))'

# tokens - in.json as if it were granted for real
tokens() {
	jq '.lease.holder = {host: "here", pid: 1, start_ticks: 1, boot_id: "b"} |
	    .lease.reservations |= (to_entries | map(.value.token = .key + 5 |
	    .value))' in.json >new.json
	mv new.json in.json
}

@test "gate: a sound document is GO, every check named with evidence" {
	hermes-gate -e <in.json >out.json
	jq .gate out.json >gate.json
	valid gate gate.json
	assert_equal "$(jq -c '[.verdict, [.repos[] | [.repo_key, .verdict]],
	    (.checks | map(.passed) | unique)]' gate.json)" \
	    '["GO",[["app","GO"],["lib","GO"],["solo","GO"]],[true]]'
	assert_equal "$(jq -c '[.checks[] | select(.scope == "fleet").name]' \
	    gate.json)" \
	    '["leases-unique","queue-in-order","hashes-re-derive","dependencies-acyclic","lanes-kept","edges-have-both-ends","one-cycle-one-policy","ledger-verified"]'
	assert_equal "$(jq -c '[.checks[] | select(.repo_key == "app").name]' \
	    gate.json)" \
	    '["granted-iff-leased","prerequisites-granted","endpoint-usable","rollback-point-recordable","space","signature","tree-safe","strategy-allowed","target-is-tip"]'
	assert_equal "$(jq -c '[.events[] | select(.source == "hermes-gate") |
	    [.type, .data]]' out.json)" "$(jq -c '[["hermes.gate.passed",
	    {decision_hash: .plan.decision_hash, go_count: 3}]]' in.json)"
}

@test "gate: the seal is the sha256 of the rest, by hand" {
	edited .
	assert_equal "$(failed)" '[]'
	# jq . is no edit, and what the ledger acknowledges is none
	jq '.ledger = [{seq: 1}]' out.json >acknowledged.json
	assert_equal "$(jq -r .gate.seal out.json)" \
	    "$(jq -cjS 'del(.gate.seal, .ledger)' acknowledged.json | sha)"
	# it covers what the gate itself said, and what it does not know
	edited '.extra = {b: 1, a: [null, "x"]}'
	[ "$(jq -r .gate.seal out.json)" != "$(jq '.extra.b = 2' out.json |
	    jq -cjS 'del(.gate.seal, .ledger)' | sha)" ]
}

@test "gate: an empty queue is GO" {
	edited '.plan.queue = [] | .lease.reservations = [] |
	    .plan.repos[].recommendation = "none"'
	assert_equal "$(jq -c '[.gate.verdict, .gate.repos]' out.json)" \
	    '["GO",[]]'
	hermes-gate -e <edited.json >/dev/null
}

@test "gate: leases-unique" {
	refuses_all '.lease.reservations += [.lease.reservations[0]]' \
	    leases-unique 'app: reserved twice'
	refuses_all '.lease.reservations += [.lease.reservations[0] |
	    .repo_key = "cur"]' leases-unique 'cur: reserved, but not queued'
	refuses_all '(.probe.repos[] | select(.repo_key | IN("lib", "solo"))
	    .common_dir) = "/srv/x"' leases-unique '/srv/x: lib and solo'
	tokens
	refuses_all '.lease.reservations[].token = 5' \
	    leases-unique 'token 5: app and lib'
}

@test "gate: leases-unique: a reservation that is missing fails the fleet" {
	edited "del($solo_lease)"
	assert_equal "$(failed)" \
	    '[["leases-unique",null,"gate"],["granted-iff-leased","solo","gate"]]'
	assert_equal "$(evidence leases-unique)" 'solo: queued, but not reserved'
	assert_equal "$(evidence granted-iff-leased solo)" 'no reservation'
}

@test "gate: queue-in-order" {
	refuses_all '.plan.queue |= (map(.repo_key) as $k | [.[2], .[1], .[0]] |
	    [.[2], .[0], .[1]])' queue-in-order 'solo: place 5 behind place 6'
	refuses_all '(.plan.repos[] | select(.repo_key == "dirty") |
	    .recommendation) = "upgrade"' queue-in-order \
	    'dirty: recommended, but not queued'
	refuses_all "$solo_plan.recommendation = \"defer\"" queue-in-order \
	    'solo: queued, but not recommended'
	refuses_all '(.plan.repos[] | select(.repo_key == "lib").place) = 9 |
	    .plan.queue |= [.[1], .[2], .[0]] | (.plan.queue[],
	    .lease.reservations[] | select(.repo_key == "lib").lane) = 3 | (.fleet.repos[] | select(.repo_key == "app").depends_on) = []' \
	    queue-in-order 'solo does not stand behind lib'
	refuses_all '(.plan.queue[], .lease.reservations[] |
	    select(.repo_key == "solo").turn) = 1' \
	    queue-in-order 'solo does not stand behind lib'
}

@test "gate: hashes-re-derive" {
	cp in.json sound.json
	derive() { cat "$1"; }
	refuses_all '.policy.cooldown_s = 1' hashes-re-derive \
	    "policy.digest: $(jq -r .policy.digest in.json), derived: $(jq -cjS \
	    '.policy | .cooldown_s = 1 | del(.digest, .zones)' in.json | sha)"
	# a risk figure is outside it, a reason is not
	edited '.plan.repos[].risk.permille = 999 | .plan.pressure = "high" |
	    .policy.zones = [1]'
	assert_equal "$(failed)" '[]'
	edited '.plan.repos[0].reasons += ["window"]'
	assert_equal "$(failed)" '[["hashes-re-derive",null,"gate"]]'
	edited '.plan.decision_hash = null'
	assert_equal "$(failed)" '[["hashes-re-derive",null,"gate"]]'
	edited 'del(.policy.digest)'
	assert_equal "$(failed | jq -c 'map(.[0])')" \
	    '["hashes-re-derive","one-cycle-one-policy"]'
}

@test "gate: dependencies-acyclic" {
	edited '(.fleet.repos[] | select(.repo_key == "lib").depends_on) =
	    ["app"]'
	[[ $(failed) == *'["dependencies-acyclic",null,"gate"]'* ]]
	assert_equal "$(evidence dependencies-acyclic)" \
	    'app is on a dependency cycle'
	# a cycle of others is the plan's to report
	edited '(.fleet.repos[] | select(.repo_key == "cur").depends_on) =
	    ["down"] | (.fleet.repos[] | select(.repo_key == "down")
	    .depends_on) = ["cur"]'
	assert_equal "$(failed)" '[]'
}

@test "gate: lanes-kept" {
	refuses_all '.plan.lane_count = 1' lanes-kept \
	    '2 used of 1, at most 4'
	refuses_all '.policy.max_lanes = 3' lanes-kept '2 used of 4, at most 3'
	refuses_all 'del(.plan.lane_count)' lanes-kept \
	    '2 used of -1, at most 4'
	refuses_all '(.plan.queue[], .lease.reservations[] |
	    select(.repo_key == "solo").lane) = 1' lanes-kept \
	    'lane 1: solo and app: turn 2'
	refuses_all "$solo_lease.lane = 3" lanes-kept \
	    'solo: plan and lease name other lanes'
}

@test "gate: edges-have-both-ends" {
	refuses_all '.topo.nodes |= map(select(.id != "lane:2"))' \
	    edges-have-both-ends 'repo:solo runs_in lane:2'
}

@test "gate: one-cycle-one-policy" {
	hash=sha256:$(printf '%064d' 0)
	derive() {
		local decision
		decision=$(jq -cjS '{policy: .plan.policy_digest, repos:
		    [.plan.repos[] | {repo_key, recommendation, strategy,
		    target, endpoint, reasons, depth, place}]}' "$1" | sha)
		jq --arg hash "$decision" '.plan.decision_hash = $hash' "$1"
	}
	refuses_all ".plan.policy_digest = \"$hash\"" one-cycle-one-policy \
	    "policy: $(jq -r .policy.digest in.json), plan: $hash"
	refuses_all '(.topo.nodes[], .topo.edges[]) |= (
	    (.id, .from | select(. == "cycle:20250301T040000Z-1a2b3c4d")) =
	    "cycle:other")' one-cycle-one-policy 'topo: cycle:other'
	refuses_all '.events[0].id = "other:hermes.cycle.started"' \
	    one-cycle-one-policy 'event other:hermes.cycle.started'
}

@test "gate: ledger-verified" {
	refuses_all '.memory.ledger.verified = false' ledger-verified 'seq 0'
	refuses_all 'del(.memory.ledger.verified)' ledger-verified 'seq 0'
	refuses_all '.memory.ledger = null' ledger-verified 'seq -1'
	# whole, but up to where is not said
	refuses_all 'del(.memory.ledger.seq)' ledger-verified 'seq -1'
	refuses_all '.memory.ledger |= (.seq = 3 | .hash = null)' \
	    ledger-verified 'seq 3'
}

@test "gate: what the lease says waits is NO-GO, and no check has failed" {
	edited "$solo_lease |= (.granted = false | .code = \"lease-foreign\" |
	    .detail = \"held by x\")"
	assert_equal "$(failed)" '[]'
	assert_equal "$(evidence granted-iff-leased solo)" \
	    'denied: lease-foreign: held by x'
	assert_equal "$(jq -c '[.gate.verdict, (.gate.repos[] |
	    [.repo_key, .verdict, .code])]' out.json)" \
	    '["NO-GO",["app","GO",null],["lib","GO",null],["solo","NO-GO","lease-foreign"]]'
	assert_equal "$(jq -r '.gate.repos[2].text' out.json)" \
	    'denied: lease-foreign: held by x'
	assert_equal "$(jq -c '[.events[] | select(.source == "hermes-gate") |
	    [.type, .data.go_count]]' out.json)" '[["hermes.gate.passed",2]]'
	run -1 hermes-gate -e <edited.json
	hermes-gate -s S <edited.json >out.json
	valid control_plane_integrity S/control_plane_integrity.json
	assert_equal "$(jq -c '[.verdict, .denied, (.checks | map(.passed) |
	    unique)]' S/control_plane_integrity.json)" \
	    '["NO-GO",[{"repo_key":"solo","code":"lease-foreign"}],[true]]'

	# what needs it is not GO either, denied as well or not
	lib='(.lease.reservations[] | select(.repo_key == "lib"))'
	app='(.lease.reservations[] | select(.repo_key == "app"))'
	edited "$lib |= (.granted = false | .code = \"lease-foreign\") |
	    $app |= (.granted = false | .code = \"needs\")"
	assert_equal "$(failed)" '[]'
	assert_equal "$(jq -c '[.gate.repos[] | [.verdict, .code]]' out.json)" \
	    '[["NO-GO","needs"],["NO-GO","lease-foreign"],["GO",null]]'
	edited "$lib |= (.granted = false | .code = \"lease-foreign\")"
	assert_equal "$(failed)" '[["prerequisites-granted","app","needs"]]'
	# a denial does not hide what else is wrong, nor a token
	edited "$solo_lease |= (.granted = false | .code = \"lease-foreign\") |
	    $solo_probe.free_bytes = 0"
	assert_equal "$(failed)" '[["space","solo","no-space"]]'
	edited "$solo_lease |= (.granted = false | .code = \"lease-foreign\" |
	    .token = 5)"
	assert_equal "$(evidence granted-iff-leased solo)" \
	    'token 5 without a grant'
	# who asked for a way back is told
	edited "$solo_lease |= (.granted = false | .code = \"lease-foreign\") |
	    $solo_plan.strategy = \"rollback\""
	assert_equal "$(failed | jq -c 'map(.[0]) | index("granted-iff-leased")')" 0
}

@test "gate: granted-iff-leased" {
	# why it is denied must be a reason that passes by itself
	for code in nothing gate signature; do
		refuses_one "$solo_lease |= (.granted = false |
		    .code = \"$code\" | .detail = \"x\")" granted-iff-leased \
		    "$code" "denied: $code: x"
	done
	refuses_one "$solo_lease.granted = false" granted-iff-leased gate \
	    'denied: null: null'
	tokens
	edited .
	assert_equal "$(failed)" '[]'
	assert_equal "$(evidence granted-iff-leased app)" 'token 5'
	refuses_one "$solo_lease.token = 0" granted-iff-leased gate \
	    'granted without a token'
	refuses_one "$solo_lease.granted = false" granted-iff-leased gate \
	    'token 7 without a grant'
	refuses_one "$solo_probe.common_dir = null" granted-iff-leased gate \
	    'granted, but whose git directory is not known'
}

@test "gate: prerequisites-granted: a dependant of a NO-GO is NO-GO" {
	edited '(.probe.repos[] | select(.repo_key == "lib").free_bytes) = 0'
	assert_equal "$(failed)" \
	    '[["prerequisites-granted","app","needs"],["space","lib","no-space"]]'
	assert_equal "$(evidence prerequisites-granted app)" 'lib: NO-GO'
	assert_equal "$(jq -c '[.gate.repos[] | [.repo_key, .verdict]]' \
	    out.json)" '[["app","NO-GO"],["lib","NO-GO"],["solo","GO"]]'

	edited '(.plan.repos[] | select(.repo_key == "cur").recommendation) =
	    "block"'
	assert_equal "$(failed)" '[["prerequisites-granted","app","needs"]]'
	assert_equal "$(evidence prerequisites-granted app)" 'cur: block'
	edited 'del(.plan.repos[] | select(.repo_key == "cur"))'
	assert_equal "$(evidence prerequisites-granted app)" \
	    'cur: not in the plan'
	edited 'del(.fleet.repos[] | select(.repo_key == "solo"))'
	assert_equal "$(evidence prerequisites-granted solo)" \
	    'not in the fleet'
}

@test "gate: endpoint-usable, and the same in plan, probe and topo" {
	refuses_one "$solo_probe.endpoints[0].class = \"timeout\"" \
	    endpoint-usable remote-down 'primary /srv/up/solo.git: timeout'
	refuses_one "$solo_probe.endpoints = []" \
	    endpoint-usable remote-down 'primary /srv/up/solo.git: null'
	refuses_one "$solo_probe.endpoint = null" endpoint-usable remote-down \
	    'plan: primary /srv/up/solo.git; probe: null null'
	refuses_one "$solo_plan.endpoint.role = \"mirror\"" \
	    endpoint-usable remote-down \
	    'plan: mirror /srv/up/solo.git; probe: primary /srv/up/solo.git'
	refuses_one "$solo_plan.endpoint = null" endpoint-usable remote-down \
	    'the plan names none'
	refuses_one '(.topo.federations[] | select(.repo_key == "solo")
	    .selected.url) = "/x"' endpoint-usable remote-down \
	    'plan: primary /srv/up/solo.git; topo: primary /x'
}

@test "gate: rollback-point-recordable" {
	e=$(printf 'e%.0s' {1..40}) x=$(printf '1%.0s' {1..40})
	refuses_one "$solo_plan.branch = null" rollback-point-recordable gate \
	    "plan: null at $e; probe: main at $e"
	refuses_one "$solo_plan.before = null" rollback-point-recordable gate \
	    "plan: main at null; probe: main at $e"
	refuses_one "$solo_probe.branch_oid = \"$x\"" \
	    rollback-point-recordable gate \
	    "plan: main at $e; probe: main at $x"
	refuses_one "$solo_plan.before = \"HEAD\" |
	    $solo_probe.branch_oid = \"HEAD\"" rollback-point-recordable gate \
	    'plan: main at HEAD; probe: main at HEAD'
}

@test "gate: space" {
	refuses_one "$solo_probe.free_bytes = 33562623" space no-space \
	    '33562623 of 33562624 bytes needed are free, 10000000 of 1002 inodes'
	refuses_one "$solo_probe.free_inode_count = 1001" space no-space \
	    '1000000000000 of 33562624 bytes needed are free, 1001 of 1002 inodes'
	refuses_one "$solo_probe.free_bytes = null" space no-space \
	    'free space or free inodes are not known'
	refuses_one "del($solo_probe.free_inode_count)" space no-space \
	    'free space or free inodes are not known'
	refuses_one "$solo_probe.change = null" space no-space \
	    'the size of the change is not known'
	edited "$solo_probe.free_bytes = 33562624 |
	    $solo_probe.free_inode_count = 1002"
	assert_equal "$(failed)" '[]'
}

@test "gate: signature" {
	refuses_one '(.fleet.repos[] | select(.repo_key == "solo").policy) =
	    {require_signature: "commit"}' signature signature \
	    'not verified: the policy wants commit'
	edited '.policy.require_signature = "tag"'
	assert_equal "$(failed | jq -c 'map(.[0]) | unique')" \
	    '["prerequisites-granted","signature"]'
	edited 'del(.policy.require_signature)'
	assert_equal "$(failed | jq -c 'map(.[0]) | unique')" \
	    '["prerequisites-granted","signature"]'
}

@test "gate: tree-safe" {
	refuses_one "$solo_probe.unsafe = [{path: \"a/.GIT\", kind: \"dot-git\"}]" \
	    tree-safe unsafe-tree '1 unsafe, the first: a/.GIT: dot-git'
	refuses_one "$solo_probe.unsafe = null" tree-safe unsafe-tree \
	    'the new tree was not looked at'
	refuses_one "del($solo_probe.unsafe)" tree-safe unsafe-tree \
	    'the new tree was not looked at'
}

@test "gate: strategy-allowed" {
	refuses_one "$solo_plan.strategy = \"merge\"" strategy-allowed gate merge
	refuses_one "$solo_plan.strategy = \"manual\"" strategy-allowed gate \
	    manual
	refuses_one "$solo_probe.ahead_count = 1" strategy-allowed gate \
	    'fast-forward, 1 ahead'
	refuses_one "$solo_probe.ahead_count = null" strategy-allowed gate \
	    'fast-forward: what is ahead is not known'
	edited "$solo_plan.strategy = \"ref-only\""
	assert_equal "$(failed)" '[]'
}

@test "gate: target-is-tip" {
	f=$(printf 'f%.0s' {1..40}) x=$(printf '1%.0s' {1..40})
	refuses_one "$solo_plan.target = \"$x\"" target-is-tip stale-plan \
	    "plan: $x; probe: $f"
	refuses_one "$solo_plan.target = null" target-is-tip stale-plan \
	    "plan: null; probe: $f"
	refuses_one "$solo_probe.tip_known = false" target-is-tip stale-plan \
	    "$f: not fetched"
	# what the row says, the endpoint must have said
	refuses_one "$solo_probe.endpoints[0].tip = \"$x\"" target-is-tip \
	    stale-plan "plan: $f; probe: $x"
	refuses_one "del($solo_probe.endpoints[0].tip)" target-is-tip \
	    stale-plan "plan: $f; probe: null"
}

@test "gate: a rollback is judged as one: no fetch, no new tree, no tip" {
	x=$(printf '1%.0s' {1..40})
	back="$solo_plan |= (.strategy = \"rollback\" | .target = \"$x\" |
	    .endpoint = null) | $solo_probe |= (.change = null | .endpoint = null |
	    .unsafe = null | .ahead_count = 3) | .memory.rollback.repos =
	    [{repo_key: \"solo\", points: [{before: \"$x\"}]}]"
	edited "$back"
	assert_equal "$(failed)" '[]'
	refuses_one "$back | .memory.rollback = null" target-is-tip stale-plan \
	    "back to $x"
	refuses_one "$back | $solo_plan.target = $solo_plan.before" \
	    target-is-tip stale-plan "back to $(printf 'e%.0s' {1..40})"
	refuses_one "$back | $solo_probe.free_bytes = 1" space no-space \
	    '1 of 33554432 bytes needed are free, 10000000 of 1000 inodes'
}

@test "gate: a queued repository that nobody knows is NO-GO" {
	edited 'del(.probe.repos[] | select(.repo_key == "solo"))'
	assert_equal "$(failed | jq -c 'map(.[0])')" \
	    '["granted-iff-leased","endpoint-usable","rollback-point-recordable","space","tree-safe","strategy-allowed","target-is-tip"]'
}

@test "gate: no verdict is without a text" {
	edited '.memory.ledger.verified = false |
	    (.probe.repos[] | select(.repo_key == "solo").free_bytes) = 0'
	assert_equal "$(jq -r '.gate.repos[] | select(.repo_key == "solo").text' \
	    out.json)" 'ledger-verified: seq 0; space: 0 of 33562624 bytes needed are free, 10000000 of 1002 inodes'
	assert_equal "$(jq '[.gate.repos[].text, .gate.checks[].evidence] |
	    map(select(. == "")) | length' out.json)" 0
}

@test "gate: with -s two state files, and a quiet cycle rewrites neither" {
	hermes-topo -s S <lease.json >in.json
	jq '{schema: "hermes.global_orchestration_plan/1"} + .plan' in.json \
	    >S/global_orchestration_plan.json
	hermes-gate -s S <in.json >out.json
	valid control_plane_integrity S/control_plane_integrity.json
	valid runtime_consensus_state S/runtime_consensus_state.json
	assert_equal "$(jq -c '[.verdict, (.checks | map(.passed) | unique)]' \
	    S/control_plane_integrity.json)" '["GO",[true]]'
	assert_equal "$(jq -c '[.agreed, [.hashes[] | [.name, .agrees,
	    [.says[].knows]]]]' S/runtime_consensus_state.json)" \
	    '[true,[["policy-digest",true,[true,true,true]],["decision-hash",true,[true,true,true]],["ledger-head",true,[true,false]],["topology",true,[true,true]]]]'
	assert_equal "$(jq -r '.hashes[3].says[1].hash' \
	    S/runtime_consensus_state.json)" "$(jq -cjS '{nodes, edges}' \
	    S/runtime_topology_graph.json | sha)"

	stat -c '%n %i %y' S/*.json >before
	jq '.probe.repos[].free_bytes = 999999999 |
	    .cycle.now.real_at = "2025-03-02T04:00:00.000Z" |
	    .memory.ledger.hash = ("1" * 64)' in.json >next.json
	hermes-gate -s S <next.json >out.json
	stat -c '%n %i %y' S/*.json >after
	cmp before after
}

@test "gate: the state files say what failed and who disagrees" {
	hermes-topo -s S <lease.json >in.json
	jq '.edges = []' S/runtime_topology_graph.json >new
	mv new S/runtime_topology_graph.json
	jq '(.probe.repos[] | select(.repo_key == "solo").free_bytes) = 0 |
	    .memory.state = {hash: ("2" * 64), repos: []}' in.json >bad.json
	hermes-gate -s S <bad.json >out.json
	valid control_plane_integrity S/control_plane_integrity.json
	valid runtime_consensus_state S/runtime_consensus_state.json
	assert_equal "$(jq -c '[.verdict, [.checks[] | select(.passed | not) |
	    [.name, .failed[0].repo_key, .failed[0].code]]]' \
	    S/control_plane_integrity.json)" \
	    '["NO-GO",[["space","solo","no-space"]]]'
	assert_equal "$(jq -c '[.agreed, [.hashes[] | select(.agrees | not)
	    .name]]' S/runtime_consensus_state.json)" \
	    '[false,["ledger-head","topology"]]'
}

# disagree JQ - the hashes on which not all agree, in.json changed by it
disagree() {
	jq "$1" in.json >bad.json
	hermes-gate -s S <bad.json >out.json
	valid runtime_consensus_state S/runtime_consensus_state.json
	jq -c '[.hashes[] | select(.agrees | not).name]' \
	    S/runtime_consensus_state.json
}

@test "gate: each hash has those who know it, and they may disagree" {
	hermes-topo -s S <lease.json >in.json
	jq '{schema: "hermes.global_orchestration_plan/1"} + .plan' in.json \
	    >S/global_orchestration_plan.json
	assert_equal "$(disagree .)" '[]'
	assert_equal "$(disagree '.policy.cooldown_s = 1')" \
	    '["policy-digest"]'
	assert_equal "$(disagree '.plan.repos[0].place = 9')" \
	    '["decision-hash"]'
	assert_equal "$(disagree '.memory.state = {hash: ("2" * 64),
	    repos: []}')" '["ledger-head"]'
	assert_equal "$(disagree '.topo.edges = []')" '["topology"]'
	jq '.decision_hash = "sha256:" + "0" * 64' \
	    S/global_orchestration_plan.json >new
	mv new S/global_orchestration_plan.json
	assert_equal "$(disagree .)" '["decision-hash"]'
}

@test "gate: without -s nothing is written" {
	rm lease.json
	hermes-gate <in.json >out.json
	assert_equal "$(ls)" "$(printf 'in.json\nout.json')"
}

@test "gate: same bytes in, same bytes out; run again, the same bytes" {
	hermes-gate <in.json >one.json
	hermes-gate <in.json >two.json
	cmp one.json two.json
	hermes-gate <one.json >three.json
	cmp <(jq -S . one.json) <(jq -S . three.json)
	hermes-gate <three.json >four.json
	cmp three.json four.json
}

@test "gate: unknown members survive, at the top and inside" {
	jq '.extra = {a: [1]} | .topo.extra = 2 | .lease.reservations[0].extra = 3' \
	    in.json >more.json
	hermes-gate <more.json >out.json
	cmp <(jq -S 'del(.events)' more.json) \
	    <(jq -S 'del(.gate, .events)' out.json)
}

@test "gate: a stage that was left out is named, a wrong type is refused" {
	run -65 --separate-stderr hermes-gate <lease.json
	assert_equal "$output" ''
	assert_equal "$stderr" \
	    'hermes-gate: stdin: topo: missing: run hermes-topo first'
	jq '.probe.repos[0].tip_known = "yes"' in.json >bad.json
	run -65 --separate-stderr hermes-gate <bad.json
	assert_equal "$stderr" \
	    'hermes-gate: stdin: probe.repos[0].tip_known: expected true or false, found a string'
	jq 'del(.memory)' in.json >bad.json
	run -65 --separate-stderr hermes-gate <bad.json
	assert_equal "$stderr" \
	    'hermes-gate: stdin: memory: missing: run hermes-probe first'
}

@test "gate: broken input is refused, with one line and no output" {
	broken hermes-gate
	broken hermes-gate -e -s S
	assert_not_exists S
}

@test "gate: the page's example runs" {
	hermes-gate <in.json |
	    jq -r '.gate.repos[] | .repo_key + ": " + .text' >shown
	assert_equal "$(head -n 1 shown)" 'app: all 17 checks passed'
}

@test "gate: options, help, a busy STATE and a full disk" {
	hermes-gate -h >help
	assert_equal "$(head -n 1 help)" 'usage: hermes-gate [-e] [-s STATE]'
	run -64 hermes-gate -x </dev/null
	run -64 hermes-gate extra </dev/null
	full hermes-gate <in.json
	mkdir -m 700 S
	exec 9>>S/.cycle.lock
	flock -n 9
	run -75 hermes-gate -s S <in.json 9>&-
	assert_equal "$(ls S)" ''
}
