# The front door, on real checkouts.

setup() {
	load helper
	load fleet
	here
	export HERMES_HOME=$PWD/house
	fleet=house/config/fleet.json
	state=house/state
}

@test "hermes: init makes a house of the checkouts it finds, and all is sound" {
	repo_make a b
	run -0 hermes init src
	assert_equal "$(jq -c '[.repos[] | [.repo_key, .path]]' $fleet)" \
	    "[[\"a\",\"$PWD/src/a\"],[\"b\",\"$PWD/src/b\"]]"
	assert_equal "$(stat -c %a house $fleet $state house/scripts/upgrade |
	    tr '\n' ' ')" '700 600 700 700 '
	assert_line --regexp \
	    "^\*/15 \* \* \* \* HERMES_HOME=$PWD/house /.*/hermes-tick$"
	run -0 hermes check
	assert_output "$(git version | cut -d' ' -f1-3), 2.32.0 or later is needed"
	hermes cycle
	state_whole
}

@test "hermes: what init makes is laid out for a person to edit" {
	repo_make a b
	hermes init src
	[ "$(wc -l <$fleet)" -ge 4 ]
	grep -q '"repo_key": "a"' $fleet
}

@test "hermes: init keeps what is there" {
	repo_make a
	hermes init src
	sha256sum house/config/* house/scripts/* >before
	repo_make b
	run -0 hermes init src
	assert_line "kept  $PWD/house/config/fleet.json"
	sha256sum --quiet -c before
}

@test "hermes: init's crontab line runs a tick" {
	repo_make a
	upstream_commit a
	line=$(hermes init src | tail -n 1)
	env -i HOME="$HOME" PATH=/usr/bin:/bin \
	    PATH="$(dirname "$(command -v hermes-probe)"):/usr/bin:/bin" \
	    sh -c "${line#\*/15 \* \* \* \* }"
	assert_equal "$(git_at src/a)" "$(git_at up/a.git main)"
}

@test "hermes: init's crontab line holds for odd names of the house too" {
	repo_make a
	upstream_commit a
	mkdir "it's 5% off"
	export HERMES_HOME="it's 5% off/house"
	line=$(hermes init src | tail -n 1)
	line=${line#\*/15 \* \* \* \* }
	[ -z "$(tr -d '\\' <<<"${line//\\%/}" | grep %)" ]
	cd /
	env -i HOME="$HOME" \
	    PATH="$(dirname "$(command -v hermes-probe)"):/usr/bin:/bin" \
	    sh -c "$(sed 's/\\%/%/g' <<<"$line")" # as cron does it
	cd "$OLDPWD"
	assert_equal "$(git_at src/a)" "$(git_at up/a.git main)"
}

@test "hermes: the programs beside it are found, whatever PATH is" {
	repo_make a
	mkdir "$PWD/bin"
	ln -s "$(command -v hermes)" "$(command -v hermes-cycle)" bin
	for program in probe show exec plan lease topo gate ledger project event scan; do
		ln -s "$(command -v hermes-$program)" bin
	done
	env -i HERMES_HOME="$HERMES_HOME" PATH=/usr/bin:/bin bin/hermes init src
	env -i HERMES_HOME="$HERMES_HOME" PATH=/usr/bin:/bin bin/hermes-cycle
	env -i HERMES_HOME="$HERMES_HOME" PATH=/usr/bin:/bin bin/hermes status
}

@test "hermes: without HOME and HERMES_HOME there is no house" {
	run -78 env -i PATH="$PATH" hermes status
	assert_output 'hermes: HOME: not set'
	run -78 env -i PATH="$PATH" hermes-cycle
	assert_output 'hermes-cycle: HOME: not set'
}

@test "hermes: check names the file, the member and the value" {
	repo_make a
	hermes init src
	repo_set a '{"path": "here"}'
	run -78 --separate-stderr hermes check
	assert_equal "$output" ''
	assert_equal "$stderr" "hermes-probe: $PWD/$fleet: repos[0].path: expected an absolute path, found \"here\""
	repo_set a "{\"path\": \"$PWD/src/a\"}"
	policy '{"max_lanes": 0}'
	run -78 hermes check
	assert_output --regexp 'runtime_upgrade_policies.json: max_lanes: .*found 0'
	policy '{"max_lane": 1}'
	run -78 hermes check
	assert_output --regexp 'runtime_upgrade_policies.json: .*max_lane'
	rm house/config/runtime_upgrade_policies.json
	run -78 hermes check
	assert_output --partial 'hermes init makes it'
}

# amiss FILTER TEXT - with the fleet so changed check, plan, cycle and tick all
# say TEXT of its file, and exit 78
amiss() {
	local command
	jq "$1" good >$fleet
	rm -f $state/tick.told
	for command in check plan cycle tick; do
		run -78 hermes $command
		assert_output "hermes-probe: $PWD/$fleet: $2"
	done
}

@test "hermes: a fleet that is wrong is 78, and its file is named, everywhere" {
	repo_make a
	house_make a
	cp $fleet good
	amiss '.schema = "hermes.fleet/2"' \
	    'schema: expected "hermes.fleet/1", found "hermes.fleet/2"'
	amiss 'del(.schema)' 'schema: expected "hermes.fleet/1", found nothing'
	amiss .repos "1: expected an object, found '['"
	amiss empty empty
	amiss '.repos += .repos' 'repos[1].repo_key: "a" is there before'
	amiss '.repos[0].depends_on = ["b"]' \
	    'repos[0].depends_on: no repository "b" in the fleet'
	amiss '.repos[0].policy.windows = [{allow: "Mon", time_zone: "Mars"}]' \
	    '"a": policy.windows[0].time_zone: unknown time zone "Mars"'
	cp good $fleet
	policy '{"windows": [{"deny": "Mon", "time_zone": "Mars"}]}'
	run -78 hermes check
	assert_output "hermes-probe: $PWD/house/config/runtime_upgrade_policies.json: windows[0].time_zone: unknown time zone \"Mars\""
}

@test "hermes: check names who needs each other, and exits 1; the rest goes on" {
	repo_make a b c d e
	upstream_commit e
	house_make a b c d e
	repo_set a '{"depends_on": ["b"]}'
	repo_set b '{"depends_on": ["a"]}'
	repo_set c '{"depends_on": ["d"]}'
	repo_set d '{"depends_on": ["c", "e"]}'
	run -1 --separate-stderr hermes check
	# shellcheck disable=SC2154 # bats sets stderr
	assert_equal "$stderr" "hermes-probe: $PWD/$fleet: depends_on: a circle: a, b: none of them can be first, so none is upgraded
hermes-probe: $PWD/$fleet: depends_on: a circle: c, d: none of them can be first, so none is upgraded"
	run -1 hermes-probe -c <$fleet
	assert_line --partial 'stdin: depends_on: a circle: a, b:'
	hermes cycle
	assert_equal "$(git_at src/e)" "$(git_at up/e.git main)"
	run -0 hermes init src
	assert_line --partial 'a circle: a, b'
	assert_line --partial '/hermes-tick'
}

@test "hermes: plan shows what would be done, and changes nothing" {
	repo_make a b
	hermes init src
	hermes cycle
	upstream_commit a
	everything src up house "$HOME" >"$BATS_TEST_TMPDIR/before"
	run -0 hermes plan
	everything src up house "$HOME" >"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	assert_line --regexp '^a +main +.*upgrade'
	assert_line --regexp '^b +main +.*current'
}

@test "hermes: status is the table of the last cycle" {
	repo_make a
	upstream_commit a
	hermes init src
	run -69 hermes status
	hermes cycle
	run -0 hermes status
	before=$(git -C src/a rev-parse --short=7 'HEAD@{1}')
	after=$(git -C src/a rev-parse --short=7 HEAD)
	assert_line --regexp "^a +main +$before.*$after.* +applied"
}

@test "hermes: status, plan and undo of one repository print its row alone" {
	repo_make a b
	upstream_commit a
	upstream_commit b
	house_make a b
	run -0 hermes plan b
	assert_equal "${#lines[@]}" 2
	assert_line --regexp '^b +main .* upgrade'
	hermes cycle
	run -0 hermes status b
	assert_equal "${#lines[@]}" 2
	assert_line --regexp '^b +main .* applied'
	run -0 hermes undo a
	assert_equal "${#lines[@]}" 2
	assert_line --regexp '^a +main .* applied'
	run -65 hermes status c
	assert_output 'hermes-show: stdin: no repository "c"'
	run -64 hermes status a b
}

@test "hermes: a repository on hold is left alone until it is not" {
	repo_make a
	upstream_commit a
	hermes init src
	hermes hold a -w 'the shop is busy'
	before=$(git_at src/a)
	hermes cycle
	assert_equal "$(git_at src/a)" "$before"
	assert_equal "$(jq -r '.plan.repos[0].reason' \
	    $state/cycles/last.json)" held
	run -0 hermes status
	assert_output --partial 'the shop is busy'
	hermes unhold a -w 'it is over'
	hermes cycle
	assert_equal "$(git_at src/a)" "$(git_at up/a.git main)"
	state_whole
}

@test "hermes: a repository that nobody knows is not held" {
	repo_make a
	house_make a
	for command in hold unhold clear retire; do
		run -65 --separate-stderr hermes $command b -w why
		assert_equal "$stderr" \
		    "hermes: b: not in $HERMES_HOME/config/fleet.json"
	done
	[ ! -e "$HERMES_HOME/state/runtime_events.jsonl" ]
	hermes hold a -w why
	echo '{' >$fleet
	hermes hold a -w 'it is remembered'
	run -78 --separate-stderr hermes hold b -w why
	assert_equal "$stderr" "hermes-probe: $PWD/$fleet: 2: expected a member name, found the end"
}

@test "hermes: a group on hold is left alone until it is not" {
	repo_make a b
	upstream_commit a
	upstream_commit b
	house_make a b
	repo_set a '{"groups": ["shop"]}'
	hermes hold -g shop -w 'busy'
	hermes-cycle
	assert_not_equal "$(git_at src/a)" "$(git_at up/a.git main)"
	assert_equal "$(git_at src/b)" "$(git_at up/b.git main)"
	hermes unhold -g shop -w 'over'
	hermes-cycle
	assert_equal "$(git_at src/a)" "$(git_at up/a.git main)"
	state_whole
}

@test "hermes: a hold ends by itself when it says so" {
	repo_make a
	upstream_commit a
	hermes init src
	run -64 hermes hold a -w 'until long ago' -x 2020-01-01T00:00Z
	hermes hold a -w 'until soon' -x +1s
	sleep 1.1
	hermes cycle
	assert_equal "$(git_at src/a)" "$(git_at up/a.git main)"
}

@test "hermes: a bad commit that is cleared is tried again" {
	repo_make a
	upstream_commit a
	hermes init src
	repo_set a '{"checks": [{"argv": ["test", "-e", "'"$PWD"'/well"],
	    "at": "health", "need": "required", "timeout_s": 10}]}'
	policy '{"cooldown_s": 0}'
	run -1 hermes cycle
	touch well
	hermes cycle
	assert_equal "$(jq -r '.plan.repos[0].reason' \
	    $state/cycles/last.json)" bad-commit
	hermes clear a -w 'the disk was full'
	hermes cycle
	assert_equal "$(git_at src/a)" "$(git_at up/a.git main)"
	state_whole
}

@test "hermes: what is retired leaves the views" {
	repo_make a b
	hermes init src
	hermes cycle
	jq 'del(.repos[] | select(.repo_key == "b"))' $fleet >fleet.new
	mv fleet.new $fleet
	hermes cycle
	assert_equal "$(jq -c '[.repos[].repo_key]' \
	    $state/auto_safe_upgrade_state.json)" '["a","b"]'
	hermes retire b -w 'sold'
	assert_equal "$(jq -c '[.repos[].repo_key]' \
	    $state/auto_safe_upgrade_state.json)" '["a"]'
	state_whole
}

@test "hermes: log wants a count, and a ledger" {
	repo_make a
	hermes init src
	run -69 hermes log
	run -64 hermes log many
}

@test "hermes: log says in short what the ledger holds" {
	repo_make a
	upstream_commit a
	hermes init src
	hermes cycle
	hermes log 1000 >log
	assert_equal "$(wc -l <log)" "$(wc -l <$state/runtime_events.jsonl)"
	jq -r '"\(.seq) \(.time) \(.type[7:]) \(.subject // "-")"' \
	    $state/runtime_events.jsonl >wanted
	cut -d ' ' -f 1-4 log | tr -d '"' | diff wanted -
	cut -d ' ' -f 5- log | jq -c . >/dev/null
}

@test "hermes: a wrong call is 64, -h is 0" {
	run -64 hermes
	for word in nothing no/thing '' -x 'st.*' 'a b'; do
		run -64 hermes "$word"
		assert_output "hermes: $word: no such command: see hermes -h"
	done
	run -64 hermes undo
	assert_output 'usage: hermes undo REPO [OID]       go back by one apply, or as far as OID'
	run -64 hermes init
	assert_output "usage: hermes init DIR...           make \$HERMES_HOME from the checkouts in DIR"
	run -64 hermes check now
	run -64 hermes hold
	run -0 hermes -h
	assert_line --regexp '^usage: hermes init DIR'
}

@test "hermes: check refuses a git that is missing, or too old" {
	repo_make a
	hermes init src
	mkdir bin
	for program in hermes hermes-probe; do
		ln -s "$(command -v $program)" bin/$program
	done
	printf '#!/bin/sh\necho git version 2.31.9\n' >bin/git
	chmod +x bin/git
	PATH=$PWD/bin:$PATH run -69 hermes check
	assert_output 'hermes-probe: git: version 2.31.9: expected 2.32.0 or later'
	printf '#!/bin/sh\nexit 127\n' >bin/git
	PATH=$PWD/bin:$PATH run -69 hermes check
	[[ $output == 'hermes-probe: git: not found'* ]]
}
