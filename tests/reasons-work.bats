# Each reason code that takes a cycle to come up: a fixture of its own, with
# a house, and what hermes-reasons(7) says to do about it does it.

bats_require_minimum_version 1.5.0

setup_file() {
	load helper
	load fleet
	load reasons
	here
	unset http_proxy all_proxy
	build work
	treat work
	while read -r code; do
		HERMES_HOME=$PWD/house/$code hermes-cycle >>log 2>&1 3>&- ||
		    [ $? = 1 ]
	done <treated
}

teardown_file() {
	cd "$BATS_FILE_TMPDIR/here" || return
	kill "$(cat house/lease-foreign/pid)" || :
	umount house/*/state src/* 2>/dev/null || :
	rm -rf "$(dirname "$(sed "s/gitdir: //" src/filesystem/.git)")"
}

setup() {
	load helper
	load fleet
	load reasons
	here
	cd "$BATS_FILE_TMPDIR/here" || return
}

# to_gate [JQ] - the cycle up to the gate, by hand; the plan edited by JQ
to_gate() {
	local state=$HERMES_HOME/state
	hermes-probe -s "$state" <"$HERMES_HOME/config/fleet.json" >doc.1
	hermes-plan -s "$state" <doc.1 | jq "${1-.}" >doc.2
	hermes-lease -s "$state" <doc.2 >doc.3
	hermes-topo -s "$state" <doc.3 >doc.4
	hermes-gate -s "$state" <doc.4 >doc.5
	hermes-ledger -s "$state" <doc.5 >doc.6
}

carry_out() {
	local state=$HERMES_HOME/state
	hermes-exec -s "$state" <doc.6 >"$doc"
	hermes-ledger -s "$state" <"$doc" >doc.8
	hermes-lease -r -s "$state" <doc.8 >doc.9
	hermes-ledger -s "$state" <doc.9 >doc.10
	hermes-project -s "$state" <doc.10 >doc.11
}

# killed N - exec is killed as it makes its Nth rename that exchanges or not
killed() {
	ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -e trace=renameat2,renameat \
	    -e "inject=renameat2,renameat:signal=KILL:when=$1" \
	    hermes-exec -s "$HERMES_HOME/state" <doc.6 >killed.json || :
}

@test "work: every code has a state that leads to it" {
	local code
	while read -r code; do (
		fixture "$top/tests/reasons/work/$code"
		assert_equal "$code: $(jq -r --arg key "$code" '.plan.repos[] |
		    select(.repo_key == $key) |
		    "\(.recommendation) \(.strategy) \(.reason)"' "$doc")" \
		    "$code: $planned"
	); done <made
}

@test "work: what came of it stands in the document" {
	local code
	while read -r code; do (
		fixture "$top/tests/reasons/work/$code"
		jq -e --arg key "$code" "def of(rows): first(rows | .[]? |
		    select(.repo_key == \$key)) // null;
		    of(.exec.repos) as \$exec | of(.probe.repos) as \$probe |
		    of(.lease.reservations) as \$lease | $holds" \
		    "$doc" >/dev/null || fail "$code: $holds"
	); done <made
}

@test "work: what the page says to do clears the code" {
	local code last
	while read -r code; do (
		fixture "$top/tests/reasons/work/$code"
		last=$HERMES_HOME/state/cycles/last.json
		assert_equal "$code: $(jq -r --arg key "$code" '.plan.repos[] |
		    select(.repo_key == $key).reason' "$last")" \
		    "$code: $after"
		jq -e --arg key "$code" '[.probe.repos[], .plan.repos[],
		    .lease.reservations[], .exec.repos[] |
		    select(.repo_key == $key) |
		    .reason, .facts[]?, .reasons[]?, .code] +
		    [.project.verdict.reasons[].code] |
		    index($key) | not' "$last" >/dev/null ||
		    fail "$code: still there"
	); done <treated
	diff hopeless /dev/null
}
