# hermes-plan: the document, the hash, the events, what is kept, what is refused.

setup() {
	load helper
	here
	load plan/words
	export fixtures=$top/tests/plan
}

@test "plan: the decision hash is jq and sha256sum" {
	plan 'fleet(["app", "lib", "web"]) | needs("app"; ["lib"])
	    | probe_of("lib"; .reason = "dirty")
	    | probe_of("web"; found("timeout") | .endpoint = null)'
	is .plan.decision_hash "\"$(by_hand out.json)\""
}

@test "plan: a permuted fleet decides the same" {
	doc 'fleet([range(40) | "r\(. + 10)"])
	    | .fleet.repos |= [range(40) as $i | .[$i]
	    | .depends_on = [range($i) | select(. % 7 == $i % 5) | "r\(. + 10)"]]
	    | probe_of("r13"; .reason = "dirty")
	    | remember("r20"; .) | remember("r21"; .)'
	hermes-plan <in.json >out.json
	sound
	jq .plan out.json >plan.json
	valid plan plan.json
	jq '.fleet.repos |= reverse | .probe.repos |= reverse
	    | .memory.state.repos |= reverse
	    | .fleet.repos[].depends_on |= reverse' in.json |
	    hermes-plan >again.json
	cmp <(jq -S .plan out.json) <(jq -S .plan again.json)
	is .plan.decision_hash "\"$(by_hand again.json)\""
}

@test "plan: scores, lanes and instants are outside the decision hash" {
	local hash
	plan .
	hash=$(jq .plan.decision_hash out.json)
	plan '.cycle.now.real_at = "2026-01-01T00:00:00.000Z"
	    | .policy.max_lanes = 1 | .probe.resources.class = "high"
	    | probe_of("web"; .change.file_count = 40)'
	is .plan.decision_hash "$hash"
	plan 'probe_of("web"; .tip = "3333333333333333333333333333333333333333")'
	assert_not_equal "$(jq .plan.decision_hash out.json)" "$hash"
}

@test "plan: same bytes in, same bytes out, and again over its own output" {
	doc .
	hermes-plan <in.json >one
	hermes-plan <in.json >two
	cmp one two
	hermes-plan <one >again
	cmp one again
}

@test "plan: what later stages said is dropped when it is run again" {
	plan .
	jq '.lease = {} | .gate = {} | .exec = {}' out.json >later.json
	hermes-plan <later.json >again
	cmp out.json again
}

@test "plan: unknown members survive, outside and inside" {
	plan '.extra = {"b": 1, "a": [9007199254740991]}
	    | .probe.extra = true | .fleet.repos[0].extra = "x"
	    | .probe.repos[0].extra = {} | .policy.extra = [] | .cycle.extra = 1'
	is 'del(.plan, .events)' "$(jq -c 'del(.events)' in.json)"
	is '.plan.decision_hash' "\"$(by_hand out.json)\""
}

@test "plan: repo.changed speaks of transitions only" {
	plan .
	is '[.events[].type]' \
	    '["hermes.repo.changed","hermes.plan.decided"]'
	is '.events[0] | [.source, .subject, .data.text]' \
	    '["hermes-plan","web","web: is behind by 3 commits"]'
	plan 'remember("web"; .)'
	is '[.events[].type]' '["hermes.plan.decided"]'
	is '.events[0].data | keys' \
	    '["counts","decision_hash","policy_digest"]'
	plan 'remember("web"; .tip = .head)'
	is '[.events[].type] | length' 2
	plan 'remember("web"; .code = "held" | .recommendation = "defer")'
	is '[.events[].type] | length' 2
}

@test "plan: a machine that is offline is no news of its repositories" {
	local down='probe_of("web"; found("dns") | .endpoint = null
	    | .endpoints[0].class = "dns")'
	plan "$down | .probe.offline = true | remember(\"web\"; .)"
	web defer none remote-down
	is '[.events[].type]' '["hermes.plan.decided"]'
	plan "$down | .probe.offline = true"
	is '[.events[].type] | length' 2
	plan "$down | remember(\"web\"; .)"
	is '[.events[].type] | length' 2
}

@test "plan: facts beside the reason are listed and decide nothing" {
	plan 'probe_of("web"; .facts = ["submodules", "dirty", "refused"])'
	web upgrade fast-forward behind
	is '.plan.repos[0].reasons | sort' \
	    '["behind","dirty","refused","submodules"]'
}

@test "plan: a fleet in mixed trouble has a sound plan" {
	cut -f1,2 < <("${BUILD:-$top/build}/unit/reasons") |
	    grep -v decision | cut -f1 | jq -R . | jq -s . >codes
	doc '($codes[0] | map(select(. != "behind"))) as $c
	    | fleet([range(300) | "r\(. + 100)"])
	    | .fleet.repos |= [range(300) as $i | .[$i]
	    | .depends_on = [range([$i - 9, 0] | max; $i)
	    | select(. * 7 % 11 == $i % 4) | "r\(. + 100)"]
	    | .after = if $i % 10 == 3 then ["r\((($i * 17) % 300) + 100)"]
	    else [] end]
	    | .probe.repos |= [range(300) as $i | .[$i]
	    | if $i % 4 == 1 then found($c[$i % ($c | length)])
	    elif $i % 4 == 2 then current else . end]' --slurpfile codes codes
	hermes-plan <in.json >out.json
	sound
	jq .plan out.json >plan.json
	valid plan plan.json
	is '.plan.repos | all(.text != "" and .chain[-1].text != "")' true
	is '[.plan.counts[]] | all(. > 0) or .[1] == 0' true
	jq '.fleet.repos |= (.[100:] + .[:100]) | .probe.repos |= reverse
	    | .fleet.repos[].extra = 1 | .probe.repos[].extra = {}' in.json |
	    hermes-plan >again.json
	is .plan "$(jq -c .plan again.json)"
}

@test "plan: after an upgrade the next cycle is quiet" {
	plan "probe_of(\"web\"; current | .tip = \"$new\" | .branch_oid = .tip
	    | .head.oid = .tip) | remember(\"web\"; .reason = \"current\"
	    | .code = \"current\" | .recommendation = \"none\" | .head = .tip)"
	is '[.events[].type]' '["hermes.plan.decided"]'
	plan "remember(\"web\"; .code = \"bad-commit\"
	    | .recommendation = \"block\" | .text = \"web: commit 222222222222 was rolled back; waits for upstream to move on\"
	    | .bad_commits = [{oid: \"$new\", at: .tip_seen_at, token: 3,
	    code: \"check-failed\"}])"
	is '[.events[].type]' '["hermes.plan.decided"]'
}

@test "plan: -s keeps the plan, and a second time writes nothing" {
	doc .
	mkdir -m 700 state
	hermes-plan -s state <in.json >out.json
	hermes-plan <in.json >without
	cmp out.json without
	valid global_orchestration_plan state/global_orchestration_plan.json
	assert_equal "$(jq -c .queue state/global_orchestration_plan.json)" \
	    "$(jq -c .plan.queue out.json)"
	ls -li --time-style=full-iso state >before
	jq '.cycle.id = "20250301T050000Z-00000000"
	    | .cycle.now.real_at = "2025-03-01T05:00:00.000Z"' in.json |
	    hermes-plan -s state >out.json
	ls -li --time-style=full-iso state >after
	cmp before after
}

@test "plan: a document that is refused leaves no state behind" {
	run -65 hermes-plan -s state < <(jq 'del(.fleet)' "$fixtures/one.json")
	assert_not_exist state
}

@test "plan: a STATE that another cycle holds is busy" {
	mkdir -m 700 state
	doc .
	exec 8>state/.cycle.lock
	flock 8
	run -75 --separate-stderr hermes-plan -s state <in.json 8>&-
	assert_equal "$output" ''
	assert_not_exist state/global_orchestration_plan.json
}

@test "plan: the examples of the page run" {
	plan '.policy.windows = [{allow: "Mon-Fri 09:00-17:00",
	    time_zone: "UTC"}]'
	assert_equal "$(jq -r '.plan.repos[].text' out.json)" \
	    'web: outside its windows until 2025-03-03T09:00:00.000Z'
	jq '.cycle.now.real_at = "2025-03-03T09:00:00.000Z"' out.json |
	    hermes-plan >monday.json
	mv monday.json out.json
	web upgrade fast-forward behind
}

@test "plan: broken input is refused" {
	broken hermes-plan
}

@test "plan: a member that is missing says who puts it there" {
	run -65 --separate-stderr hermes-plan < <(jq 'del(.probe)' \
	    "$fixtures/one.json")
	assert_equal "$stderr" \
	    'hermes-plan: stdin: probe: missing: run hermes-probe first'
}

@test "plan: behind without what an upgrade needs is refused" {
	local edit
	for edit in '.tip = null' '.tip_known = false' '.branch = null' \
	    '.endpoint = null' '.branch_oid = null' '.ahead_count = 1' \
	    '.ahead_count = null'; do
		doc "probe_of(\"web\"; $edit)"
		run -65 --separate-stderr hermes-plan <in.json
		[[ $stderr == 'hermes-plan: stdin: probe.repos[0].'* ]] ||
			fail "$edit: $stderr"
		assert_equal "$output" ''
	done
}

@test "plan: parts that do not fit together are refused" {
	local edit
	for edit in '.probe.repos = []' '.fleet.repos = []' \
	    '.probe.repos += .probe.repos' '.fleet.repos += .fleet.repos' \
	    '.fleet.repos[0].depends_on = ["nobody"]' \
	    '.fleet.repos[0].after = ["nobody"]' \
	    '.probe.repos[0].reason = "tired"' \
	    '.probe.repos[0].facts = ["tired"]' \
	    '.probe.repos[0].endpoints[0].class = "dirty"' \
	    '.probe.repos[0].tip = "abc"' '.policy.max_lanes = 0' \
	    '.policy.windows = [{allow: "whenever", time_zone: "UTC"}]' \
	    '.policy.windows = [{time_zone: "UTC"}]' \
	    '.cycle.now.real_at = "yesterday"'; do
		doc "$edit"
		run -65 --separate-stderr hermes-plan <in.json
		assert_equal "$output" ''
		assert_equal "$(printf '%s\n' "$stderr" | wc -l)" 1
		[[ $stderr == 'hermes-plan: stdin: '* ]] || fail "$edit: $stderr"
	done
}

@test "plan: a wrong type anywhere that is read is refused by its path" {
	local path count=0
	doc 'remember("web"; .) | .policy.windows = [{allow: "Sat",
	    time_zone: "UTC"}] | fleet_of("web"; .checks = [{argv: ["true"],
	    at: "health", need: "wanted", timeout_s: 9}])
	    | .memory.remote_health = {remotes: [{url: "u", good_count: 1,
	    bad_count: 0}]}'
	hermes-plan <in.json >out.json
	jq -c '[["cycle"], ["policy"], ["fleet"], ["memory"], ["probe"]][] as $p
	    | getpath($p) | paths as $q | $p + $q' in.json >paths
	while read -r path; do
		jq --argjson p "$path" 'getpath($p) as $v | setpath($p;
		    if ($v | type) == "boolean" then 7 else true end)' \
		    in.json >bad.json
		status=0
		hermes-plan <bad.json >bad.out 2>bad.err || status=$?
		case $status in
		0) jq -e .plan.decision_hash bad.out >/dev/null ;;
		65)
			count=$((count + 1))
			[ ! -s bad.out ]
			grep -q '^hermes-plan: stdin: ' bad.err
			;;
		*) fail "$path: $status" ;;
		esac
	done <paths
	[ "$count" -ge 60 ]
}

@test "plan: a full disk fails" {
	doc .
	full hermes-plan <in.json
}

@test "plan: a wrong flag is 64, -h is help" {
	run -64 hermes-plan -x </dev/null
	run -64 hermes-plan extra </dev/null
	run -0 hermes-plan -h
	assert_output --partial 'usage: hermes-plan [-e] [-s STATE] [-u REPO[=OID]]'
}
