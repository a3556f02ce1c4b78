# A plan to go back (X6), on documents and with real git.

setup() {
	load helper
	load fleet
	here
	load plan/words
	export fixtures=$top/tests/plan
	state=house/state
	last=$state/cycles/last.json
}

# went FROM TO... - jq: points that led the branch from each to the next,
# ones and twos standing for oids
points() {
	local list=() from=$1 to
	shift
	for to; do
		list+=("{at: \"2025-02-28T04:00:00.000Z\", token: 3,
		    branch: \"main\", before: (\"$from\" * 40),
		    after: (\"$to\" * 40)}")
		from=$to
	done
	printf '.memory.rollback = {repos: [{repo_key: "web", points: [%s]}]}' \
	    "$(IFS=,; printf '%s' "${list[*]}")"
}

oid() {
	printf "%0.s$1" {1..40}
}

# back FILTER [REPO[=OID]] - the plan to go back
back() {
	doc "$1"
	hermes-plan -u "${2-web}" <in.json >out.json
	jq .plan out.json >plan.json
	valid plan plan.json
}

# told REPO - what became of it in the last cycle
told() {
	jq -c --arg key "$1" '.exec.repos[] | select(.repo_key == $key) |
	    [.verdict, .code]' $last
}

@test "undo: a plan goes back to where the last apply came from" {
	back "fleet([\"app\", \"web\"]) | $(points 5 1)
	    | needs(\"web\"; [\"app\"])"
	web upgrade rollback undo
	text 'web: goes back from 111111111111 to 555555555555'
	is '.plan.repos[1] | [.branch, .before, .target, .lane, .turn]' \
	    "[\"main\",\"$(oid 1)\",\"$(oid 5)\",1,1]"
	is '.plan.repos[0] | [.recommendation, .strategy, .reason, .target,
	    .text]' '["none","none","undo",null,"app: is left alone while web goes back"]'
	is '[.plan.undo, (.plan.queue | map(.repo_key))]' '["web",["web"]]'
	is '.plan.decision_hash' "\"$(by_hand out.json)\""
	is '[.events[].type]' '["hermes.plan.decided"]'
}

@test "undo: a plan to go forward names none" {
	plan .
	is .plan.undo null
}

@test "undo: the way leads over applies, as far as OID, and nowhere else" {
	back "$(points 7 6 5 1)" "web=$(oid 6)"
	web upgrade rollback undo
	text 'web: goes back from 111111111111 to 666666666666'
	back "$(points 7 6 5 1)" "web=$(oid 4)"
	web block manual no-undo
	text 'web: cannot go back: no apply led from 444444444444 to where it stands'
	# from 8 to where it stands now somebody else went
	back "$(points 8 6 5 1) | .memory.rollback.repos[0].points[1].before = (\"9\" * 40)" \
	    "web=$(oid 8)"
	web block manual no-undo
	back "$(points 5 1) | .memory.rollback.repos[0].points[0].branch = \"old\""
	web block manual no-undo
}

@test "undo: it is refused with its reason, and -e says so" {
	back .
	web block manual no-undo
	text 'web: there is no apply to undo'
	back "$(points 5 6)"
	web block manual no-undo
	text 'web: cannot go back: main stands at 111111111111, the last apply led to 666666666666'
	back "$(points 5 1) | probe_of(\"web\"; .head.branch = \"topic\")"
	text 'web: cannot go back: main is not checked out'
	back "$(points 5 1) | probe_of(\"web\"; .reason = \"dirty\"
	    | .unstaged_count = 1 | .dirty_paths = [\"file\"])"
	web upgrade rollback undo
	back "$(points 5 1) | probe_of(\"web\"; .reason = \"in-progress\")"
	web block manual in-progress
	back "$(points 5 1) | probe_of(\"web\"; .reason = \"locked\")"
	web defer none locked
	back "$(points 5 1) | .probe.resources.class = \"critical\""
	web defer none pressure
	run -1 hermes-plan -e -u web <in.json
	cmp <(printf '%s\n' "$output") out.json
	back "$(points 5 1)"
	hermes-plan -e -u web <in.json >again
	cmp again out.json
}

@test "undo: the operator's word stands above holds, windows, age and risk" {
	back "$(points 5 1) | .policy.windows = [{deny: \"00:00-24:00\",
	    time_zone: \"UTC\"}] | .policy.min_age_s = 9000
	    | .policy.risk.block_from_permille = 0
	    | remember(\"web\"; .last_failure_at = \"2025-03-01T03:59:00.000Z\"
	    | .holds = [{why: \"x\", author: \"a\", expires_at: null}])"
	web upgrade rollback undo
}

@test "undo: no remote is needed" {
	back "$(points 5 1) | probe_of(\"web\"; .reason = \"dns\" | .tip = null
	    | .endpoint = null | .endpoints[0].class = \"dns\"
	    | .endpoints[0].tip = null)"
	web upgrade rollback undo
	back "$(points 5 1) | probe_of(\"web\"; .reason = \"no-upstream\"
	    | .tip = null | .endpoint = null | .endpoints = [])"
	web upgrade rollback undo
	back "$(points 5 1) | probe_of(\"web\"; .reason = \"diverged\"
	    | .ahead_count = 1)"
	web upgrade rollback undo
}

@test "undo: a call that is wrong is 64" {
	doc .
	run -64 hermes-plan -u nobody <in.json
	assert_output 'hermes-plan: -u: "nobody" is not in the fleet'
	run -64 hermes-plan -u web=main <in.json
	assert_output 'hermes-plan: -u: expected 40 hex digits behind the =, found "main"'
	run -64 hermes-cycle -u
	run -64 hermes-cycle web
}

@test "undo: tree, index and branch are as before, and stay so" {
	repo_make a b
	printf 'gone\n' >src/a/untracked
	before=$(git_at src/a)
	git -C src/a ls-files -s >index
	upstream_commit a deep/new 'hello'
	upstream_commit b
	house_make a b
	hermes-cycle
	upstream_commit b again
	bad=$(git_at src/a)
	old_b=$(git_at src/b)
	run -0 hermes undo a
	assert_output --partial applied
	assert_equal "$(git_at src/a)" "$before"
	assert_equal "$(git_at src/b)" "$old_b"
	git -C src/a ls-files -s | cmp - index
	assert_equal "$(git -C src/a status --porcelain)" '?? untracked'
	assert_not_exists src/a/deep
	checkout_whole src/a
	state_whole
	assert_equal "$(told a)" '["applied",null]'
	# what was undone is not applied again, by this cycle or the next
	hermes-cycle
	assert_equal "$(git_at src/a)" "$before"
	assert_equal "$(git_at src/b)" "$(git_at up/b.git main)"
	assert_equal "$(jq -c '.repos[0] | [.code, .bad_commits[0].oid,
	    .bad_commits[0].code]' $state/auto_safe_upgrade_state.json)" \
	    "[\"bad-commit\",\"$bad\",\"undone\"]"
	count=$(wc -l <$state/runtime_events.jsonl)
	hermes-cycle
	assert_equal "$(wc -l <$state/runtime_events.jsonl)" $((count + 4))
	# upstream has moved past it
	upstream_commit a file three
	hermes-cycle
	assert_equal "$(git_at src/a)" "$(git_at up/a.git main)"
	state_whole
}

@test "undo: twice is two applies back, and no further" {
	repo_make a
	first=$(git_at src/a)
	house_make a
	upstream_commit a file two
	hermes-cycle
	second=$(git_at src/a)
	upstream_commit a file three
	hermes-cycle
	hermes undo a
	assert_equal "$(git_at src/a)" "$second"
	hermes undo a
	assert_equal "$(git_at src/a)" "$first"
	run -1 hermes undo a
	assert_output --partial no-undo
	assert_equal "$(git_at src/a)" "$first"
	assert_equal "$(cat src/a/file)" one
	state_whole
}

@test "undo: as far as OID at once" {
	repo_make a
	first=$(git_at src/a)
	house_make a
	for n in two three four; do
		upstream_commit a file $n
		hermes-cycle
	done
	hermes undo a "$first"
	assert_equal "$(git_at src/a)" "$first"
	hermes-cycle
	assert_equal "$(git_at src/a)" "$first"
}

@test "undo: an edit in the way stays, and so does everything" {
	repo_make a
	upstream_commit a file two
	house_make a
	hermes-cycle
	printf 'mine\n' >src/a/file
	at=$(git_at src/a)
	run -1 hermes undo a
	assert_output --partial rollback-blocked
	assert_equal "$(git_at src/a)" "$at"
	assert_equal "$(cat src/a/file)" mine
	state_whole
}

@test "undo: what came into the way since is refused, and needs a person" {
	repo_make a
	git -C work/a rm -q file
	upstream_commit a other two
	house_make a
	hermes-cycle
	assert_not_exists src/a/file
	printf 'mine\n' >src/a/file
	run -1 hermes undo a
	assert_equal "$(told a)" '["refused","untracked-collision"]'
	assert_equal "$(cat src/a/file)" mine
	checkout_whole src/a
	state_whole
}

@test "undo: a health check is told and does not lead back to the bad one" {
	repo_make a
	upstream_commit a file two
	house_make a
	hermes-cycle
	repo_set a '{"checks": [
	    {"argv": ["false"], "at": "canary", "need": "required"},
	    {"argv": ["false"], "at": "health", "need": "required"}]}'
	hermes undo a
	assert_equal "$(cat src/a/file)" one
	assert_equal "$(told a)" '["applied",null]'
	assert_equal "$(jq -c '[.exec.repos[0].checks[] | [.at, .verdict]]' \
	    $last)" '[["health","failed"]]'
}

@test "undo: after a rollback that was blocked it leads back" {
	repo_make a
	before=$(git_at src/a)
	upstream_commit a file two
	house_make a
	repo_set a '{"checks": [{"argv": ["sh", "-c", "echo mine >file; exit 1"],
	    "at": "health", "need": "required"}]}'
	run -1 hermes-cycle
	assert_equal "$(told a)" '["rollback-blocked","rollback-blocked"]'
	git -C src/a checkout -q file
	repo_set a '{"checks": []}'
	hermes undo a
	assert_equal "$(git_at src/a)" "$before"
	assert_equal "$(cat src/a/file)" one
	state_whole
}

@test "undo: a bare repository goes back too" {
	repo_make a
	git clone -q --bare up/a.git bare
	git -C bare config remote.origin.fetch '+refs/heads/*:refs/remotes/origin/*'
	git -C bare config branch.main.remote origin
	git -C bare config branch.main.merge refs/heads/main
	before=$(git_at bare main)
	upstream_commit a file two
	house_make a
	repo_set a "{\"path\": \"$PWD/bare\"}"
	hermes-cycle
	assert_equal "$(git_at bare main)" "$(git_at up/a.git main)"
	hermes undo a
	assert_equal "$(git_at bare main)" "$before"
}

@test "undo: killed on the way, the next cycle finds it before or after" {
	repo_make a
	before=$(git_at src/a)
	upstream_commit a file two
	house_make a
	hermes-cycle
	after=$(git_at src/a)
	mkdir bin
	cat >bin/hermes-exec <<-END
	#!/bin/sh
	[ "\$1" = -R ] || exec strace -f -qq -o /dev/null -e trace=renameat2 \
	    -e inject=renameat2:signal=KILL:when=2 $(command -v hermes-exec) "\$@"
	exec $(command -v hermes-exec) "\$@"
	END
	chmod +x bin/hermes-exec
	PATH=$PWD/bin:$PATH run hermes undo a
	assert_failure
	run hermes-cycle
	[[ $(git_at src/a) = "$before" || $(git_at src/a) = "$after" ]]
	assert_equal "$(git -C src/a status --porcelain)" ''
	checkout_whole src/a
	state_whole
}

@test "undo: a word mistyped is no cycle: nothing is recorded or kept" {
	repo_make a
	export HERMES_HOME=$PWD/house
	hermes init src >out
	hermes-cycle
	sha256sum "$state"/runtime_events.jsonl "$state"/cycles/last.json >before
	run -64 hermes undo nobody
	sha256sum --quiet -c before
}

@test "undo: a word that is empty is wrong, not a cycle that goes forward" {
	repo_make a
	upstream_commit a
	house_make a
	before=$(git_at src/a)
	run -64 hermes-cycle -u ''
	run -64 hermes undo ''
	assert_equal "$(git_at src/a)" "$before"
	hermes-cycle
	after=$(git_at src/a)
	run -64 hermes undo a ''
	assert_output --partial 'expected 40 hex digits'
	assert_equal "$(git_at src/a)" "$after"
}

@test "undo: the oldest rollback refs go, and the way back stays" {
	repo_make a
	house_make a
	policy '{"keep_rollbacks": 100}'
	repo_set a '{"policy": {"keep_rollbacks": 2}}'
	before=$(git_at src/a)
	for n in 1 2 3 4; do
		upstream_commit a file $n
		hermes-cycle
	done
	assert_equal "$(git -C src/a for-each-ref --format='%(refname)' refs/hermes)" \
	    "$(printf 'refs/hermes/rollback/3\nrefs/hermes/rollback/4')"
	checkout_whole src/a
	hermes undo "a=$before"
	assert_equal "$(git_at src/a)" "$before"
	assert_equal "$(cat src/a/file)" one
	assert_equal "$(git -C src/a for-each-ref refs/hermes | wc -l)" 2
	state_whole
}

@test "undo: where policy says so dependants of the same cycle go back first" {
	repo_make lib app web other
	house_make lib app web other
	repo_set app '{"depends_on": ["lib"]}'
	repo_set web '{"depends_on": ["app"]}'
	repo_set other '{"depends_on": ["lib"]}'
	upstream_commit other file early
	hermes-cycle
	for key in lib app web; do
		upstream_commit $key file two
	done
	hermes-cycle
	cp -a src src.kept
	cp -a house house.kept
	hermes undo lib
	assert_equal "$(cat src/{lib,app,web,other}/file | xargs)" 'one two two early'
	rm -r src house
	mv src.kept src
	mv house.kept house
	policy '{"rollback_dependants": true}'
	hermes undo lib >out
	assert_equal "$(cat src/{lib,app,web,other}/file | xargs)" 'one one one early'
	assert_equal "$(awk 'NR > 1 { print $1 }' out | xargs)" 'app lib web'
	assert_equal "$(jq -rc '[.events[] |
	    select(.type == "hermes.apply.committed").subject]' $last)" \
	    '["web","app","lib"]'
	hermes-cycle # all three commits are bad
	assert_equal "$(cat src/{lib,app,web,other}/file | xargs)" 'one one one early'
	state_whole
}

@test "undo: what a dependant cannot go back from stays, and needs a person" {
	repo_make lib web
	house_make lib web
	repo_set web '{"depends_on": ["lib"]}'
	policy '{"rollback_dependants": true}'
	upstream_commit lib file two
	upstream_commit web file two
	hermes-cycle
	echo mine >>src/web/file
	run hermes undo lib
	assert_equal "$status" 1
	assert_line --regexp '^lib .* blocked .*needs web'
	assert_line --regexp '^web .* refused .*rollback-blocked: file'
	assert_equal "$(cat src/lib/file src/web/file | xargs)" 'two two mine'
	state_whole
	git -C src/web checkout -q file
	echo mine >src/web/other
	hermes undo lib
	assert_equal "$(cat src/lib/file src/web/{file,other} | xargs)" \
	    'one one mine'
	state_whole
}
