# The table: what it says, how it is aligned, what never reaches a terminal.

setup() {
	load helper
	here
	a=$(printf '%0.sa' {1..40})
	b=$(printf '%0.sb' {1..40})
}

# document FILTER - document.json: a cycle of three repositories, changed
document() {
	jq -nc --arg a "$a" --arg b "$b" '{schema: "hermes.cycle/1",
	    cycle: {id: "20250301T040000Z-1a2b3c4d", host: "h",
		now: {real_at: "2025-03-01T04:00:00.000Z", boot_ms: 1,
		    boot_id: "b"}},
	    policy: {keep_cycles: 7},
	    fleet: {repos: [{repo_key: "app", path: "/s/app", after: ["lib"]},
		{repo_key: "lib", path: "/s/lib"},
		{repo_key: "web", path: "/s/web"}]},
	    probe: {repos: [
		{repo_key: "app", branch: "main", branch_oid: $a,
		    reason: "behind", behind_count: 2, untracked_count: 1},
		{repo_key: "lib", branch: "main", branch_oid: $a,
		    reason: "current", behind_count: 0},
		{repo_key: "web", branch: null, branch_oid: null, head: null,
		    reason: "missing", detail: "/s/web: not there"}]},
	    plan: {repos: [
		{repo_key: "app", recommendation: "upgrade", branch: "main",
		    before: $a, target: $b, reason: "behind",
		    text: "app: is behind by 2 commits",
		    endpoint: {role: "mirror", url: "u"}},
		{repo_key: "lib", recommendation: "none", branch: "main",
		    before: $a, target: $b, reason: "current",
		    text: "lib: matches upstream"},
		{repo_key: "web", recommendation: "block", branch: null,
		    before: null, target: null, reason: "missing",
		    text: "web: the folder is missing"}]},
	    exec: {repos: [{repo_key: "app", verdict: "applied", code: null,
		detail: null, branch: "main", before: $a, after: $b}],
		recovered: []}}' | jq -c "${1-.}" >document.json
}

# shows LINE... - document.json as a table has these lines, and no others
shows() {
	hermes-show <document.json >table
	printf '%s\n' "$@" | diff - table
}

@test "show: of a probed document, the facts" {
	document 'del(.plan, .exec)'
	shows \
	    'REPOSITORY  BRANCH  BEFORE -> AFTER  VERDICT  REASON' \
	    'app         main    aaaaaaaa         -        2 behind, 1 untracked' \
	    'lib         main    aaaaaaaa         -        current' \
	    'web         -       -                -        missing: /s/web: not there' \
	    '' \
	    '3 repositories'
}

@test "show: of a planned document, the recommendation" {
	document 'del(.exec)'
	shows \
	    'REPOSITORY  BRANCH  BEFORE -> AFTER       VERDICT  REASON' \
	    'app         main    aaaaaaaa -> bbbbbbbb  upgrade  is behind by 2 commits' \
	    'lib         main    aaaaaaaa              none     current: matches upstream' \
	    'web         -       -                     block    the folder is missing' \
	    '' \
	    '3 repositories: 1 upgrade, 1 block, 1 none'
}

@test "show: of a whole cycle, the verdict" {
	document
	shows \
	    'REPOSITORY  BRANCH  BEFORE -> AFTER       VERDICT  REASON' \
	    'app         main    aaaaaaaa -> bbbbbbbb  applied  is behind by 2 commits (from the mirror)' \
	    'lib         main    aaaaaaaa              none     current: matches upstream' \
	    'web         -       -                     block    the folder is missing' \
	    '' \
	    '3 repositories: 1 applied, 1 block, 1 none'
}

@test "show: what was taken back is where it was" {
	document '.exec.repos[0] += {verdict: "rolled-back",
	    code: "check-failed", detail: "./ok: exit 1"}'
	hermes-show <document.json >table
	grep -x 'app         main    aaaaaaaa         rolled-back  check-failed: ./ok: exit 1 (bbbbbbbb was taken back)' table
	tail -n 1 table | grep -x '3 repositories: 1 rolled-back, 1 block, 1 none'
}

@test "show: what the gate refused says so" {
	document 'del(.exec) | .gate = {repos: [{repo_key: "app",
	    verdict: "NO-GO", text: "no space for the pack"}]}'
	hermes-show <document.json >table
	grep -x 'app         main    aaaaaaaa         no-go    gate: no space for the pack' table
	document 'del(.exec) | .gate = {repos: [{repo_key: "app",
	    verdict: "GO", text: "all passed"}]}'
	hermes-show <document.json >table
	grep -q '^app .* upgrade ' table
}

@test "show: of a recovery, what was found" {
	document '{schema, cycle, exec: {repos: [], recovered:
	    [{token: 3, repo_key: "lib", outcome: "before", paths: []}]}}'
	shows \
	    'REPOSITORY  BRANCH  BEFORE -> AFTER  VERDICT    REASON' \
	    'lib         -       -                recovered  before' \
	    '' \
	    '1 repository: 1 recovered'
}

@test "show: rows are sorted by repo_key whatever the document's order" {
	document
	hermes-show <document.json >sorted
	document '.plan.repos |= reverse | .probe.repos |= reverse |
	    .fleet.repos |= reverse'
	hermes-show <document.json | diff sorted -
}

@test "show: a fleet and the views have a table too" {
	jq -n '{schema: "hermes.fleet/1", repos: [{repo_key: "x", path: "/x",
	    after: []}]}' >document.json
	hermes-show <document.json >table
	grep -x 'x           -       -                -        /x' table
	jq -n --arg a "$a" --arg b "$b" '{schema:
	    "hermes.auto_safe_upgrade_state/1", repos: [{repo_key: "x",
	    branch: "main", head: $a, tip: $b, recommendation: "canary",
	    code: "behind", text: "x: is behind"}]}' >document.json
	hermes-show <document.json >table
	grep -x 'x           main    aaaaaaaa -> bbbbbbbb  canary   is behind' table
}

@test "show: -p is what needs a person, the cycle's own reasons below" {
	document '.project = {verdict: {needs_person: true, reasons: [
	    {repo_key: "web", code: "gate", text: "no space"},
	    {repo_key: null, code: "cycle-failed", text: "plan: odd"}]}}'
	hermes-show -p <document.json >table
	cut -d ' ' -f 1 table >first
	printf '%s\n' REPOSITORY web cycle-failed: '' 1 | diff - first
	tail -n 1 table | grep -x '1 of 3 needs a person'
	document '.project = {verdict: {needs_person: false, reasons: []}}'
	hermes-show -p <document.json >table
	echo '0 of 3 need a person' | diff - table
	document
	run -65 --separate-stderr hermes-show -p <document.json
	# shellcheck disable=SC2154 # bats sets stderr
	assert_equal "$stderr" 'hermes-show: stdin: project: missing: run hermes-project first'
	jq -n '{schema: "hermes.live_runtime_control_plane/1", repos: [
	    {repo_key: "a", needs_person: false},
	    {repo_key: "b", needs_person: true, code: "dirty"}]}' >live.json
	hermes-show -p <live.json | sed -n 2p | grep -q '^b .* dirty$'
}

@test "show: -r is one repository's row, and no such row is an error" {
	document
	hermes-show -r app <document.json >table
	printf '%s\n' \
	    'REPOSITORY  BRANCH  BEFORE -> AFTER       VERDICT  REASON' \
	    'app         main    aaaaaaaa -> bbbbbbbb  applied  is behind by 2 commits (from the mirror)' |
	    diff - table
	run -65 --separate-stderr hermes-show -r ap <document.json
	assert_equal "$output" ''
	assert_equal "$stderr" 'hermes-show: stdin: no repository "ap"'
}

# on_a_terminal COLUMNS COMMAND - what it prints there
on_a_terminal() {
	script -qec "stty cols $1 -onlcr; $2" /dev/null </dev/null
}

@test "show: on a terminal a long reason goes on below itself, nothing is cut" {
	document '.plan.repos[1].text = "lib: " + ([range(12) | "word\(.)"] |
	    join(" ")) + " " + ("x" * 40) | del(.exec)'
	hermes-show <document.json >table
	on_a_terminal 80 'hermes-show <document.json' >wrapped
	[ "$(wc -L <wrapped)" -le 80 ]
	# the same words in the same order, and the columns in their places
	diff <(tr -s ' \n' '\n' <table | tr -d '\n') \
	    <(tr -s ' \n' '\n' <wrapped | tr -d '\n')
	assert_equal "$(sed -n '4,6p' wrapped | cut -c -51 | sort -u)" \
	    "$(printf '%51s' '')"
	sed -n 4p wrapped | grep -q '^ *word'
	# where there is no room for it, it is left to the terminal
	on_a_terminal 60 'hermes-show <document.json' | diff table -
	LC_ALL=C.UTF-8 on_a_terminal 300 'hermes-show <document.json' >wide
	LC_ALL=C.UTF-8 hermes-show <document.json | diff - wide
}

@test "show: -f json is what jq prints" {
	document '.x = {"a": [], "b": {}, "c": ["\"}{,:", -7, null, true,
	    9007199254740991], "d": "\u0001\u00e9"}'
	for indent in '-c .' .; do
		# shellcheck disable=SC2086 # options
		jq $indent document.json >in.json
		hermes-show -f json <in.json >out
		jq . document.json | diff - out
	done
	cp out in.json
	hermes-show -f json <in.json | diff out -
}

@test "show: -f id and -f keep are what files a cycle needs" {
	document
	assert_equal "$(hermes-show -f id <document.json)" \
	    20250301T040000Z-1a2b3c4d
	assert_equal "$(hermes-show -f keep <document.json)" 7
	document 'del(.policy)'
	run -65 hermes-show -f keep <document.json
	document 'del(.cycle)'
	run -65 hermes-show -f id <document.json
	document '.cycle.id = "../../etc"'
	run -65 hermes-show -f id <document.json
}

@test "show: in a UTF-8 locale columns fit what a terminal shows" {
	document '.plan.repos[0].branch = "zweig-ä" |
	    .plan.repos[1].branch = "枝" | del(.exec)'
	LC_ALL=C.UTF-8 hermes-show <document.json >table
	printf '%s\n' \
	    'REPOSITORY  BRANCH   BEFORE → AFTER       VERDICT  REASON' \
	    'app         zweig-ä  aaaaaaaa → bbbbbbbb  upgrade  is behind by 2 commits' \
	    'lib         枝       aaaaaaaa             none     current: matches upstream' \
	    'web         -        -                    block    the folder is missing' |
	    diff - <(head -n 4 table)
	hermes-show <document.json >table
	run -1 env LC_ALL=C grep -q '[^ -~]' table
	grep -qF 'zweig-\u00e4' table
}

@test "show: control characters never reach the terminal" {
	document '.plan.repos[0] += {branch: "a\u001b[31mb\u0007\n\u009bc",
	    text: "x\u202ey\u200bz\u007f\ttab"} | del(.exec)'
	for locale in C C.UTF-8; do
		LC_ALL=$locale hermes-show <document.json >table
		run -1 env LC_ALL=C grep -q '[[:cntrl:]]' table
		assert_equal "$(wc -l <table)" 6
		grep -qF 'a\u001b[31mb\u0007\u000a\u009bc' table
		grep -qF 'x\u202ey\u200bz\u007f\u0009tab' table
	done
}

@test "show: the same bytes in, the same bytes out" {
	document
	hermes-show <document.json >first
	cd / && hermes-show <"$OLDPWD/document.json" | diff "$OLDPWD/first" -
}

@test "show: unknown members are no fault" {
	document '.x = 1 | .plan.x = 2 | .plan.repos[].x = [3] | .exec.x = 4'
	hermes-show <document.json >table
	document
	hermes-show <document.json | diff table -
}

@test "show: a thousand words are counted as fast as one" {
	jq -nc '{schema: "hermes.auto_safe_upgrade_state/1", repos: [
	    range(20000) | {repo_key: "r\(.)", recommendation: "w\(.)"}]}' \
	    >document.json
	timeout 10 hermes-show <document.json >table
	assert_equal "$(wc -l <table)" 20003
}

@test "show: broken input is refused" {
	broken hermes-show
	broken hermes-show -p
	for wrong in '.plan = 7' '.plan.repos = {}' '.plan.repos[0] = 7' \
	    'del(.plan.repos[0].repo_key)' '.exec.repos[0].before = 7' \
	    '.probe.repos[0].head = 7' '.schema = "hermes.jobs/1"'; do
		document "$wrong"
		run -65 hermes-show <document.json
	done
	run -65 --separate-stderr hermes-show <document.json
	assert_equal "$output" ''
	assert_equal "$stderr" 'hermes-show: stdin: schema: expected a cycle, a fleet or a view of repositories, found "hermes.jobs/1"'
}

@test "show: a stdout that is closed is an error, as it is to every filter" {
	printf '{"schema":"hermes.fleet/1","repos":[]}' >fleet.json
	for filter in "$top"/pipeline/*/main.c; do
		filter=${filter%/main.c}
		run -74 bash -c 'exec "hermes-$1" -h >&-' - "${filter##*/}"
	done
	run -74 bash -c 'hermes-show <fleet.json >&-'
	assert_output 'hermes-show: stdout: Bad file descriptor'
}

@test "show: a full disk is an error" {
	document
	full hermes-show <document.json
	full hermes-show -f json <document.json
}

@test "show: a wrong call is 64, -h is 0" {
	run -64 hermes-show -x
	run -64 hermes-show more
	run -64 hermes-show -f svg
	run -64 hermes-show -p -f json
	run -64 hermes-show -r a -f json
	run -64 hermes-show -r a -p
	run -0 hermes-show -h
	assert_line --partial 'usage: hermes-show'
}
