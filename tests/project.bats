# The views: functions of the ledger, and what they say. Patches are applied
# by tests/project/replay.py, hashes are sha256sum's.

views='auto_safe_upgrade_state.json auto_safe_upgrade_state_history.jsonl
auto_safe_upgrade_summary.json live_runtime_control_plane.json
rollback_intelligence.json runtime_intelligence.json'

setup() {
	load helper
	load ledger
	here
	mkdir -m 700 st
}

# lives SEED CYCLES REPOS - a made-up life, a run for every document
lives() {
	/usr/bin/python3 "$fixtures/lives.py" "$@" >documents
	while IFS= read -r line; do
		printf '%s\n' "$line" >document.json
		hermes-ledger -s st <document.json >ledger.json
		hermes-project -s st <ledger.json >out.json
	done <documents
}

# needs - what the verdict on out.json is
needs() {
	jq -c '.project.verdict | [.needs_person, (.reasons[] |
	    [.repo_key, .code])]' out.json
}

same_views() {
	local name
	for name in $views project.checkpoint.json; do
		cmp "$1/$name" "$2/$name"
	done
}

@test "project: rebuilt from nothing or from run to run, the same bytes" {
	for seed in 1 2; do
		rm -rf st old && mkdir -m 700 st
		lives $seed 30 12
		cp -a st old
		# shellcheck disable=SC2086 # a list
		(cd st && rm $views project.checkpoint.json)
		hermes-project -s st <ledger.json >again.json
		cmp out.json again.json
		same_views old st
	done
}

@test "project: any view or the checkpoint may be deleted or damaged" {
	lives 4 12 9
	cp -a st old
	for name in $views project.checkpoint.json; do
		rm "st/$name"
		hermes-project -s st <ledger.json >again.json
		same_views old st
		printf x >"st/$name"
		hermes-project -s st <ledger.json >again.json
		same_views old st
		head -c 100 "old/$name" >"st/$name"
		hermes-project -s st <ledger.json >again.json
		same_views old st
		printf '{"half' >>"st/$name"
		hermes-project -s st <ledger.json >again.json
		same_views old st
		cmp out.json again.json
	done
}

@test "project: a checkpoint of an older or of another ledger is no harm" {
	lives 5 12 6
	cp st/project.checkpoint.json old.json
	cp st/auto_safe_upgrade_state_history.jsonl old.jsonl
	event hold.set r00001 '{"why": "w", "author": "a"}'
	happens 2026-01-01T00:00:00.000Z
	cp -a st new
	cp old.json st/project.checkpoint.json
	hermes-project -s st <ledger.json >again.json
	same_views new st
	cp old.json st/project.checkpoint.json
	cp old.jsonl st/auto_safe_upgrade_state_history.jsonl
	hermes-project -s st <ledger.json >again.json
	same_views new st
	mkdir -m 700 other
	mv st mine && mv other st
	lives 6 12 6
	cp -a st right
	cp mine/project.checkpoint.json st
	hermes-project -s st <ledger.json >again.json
	same_views right st
	cmp out.json again.json
}

@test "project: an edited checkpoint is not believed" {
	lives 7 12 6
	cp -a st old
	sed -i 's/"last_token":\([0-9]\)/"last_token":9\1/' \
	    st/project.checkpoint.json
	run -1 cmp -s old/project.checkpoint.json st/project.checkpoint.json
	hermes-project -s st <ledger.json >again.json
	same_views old st
	jq -j .digest st/project.checkpoint.json >digest
	sed 's/^.*"digest":"sha256:[0-9a-f]*",//' st/project.checkpoint.json |
	    sha256sum | sed 's/^/sha256:/; s/ .*//' | tr -d '\n' |
	    cmp - digest
}

@test "project: the patches in order give every snapshot of the past" {
	lives 21 45 14
	history=st/auto_safe_upgrade_state_history.jsonl
	hermes-project -s st -u 0 >empty.json
	assert_equal "$(jq -c 'del(.hash)' empty.json)" '{"schema":"hermes.auto_safe_upgrade_state/1","seq":0,"last_token":0,"pressure":"none","offline":false,"holds":[],"repos":[]}'
	mkdir snapshots past
	/usr/bin/python3 "$fixtures/replay.py" $history empty.json snapshots
	count=0
	for seq in $(jq .seq $history); do
		hermes-project -s st -u "$seq" >"past/$seq.json"
		jq -S . "past/$seq.json" >a
		jq -S . "snapshots/$seq.json" >b
		cmp a b
		count=$((count + 1))
	done
	[ $count -gt 25 ]
	valid auto_safe_upgrade_state empty.json past/*
	jq -s -e '.[0].patch[0] | .op == "replace" and .path == ""' $history \
	    >/dev/null
	jq -s -e '[.[].patch[]] | any(.op == "remove") and
	    any(.op == "add" and .path == "/repos/0") and
	    any(.path | test("/bad_commits$")) and
	    any(.path == "/holds")' $history >/dev/null
	hermes-project -s st -u "$(jq .seq st/runtime_events.head.json)" >now.json
	cmp now.json st/auto_safe_upgrade_state.json
}

# words FROM TO - a document of so many words of the operator, a line of the
# history each
words() {
	jq -nc --argjson from "$1" --argjson to "$2" '
	    "20250301T040000Z-\($from + 10000000)" as $id |
	    {schema: "hermes.cycle/1", cycle: {id: $id, host: "h",
	    now: {real_at: "2025-03-01T04:00:00.000Z", boot_ms: 1,
		boot_id: "b"}},
	    events: [range($from; $to) | {id: "w\(.)", source: "hermes-test",
		type: (if . % 3 < 2 then "hermes.hold.set"
		    else "hermes.hold.cleared" end), subject: "r\(. % 7)",
		data: {why: "w\(.)", author: "a", expires_at: null}}]}' \
	    >document.json
	hermes-ledger -s st <document.json >ledger.json
	hermes-project -s st <ledger.json >out.json
}

@test "project: the history has a bound, and is the ledger's word all the same" {
	history=st/auto_safe_upgrade_state_history.jsonl
	printf 'null\n' >nothing.json
	from=1
	for to in 1001 1002 2001 2002 2600 5500; do
		words $from $to
		from=$to
		kept=$(wc -l <$history)
		# as many as there are, or from the last but one thousandth on
		[ "$kept" = $((to <= 2001 ? to - 1 : to - 1 - ((to - 2) / 1000 - 1) * 1000)) ] ||
		    fail "$kept lines after $to"
		cp -a st inc
		# shellcheck disable=SC2086 # a list
		(cd st && rm $views project.checkpoint.json)
		hermes-project -s st <ledger.json >again.json
		cmp out.json again.json
		same_views inc st
		rm -rf inc
		rm -rf snapshots && mkdir snapshots
		/usr/bin/python3 "$fixtures/replay.py" $history nothing.json snapshots
		for seq in $(jq .seq $history | sed -n '1p; 2p; $p'); do
			hermes-project -s st -u "$seq" | jq -S . >a
			jq -S . "snapshots/$seq.json" | cmp a -
		done
	done
	valid auto_safe_upgrade_state_history $history
	valid project.checkpoint st/project.checkpoint.json
}

@test "project: killed while the history is cut, the next run puts it right" {
	words 1 2500
	cp -a st old
	words 2500 3100
	cp -a st right
	# the history is the new one, all else is as it was before
	cp old/project.checkpoint.json old/auto_safe_upgrade_state.json st
	hermes-project -s st <ledger.json >again.json
	same_views right st
	# and the other way round
	cp old/auto_safe_upgrade_state_history.jsonl st
	hermes-project -s st <ledger.json >again.json
	same_views right st
}

@test "project: -u INSTANT is the last event before a later one" {
	event repo.changed a '{"reason": "behind", "code": "behind"}'
	happens 2025-03-01T04:00:00.000Z
	event repo.changed a '{"reason": "dirty", "code": "dirty"}'
	happens 2025-03-02T04:00:00.000Z
	for at in 2025-03-01T03:59Z 2025-03-01T04:00Z 2025-03-02T03:59:59.999Z \
	    2025-03-02T04:00:00.000Z 2030-01-01T00:00Z; do
		hermes-project -s st -u $at >past.json
		jq -r '.repos[0].reason' past.json >>reasons
	done
	assert_equal "$(tr '\n' ' ' <reasons)" 'null behind behind dirty dirty '
}

@test "project: -u writes nothing, reads nothing, waits for no cycle" {
	lives 9 5 4
	find st -printf '%p %T@ %C@ %s\n' | sort >before
	flock st/.cycle.lock hermes-project -s st -u 3 <&- >past.json
	find st -printf '%p %T@ %C@ %s\n' | sort >after
	diff before after
	run -65 --separate-stderr hermes-project -s st -u 100000
	assert_equal "$output" ''
	head=$(jq .seq st/runtime_events.head.json)
	assert_equal "$stderr" "hermes-project: -u: expected 0 to $head, the ledger's head, found 100000"
	run -74 bash -c 'hermes-project -s st -u 3 >/dev/full'
}

@test "project: quiet runs leave every file as it is" {
	lives 10 10 5
	find st -type f -printf '%p %T@ %i\n' | sort >before
	hermes-project -s st <ledger.json >again.json
	find st -type f -printf '%p %T@ %i\n' | sort >after
	diff before after
}

@test "project: what a run that died appended to the history goes" {
	lives 11 10 5
	cp -a st old
	event hold.set r00001 '{"why": "w", "author": "a"}'
	document 2026-01-01T00:00:00.000Z >document.json
	hermes-ledger -s st <document.json >ledger.json
	hermes-project -s st <ledger.json >out.json
	cp -a st new
	cp old/project.checkpoint.json st
	hermes-project -s st <ledger.json >again.json
	same_views new st
}

@test "project: every view and the member hold against their schemas" {
	hermes-project -s st <<<'{"schema":"hermes.cycle/1","cycle":{"id":"20250301T000000Z-00000000","host":"h","now":{"real_at":"2025-03-01T00:00:00.000Z","boot_ms":1,"boot_id":"b"}}}' >out.json
	for _ in 1 2; do
		for name in $views project.checkpoint.json; do
			base=${name%.json}
			valid "${base%.jsonl}" "st/$name"
		done
		jq .project out.json >member.json
		valid project member.json
		lives 12 15 10
	done
}

@test "project: every view stands at the ledger's head" {
	lives 13 10 5
	jq -c '[.seq, .hash]' st/runtime_events.head.json >head.json
	for name in $views; do
		[ "$name" = auto_safe_upgrade_state_history.jsonl ] ||
		    jq -c '[.seq, .hash]' "st/$name" | diff head.json -
	done
	jq -c '[.project.seq, .project.hash]' out.json | diff head.json -
	jq -r '.project.views[]' out.json >names
	# shellcheck disable=SC2086 # a list
	printf '%s\n' $views | diff names -
}

@test "project: after an apply it stands where the next plan will find it" {
	event upstream.moved a "{\"tip\": \"$(oid 2)\", \"role\": \"primary\"}"
	event repo.changed a "{\"reason\": \"behind\", \"code\": \"behind\",
	    \"recommendation\": \"upgrade\", \"branch\": \"main\",
	    \"head\": \"$(oid 1)\", \"tip\": \"$(oid 2)\", \"text\": \"x\"}"
	outcome apply.committed a 7 1 2
	happens 2025-03-01T04:00:00.000Z
	assert_equal "$(repo a '[.reason, .code, .recommendation, .head == .tip,
	    .tip_seen_at, .endpoint_role]')" \
	    '["current","current","none",true,"2025-03-01T04:00:00.000Z","primary"]'
	assert_equal "$(repo a '.last_applied')" "{\"before\":\"$(oid 1)\",\"after\":\"$(oid 2)\",\"at\":\"2025-03-01T04:00:00.000Z\",\"token\":7}"
	assert_equal "$(jq .last_token st/auto_safe_upgrade_state.json)" 7
}

@test "project: a rolled back commit is bad until it is cleared" {
	outcome apply.rolled-back a 7 1 2 '{"code": "check-failed"}'
	happens 2025-03-01T04:00:00.000Z
	assert_equal "$(repo a '[.reason, .code, .recommendation, .head,
	    .failure_streak_count, .last_failure_at]')" "[\"behind\",\"bad-commit\",\"block\",\"$(oid 1)\",1,\"2025-03-01T04:00:00.000Z\"]"
	assert_equal "$(repo a '.bad_commits')" "[{\"oid\":\"$(oid 2)\",\"at\":\"2025-03-01T04:00:00.000Z\",\"token\":7,\"code\":\"check-failed\"}]"
	event upstream.moved a "{\"tip\": \"$(oid 3)\"}"
	happens 2025-03-02T04:00:00.000Z
	assert_equal "$(repo a '.bad_commits | length')" 1
	event commit.cleared a "{\"oid\": \"$(oid 3)\"}"
	happens 2025-03-03T04:00:00.000Z
	assert_equal "$(repo a '.bad_commits | length')" 1
	event commit.cleared a '{"oid": null}'
	happens 2025-03-04T04:00:00.000Z
	assert_equal "$(repo a '[.bad_commits, .failure_streak_count,
	    .last_failure_at]')" '[[],0,null]'
	assert_equal "$(jq -c '.repos[0].rollbacks[0] | [.outcome, .after,
	    .code]' st/rollback_intelligence.json)" "[\"rolled-back\",\"$(oid 2)\",\"check-failed\"]"
}

@test "project: a commit that a canary refused is bad too, one for not now is not" {
	outcome apply.refused a 7 1 2 '{"code": "check-failed"}'
	outcome apply.refused b 8 1 2 '{"code": "not-now"}'
	happens 2025-03-01T04:00:00.000Z
	assert_equal "$(repo a '[.code, .recommendation, .bad_commits[0].oid]')" \
	    "[\"bad-commit\",\"block\",\"$(oid 2)\"]"
	assert_equal "$(repo b '.bad_commits')" '[]'
}

@test "project: the required check that failed is remembered with it" {
	outcome apply.started a 7 1 2
	event check.failed a '{"token": 7, "need": "wanted", "argv": ["lint"]}'
	event check.failed a '{"token": 7, "need": "required", "argv": ["./ok", "a b"]}'
	event apply.rolled-back a "{\"token\": 7, \"before\": \"$(oid 1)\", \"after\": \"$(oid 2)\"}"
	happens 2025-03-01T04:00:00.000Z
	assert_equal "$(jq -c '.repos[0].rollbacks[0].check' \
	    st/rollback_intelligence.json)" '["./ok","a b"]'
}

@test "project: an apply leaves a way back, until it is gone" {
	for n in 2 3 4 5 6; do
		outcome apply.committed a "$n" "$((n - 1))" "$n"
	done
	happens 2025-03-01T04:00:00.000Z
	assert_equal "$(jq -c '[.repos[0].points[] | [.token, .before[39:],
	    .after[39:], .branch]]' st/rollback_intelligence.json)" \
	    '[[3,"2","3","main"],[4,"3","4","main"],[5,"4","5","main"],[6,"5","6","main"]]'
	event apply.started a '{"token": 7, "strategy": "rollback"}'
	event apply.committed a "{\"token\": 7, \"before\": \"$(oid 6)\", \"after\": \"$(oid 4)\"}"
	happens 2025-03-01T05:00:00.000Z
	valid rollback_intelligence st/rollback_intelligence.json
	assert_equal "$(jq -c '[.repos[0].points[].token]' \
	    st/rollback_intelligence.json)" '[3,4]'
}

@test "project: an apply that cannot be taken back leaves a way back" {
	outcome rollback.blocked a 7 1 2
	happens 2025-03-01T04:00:00.000Z
	assert_equal "$(jq -c '[.repos[0].points[] | [.before, .after]]' \
	    st/rollback_intelligence.json)" "[[\"$(oid 1)\",\"$(oid 2)\"]]"
}

@test "project: bad commits are forgotten once a later one is applied" {
	outcome apply.rolled-back a 1 1 2
	outcome apply.rolled-back a 2 1 3
	happens 2025-03-01T04:00:00.000Z
	assert_equal "$(repo a '[.bad_commits[].token]')" '[1,2]'
	outcome apply.committed a 3 1 4
	happens 2025-03-01T05:00:00.000Z
	assert_equal "$(repo a .bad_commits)" '[]'
}

@test "project: an undo that is refused needs a person, and is no failure" {
	event apply.started a '{"token": 7, "strategy": "rollback"}'
	event apply.refused a "{\"token\": 7, \"code\": \"no-space\", \"before\": \"$(oid 2)\", \"after\": \"$(oid 1)\"}"
	happens 2025-03-01T04:00:00.000Z
	assert_equal "$(needs)" '[true,["a","no-space"]]'
	assert_equal "$(repo a '[.failure_streak_count, .last_failure_at]')" \
	    '[0,null]'
}

@test "project: an undone commit is bad" {
	event apply.started a '{"token": 7, "strategy": "rollback"}'
	event apply.committed a "{\"token\": 7, \"before\": \"$(oid 2)\", \"after\": \"$(oid 1)\"}"
	happens 2025-03-01T04:00:00.000Z
	assert_equal "$(repo a '[.code, .head, .bad_commits[0].oid]')" \
	    "[\"bad-commit\",\"$(oid 1)\",\"$(oid 2)\"]"
}

@test "project: what needs a rolled back one waits as the plan will say" {
	outcome apply.rolled-back lib 1 1 2
	event repo.changed web '{"reason": "behind", "code": "behind", "recommendation": "upgrade"}'
	event apply.refused web '{"token": 2, "code": "needs", "needs": "lib"}'
	event apply.refused app '{"token": 3, "code": "needs", "needs": "web"}'
	happens 2025-03-01T04:00:00.000Z
	assert_equal "$(repo web '[.reason, .code, .recommendation, .text]')" \
	    '["behind","needs","block","web: needs lib; lib: commit 222222222222 was rolled back; waits for upstream to move on"]'
	assert_equal "$(repo app .text)" '"app: needs web; web: needs lib; lib: commit 222222222222 was rolled back; waits for upstream to move on"'
	assert_equal "$(needs)" '[true,["lib","rolled-back"]]'
}

@test "project: holds are listed with their end, and cleared all together" {
	event hold.set a '{"why": "one", "author": "ann", "expires_at": null}'
	happens 2025-03-01T04:00:00.000Z
	event hold.set a '{"why": "two", "author": "bob", "expires_at": "2025-03-02T00:00:00.000Z"}'
	happens 2025-03-01T05:00:00.000Z
	assert_equal "$(repo a '[.holds[] | [.why, .author, .set_at, .expires_at]]')" \
	    '[["one","ann","2025-03-01T04:00:00.000Z",null],["two","bob","2025-03-01T05:00:00.000Z","2025-03-02T00:00:00.000Z"]]'
	assert_equal "$(jq '.holds | length' \
	    st/live_runtime_control_plane.json)" 2
	event hold.cleared a '{"why": "done", "author": "ann"}'
	happens 2025-03-01T06:00:00.000Z
	assert_equal "$(repo a .holds)" '[]'
}

@test "project: groups and hosts are held beside the repositories" {
	event hold.set group:core '{"why": "one", "author": "ann", "expires_at": null}'
	event hold.set host:h '{"why": "two", "author": "ann", "expires_at": null}'
	event hold.set group:core '{"why": "three", "author": "bob", "expires_at": "2025-03-02T00:00:00.000Z"}'
	event hold.set other:x '{"why": "four", "author": "bob", "expires_at": null}'
	happens 2025-03-01T04:00:00.000Z
	valid auto_safe_upgrade_state st/auto_safe_upgrade_state.json
	assert_equal "$(jq -c '[.holds[] | [.subject, .why, .expires_at]], .repos' \
	    st/auto_safe_upgrade_state.json)" \
	    '[["group:core","one",null],["group:core","three","2025-03-02T00:00:00.000Z"],["host:h","two",null]]
[]'
	event hold.cleared group:core '{"why": "done", "author": "ann"}'
	happens 2025-03-01T05:00:00.000Z
	assert_equal "$(jq -c '[.wide_holds[].subject]' \
	    st/live_runtime_control_plane.json)" '["host:h"]'
}

@test "project: lists keep the last 32" {
	for n in {10..49}; do
		event hold.set a "{\"why\": \"$n\", \"author\": \"ann\"}"
	done
	happens 2025-03-01T04:00:00.000Z
	assert_equal "$(repo a '[(.holds | length), .holds[0].why,
	    .holds[31].why]')" '[32,"18","49"]'
}

@test "project: a repository leaves by repo.retired alone, and may come back" {
	event repo.changed a '{"reason": "dirty", "code": "dirty"}'
	event repo.changed b '{"reason": "dirty", "code": "dirty"}'
	outcome apply.rolled-back a 7 1 2
	happens 2025-03-01T04:00:00.000Z
	event cycle.started '' '{"repo_count": 1}'
	happens 2025-03-02T04:00:00.000Z
	assert_equal "$(jq -c '[.repos[].repo_key]' \
	    st/auto_safe_upgrade_state.json)" '["a","b"]'
	event repo.retired a '{"why": "sold", "author": "ann"}'
	happens 2025-03-03T04:00:00.000Z
	for name in $views; do
		[ "$name" = auto_safe_upgrade_state_history.jsonl ] ||
		    run -1 grep -q '"repo_key":"a"' "st/$name"
	done
	event repo.changed a '{"reason": "current", "code": "current"}'
	happens 2025-03-04T04:00:00.000Z
	assert_equal "$(repo a '[.reason, .bad_commits]')" '["current",[]]'
}

@test "project: a tip keeps the instant of its first sight" {
	event upstream.moved a "{\"tip\": \"$(oid 2)\"}"
	happens 2025-03-01T04:00:00.000Z
	event repo.changed a '{"reason": "timeout", "code": "timeout", "tip": null}'
	happens 2025-03-02T04:00:00.000Z
	assert_equal "$(repo a '[.tip, .tip_seen_at]')" '[null,null]'
	event upstream.moved a "{\"tip\": \"$(oid 2)\"}"
	happens 2025-03-03T04:00:00.000Z
	assert_equal "$(repo a .tip_seen_at)" '"2025-03-01T04:00:00.000Z"'
	event upstream.moved a "{\"tip\": \"$(oid 3)\"}"
	happens 2025-03-04T04:00:00.000Z
	assert_equal "$(repo a .tip_seen_at)" '"2025-03-04T04:00:00.000Z"'
}

@test "project: a clock that was set back leaves nothing ahead of it" {
	event cycle.started
	event upstream.moved a "{\"tip\": \"$(oid 2)\"}"
	event upstream.moved b "{\"tip\": \"$(oid 2)\"}"
	happens 2025-03-01T04:00:00.000Z
	event cycle.started
	outcome apply.rolled-back a 7 1 2 '{"code": "check-failed"}'
	event upstream.moved a "{\"tip\": \"$(oid 3)\"}"
	event remote.degraded https://x/a '{"host": "x", "class": "refused"}'
	happens 2030-01-01T00:00:00.000Z
	event cycle.started
	event cycle.finished
	happens 2025-03-01T05:00:00.000Z
	assert_equal "$(repo a '[.last_failure_at, .tip_seen_at]')" \
	    '["2025-03-01T05:00:00.000Z","2025-03-01T05:00:00.000Z"]'
	assert_equal "$(repo b .tip_seen_at)" '"2025-03-01T04:00:00.000Z"'
	assert_equal "$(jq -c '[.remotes[].since_at]' \
	    st/runtime_intelligence.json)" '["2025-03-01T05:00:00.000Z"]'
	# it has been noticed: now they age
	event cycle.started
	event cycle.finished
	happens 2025-03-01T06:00:00.000Z
	assert_equal "$(repo a '[.last_failure_at, .tip_seen_at]')" \
	    '["2025-03-01T05:00:00.000Z","2025-03-01T05:00:00.000Z"]'
	cp st/auto_safe_upgrade_state.json was.json
	rm st/project.checkpoint.json st/auto_safe_upgrade_*
	hermes-project -s st <ledger.json >out.json
	cmp was.json st/auto_safe_upgrade_state.json
}

@test "project: pressure, offline, promotion and remotes are followed" {
	event pressure.changed '' '{"from": "none", "to": "high", "reason": "load"}'
	event host.offline '' '{"host_count": 3}'
	event federation.promoted a '{"role": "mirror", "previous_role": "primary"}'
	event remote.degraded https://h/x.git '{"host": "h", "class": "timeout"}'
	happens 2025-03-01T04:00:00.000Z
	live=st/live_runtime_control_plane.json
	assert_equal "$(jq -c '[.pressure, .offline,
	    .degraded_remotes[0].url]' $live)" '["high",true,"https://h/x.git"]'
	assert_equal "$(repo a .endpoint_role)" '"mirror"'
	event host.offline '' '{"host_count": 0}'
	event remote.recovered https://h/x.git '{"host": "h", "class": "ok"}'
	happens 2025-03-02T04:00:00.000Z
	assert_equal "$(jq -c '[.offline, .degraded_remotes]' $live)" '[false,[]]'
	assert_equal "$(jq -c '.remotes[] | [.url, .degraded_count,
	    .recovered_count, .class]' st/runtime_intelligence.json)" \
	    '["https://h/x.git",1,1,"ok"]'
}

@test "project: a person is needed for what the cycle did" {
	outcome apply.rolled-back a 1 1 2 '{"code": "check-failed"}'
	outcome rollback.blocked b 2 1 2
	outcome apply.recovered c 3 1 2 '{"outcome": "mixed"}'
	outcome apply.refused d 4 1 2 '{"code": "no-space", "detail": "full"}'
	event gate.refused e '{"checks": ["space"], "text": "no space"}'
	event cycle.failed '' '{"stage": "plan", "exit_code": 70, "why": "odd"}'
	document 2025-03-01T04:00:00.000Z >document.json
	hermes-ledger -s st <document.json >ledger.json
	run -1 bash -c 'hermes-project -e -s st <ledger.json >out.json'
	assert_equal "$(needs)" '[true,["a","rolled-back"],["b","rollback-blocked"],["c","interrupted-mixed"],["d","no-space"],["e","gate"],[null,"cycle-failed"]]'
	run -0 bash -c 'hermes-project -s st <ledger.json >again.json'
	cmp out.json again.json
	assert_equal "$(jq -r '.project.verdict.reasons[0].text' out.json)" \
	    'rolled back from 22222222: check-failed'
	jq -c .project.verdict out.json >a
	jq -c .verdict st/auto_safe_upgrade_summary.json | diff a -
}

@test "project: nobody is needed for what is as it was, or had only moved" {
	event repo.changed a '{"reason": "dirty", "code": "dirty", "recommendation": "block"}'
	outcome apply.refused b 4 1 2 '{"code": "stale-plan"}'
	outcome apply.recovered c 3 1 2 '{"outcome": "before"}'
	outcome apply.committed d 5 1 2
	event cycle.finished '' '{"applied_count": 1, "failed_count": 0}'
	happens 2025-03-01T04:00:00.000Z
	hermes-project -e -s st <ledger.json >out.json
	assert_equal "$(needs)" '[false]'
	assert_equal "$(jq -c '[.repos[] | select(.needs_person).repo_key]' \
	    st/live_runtime_control_plane.json)" '["a"]'
}

@test "project: the next quiet cycle needs nobody, a failure unnamed does" {
	outcome apply.rolled-back a 1 1 2
	happens 2025-03-01T04:00:00.000Z
	event cycle.started '' '{"repo_count": 1}'
	event cycle.finished '' '{"failed_count": 0}'
	happens 2025-03-01T05:00:00.000Z
	assert_equal "$(needs)" '[false]'
	event cycle.finished '' '{"failed_count": 2}'
	happens 2025-03-01T06:00:00.000Z
	assert_equal "$(needs)" '[true,[null,"failed"]]'
}

@test "project: the operator's word is no cycle" {
	outcome apply.rolled-back a 1 1 2
	happens 2025-03-01T04:00:00.000Z
	cp out.json cycle.json
	event hold.set a '{"why": "w", "author": "ann"}'
	happens 2025-03-01T05:00:00.000Z
	assert_equal "$(needs)" '[false]'
	assert_equal "$(jq -c '[.last_cycle.id, .last_cycle.verdict.needs_person]' \
	    st/live_runtime_control_plane.json)" '["20250301T040000Z-00000000",true]'
	hermes-project -s st <cycle.json >out.json
	assert_equal "$(needs)" '[true,["a","rolled-back"]]'
}

@test "project: an older cycle's document is judged by its own events" {
	outcome apply.rolled-back a 1 1 2
	happens 2025-03-01T04:00:00.000Z
	cp ledger.json old.json
	event cycle.finished '' '{"failed_count": 0}'
	happens 2025-03-01T05:00:00.000Z
	hermes-project -s st <old.json >out.json
	assert_equal "$(needs)" '[true,["a","rolled-back"]]'
}

@test "project: without -s it judges the document and leaves no trace" {
	outcome apply.rolled-back a 1 1 2
	document 2025-03-01T04:00:00.000Z >document.json
	find . -printf '%p %T@\n' | grep -v out.json | sort >../before
	hermes-project <document.json >../out.json
	find . -printf '%p %T@\n' | grep -v out.json | sort >../after
	diff ../before ../after
	assert_equal "$(jq -c '.project | [.seq, .hash, .views,
	    .verdict.needs_person]' ../out.json)" '[0,null,[],true]'
	run -1 bash -c 'hermes-project -e <document.json >/dev/null'
}

# forge SED - the ledger's last line in other words, chain and head made anew
forge() {
	local line hash ledger=st/runtime_events.jsonl
	line=$(tail -n 1 $ledger | sed "s/,\"hash\":\"[0-9a-f]*\"}\$//; $1")
	hash=$(printf '%s%s' "$(tail -n 1 $ledger | jq -r .prevhash)" "$line" |
	    sha256sum)
	sed -i '$d' $ledger
	printf '%s,"hash":"%s"}\n' "$line" "${hash%% *}" >>$ledger
	jq -c --arg hash "${hash%% *}" --argjson bytes "$(stat -c %s $ledger)" \
	    '.hash = $hash | .bytes = $bytes' \
	    st/runtime_events.head.json >head
	cat head >st/runtime_events.head.json
}

@test "project: an event of what no repository can be called is no repository" {
	event repo.changed a '{"reason": "dirty", "code": "dirty"}'
	happens 2025-03-01T04:00:00.000Z
	event repo.changed evil '{"reason": "dirty", "code": "dirty"}'
	document 2025-03-01T05:00:00.000Z >document.json
	hermes-ledger -s st <document.json >ledger.json
	forge 's/"subject":"evil"/"subject":"..\/evil"/'
	hermes-project -s st <ledger.json >out.json
	hermes-ledger -V -s st | jq -e .verified >/dev/null
	assert_equal "$(jq -c '[.repos[].repo_key]' \
	    st/auto_safe_upgrade_state.json)" '["a"]'
	assert_equal "$(jq .unknown_event_count \
	    st/live_runtime_control_plane.json)" 1
}

@test "project: an unknown event is counted, and the known ones still count" {
	lives 14 5 4
	seq=$(jq .seq st/runtime_events.head.json)
	assert_equal "$(jq .unknown_event_count \
	    st/live_runtime_control_plane.json)" 0
	event job.started '' '{}'
	event hold.set planet:earth '{"why": "w"}'
	event repo.changed a '{"reason": "dirty", "code": "dirty"}'
	happens 2026-03-01T04:00:00.000Z
	assert_equal "$(jq .unknown_event_count \
	    st/live_runtime_control_plane.json)" 1
	assert_equal "$(repo a .reason)" '"dirty"'
	assert_equal "$(jq .seq st/auto_safe_upgrade_state.json)" $((seq + 3))
	event some.thing-new a '{"token": "odd"}'
	document 2026-03-01T05:00:00.000Z >document.json
	hermes-project <document.json >out.json
	assert_equal "$(needs)" '[false]'
}

@test "project: a damaged ledger is an error, not a reason to forget" {
	lives 15 10 5
	sed -i '3s/cycle/cycla/' st/runtime_events.jsonl
	rm st/project.checkpoint.json
	cp -a st old
	run -65 --separate-stderr bash -c \
	    'hermes-project -s st <ledger.json'
	assert_equal "$output" ''
	for name in $views; do
		cmp "old/$name" "st/$name"
	done
}

@test "project: unknown members survive, at the top and inside" {
	event cycle.finished
	document 2025-03-01T04:00:00.000Z >document.json
	jq -c '.x = {"y": [1, {"z": null}]} | .cycle.x = "u" |
	    .project = {"old": 1}' document.json >more.json
	hermes-project -s st <more.json >out.json
	jq -S 'del(.project)' more.json >a
	jq -S 'del(.project)' out.json >b
	diff a b
	assert_equal "$(jq -c .project.old out.json)" null
}

@test "project: a busy STATE is left alone" {
	lives 16 3 3
	run -75 flock st/.cycle.lock bash -c 'hermes-project -s st <ledger.json'
}

@test "project: broken input is refused" {
	broken hermes-project
	broken hermes-project -s st
	assert_equal "$(ls st)" ''
	run -65 hermes-project <<<'{"schema":"hermes.cycle/1"}'
	event cycle.finished
	document 2025-03-01T04:00:00.000Z >document.json
	for wrong in '.events = {}' '.events = [7]' '.events[0].type = 7' \
	    '.cycle = 7' '.cycle.id = 7' '.cycle.now.real_at = "now"'; do
		jq "$wrong" document.json >wrong.json
		run -65 bash -c 'hermes-project <wrong.json'
	done
}

@test "project: a full disk is an error" {
	event cycle.finished
	document 2025-03-01T04:00:00.000Z >document.json
	full hermes-project <document.json
	full hermes-project -s st <document.json
}

@test "project: a wrong call is 64, -h is 0" {
	run -64 hermes-project -x
	run -64 hermes-project more
	run -64 hermes-project -u 3
	run -64 hermes-project -s st -u yesterday
	run -64 hermes-project -s st -u 3x
	run -64 hermes-project -e -s st -u 3
	run -0 hermes-project -h
	assert_line --partial 'usage: hermes-project'
}
