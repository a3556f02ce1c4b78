# What is learned from outcomes: hermes-intelligence(7), by its own numbers.

setup() {
	load helper
	load ledger
	here
	mkdir -m 700 st
	learned=st/runtime_intelligence.json
}

# web FILTER - of what is learned of web
web() {
	jq -c ".repos[] | select(.repo_key == \"web\") | $1" $learned
}

@test "intelligence: the page's example is what comes out" {
	outcome apply.committed web 1 1 2
	happens 2025-03-01T04:00:00.000Z
	assert_equal "$(web '[.attempt_milli, .failure_milli]')" '[1000,0]'
	outcome apply.rolled-back web 2 2 3
	happens 2025-03-16T04:00:00.000Z
	assert_equal "$(web '[.attempt_milli, .failure_milli,
	    .rollback_milli]')" '[1750,1000,1000]'
	outcome apply.committed web 3 2 4
	happens 2025-04-15T04:00:00.000Z
	assert_equal "$(web '[.attempt_milli, .failure_milli,
	    .rollback_milli]')" '[1875,500,500]'
	# The page's own command and answer.
	sed -n '/^\$ jq/,/runtime_intelligence/p' \
	    "$top/man/hermes-intelligence.7" |
	    sed 's/^\$ //; s/ state/ st/' >asked
	sh ./asked >answer
	sed -n '/^\[/p' "$top/man/hermes-intelligence.7" | diff - answer
	assert_equal "$(wc -l <answer)" 1
}

@test "intelligence: a weight falls in straight lines from half to half" {
	# days, and what is left of 1000 after them
	set -- 1 984 10 834 30 500 45 375 60 250 90 125 300 0 2000 0
	while [ $# -gt 0 ]; do
		rm -rf st && mkdir -m 700 st
		outcome apply.committed web 1 1 2
		happens 2025-03-01T04:00:00.000Z
		outcome apply.committed web 2 2 3
		happens "$(date -u -d "2025-03-01T04:00Z $1 days" \
		    +%Y-%m-%dT%H:%M:%S.001Z)"
		assert_equal "$1: $(web .attempt_milli)" "$1: $((1000 + $2))"
		shift 2
	done
}

@test "intelligence: time never runs backwards" {
	outcome apply.committed web 1 1 2
	happens 2025-03-31T04:00:00.000Z
	outcome apply.committed web 2 2 3
	happens 2025-03-01T04:00:00.000Z
	assert_equal "$(web '[.attempt_milli, .weighed_at]')" \
	    '[2000,"2025-03-31T04:00:00.000Z"]'
}

@test "intelligence: failures fall into the hour of the day, UTC" {
	token=0
	for at in 2025-03-01T00:00:00.000Z 2025-03-01T23:59:59.999Z \
	    2025-03-02T23:00:00.000Z; do
		outcome apply.rolled-back web $((token += 1)) 1 2
		happens $at
	done
	assert_equal "$(web '[.risk_hours[0], .risk_hours[23],
	    (.risk_hours | add), (.risk_hours | length), .failure_count]')" \
	    '[1,2,3,24,3]'
}

@test "intelligence: a streak halves stability, a commit ends it" {
	for n in 1 2 3; do
		outcome apply.rolled-back web $n 1 $n
	done
	happens 2025-03-01T04:00:00.000Z
	# odds 4000/5000; (1000 - 800) / 2^3
	assert_equal "$(web '[.failure_permille, .streak_count,
	    .stability_permille]')" '[800,3,25]'
	outcome apply.committed web 4 1 4
	happens 2025-03-01T04:00:01.000Z
	# odds 4000/6000, rounded
	assert_equal "$(web '[.failure_permille, .streak_count,
	    .stability_permille]')" '[667,0,333]'
}

@test "intelligence: only what speaks of the upgrade is an outcome" {
	outcome apply.refused web 1 1 2 '{"code": "stale-plan"}'
	outcome apply.refused web 2 1 2 '{"code": "locked"}'
	outcome apply.recovered web 3 1 2 '{"outcome": "before"}'
	happens 2025-03-01T04:00:00.000Z
	assert_equal "$(jq -c .repos $learned)" '[]'
	outcome apply.refused web 4 1 2 '{"code": "check-failed"}'
	outcome apply.refused web 5 1 2 '{"code": "no-space"}'
	outcome rollback.blocked web 6 1 2
	outcome apply.recovered web 7 1 2 '{"outcome": "mixed"}'
	outcome apply.recovered web 8 1 2 '{"outcome": "after"}'
	happens 2025-03-01T05:00:00.000Z
	assert_equal "$(web '[.attempt_count, .failure_count,
	    .rollback_count]')" '[5,4,0]'
	outcome apply.recovered web 8 1 2 '{"outcome": "mixed"}'
	event apply.recovered web '{"token": 8, "outcome": "mixed"}'
	happens 2025-03-01T06:00:00.000Z
	assert_equal "$(web '[.attempt_count, .failure_count]')" '[6,5]'
}

@test "intelligence: an apply that arrived counts once, however it is told" {
	outcome apply.committed web 1 1 2
	happens 2025-03-01T04:00:00.000Z
	event apply.recovered web "{\"token\": 1, \"outcome\": \"after\",
	    \"before\": \"$(oid 1)\", \"after\": \"$(oid 2)\"}"
	happens 2025-03-01T05:00:00.000Z
	assert_equal "$(web .attempt_count)" 1
}

@test "intelligence: confidence grows with the sample" {
	for n in 1 2 3 4 5; do
		outcome apply.committed web $n 1 $n
	done
	happens 2025-03-01T04:00:00.000Z
	assert_equal "$(web '[.confidence_permille, .failure_permille]')" \
	    '[500,143]'
}
