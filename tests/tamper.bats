# Between gate and exec (G3): every member of a kept document altered, one at
# a time. `make check-sweep` does all of them, make check every tenth.

setup() {
	load helper
	load fleet
	here
	state=house/state
	step=10
	[ "${SWEEP-}" != all ] || step=1
}

# A document of a real fleet, recorded as hermes-cycle does it, in sealed.json.
sealed() {
	repo_make a b c
	upstream_commit a
	upstream_commit b
	echo mine >>src/b/file
	house_make a b c
	repo_set a '{"checks": [{"argv": ["true"], "at": "health",
	    "need": "required", "timeout_s": 9}]}'
	repo_set c '{"depends_on": ["a"]}'
	hermes-probe -p house/config/runtime_upgrade_policies.json -s $state \
	    <house/config/fleet.json >probe.json
	hermes-plan -s $state <probe.json >plan.json
	hermes-lease -s $state -o $$ <plan.json >lease.json
	hermes-topo -s $state <lease.json >topo.json
	hermes-gate -s $state <topo.json >gate.json
	hermes-ledger -s $state <gate.json >sealed.json
	assert_equal "$(jq -c '[.gate.verdict, .gate.repos[].repo_key]' \
	    sealed.json)" '["GO","a"]'
}

@test "tamper: exec refuses every alteration, and nothing has changed" {
	sealed
	"$top/tests/generate/tamper.py" $step sealed.json $state src up >said ||
	    fail "$(cat said)"
	[ -z "${SWEEP-}" ] || sed 's/^/# /' said >&3
	grep -qE '^([0-9]{2,}) of \1 alterations refused$' said
	# the document itself is obeyed, jq's own spacing is no edit
	jq . sealed.json >pretty.json
	hermes-exec -s $state <pretty.json >out.json
	assert_equal "$(jq -c '[.exec.repos[] | [.repo_key, .verdict]]' \
	    out.json)" '[["a","applied"]]'
}

@test "tamper: a member said twice is refused before the seal is asked" {
	sealed
	sed 's/"verdict":"GO"/"verdict":"GO","verdict":"GO"/' sealed.json \
	    >twice.json
	run -65 --separate-stderr hermes-exec -s $state <twice.json
	assert_equal "$output" ''
}

@test "tamper: acknowledgements of the ledger are not in the seal (G3)" {
	sealed
	jq -c '.ledger += [{"x": 1}]' sealed.json >more.json
	hermes-exec -s $state <more.json >out.json
	assert_equal "$(jq -c '[.exec.repos[].verdict]' out.json)" '["applied"]'
}
