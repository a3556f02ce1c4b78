# Whole cycles under a policy that wants signatures (G1, G2, E4, A7).

setup_file() {
	load helper
	here
	load signed
	keys_make
}

teardown_file() {
	load signed
	keys_done
}

setup() {
	load helper
	load fleet
	load signed
	here
	last=house/state/cycles/last.json
	by ssh alice
}

# house WANT [JSON] KEY... - those repositories, under that policy
house() {
	local want=$1 more=$2
	shift 2
	repo_make "$@"
	house_make "$@"
	policy "$(jq -n --arg want "$want" --arg keys "$keys" --argjson more "$more" \
	    '{require_signature: $want, allowed_signers: "\($keys)/allowed"}
	    + $more')"
}

lines() {
	wc -l <house/state/runtime_events.jsonl
}

# planned KEY FILTER EXPECTED
planned() {
	assert_equal "$(jq -c --arg key "$1" \
	    ".plan.repos[] | select(.repo_key == \$key) | $2" $last)" "$3"
}

@test "signature: what is not signed waits, quietly, and the others go on" {
	house commit '{}' a b c
	repo_set c '{"depends_on": ["a"], "policy": {"require_signature": "none"}}'
	offer
	upstream_commit c
	git -C work/b commit -q -S --allow-empty -m signed
	git -C work/b push -q origin main
	before=$(git_at src/a)
	hermes-cycle
	planned a '[.recommendation, .reason, .text]' \
	    "[\"block\",\"signature\",\"a: unsigned: commit $(git_at up/a.git main |
	    cut -c1-12): there is no signature\"]"
	planned c '[.recommendation, .reason]' '["block","needs"]'
	assert_equal "$(git_at src/a)" "$before"
	assert_equal "$(git_at src/b)" "$(git_at up/b.git main)"
	hermes-cycle
	count=$(lines)
	hermes-cycle
	hermes-cycle
	assert_equal "$(lines)" $((count + 8))
	# the cure: a signed commit on top of it
	offer -S
	hermes-cycle
	assert_equal "$(git_at src/a)" "$(git_at up/a.git main)"
	assert_equal "$(git_at src/c)" "$(git_at up/c.git main)"
	jq -e '.gate.checks[] | select(.name == "signature" and .repo_key == "a") |
	    .passed and (.evidence | startswith(
	    "commit signed by alice@example.org with SHA256:"))' $last
	# going back asks for no signature
	hermes undo a
	assert_equal "$(git_at src/a)" "$before"
	state_whole
}

# judged JQ EVIDENCE - a document that was kept, altered, before the gate
judged() {
	jq "(.probe.repos[0].signature) |= ($1)" topo.json >in.json
	hermes-gate <in.json >out.json
	assert_equal "$(jq -r '.gate.verdict, (.gate.checks[] |
	    select(.name == "signature") | .passed, .code, .evidence)' out.json)" \
	    "$(printf 'NO-GO\nfalse\nsignature\n%s' "$2")"
}

@test "signature: the gate judges for itself, and each refusal has its words" {
	house commit '{}' a
	offer -S
	tip=$(git_at up/a.git main)
	short=${tip:0:12}
	hermes-probe -a staging -p house/config/runtime_upgrade_policies.json \
	    <house/config/fleet.json | hermes-plan | hermes-lease |
	    hermes-topo >topo.json
	hermes-gate -e <topo.json >out.json
	valid cycle out.json
	while IFS='|' read -r state words; do
		judged ".state = \"$state\"" "$state: commit $short: $words"
		valid cycle out.json
	done <<-END
		unsigned|there is no signature
		forged|the signature was not made over this
		untrusted|the policy does not name the key that signed it
		expired|the key that signed it is not valid now
		revoked|the key that signed it was revoked
		malformed|the signature has no shape that git writes
		unsupported|Hermes does not verify such a signature
		missing-tool|what verifies it is not installed
		unfetched|what is signed is not here
		timeout|it was not verified in time
	END
	judged '.state = "forged" | .detail = "because"' \
	    "forged: commit $short: the signature was not made over this: because"
	for edit in null '.state = "fine"' 'del(.state)' '.policy = "tag"' \
	    'del(.commit)' '.commit |= ascii_upcase' '.state = true'; do
		judged "$edit" 'not verified: the policy wants commit'
	done
}

@test "signature: a document without a verdict is blocked by the planner, too" {
	house tag '{}' a
	offer
	hermes-probe -a staging -p house/config/runtime_upgrade_policies.json \
	    <house/config/fleet.json >probe.json
	hermes-plan <probe.json >out.json
	assert_equal "$(jq -r '.plan.repos[0].text' out.json)" \
	    "a: unsigned: tags of commit $(git_at up/a.git main |
	    cut -c1-12): there is no signature"
	jq '.probe.repos[0].signature = null' probe.json | hermes-plan >out.json
	assert_equal "$(jq -c '.plan.repos[0] | [.reason, .text]' out.json)" \
	    '["signature","a: not verified: the policy wants tag"]'
}

@test "signature: a good one vouches for what a mirror offers, no age ends that" {
	house commit '{"evidence_max_age_s": 0}' a
	git clone -q --mirror up/a.git m.git
	repo_set a "{\"remotes\": [
	    {\"url\": \"$PWD/up/a.git\", \"role\": \"primary\"},
	    {\"url\": \"$PWD/m.git\", \"role\": \"mirror\"}]}"
	hermes-cycle
	mv up/a.git up/away
	git -C work/a remote set-url origin "$PWD/m.git"
	# ahead of the primary: unsigned, by a stranger, forged, and well
	before=$(git_at src/a)
	offer
	hermes-cycle
	planned a '[.recommendation, .reason, (.reasons |
	    contains(["remote-down"]))]' '["block","signature",true]'
	by ssh mallory
	offer -S
	hermes-cycle
	planned a .reason '"signature"'
	assert_equal "$(git_at src/a)" "$before"
	by ssh alice
	offer -S
	hermes-cycle
	assert_equal "$(git_at src/a)" "$(git_at m.git main)"
	jq -e '.plan.repos[0].evidence | startswith("commit signed by alice")' $last
	assert_equal "$(jq -r '.probe.repos[0].evidence.relation' $last)" ahead
	# the policy must want it: what is signed unasked vouches for nothing
	policy '{}'
	offer -S
	hermes-cycle
	planned a '[.recommendation, .reason]' '["defer","remote-down"]'
	state_whole
}

@test "signature: a signed fork is no successor" {
	house commit '{}' a
	git clone -q --mirror up/a.git m.git
	repo_set a "{\"remotes\": [
	    {\"url\": \"$PWD/up/a.git\", \"role\": \"primary\"},
	    {\"url\": \"$PWD/m.git\", \"role\": \"mirror\"}]}"
	offer -S
	hermes-cycle
	before=$(git_at src/a)
	mv up/a.git up/away
	git -C work/a remote set-url origin "$PWD/m.git"
	git -C work/a reset -q --hard HEAD~1
	offer -S
	hermes-cycle
	planned a '[.recommendation, .endpoint]' '["block",null]'
	assert_equal "$(git_at src/a)" "$before"
}
