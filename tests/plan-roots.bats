# hermes-plan: in a fleet of 500 in mixed trouble every reason chain leads over
# real edges to a root cause (A2).

setup() {
	load helper
	here
}

# roots SEED - plan the fleet; faults, a line each, into faults; into roots
# the code of each root cause
roots() {
	/usr/bin/python3 "$top/tests/generate/fleets.py" "$1" 500 >in.json
	hermes-plan <in.json >out.json
	jq -r '
	    (.fleet.repos | INDEX(.repo_key)) as $fleet |
	    (.plan.repos | INDEX(.repo_key)) as $plan |
	    def reaches($from; $to): {open: [$from], seen: {}} | until(
		(.open | length) == 0 or .seen[$to];
		.open[0] as $at | .open |= .[1:] |
		if .seen[$at] then . else
		    .seen[$at] = true | .open += $fleet[$at].depends_on end) |
		.seen[$to] // false;
	    .plan.repos[] | . as $row | .chain as $c |
	    ([$c[] | select(.repo_key).repo_key]) as $keys |
	    $plan[$keys[-1]] as $root |
	    if ($c | length) == 0 or $keys[0] != $row.repo_key then
		"\(.repo_key): does not begin with itself"
	    elif [$keys[:-1][] as $k | $plan[$k].reason] | any(. != "needs") then
		"\(.repo_key): a step in between needs nothing"
	    elif [range(($keys | length) - 1) as $i |
		$fleet[$keys[$i]].depends_on | index($keys[$i + 1]) != null or
		($i == 6 and reaches($keys[6]; $keys[7]))] | all | not then
		"\(.repo_key): a step that is no edge: \($keys)"
	    elif $c[-1].code == "needs" or $root.reason == "needs" then
		"\(.repo_key): ends in needs"
	    elif ($keys | length) > 1 and ($root.recommendation |
		IN("upgrade", "canary")) then
		"\(.repo_key): waits for \($root.repo_key), which is upgraded"
	    elif any($c[]; .text == "" or .text == null) then
		"\(.repo_key): a step without a word"
	    elif $row.reason == "needs" and ($keys | length) < 2 then
		"\(.repo_key): needs nobody"
	    else empty end' out.json >faults
	jq -r '.plan.repos[].chain[-1].code' out.json >>roots
}

@test "plan: 500 in mixed trouble, each chain ends in a root cause" {
	for seed in 1 2 3 4; do
		roots $seed
		assert_equal "$(cat faults)" ''
	done
	assert_equal "$(wc -l <roots)" 2000
	# mixed it was
	[ "$(sort -u roots | wc -l)" -gt 30 ]
	[ "$(jq '[.plan.repos[] | select(.reason == "needs")] | length' \
	    out.json)" -gt 80 ]
	[ "$(jq '[.plan.repos[].chain | length] | max' out.json)" -ge 4 ]
}

@test "plan: a chain that is wrong is found" {
	mkdir bin
	printf '#!/bin/sh\n"%s/bin/hermes-plan" | jq -c "%s"\n' "$BUILD" \
	    '(.plan.repos[] | select(.chain[1].repo_key).chain) |= .[:1]' \
	    >bin/hermes-plan
	chmod +x bin/hermes-plan
	PATH=$PWD/bin:$PATH roots 1
	[ -s faults ]
}

# shaped PYTHON - big.json, a fleet of 10,000 that are all due, with the edges
# that PYTHON gives its repositories `rows`; then through to the gate
shaped() {
	/usr/bin/python3 -B - "$top/tests/generate" "$1" >big.json <<-'MAKE'
		import json, sys
		sys.path.insert(0, sys.argv[1])
		import fleets
		made = fleets.big(1, 10000, 0, 10000)
		rows = made["fleet"]["repos"]
		key = [row["repo_key"] for row in rows]
		exec(sys.argv[2])
		json.dump(made, sys.stdout)
	MAKE
	hermes-plan <big.json >plan.json
	hermes-lease <plan.json >lease.json
	hermes-topo <lease.json >topo.json
	hermes-gate <topo.json >out.json
}

@test "plan: a chain of 10,000 is as many turns, and the gate agrees" {
	shaped 'for i in range(1, 10000): rows[i]["depends_on"] = [key[i - 1]]'
	assert_equal "$(jq -c '[.plan.counts.upgrade, .plan.queue[9999].turn,
	    .plan.repos[9999].depth, .gate.verdict]' out.json)" \
	    '[10000,10000,9999,"GO"]'
}

@test "plan: a cycle of 5,000 blocks itself and what needs it alone" {
	shaped 'for i in range(5000):
	    rows[i]["depends_on"] = [key[(i + 1) % 5000]]
rows[6000]["depends_on"] = [key[7]]
rows[6001]["depends_on"] = [key[6001]]
rows[6002]["after"] = [key[6002], key[6003]]
rows[6003]["after"] = [key[6002]]'
	assert_equal "$(jq -c '[.plan.counts.upgrade, .plan.counts.block,
	    (.plan.dependency_cycles | map(length)), .gate.verdict]' out.json)" \
	    '[4998,5002,[5000,1],"GO"]'
	assert_equal "$(jq -r '.plan.repos[6000].text' out.json)" 'r006000: needs r000007; r000007: in a dependency cycle of r000000, r000001, r000002, r000003, r000004, r000005, r000006, r000007 and 4992 more'
}
