# What the tests of hermes-probe share: `load probe` after `load fleet`.

# fleet KEY... - fleet.json of the checkouts src/KEY
fleet() {
	printf '%s\n' "$@" | jq -R --arg here "$PWD" \
	    '{repo_key: ., path: "\($here)/src/\(.)"}' |
	    jq -s '{schema: "hermes.fleet/1", repos: .}' >fleet.json
}

# member KEY JSON - members of one repository of fleet.json
member() {
	jq --arg key "$1" --argjson members "$2" \
	    '(.repos[] | select(.repo_key == $key)) += $members' \
	    fleet.json >fleet.new
	mv fleet.new fleet.json
}

# probe [ARG...] - out.json of fleet.json, valid; with policy.json if there
probe() {
	[ ! -e policy.json ] || set -- -p policy.json "$@"
	hermes-probe "$@" <fleet.json >out.json
	valid cycle out.json
}

# of KEY FILTER - what the probe says of one repository
of() {
	jq -c --arg key "$1" \
	    '.probe.repos[] | select(.repo_key == $key) | '"$2" out.json
}

# said KEY REASON [FACT...] - the reason, and all the other facts
said() {
	local key=$1 reason=$2
	shift 2
	assert_equal "$key: $(of "$key" '[.reason] + (.facts | sort)')" \
	    "$key: $(jq -cn --arg r "$reason" '[$r] + ($ARGS.positional | sort)' \
	        --args "$@")"
}

# remotes KEY ROLE URL... - its remotes in fleet.json
remotes() {
	local key=$1
	shift
	jq --arg key "$key" '(.repos[] | select(.repo_key == $key)).remotes =
	    [$ARGS.positional | _nwise(2) | {role: .[0], url: .[1]}]' \
	    fleet.json --args "$@" >fleet.new
	mv fleet.new fleet.json
}
