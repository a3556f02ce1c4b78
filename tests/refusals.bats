# What hermes-exec refuses again and again: it cools down, a person is called,
# and the cycles between are quiet.

setup() {
	load helper
	load fleet
	here
	state=house/state
	last=$state/cycles/last.json
}

told() {
	jq -c '[(.exec.repos[] | .verdict, .code), .plan.repos[0].reason]' $last
}

lines() {
	wc -l <$state/runtime_events.jsonl
}

# Somebody edits the file each time that exec is at work, and only then: what
# no probe can see.
meddle() {
	local exec
	exec=$(command -v hermes-exec)
	mkdir bin
	cat >bin/hermes-exec <<-END
	#!/bin/sh
	[ "\$1" != -R ] || exec $exec "\$@"
	cp -p src/a/file kept
	echo mine >src/a/file
	$exec "\$@"
	status=\$?
	cp -p kept src/a/file
	exit \$status
	END
	chmod +x bin/hermes-exec
	PATH=$PWD/bin:$PATH
}

# A fleet of "a", one commit behind, that cools down for SECONDS.
behind() {
	repo_make a
	upstream_commit a file two
	house_make a
	policy "{\"cooldown_s\": $1}"
}

@test "refusals: what only exec meets, and again, cools down, needs a person, is quiet" {
	behind 3600
	meddle
	hermes-cycle # somebody may have been at work
	assert_equal "$(told)" '["refused","stale-plan","behind"]'
	run -1 hermes-cycle
	assert_equal "$(told)" '["refused","stale-plan","behind"]'
	jq -e '.project.verdict | .needs_person and
	    (.reasons[0] | .repo_key == "a" and .code == "stale-plan")' $last
	assert_equal "$(jq -c '.repos[0].failure_streak_count' \
	    $state/auto_safe_upgrade_state.json)" 1
	hermes-cycle
	assert_equal "$(told)" '["cooldown"]'
	before=$(lines)
	hermes-cycle
	assert_equal "$(lines)" "$((before + 4))"
	assert_equal "$(cat src/a/file)" one
	state_whole
}

@test "refusals: the cooldown grows; the operator's word ends it" {
	behind 0
	meddle
	for status in 0 1 1; do
		run -$status hermes-cycle
	done
	assert_equal "$(jq -c '.repos[0].failure_streak_count' \
	    $state/auto_safe_upgrade_state.json)" 2
	policy '{"cooldown_s": 3600}'
	hermes-cycle
	at=$(jq -r '.plan.repos[0].text' $last)
	since=${at#*failed }
	until=${at#*until }
	assert_equal "$(($(date -d "$until" +%s) - $(date -d "${since%%,*}" +%s)))" 7200
	rm bin/hermes-exec
	hermes-event commit.cleared -r a -w mended | hermes-ledger -s $state |
	    hermes-project -s $state >/dev/null
	hermes-cycle
	assert_equal "$(told)" '["applied",null,"behind"]'
	assert_equal "$(jq -c '.repos[0].failure_streak_count' \
	    $state/auto_safe_upgrade_state.json)" 0
}

@test "refusals: what will not pass by itself cools down at once" {
	repo_make a
	upstream_commit a .gitattributes 'new filter=never'
	upstream_commit a new two
	git config --global filter.never.smudge false
	git config --global filter.never.required true
	house_make a
	run -1 hermes-cycle
	assert_equal "$(told)" '["refused","needs-filter","behind"]'
	[[ $(jq -r '.exec.repos[0].detail' $last) == *'new: smudge filter never failed'* ]]
	hermes-cycle
	assert_equal "$(told)" '["cooldown"]'
}

@test "refusals: a check that says not now ten times in a row has failed" {
	behind 0
	repo_set a '{"checks": [{"argv": ["sh", "-c", "exit 75"],
	    "at": "health", "need": "required"}]}'
	for _ in 1 2 3 4 5 6 7 8 9; do
		hermes-cycle
		assert_equal "$(told)" '["refused","not-now","behind"]'
	done
	run -1 hermes-cycle
	jq -e '.project.verdict.reasons == [{repo_key: "a", code: "not-now",
	    text: .project.verdict.reasons[0].text}]' $last
	policy '{"cooldown_s": 3600}'
	hermes-cycle
	assert_equal "$(told)" '["cooldown"]'
	assert_equal "$(jq -c '.repos[0].bad_commits' \
	    $state/auto_safe_upgrade_state.json)" '[]'
	assert_equal "$(cat src/a/file)" one
	state_whole
}
