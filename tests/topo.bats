# hermes-topo: the graph, the federations, their state files.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	here
	plan=$top/tests/lease/plan.json
	hermes-lease <"$plan" >in.json
}

edges() { # TYPE FILE
	jq -c --arg type "$1" \
	    '[.topo.edges[] | select(.type == $type) | [.from, .to]]' "$2"
}

said() { # FILE
	jq -c '[.events[] | select(.source == "hermes-topo") |
	    [.type, .subject, .data.role, .data.previous_role]]' "$1"
}

@test "topo: every member of the fleet is drawn, nodes and edges sorted" {
	hermes-topo <in.json >out.json
	jq .topo out.json >topo.json
	valid topo topo.json
	assert_equal "$(jq -c '[.nodes[].id]' topo.json)" \
	    "$(jq -c '[.nodes[].id] | unique' topo.json)"
	assert_equal "$(jq -c '[.edges[] | [.from, .to, .type]]' topo.json)" \
	    "$(jq -c '[.edges[] | [.from, .to, .type]] | unique' topo.json)"
	assert_equal "$(jq -c '[.nodes[] | select(.type == "repo").label]' \
	    topo.json)" "$(jq -c '[.fleet.repos[].repo_key]' in.json)"
	assert_equal "$(jq -c '[.nodes[] | select(.type == "endpoint").label]' \
	    topo.json)" "$(jq -c '[.probe.repos[].endpoints[].url] | unique' \
	    in.json)"
	assert_equal "$(jq -c '[.nodes[] | select(.type == "host").label]' \
	    topo.json)" "$(jq -c '[.probe.repos[].endpoints[].host |
	    values] | unique' in.json)"
}

@test "topo: edges say who needs, fetches, holds, shares, blocks and runs" {
	hermes-topo <in.json >out.json
	assert_equal "$(edges depends_on out.json)" \
	    '[["repo:app","repo:cur"],["repo:app","repo:lib"],["repo:wants","repo:dirty"]]'
	assert_equal "$(edges after out.json)" '[["repo:solo","repo:lib"]]'
	assert_equal "$(edges fetches_from out.json)" "$(jq -c '[.probe.repos[] |
	    .repo_key as $k | .endpoints[] | ["repo:\($k)",
	    "endpoint:\(.url)"]] | sort' in.json)"
	assert_equal "$(edges on_host out.json)" "$(jq -c '[.probe.repos[] |
	    .endpoints[] | select(.host) | ["endpoint:\(.url)",
	    "host:\(.host)"]] | unique' in.json)"
	assert_equal "$(edges promoted_to out.json)" \
	    '[["repo:lib","endpoint:https://mirror.example.org/lib.git"]]'
	assert_equal "$(edges shares_budget out.json | jq -c '[.[] | .[0]],
	    (map(.[1]) | unique)')" "$(printf '%s\n%s' \
	    '["repo:app","repo:cur","repo:dirty","repo:lib","repo:wants"]' \
	    '["host:git.example.org"]')"
	assert_equal "$(edges blocks out.json)" \
	    '[["repo:dirty","repo:wants"]]'
	assert_equal "$(edges runs_in out.json)" \
	    '[["repo:app","lane:1"],["repo:lib","lane:1"],["repo:solo","lane:2"]]'
	assert_equal "$(edges holds out.json)" "$(jq -c '[.lease.reservations[] |
	    .repo_key] as $k | [$k[] | ["cycle:20250301T040000Z-1a2b3c4d",
	    "lease:\(.)"]] + [$k[] | ["lease:\(.)", "repo:\(.)"]]' in.json)"
}

@test "topo: a denied reservation holds nothing" {
	jq '(.lease.reservations[] | select(.repo_key == "lib")) |=
	    (.granted = false | .code = "lease-foreign" | .detail = "x")' \
	    in.json >denied.json
	hermes-topo <denied.json >out.json
	assert_equal "$(edges holds out.json | jq -c 'flatten |
	    map(select(test("lib")))')" '[]'
	assert_equal "$(jq '[.topo.nodes[].id] | index("lease:lib")' \
	    out.json)" null
}

@test "topo: a federation is primary, promoted or down" {
	hermes-topo <in.json >out.json
	assert_equal "$(jq -c '[.topo.federations[] | [.repo_key, .state,
	    .selected.role]]' out.json)" \
	    '[["app","primary","primary"],["cur","primary","primary"],["dirty","primary","primary"],["down","down",null],["lib","promoted","mirror"],["solo","primary","primary"],["wants","primary","primary"]]'
	assert_equal "$(jq -c '.topo.federations[4].members' out.json)" \
	    "$(jq -c '[.probe.repos[4].endpoints[] | {role, url, host, class,
	    tip}]' in.json)"
}

@test "topo: only a change of role is an event, away or back" {
	hermes-topo <in.json >out.json
	assert_equal "$(said out.json)" \
	    '[["hermes.federation.promoted","lib","mirror","primary"]]'
	jq '.memory.state = {repos: [{repo_key: "app", endpoint_role: "mirror"},
	    {repo_key: "down", endpoint_role: "mirror"},
	    {repo_key: "lib", endpoint_role: "mirror"}]}' in.json >known.json
	hermes-topo <known.json >out.json
	assert_equal "$(said out.json)" \
	    '[["hermes.federation.demoted","app","primary","mirror"]]'
	jq '.memory.state.repos[0].endpoint_role = "primary"' known.json \
	    >quiet.json
	hermes-topo <quiet.json >out.json
	assert_equal "$(said out.json)" '[]'
}

@test "topo: with -s three state files, and a quiet cycle rewrites none" {
	hermes-topo -s S <in.json >out.json
	for name in runtime_topology_graph remote_federation_state \
	    federation_topology_state; do
		valid "$name" "S/$name.json"
	done
	assert_equal "$(jq -c '[.nodes, .edges]' S/runtime_topology_graph.json)" \
	    "$(jq -c '[[.topo.nodes[] | select(.type | IN("cycle", "lease") |
	    not)], [.topo.edges[] | select(.type != "holds")]]' out.json)"
	assert_equal "$(jq -c .federations S/remote_federation_state.json)" \
	    "$(jq -c .topo.federations out.json)"
	assert_equal "$(jq -c '[.hosts[] | [.host, .budget, .shares_budget,
	    .repo_keys]]' S/federation_topology_state.json)" \
	    '[["down.example.org",4,false,["down"]],["git.example.org",4,true,["app","cur","dirty","lib","wants"]],["mirror.example.org",4,false,["lib"]]]'

	stat -c '%n %i %y' S/*.json >before
	jq '.cycle.id = "20250302T040000Z-1a2b3c4d" |
	    .cycle.now.real_at = "2025-03-02T04:00:00.000Z" |
	    .lease.reservations[].token = 9' in.json >next.json
	hermes-topo -s S <next.json >out.json
	stat -c '%n %i %y' S/*.json >after
	cmp before after
}

@test "topo: a host's budget is the policy's, else the default" {
	jq '.policy.remote_budgets = {default: 3, "git.example.org": 2}' \
	    in.json >budget.json
	hermes-topo -s S <budget.json >out.json
	assert_equal "$(jq -c '[.hosts[].budget]' \
	    S/federation_topology_state.json)" '[3,2,3]'
}

@test "topo: without -s nothing is written" {
	hermes-topo <in.json >out.json
	assert_equal "$(ls)" "$(printf 'in.json\nout.json')"
}

@test "topo: same bytes in, same bytes out; run again, the same bytes" {
	hermes-topo <in.json >one.json
	hermes-topo <in.json >two.json
	cmp one.json two.json
	hermes-topo <one.json >three.json
	cmp <(jq -S . one.json) <(jq -S . three.json)
	hermes-topo <three.json >four.json
	cmp three.json four.json
}

@test "topo: a permuted fleet draws the same graph" {
	jq '.fleet.repos |= reverse | .probe.repos |= reverse |
	    .plan.repos |= reverse' in.json >reversed.json
	hermes-topo <in.json >one.json
	hermes-topo <reversed.json >two.json
	cmp <(jq '.topo | [.nodes, .edges]' one.json) \
	    <(jq '.topo | [.nodes, .edges]' two.json)
}

@test "topo: unknown members survive, at the top and inside" {
	jq '.extra = {a: [1]} | .lease.extra = 2 |
	    .probe.repos[0].endpoints[0].extra = 3' in.json >more.json
	hermes-topo <more.json >out.json
	cmp <(jq -S 'del(.events)' more.json) \
	    <(jq -S 'del(.topo, .events)' out.json)
}

@test "topo: an empty fleet is a graph of its cycle alone" {
	jq '.fleet.repos = [] | .probe.repos = [] | .plan.repos = [] |
	    .plan.queue = [] | .lease.reservations = []' in.json >empty.json
	hermes-topo <empty.json >out.json
	assert_equal "$(jq -c '[.topo.nodes[].id, .topo.edges,
	    .topo.federations]' out.json)" \
	    '["cycle:20250301T040000Z-1a2b3c4d",[],[]]'
}

@test "topo: a stage that was left out is named" {
	run -65 --separate-stderr hermes-topo <"$plan"
	assert_equal "$output" ''
	assert_equal "$stderr" \
	    'hermes-topo: stdin: lease: missing: run hermes-lease first'
	jq '.probe.repos[3].endpoints[0].url = 5' in.json >bad.json
	run -65 --separate-stderr hermes-topo <bad.json
	assert_equal "$stderr" \
	    'hermes-topo: stdin: probe.repos[3].endpoints[0].url: expected a string, found a number'
}

@test "topo: broken input is refused, with one line and no output" {
	broken hermes-topo
	broken hermes-topo -s S
	assert_not_exists S
}

@test "topo: the page's examples run" {
	hermes-topo <in.json | jq -c \
	    '.topo.federations[] | select(.state == "promoted").selected' >shown
	assert_equal "$(cat shown)" \
	    '{"role":"mirror","url":"https://mirror.example.org/lib.git"}'
	hermes-topo -s S <in.json >out.json
	assert_equal "$(jq -c '.hosts[] | [.host, .repo_keys]' \
	    S/federation_topology_state.json | tail -n 1)" \
	    '["mirror.example.org",["lib"]]'
}

@test "topo: options, help, a busy STATE and a full disk" {
	hermes-topo -h >help
	assert_equal "$(head -n 1 help)" 'usage: hermes-topo [-s STATE]'
	run -64 hermes-topo -x </dev/null
	run -64 hermes-topo extra </dev/null
	full hermes-topo <in.json
	mkdir -m 700 S
	exec 9>>S/.cycle.lock
	flock -n 9
	run -75 hermes-topo -s S <in.json 9>&-
	assert_equal "$(ls S)" ''
}
