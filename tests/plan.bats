# hermes-plan: every recommendation, its reason and its chain; A1 to A7.

setup() {
	load helper
	here
	new=2222222222222222222222222222222222222222
}

# doc FILTER [OPTION...] - one.json, edited by jq with the words of edit.jq, in
# in.json
doc() {
	jq -L "$fixtures" "${@:2}" "include \"edit\"; $1" \
	    "$fixtures/one.json" >in.json
}

plan() { # the plan of one.json, so edited, in out.json
	doc "$1"
	hermes-plan <in.json >out.json
}

is() { # FILTER EXPECTED
	assert_equal "$(jq -c "$1" out.json)" "$2"
}

# web RECOMMENDATION STRATEGY REASON - of the repository web
web() {
	is '.plan.repos[] | select(.repo_key == "web")
	    | [.recommendation, .strategy, .reason]' "[\"$1\",\"$2\",\"$3\"]"
}

text() { # of the repository web
	is '.plan.repos[] | select(.repo_key == "web").text' "\"$1\""
}

# What must hold of any plan in out.json, computed by jq alone.
sound() {
	jq -e '.plan as $p
	| ($p.repos | map({key: .repo_key, value: .}) | from_entries) as $r
	| ([.fleet.repos[] | {key: .repo_key, value: (.depends_on + .after)}]
	  | from_entries) as $before
	| ($p.repos | map(.repo_key)) as $keys
	| ($keys == ($keys | sort))
	and ([$p.repos[].place] | sort) == [range(1; ($keys | length) + 1)]
	and ($p.queue | map($r[.repo_key].place)) == ($p.queue
	  | map($r[.repo_key].place) | sort)
	and ($p.queue | map(.repo_key) | sort) == ($p.repos
	  | map(select(.recommendation == "upgrade" or
	    .recommendation == "canary").repo_key))
	and ($p.queue | map([.turn, .lane]) | unique | length)
	  == ($p.queue | length)
	and ($p.queue | all(.lane >= 1 and .lane <= $p.lane_count))
	and ($p.dependency_cycles != [] or ($p.queue | all(. as $q
	  | $before[.repo_key] | all($r[.].turn == null
	    or $r[.].turn < $q.turn))))
	and ($p.repos | all(.chain != [] and (.chain[0].repo_key == .repo_key)
	  and (.chain[-1].code != "needs") and .reasons[0] == .reason))
	and ([$p.counts[]] | add) == ($keys | length)' out.json >/dev/null
}

by_hand() {
	printf 'sha256:%s' "$(jq -cjS '{policy:.plan.policy_digest,
	    repos:[.plan.repos[]|{repo_key,recommendation,strategy,target,
	    endpoint,reasons,depth,place}]}' "$1" | sha256sum | cut -d' ' -f1)"
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
	assert_equal "$count" 37
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
		text "web: remote git.example.org $code"
		is '.plan.repos[0].chain[-1]' "{\"repo_key\":null,\"subject\":\"git.example.org\",\"code\":\"$code\",\"text\":\"said so\"}"
	done < <("${BUILD:-$top/build}/unit/reasons")
	assert_equal "$count" 23
}

@test "plan: edits stop an upgrade, and are no trouble where there is none" {
	plan 'probe_of("web"; .reason = "dirty")'
	web block manual dirty
	plan 'probe_of("web"; current | .reason = "dirty")'
	web none none dirty
	plan 'probe_of("web"; .reason = "dirty" | .detail = "file")'
	text 'web: has uncommitted changes (file)'
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

@test "plan: a mirror that stands in is recorded with its evidence" {
	plan 'probe_of("web"; .facts = ["refused"]
	    | .endpoints[0].class = "refused" | .endpoint.role = "mirror"
	    | .endpoint.url = "https://mirror.example.org/web.git")'
	web upgrade fast-forward behind
	is '.plan.repos[0].endpoint.role' '"mirror"'
	is '.plan.repos[0].reasons' '["refused","behind"]'
	is '.plan.repos[0].evidence != null' true
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
	plan 'probe_of("web"; found("offline") | .endpoint = null)
	    | remember("web"; .)'
	web defer none remote-down
	text 'web: this machine is offline'
	is '[.events[].type]' '["hermes.plan.decided"]'
	plan 'probe_of("web"; found("offline") | .endpoint = null)'
	is '[.events[].type] | length' 2
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
	run -64 hermes-plan -u web </dev/null
	run -64 hermes-plan extra </dev/null
	run -0 hermes-plan -h
	assert_output --partial 'usage: hermes-plan [-s STATE]'
}
