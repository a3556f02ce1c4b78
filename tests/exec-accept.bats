# What hermes-exec does not obey, whoever sealed it: 65, one line that names
# the place, nothing done (P4). Documents come from exec/gate-doc.

setup() {
	load helper
	here
	mkdir -p a/co state
	chmod 700 state
	jq -n --arg p "$PWD/a/co" '[{ repo_key: "a", path: $p, branch: "main",
	    before: ("1" * 40), after: ("2" * 40), token: 1 }]' |
	    "$top/tests/exec/gate-doc" state >doc.json
	find . | sort >before
	touch said
}

# refused PLACE JQ - the document with JQ's edit, sealed again
refused() {
	local seal
	jq -c "$2" doc.json >edited
	seal=$(jq -cjS 'del(.gate.seal,.ledger)' edited | sha256sum)
	jq -c --arg seal "sha256:${seal%% *}" '.gate.seal = $seal' edited >said
	run -65 --separate-stderr hermes-exec -s state <said
	assert_equal "$output" ''
	assert_equal "$stderr" "hermes-exec: $1"
	find . ! -name said ! -name edited ! -name before ! -name .cycle.lock | sort |
	    diff <(grep -v -e before -e said <before) -
}

check() {
	printf '.fleet.repos[0].checks = [{argv: ["true"], at: "health",
	    need: "required", timeout_s: 20} + %s]' "$1"
}

@test "exec: checks that no fleet may have are refused" {
	local place='fleet.repos[0].checks[0]'
	refused "$place.argv[0]: expected a string, found a number" \
	    "$(check '{argv: [1]}')"
	refused "$place.argv[0]: expected an argument, found \"\"" \
	    "$(check '{argv: [""]}')"
	refused 'fleet.repos: a: checks: argv: expected a program, found none' \
	    "$(check '{argv: []}')"
	refused 'fleet.repos: a: checks: argv: longer than 4096 bytes' \
	    "$(check '{argv: ["x" * 4096]}')"
	refused "$place.timeout_s: expected 1 to 86400, found -5" \
	    "$(check '{timeout_s: -5}')"
	refused "$place.at: expected one of canary, health, found \"now\"" \
	    "$(check '{at: "now"}')"
	refused "$place.need: expected one of required, wanted, found \"\"" \
	    "$(check '{need: ""}')"
}

@test "exec: a plan that no planner makes is refused" {
	local place='plan.repos[0]'
	refused "$place.strategy: expected one of none, fast-forward, canary-fast-forward, ref-only, rollback, manual, found \"banana\"" \
	    '.plan.repos[0].strategy = "banana"'
	refused 'stdin: plan.repos: a: strategy: manual is none to execute' \
	    '.plan.repos[0].strategy = "manual"'
	refused "$place.recommendation: expected one of upgrade, canary, defer, block, none, found \"go\"" \
	    '.plan.repos[0].recommendation = "go"'
	refused 'stdin: plan.repos: branch: a: expected a name that git takes' \
	    '.plan.repos[0].branch = "../x"'
	refused "$place.target: expected 40 hex digits, found \"HEAD\"" \
	    '.plan.repos[0].target = "HEAD"'
}

@test "exec: a repository or a token twice is refused" {
	local member
	for member in fleet probe plan gate; do
		refused "$member.repos[1].repo_key: \"a\" is there before" \
		    ".$member.repos += .$member.repos"
	done
	refused 'lease.reservations[1].repo_key: "a" is there before' \
	    '.lease.reservations += .lease.reservations'
	refused 'lease.reservations[1].token: 1 is there before' \
	    '.lease.reservations += [.lease.reservations[0] + {repo_key: "b"}]'
}

@test "exec: paths that lead elsewhere are refused" {
	refused 'fleet.repos[0].path: expected an absolute path, found "a/co"' \
	    '.fleet.repos[0].path = "a/co"'
	refused 'fleet.repos[0].path: expected an absolute path, found "/tmp/../etc"' \
	    '.fleet.repos[0].path = "/tmp/../etc"'
	refused 'probe.repos[0].staging: expected an absolute path, found "x"' \
	    '.probe.repos[0].staging = "x"'
	refused 'stdin: probe.repos: a: staging: not that of STATE' \
	    ".probe.repos[0].staging = \"$PWD/a/co/.git\""
	mkdir state/staging
	find . ! -name said ! -name edited ! -name before ! -name .cycle.lock | sort >before
	refused 'stdin: probe.repos: a: staging: not that of STATE' \
	    ".probe.repos[0].staging = \"$PWD/state/staging/b\""
	refused 'stdin: cycle.id: expected a cycle id, found "../../x"' \
	    '.cycle.id = "../../x"'
}

@test "exec: an endpoint that would not fit the ledger, or tells a secret" {
	local place='probe.repos[0].endpoint'
	local what='stdin: probe.repos: a: endpoint.url: expected a redacted URL of 2048 bytes or less'
	refused "$what" '.probe.repos[0].endpoint = {name: null,
	    role: "primary", url: ("https://h/" + "x" * 70000)}'
	refused "$what" '.probe.repos[0].endpoint = {name: null,
	    role: "primary", url: "https://user:secret@h/x"}'
	refused "$place.role: expected one of primary, origin, mirror, cache, fallback, found \"boss\"" \
	    '.probe.repos[0].endpoint = {name: null, role: "boss", url: "https://h/x"}'
}
