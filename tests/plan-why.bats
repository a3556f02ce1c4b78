# hermes-plan: every recommendation, its reason and its chain; A1 to A7.

setup() {
	load helper
	here
	load plan/words
	export fixtures=$top/tests/plan
}

@test "plan: what is behind is upgraded by a fast-forward" {
	plan .
	web upgrade fast-forward behind
	text 'web: is behind by 3 commits'
	is '.plan.repos[0] | [.before, .target, .branch, .depth, .place,
	    .lane, .turn]' '["1111111111111111111111111111111111111111","'$new'","main",0,1,1,1]'
	is '.plan.repos[0].endpoint' \
	    '{"role":"primary","url":"https://git.example.org/web.git"}'
	is .plan.counts \
	    '{"upgrade":1,"canary":0,"defer":0,"block":0,"none":0}'
	jq .plan out.json >plan.json
	valid plan plan.json
}

@test "plan: what is current or ahead is left alone" {
	plan 'probe_of("web"; current)'
	web none none current
	is .plan.queue '[]'
	is '.plan.repos[0].target' null
	plan 'probe_of("web"; current | .reason = "ahead" | .ahead_count = 2)'
	web none none ahead
}

@test "plan: every local reason but behind keeps a repository as it is" {
	local code kind advice person rest count=0
	while IFS=$'\t' read -r code kind advice person rest; do
		if [ "$kind" != local ] || [ "$code" = behind ]; then
			continue
		fi
		count=$((count + 1))
		plan "probe_of(\"web\"; found(\"$code\"))"
		case $person in person) person=manual ;; *) person=none ;; esac
		web "$advice" "$person" "$code"
		text "web: $rest"
		sound
	done < <("${BUILD:-$top/build}/unit/reasons")
	assert_equal "$count" 39
}

@test "plan: every remote reason defers, or blocks where a person is needed" {
	local code kind advice person rest count=0
	while IFS=$'\t' read -r code kind advice person rest; do
		if [ "$kind" != remote ]; then
			continue
		fi
		count=$((count + 1))
		plan "probe_of(\"web\"; found(\"$code\") | .endpoint = null
		    | .endpoints[0].class = \"$code\" | .endpoints[0].tip = null
		    | .endpoints[0].detail = \"said so\")"
		if [ "$person" = person ]; then
			web block manual "$code"
		else
			web defer none remote-down
		fi
		text "web: remote git.example.org $code: said so"
		is '.plan.repos[0].chain[-1]' "{\"repo_key\":null,\"subject\":\"git.example.org\",\"code\":\"$code\",\"text\":\"said so\"}"
	done < <("${BUILD:-$top/build}/unit/reasons")
	assert_equal "$count" 24
}

@test "plan: edits stop an upgrade, and are no trouble where there is none" {
	plan 'probe_of("web"; .reason = "dirty")'
	web block manual dirty
	plan 'probe_of("web"; current | .reason = "dirty")'
	web none none dirty
	plan 'probe_of("web"; .reason = "dirty" | .detail = "file")'
	text 'web: has uncommitted changes (file)'
	plan 'probe_of("web"; found("locked") | .detail = "HEAD.lock")'
	web defer none locked
	text 'web: git holds a lock (HEAD.lock)'
	plan 'probe_of("web"; .reason = "stale-lock" | .detail = "HEAD.lock")'
	web block manual stale-lock
	text 'web: a lock was left behind (HEAD.lock)'
	plan 'probe_of("web"; current | .reason = "stale-lock")'
	web none none stale-lock
}

@test "plan: a file in the way of the new commit blocks" {
	plan 'probe_of("web"; .collisions = [{path: "a", kind: "untracked"}])'
	web block manual untracked-collision
	text 'web: the untracked file a is in the way of the new commit'
	plan 'probe_of("web"; .collisions = [{path: "a", kind: "ignored"}])'
	web block manual ignored-collision
	is '.plan.repos[0].reasons' '["ignored-collision","behind"]'
	plan 'probe_of("web"; .unsafe = [{path: "a", kind: "setuid"}])'
	web block manual unsafe-tree
}

@test "plan: a bare repository or another branch moves its ref only" {
	plan 'probe_of("web"; .bare = true)'
	web upgrade ref-only behind
	plan 'probe_of("web"; .head.branch = "topic")'
	web upgrade ref-only behind
}

@test "plan: a hold defers until it expires" {
	local hold='{why: "release week", author: "ann", set_at:
	    "2025-02-28T00:00:00.000Z", expires_at: null}'
	plan "remember(\"web\"; .holds = [$hold])"
	web defer none held
	text 'web: held by ann: release week'
	plan "remember(\"web\"; .holds = [$hold
	    | .expires_at = \"2025-03-01T04:00:00.001Z\"])"
	web defer none held
	text 'web: held by ann until 2025-03-01T04:00:00.001Z: release week'
	plan "remember(\"web\"; .holds = [$hold
	    | .expires_at = \"2025-03-01T04:00:00.000Z\"])"
	web upgrade fast-forward behind
}

@test "plan: a text is one short line of whole characters" {
	plan 'remember("web"; .holds = [{why: ("a\u001bb\n" + "\u00e9" * 600),
	    author: null, set_at: "2025-02-28T00:00:00.000Z",
	    expires_at: null}])'
	is '.plan.repos[0].text | test("^web: held: a b \u00e9+$")' true
	is '.plan.repos[0].text | utf8bytelength | . > 480 and . < 490' true
	hermes-plan <out.json >again.json
	cmp out.json again.json
}

@test "plan: a commit that was rolled back waits for upstream to move" {
	plan "remember(\"web\"; .bad_commits = [{oid: \"$new\", at:
	    \"2025-02-28T04:00:00.000Z\", token: 3, code: \"check-failed\"}])"
	web block none bad-commit
	text 'web: commit 222222222222 was rolled back; waits for upstream to move on'
	plan 'remember("web"; .bad_commits = [{oid:
	    "3333333333333333333333333333333333333333", at:
	    "2025-02-28T04:00:00.000Z", token: 3, code: "check-failed"}])'
	web upgrade fast-forward behind
}

@test "plan: a commit that one checkout rolled back is bad for its twins" {
	local bad="remember(\"web\"; .bad_commits = [{oid: \"$new\", at:
	    \"2025-02-28T04:00:00.000Z\", token: 3, code: \"check-failed\"}])"
	plan "fleet([\"app\", \"lib\", \"web\"]) | $bad
	    | probe_of(\"lib\"; .endpoints[0].url = \"https://else/lib.git\")"
	is '.plan.repos | map([.recommendation, .reason, .text])' \
	    '[["block","bad-commit","app: commit 222222222222 was rolled back in web; waits for upstream to move on"],["upgrade","behind","lib: is behind by 3 commits"],["block","bad-commit","web: commit 222222222222 was rolled back; waits for upstream to move on"]]'
	# whichever member offers it: the primary is the same
	plan "fleet([\"app\", \"web\"]) | $bad | probe_of(\"app\";
	    .endpoints += [.endpoints[0] | .role = \"mirror\" | .url = \"https://m/a\"]
	    | .endpoints[0].class = \"refused\" | .endpoint = .endpoints[1])"
	is '.plan.repos[0] | [.recommendation, .reason]' '["block","bad-commit"]'
	# past it
	plan "fleet([\"app\", \"web\"]) | $bad
	    | probe_of(\"app\"; .tip = \"$(printf '3%.0s' {1..40})\")"
	is '.plan.repos[0] | [.recommendation, .reason]' '["upgrade","behind"]'
}

@test "plan: a commit that could not be rolled back is a person's to mend" {
	local bad='remember("web"; .bad_commits = [{oid: .head, at:
	    .tip_seen_at, token: 3, code: "rollback-blocked"}])'
	plan "probe_of(\"web\"; current) | $bad"
	web block manual rollback-blocked
	text 'web: stands at commit 111111111111, edits were in the way of its rollback'
	plan "$bad"
	web upgrade fast-forward behind
}

@test "plan: min_age counts from first sight, not from commit dates" {
	plan '.policy.min_age_s = 3600'
	web defer none min-age
	text 'web: the commit was first seen 2025-03-01T04:00:00.000Z, is old enough 2025-03-01T05:00:00.000Z'
	plan '.policy.min_age_s = 86400 | remember("web"; .)'
	web upgrade fast-forward behind
	plan '.policy.min_age_s = 86401 | remember("web"; .)'
	web defer none min-age
	plan '.policy.min_age_s = 86400 | remember("web"; .tip = .head)'
	web defer none min-age
	plan '.policy.min_age_s = 86400 | fleet_of("web"; .policy.min_age_s = 0)'
	web upgrade fast-forward behind
	plan '.policy.min_age_s = 9007199254740991'
	text 'web: the commit was first seen 2025-03-01T04:00:00.000Z, is old enough never'
}

@test "plan: after a failure a repository cools down" {
	plan 'remember("web"; .last_failure_at = "2025-03-01T03:00:00.001Z")'
	web defer none cooldown
	text 'web: failed 2025-03-01T03:00:00.001Z, cools down until 2025-03-01T04:00:00.001Z'
	plan 'remember("web"; .last_failure_at = "2025-03-01T03:00:00.000Z")'
	web upgrade fast-forward behind
}

@test "plan: what is remembered of a time to come counts as now" {
	plan 'remember("web"; .last_failure_at = "2030-01-01T00:00:00.000Z")'
	web defer none cooldown
	text 'web: failed 2025-03-01T04:00:00.000Z, cools down until 2025-03-01T05:00:00.000Z'
	plan '.policy.min_age_s = 3600 | remember("web";
	    .tip_seen_at = "2030-01-01T00:00:00.000Z")'
	web defer none min-age
	text 'web: the commit was first seen 2025-03-01T04:00:00.000Z, is old enough 2025-03-01T05:00:00.000Z'
	plan '.policy.min_age_s = 0 | .policy.cooldown_s = 0 | remember("web";
	    .tip_seen_at = "2030-01-01T00:00:00.000Z" |
	    .last_failure_at = "2030-01-01T00:00:00.000Z")'
	web upgrade fast-forward behind
}

# failures COUNT [POLICY] - after so many at 03:00, until when, by date
cools_for() {
	local hold="2025-03-01 03:00 UTC + $3 seconds"
	plan "$2 | remember(\"web\"; .last_failure_at =
	    \"2025-03-01T03:00:00.000Z\" | .failure_streak_count = $1)"
	web defer none cooldown
	text "web: failed 2025-03-01T03:00:00.000Z, cools down until $(date -u \
	    -d "$hold" +%Y-%m-%dT%H:%M:%S.000Z)"
}

@test "plan: each failure in a row doubles the cooldown, up to a cap" {
	local rest='.policy.cooldown_s = 5000 | .policy.cooldown_max_s = 21000'
	cools_for 0 "$rest" 5000
	cools_for 1 "$rest" 5000
	cools_for 2 "$rest" 10000
	cools_for 3 "$rest" 20000
	cools_for 4 "$rest" 21000
	cools_for 9007199254740991 "$rest" 21000
	cools_for 9 '.policy.cooldown_s = 5000' 86400
	cools_for 3 '.policy.cooldown_s = 5000 | .policy.cooldown_max_s = 0' 5000
	cools_for 3 '.policy.cooldown_s = 5000
	    | fleet_of("web"; .policy.cooldown_max_s = 9000)' 9000
	plan '.policy.cooldown_s = 0 | remember("web"; .last_failure_at =
	    "2025-03-01T03:00:00.000Z" | .failure_streak_count = 60)'
	web upgrade fast-forward behind
}

@test "plan: a group's or a remote host's hold holds its repositories" {
	local held='remember("web"; .) | .memory.state.holds =
	    [{subject: "group:core", why: "week", author: "ann",
	    expires_at: "2025-03-02T00:00:00.000Z"},
	    {subject: "group:old", why: "x", author: "ann",
	    expires_at: "2025-03-01T04:00:00.000Z"},
	    {subject: "host:git.example.org", why: "move", author: "bob",
	    expires_at: null}]'
	plan "$held"
	web defer none held
	text 'web: held with host git.example.org by bob: move'
	plan "$held | probe_of(\"web\"; .endpoint.host = \"other\")
	    | fleet_of(\"web\"; .groups = [\"core\", \"x\"])"
	web defer none held
	text 'web: held with group core by ann until 2025-03-02T00:00:00.000Z: week'
	plan "$held | probe_of(\"web\"; .endpoint.host = null)
	    | fleet_of(\"web\"; .groups = [\"old\"])"
	web upgrade fast-forward behind
	plan "$held | fleet_of(\"web\"; .groups = [\"core\"])
	    | .memory.state.repos[0].holds = [{why: \"mine\", author: \"cat\",
	    expires_at: null}]"
	text 'web: held by cat: mine'
	is '.plan.repos[0].reasons' '["held","behind"]'
}

@test "plan: outside its windows a repository waits, and says until when" {
	plan '.policy.windows = [{allow: "Mon-Fri 09:00-17:00",
	    time_zone: "Europe/Berlin"}] | .policy.zones = [{time_zone:
	    "Europe/Berlin", offset_s: 3600, changes: []}]'
	web defer none window
	text "web: outside its windows until $(date -u -d \
	    'TZ="Europe/Berlin" 2025-03-03 09:00' +%Y-%m-%dT%H:%M:%S.000Z)"
	plan '.policy.windows = [{allow: "Sat", time_zone: "UTC"}]'
	web upgrade fast-forward behind
	plan '.policy.windows = [{allow: "Sun", time_zone: "UTC"}]
	    | fleet_of("web"; .policy.windows = [])'
	web upgrade fast-forward behind
	plan '.policy.windows = [{deny: "Sat", time_zone: "UTC"}]'
	web defer none window
}

@test "plan: a window whose zone has no facts is refused" {
	doc '.policy.windows = [{allow: "Sat", time_zone: "Mars/Base"}]'
	run -65 --separate-stderr hermes-plan <in.json
	# shellcheck disable=SC2154 # bats sets stderr
	assert_equal "$stderr" \
	    'hermes-plan: stdin: policy.zones: nothing on "Mars/Base"'
}

@test "plan: pressure halves the lanes, then defers all" {
	plan '.probe.resources.class = "low"'
	is .plan.lane_count 4
	plan '.probe.resources.class = "high"'
	is .plan.lane_count 2
	web upgrade fast-forward behind
	plan '.probe.resources.class = "high" | .policy.max_lanes = 1'
	is .plan.lane_count 1
	plan '.probe.resources = {class: "critical", reason: "memory 4 of 1000"}'
	web defer none pressure
	is .plan.lane_count 0
	is '.plan.repos[0].chain[-1]' '{"repo_key":null,"subject":"keeper","code":"pressure","text":"memory 4 of 1000"}'
}

@test "plan: canary checks that are required make a canary" {
	plan 'fleet_of("web"; .checks = [{argv: ["true"], at: "canary",
	    need: "required", timeout_s: 30}])'
	web canary canary-fast-forward behind
	is '.plan.queue | length' 1
	plan 'fleet_of("web"; .checks = [{argv: ["true"], at: "health",
	    need: "required", timeout_s: 30}])'
	web upgrade fast-forward behind
}

@test "plan: canary checks that are wanted run from the threshold on" {
	local checks='fleet_of("web"; .checks = [{argv: ["true"], at: "canary",
	    need: "wanted", timeout_s: 30}])'
	plan "$checks"
	web upgrade fast-forward behind
	plan "$checks | probe_of(\"web\"; .change.file_count = 300)"
	is '.plan.repos[0].risk.permille' 300
	web canary canary-fast-forward behind
	plan "$checks | .policy.risk.canary_from_permille = 0"
	web canary canary-fast-forward behind
}

@test "plan: what needs others comes after them, in a later turn" {
	plan 'fleet(["app", "lib", "web"]) | needs("app"; ["lib"])
	    | needs("web"; ["app"])'
	is '.plan.queue | map([.repo_key, .lane, .turn])' \
	    '[["lib",1,1],["app",1,2],["web",1,3]]'
	is '.plan.repos | map([.repo_key, .depth, .place])' \
	    '[["app",1,2],["lib",0,1],["web",2,3]]'
	sound
}

@test "plan: after orders, and asks for nothing" {
	plan 'fleet(["lib", "web"]) | fleet_of("web"; .after = ["lib"])
	    | probe_of("lib"; .reason = "dirty")'
	web upgrade fast-forward behind
	plan 'fleet(["lib", "web"]) | fleet_of("lib"; .after = ["web"])'
	is '.plan.queue | map([.repo_key, .turn])' '[["web",1],["lib",2]]'
}

@test "plan: the chain leads to the root cause" {
	plan 'fleet(["app", "lib", "web"]) | needs("web"; ["app"])
	    | needs("app"; ["lib"]) | probe_of("lib"; found("refused")
	    | .endpoint = null | .endpoints[0].class = "refused")'
	web defer none needs
	text 'web: needs app; app: needs lib; lib: remote git.example.org refused'
	is '.plan.repos[2].chain | map([.repo_key, .code])' \
	    '[["web","needs"],["app","needs"],["lib","remote-down"],[null,"refused"]]'
	plan 'fleet(["lib", "web"]) | needs("web"; ["lib"])
	    | probe_of("lib"; .reason = "dirty")'
	web block none needs
	text 'web: needs lib; lib: has uncommitted changes'
}

@test "plan: a blocked prerequisite is named before one that waits" {
	plan 'fleet(["a", "b", "web"]) | needs("web"; ["a", "b"])
	    | probe_of("a"; found("unfetched"))
	    | probe_of("b"; .reason = "dirty")'
	text 'web: needs b; b: has uncommitted changes'
}

@test "plan: a prerequisite that is current is no obstacle" {
	plan 'fleet(["lib", "web"]) | needs("web"; ["lib"])
	    | probe_of("lib"; current)'
	web upgrade fast-forward behind
	plan 'fleet(["lib", "web"]) | needs("web"; ["lib"])
	    | probe_of("lib"; current | .reason = "dirty")'
	web upgrade fast-forward behind
	plan 'fleet(["lib", "web"]) | needs("web"; ["lib"])
	    | probe_of("lib"; found("self"))'
	text 'web: needs lib; lib: holds the running Hermes'
}

@test "plan: a dependency cycle blocks its members and what needs them" {
	plan 'fleet(["a", "b", "c", "web"]) | needs("a"; ["b"])
	    | needs("b"; ["a"]) | needs("web"; ["a"])'
	is .plan.dependency_cycles '[["a","b"]]'
	is '.plan.repos | map([.repo_key, .recommendation, .reason])' '[["a","block","dependency-cycle"],["b","block","dependency-cycle"],["c","upgrade","behind"],["web","block","needs"]]'
	text 'web: needs a; a: in a dependency cycle of a, b'
	sound
	plan 'needs("web"; ["web"])'
	web block manual dependency-cycle
}

@test "plan: a chain of any length keeps its ends" {
	plan 'fleet([range(30) | "r\(. + 10)"])
	    | .fleet.repos |= [range(30) as $i | .[$i]
	    | .depends_on = if $i == 0 then [] else ["r\($i + 9)"] end]
	    | probe_of("r10"; .reason = "dirty")'
	is '.plan.repos[29].chain | length' 8
	is '.plan.repos[29].chain | [.[0, 6, 7].repo_key]' '["r39","r33","r10"]'
	is '.plan.repos[7].chain | map(.repo_key)' '["r17","r16","r15","r14","r13","r12","r11","r10"]'
	is '.plan.repos[29].text' '"r39: needs r38; r38: needs r37; r37: needs r36; r36: needs r35; r35: needs r34; r34: needs r33; r33: needs r32; ...; r10: has uncommitted changes"'
	sound
}

@test "plan: the order is depth, recommendation, risk, repo_key" {
	plan 'fleet(["a", "b", "c", "d", "e"]) | needs("a"; ["b"])
	    | probe_of("b"; .change.file_count = 100) | probe_of("c"; current)
	    | probe_of("d"; .reason = "dirty")'
	is '.plan.repos | sort_by(.place) | map(.repo_key)' \
	    '["e","b","d","c","a"]'
}

@test "plan: however many are due, each gets a lane and a turn" {
	plan 'fleet([range(103) | "r\(. + 100)"])'
	is '.plan.queue | length' 103
	is '[.plan.queue[].turn] | max' 26
	sound
}

# mirror RELATION PRIMARY_TIP [FILTER] - a plan where a mirror stands in, and
# its tip stands so to the primary's; "-": none
mirror() {
	plan "probe_of(\"web\"; .facts = [\"refused\"]
	    | .endpoints[0].class = \"refused\" | .endpoint.role = \"mirror\"
	    | .endpoint.url = \"https://mirror.example.org/web.git\"
	    | .evidence = {relation: \"$1\", primary_tip:
	    (if \"$2\" == \"-\" then null else \"$2\" * 40 end)}) | ${3-.}"
}

# The primary has been silent since INSTANT.
silent() {
	printf '.memory.intelligence = {remotes: [{url:
	    "https://git.example.org/web.git", degraded: true,
	    since_at: "%s"}]}' "$1"
}

@test "plan: a mirror that stands in is recorded with its evidence" {
	mirror same 2 "$(silent 2025-02-28T04:00:00.000Z)"
	web upgrade fast-forward behind
	is '.plan.repos[0].endpoint.role' '"mirror"'
	is '.plan.repos[0].reasons' '["refused","behind"]'
	is '.plan.repos[0].evidence' '"the primary had it: last seen 2025-02-28T04:00:00.000Z at 222222222222"'
	mirror part 3
	web upgrade fast-forward behind
	jq .plan out.json >plan.json
	valid plan plan.json
}

@test "plan: what the primary does not vouch for waits for it" {
	mirror ahead 3 "$(silent 2025-03-01T03:00:00.000Z)"
	web defer none remote-down
	text 'web: nothing vouches for what the mirror offers: it is ahead of the primary, last seen 2025-03-01T03:00:00.000Z at 333333333333'
	mirror unknown 3
	web defer none remote-down
	text 'web: nothing vouches for what the mirror offers: it is not known to be of the primary, last seen 2025-03-01T04:00:00.000Z at 333333333333'
	mirror unknown -
	text 'web: nothing vouches for what the mirror offers: the primary has never been seen'
	# a document of a probe that does not say
	mirror unknown - 'probe_of("web"; del(.evidence))'
	web defer none remote-down
}

@test "plan: a promotion ends when the primary has been silent for too long" {
	local week=2025-02-22T04:00:00.000Z
	mirror same 2 "$(silent $week)"
	web upgrade fast-forward behind
	mirror same 2 "$(silent 2025-02-22T03:59:59.000Z)"
	web defer none remote-down
	text 'web: nothing vouches for what the mirror offers: the primary was last seen 2025-02-22T03:59:59.000Z'
	mirror same 2 "$(silent $week) | .policy.evidence_max_age_s = 604799"
	web defer none remote-down
	mirror same 2 "$(silent $week) | .policy.evidence_max_age_s = 60
	    | fleet_of(\"web\"; .policy.evidence_max_age_s = 604800)"
	web upgrade fast-forward behind
	# it answers again, and is not steady yet
	mirror same 2 "$(silent 2025-01-01T00:00:00.000Z)
	    | probe_of(\"web\"; .endpoints[0].class = \"ok\")"
	web upgrade fast-forward behind
}

@test "plan: who accepts what a mirror offers has it" {
	local accept='.policy.mirror_ahead = "accept"'
	for relation in 'ahead 3' 'unknown 3' 'unknown -'; do
		# shellcheck disable=SC2086 # two words
		mirror $relation "$accept"
		web upgrade fast-forward behind
	done
	mirror same 2 "$accept | $(silent 2025-01-01T00:00:00.000Z)"
	web upgrade fast-forward behind
	mirror ahead 3 "$accept
	    | fleet_of(\"web\"; .policy.mirror_ahead = \"defer\")"
	web defer none remote-down
	mirror ahead 3 'fleet_of("web"; .policy.mirror_ahead = "accept")'
	web upgrade fast-forward behind
}
