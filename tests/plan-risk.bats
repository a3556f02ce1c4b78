# hermes-plan: risk, contribution by contribution (A3).

setup() {
	load helper
	here
	load plan/words
	export fixtures=$top/tests/plan
}

# The contributions of the repository web to which JQ adds one fact, of 3
# commits, 4 files and 40 lines: 54 * 300 / 1000 = 16 for its change.
contributions() { # JQ EXPECTED
	plan "$1"
	is '.plan.repos[] | select(.repo_key == "web") |
	    [.risk.contributions[] | select(.permille > 0) |
	    [.name, .permille]]' "$2"
	is '.plan.repos[] | select(.repo_key == "web").risk |
	    [.contributions[].name]' \
	    '["change","paths","failures","rollbacks","remote","hour","dependants"]'
}

change() {
	contributions "probe_of(\"web\"; .change |= ($1))" "[[\"change\",$2]]"
}

beside() { # JQ NAME PERMILLE
	contributions "$1" "[[\"change\",16],[\"$2\",$3]]"
}

learned() {
	echo ".memory.intelligence = {repos: [{repo_key: \"web\"} + $1]}"
}

remote() {
	echo ".memory.remote_health = {schema: \"hermes.remote_health/1\",
	    remotes: [{url: \"https://git.example.org/web.git\",
	    class: \"ok\"} + $1]}"
}

@test "plan: the size of a change, by commits, files and lines" {
	change . 16
	change '.commit_count = 50' 157
	change '.commit_count = 100' 300
	change '.commit_count = 9007199254740991' 300
	change '.file_count = 100' 160
	change '.file_count = 9007199254740991' 300
	change '.insertion_count = 1000 | .deletion_count = 1009' 75
	change '.insertion_count = 9007199254740991 |
	    .deletion_count = 9007199254740991' 300
}

@test "plan: sensitive paths, the first counts most" {
	local i
	for i in '1 150' '2 180' '6 300' '7 300'; do
		beside "probe_of(\"web\"; .change.sensitive_paths =
		    [range(${i% *}) | \"p\\(.)\"])" paths "${i#* }"
	done
}

@test "plan: failures, by the streak or by what was learned" {
	beside 'remember("web"; .failure_streak_count = 1)' failures 75
	beside 'remember("web"; .failure_streak_count = 4)' failures 300
	beside 'remember("web"; .failure_streak_count = 9007199254740991)' \
	    failures 300
	# odds count as far as they are trusted
	beside "$(learned '{failure_permille: 600,
	    confidence_permille: 500}')" failures 90
	beside "$(learned '{failure_permille: 1000,
	    confidence_permille: 1000}')" failures 300
	contributions "$(learned '{failure_permille: 1000,
	    confidence_permille: 0}')" '[["change",16]]'
	# the larger of the two
	beside "$(learned '{failure_permille: 600, confidence_permille: 500}') |
	    remember(\"web\"; .failure_streak_count = 1)" failures 90
}

@test "plan: rollbacks, by bad commits or by what was learned" {
	local bad='{oid: ("9" * 40), at: .tip_seen_at, token: 1,
	    code: "check-failed"}'
	beside "remember(\"web\"; .bad_commits = [$bad])" rollbacks 75
	beside "remember(\"web\"; .bad_commits = [range(5) as \$i | $bad])" \
	    rollbacks 300
	beside "$(learned '{rollback_permille: 300,
	    confidence_permille: 500}')" rollbacks 45
}

@test "plan: a remote, by how many of its last probes were bad" {
	beside "$(remote '{good_count: 1, bad_count: 3}')" remote 75
	beside "$(remote '{good_count: 0, bad_count: 3}')" remote 100
	contributions "$(remote '{good_count: 3, bad_count: 0}')" \
	    '[["change",16]]'
	contributions "$(remote '{url: "https://git.example.org/lib.git",
	    good_count: 0, bad_count: 3}')" '[["change",16]]'
}

@test "plan: the hour, by the share of failures that fell into it" {
	local hours='risk_hours: [range(24) | if . == 4 then 3 else 0 end]'
	beside "$(learned "{failure_count: 4, confidence_permille: 1000,
	    $hours}")" hour 75
	beside "$(learned "{failure_count: 4, confidence_permille: 500,
	    $hours}")" hour 37
	contributions ".cycle.now.real_at = \"2025-03-01T05:00:00.000Z\" |
	    $(learned "{failure_count: 4, confidence_permille: 1000,
	    $hours}")" '[["change",16]]'
}

@test "plan: dependants, by how many" {
	local i
	for i in '1 10' '3 30' '20 200' '30 200'; do
		beside "fleet([\"web\", (range(${i% *}) | \"x\\(. + 10)\")]) |
		    .fleet.repos |= map(if .repo_key == \"web\" then . else
			.depends_on = [\"web\"] end)" dependants "${i#* }"
	done
}

@test "plan: a risk is the sum of its contributions, all listed" {
	plan 'fleet(["lib", "web"]) | needs("web"; ["lib"])
	    | probe_of("lib"; .change.sensitive_paths = ["secrets/x"])
	    | remember("lib"; .failure_streak_count = 2
	    | .bad_commits = [{oid: .head, at: .tip_seen_at, token: 1,
	    code: "check-failed"}])
	    | .memory.remote_health = {schema: "hermes.remote_health/1",
	    remotes: [{url: "https://git.example.org/web.git", class: "ok",
	    good_count: 1, bad_count: 3}]}
	    | .memory.intelligence = {repos: [{repo_key: "lib",
	    failure_permille: 600, rollback_permille: 300,
	    confidence_permille: 500, failure_count: 4,
	    risk_hours: [range(24) | if . == 4 then 3 else 0 end]}]}'
	# 3 commits, 4 files, 40 lines: (30 + 20 + 4) * 300 / 1000
	# one sensitive path: 500; a streak of 2: 500; a bad commit: 250
	# three bad probes of four: 750; 3 of 4 failures now, half trusted: 375
	# one dependant: 50
	is '.plan.repos[0].risk.contributions | map([.name, .permille])' '[["change",16],["paths",150],["failures",150],["rollbacks",75],["remote",75],["hour",37],["dependants",10]]'
	is '.plan.repos[0].risk | .permille == (.contributions
	    | map(.permille) | add)' true
}

@test "plan: weights come from the policy, the repository's own first" {
	plan '.policy.risk.weights = {change: 1000}'
	is '.plan.repos[0].risk.permille' 54
	plan '.policy.risk.weights = {change: 1000}
	    | fleet_of("web"; .policy.risk = {weights: {change: 0}})'
	is '.plan.repos[0].risk.permille' 0
	plan '.policy.risk.weights = {change: 1000, paths: 1000}
	    | probe_of("web"; .change.file_count = 4000
	    | .change.sensitive_paths = ["a", "b"])'
	is '.plan.repos[0].risk.permille' 1000
}

@test "plan: too much risk blocks" {
	plan '.policy.risk.block_from_permille = 16'
	web block manual risk
	text 'web: the risk is too high, most of it by change (blocked from 16 of 1000)'
	plan '.policy.risk.block_from_permille = 17'
	web upgrade fast-forward behind
}

@test "plan: the band keeps what was decided, and says so" {
	local last='remember("web"; .recommendation = "block" | .code = "risk")'
	plan "$last | .policy.risk.block_from_permille = 66"
	web block manual risk
	is '.plan.repos[0].risk.held' true
	text 'web: the risk is too high (kept by the band), most of it by change (blocked from 66 of 1000)'
	plan "$last | .policy.risk.block_from_permille = 67"
	web upgrade fast-forward behind
	is '.plan.repos[0].risk.held' false
	plan 'remember("web"; .) | .policy.risk.block_from_permille = 66'
	web upgrade fast-forward behind
}
