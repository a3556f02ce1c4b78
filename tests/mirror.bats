# Federations of real repositories, over several cycles (A7).

setup() {
	load helper
	load fleet
	here
	state=house/state
	last=$state/cycles/last.json
	repo_make a
	git clone -q --mirror up/a.git m.git
	house_make a
	members a.git=primary m.git=mirror
}

# members FOLDER=ROLE... - of the repository a; up/ stands before a.git
members() {
	local each list=() dir
	for each; do
		dir=$PWD/${each%=*}
		[ "${each%=*}" != a.git ] || dir=$PWD/up/a.git
		list+=("{\"url\":\"$dir\",\"role\":\"${each#*=}\"}")
	done
	repo_set a "{\"remotes\": [$(IFS=,; printf '%s' "${list[*]}")]}"
}

down() {
	mv up/a.git up/a.away
}

back() {
	mv up/a.away up/a.git
}

mirror_follows() {
	git -C m.git fetch -q "$PWD/up/a.git" '+refs/heads/*:refs/heads/*'
}

# mirror_commit FILE TEXT - a commit that only the mirror has
mirror_commit() {
	git clone -q m.git at-mirror
	printf '%s\n' "$2" >"at-mirror/$1"
	git -C at-mirror add -A
	git -C at-mirror commit -qm "$2"
	git -C at-mirror push -q origin main
	rm -rf at-mirror
}

# shows FILTER EXPECTED - of the plan's row of a
shows() {
	assert_equal "$(jq -c ".plan.repos[0] | $1" $last)" "$2"
}

# What upstream has is seen, but not taken: the repository is held.
seen_only() {
	hermes hold a -w 'look first'
	hermes-cycle
	hermes unhold a -w 'go on'
}

@test "mirror: it stands in with what the primary was seen with" {
	upstream_commit a
	mirror_follows
	seen_only
	down
	hermes-cycle
	shows '[.recommendation, .endpoint.role]' '["upgrade","mirror"]'
	assert_equal "$(git_at src/a)" "$(git_at m.git main)"
	state_whole
}

@test "mirror: a part of what the primary had is taken, a fork never" {
	upstream_commit a file two
	mirror_follows
	upstream_commit a file three
	seen_only
	down
	hermes-cycle
	assert_equal "$(jq -r '.probe.repos[0].evidence.relation' $last)" part
	assert_equal "$(git_at src/a)" "$(git_at m.git main)"
	# the mirror goes its own way from there, while the primary has gone on
	back
	hermes-cycle
	down
	mirror_commit other own
	policy '{"mirror_ahead": "accept"}'
	before=$(git_at src/a)
	hermes-cycle
	shows '[.recommendation, .endpoint, .reason]' '["block",null,"not-found"]'
	assert_equal "$(git_at src/a)" "$before"
}

@test "mirror: what is ahead of the primary waits for it" {
	hermes-cycle
	mirror_commit file more
	down
	hermes-cycle
	shows '[.recommendation, .reason]' '["defer","remote-down"]'
	shows .text "\"a: nothing vouches for what the mirror offers: it is ahead of the primary, last seen $(jq -r .cycle.now.real_at $last) at $(git_at src/a | cut -c1-12)\""
	count=$(wc -l <$state/runtime_events.jsonl)
	hermes-cycle
	assert_equal "$(wc -l <$state/runtime_events.jsonl)" $((count + 4))
	# once the primary has it, it vouches, also when it is away again
	back
	git -C up/a.git fetch -q "$PWD/m.git" '+refs/heads/*:refs/heads/*'
	seen_only
	down
	hermes-cycle
	assert_equal "$(git_at src/a)" "$(git_at m.git main)"
	state_whole
}

@test "mirror: of a primary that never answered nothing is known" {
	upstream_commit a
	mirror_follows
	down
	hermes-cycle
	shows '[.recommendation, .reason]' '["defer","remote-down"]'
	shows '.text | endswith("the primary has never been seen")' true
	repo_set a '{"policy": {"mirror_ahead": "accept"}}'
	hermes-cycle
	assert_equal "$(git_at src/a)" "$(git_at m.git main)"
}

@test "mirror: a better founded member comes before a more wanted one" {
	upstream_commit a file two
	git clone -q --mirror up/a.git n.git
	mirror_follows
	mirror_commit file more
	members a.git=primary m.git=mirror n.git=fallback
	policy '{"mirror_ahead": "accept"}'
	seen_only
	down
	hermes-cycle
	shows .endpoint.role '"fallback"'
	assert_equal "$(git_at src/a)" "$(git_at n.git main)"
}

@test "mirror: a stale one and an empty one are not used, all down waits" {
	upstream_commit a
	hermes-cycle
	at=$(git_at src/a)
	git init -q --bare empty.git
	members a.git=primary m.git=mirror empty.git=fallback
	down
	hermes-cycle
	shows '[.recommendation, .endpoint]' '["block",null]'
	assert_equal "$(jq -c '[.probe.repos[0].endpoints[].class]' $last)" \
	    '["not-found","ok","empty-advert"]'
	mv m.git m.away
	hermes-cycle
	shows '[.recommendation, .endpoint]' '["block",null]'
	assert_equal "$(git_at src/a)" "$at"
	state_whole
}

@test "mirror: the primary is back after three good probes" {
	hermes-cycle
	down
	hermes-cycle
	shows .endpoint.role '"mirror"'
	back
	for want in mirror mirror primary primary; do
		hermes-cycle
		shows .endpoint.role "\"$want\""
	done
	assert_equal "$(jq -r 'select(.type | startswith("hermes.federation"))
	    | .type' $state/runtime_events.jsonl)" \
	    "hermes.federation.promoted
hermes.federation.demoted"
}

@test "mirror: one that flaps does not move anything" {
	hermes-cycle
	down
	for _ in 1 2; do
		hermes-cycle
		mv m.git m.away
		hermes-cycle
		mv m.away m.git
	done
	assert_equal "$(git_at src/a)" "$(git_at m.git main)"
	assert_equal "$(git -C src/a status --porcelain)" ''
	state_whole
}

@test "mirror: the promotion ends with evidence_max_age_s" {
	upstream_commit a
	mirror_follows
	seen_only
	at=$(git_at src/a)
	policy '{"evidence_max_age_s": 0}'
	hermes hold a -w 'wait'
	down
	hermes-cycle
	sleep 1.1
	hermes unhold a -w 'go'
	hermes-cycle
	shows '[.recommendation, .reason]' '["defer","remote-down"]'
	assert_equal "$(git_at src/a)" "$at"
}
