# Words for the tests of hermes-plan: `load plan/words` after `here`.

# shellcheck disable=SC2034 # the tests use it
new=2222222222222222222222222222222222222222

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
	  and (.chain[-1].code != "needs")
	  and (.reason as $lead | .reasons | index($lead) != null)))
	and ([$p.counts[]] | add) == ($keys | length)' out.json >/dev/null
}

by_hand() {
	printf 'sha256:%s' "$(jq -cjS '{policy:.plan.policy_digest,
	    repos:[.plan.repos[]|{repo_key,recommendation,strategy,target,
	    endpoint,reasons,depth,place}]}' "$1" | sha256sum | cut -d' ' -f1)"
}
