# The breaker of hermes-probe: hosts that do not answer, and hosts that said
# when to come back.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	load fleet
	load probe
	load answers
	here
	repo_make lib
	mkdir -m 700 S
	answers_start
	silence_start
	policy_of '{}'
}

teardown() {
	answers_stop
	silence_stop
}

policy_of() {
	jq -n --argjson members "$1" '{schema: "hermes.policy/1",
	    protocols: ["file", "git", "http"], probe_deadline_ms: 1000} +
	    $members' >policy.json
}

# copies URL COUNT - a fleet of checkouts c01, c02, … of URL01, URL02, …
copies() {
	local key keys=()
	for key in $(seq -f 'c%02.0f' "$2"); do
		[ -e "src/$key" ] || cp -a src/lib "src/$key"
		git -C "src/$key" remote set-url origin "$1${key#c}"
		keys+=("$key")
	done
	fleet "${keys[@]}"
}

# tally - "COUNT REASON DETAIL" a line
tally() {
	jq -r '.probe.repos[] | "\(.reason) \(.detail)"' out.json | sort |
	    uniq -c | sed 's/^ *//'
}

hosts() {
	valid remote_health S/remote_health.json
	jq -c '[.hosts[] | [.host, (.broken_since_at != null),
	    .frozen_until]]' S/remote_health.json
}

@test "breaker: two timeouts, and the rest of the host fails at once" {
	copies "git://$silence/x" 12
	policy_of '{"remote_budgets": {"default": 2}}'
	SECONDS=0
	probe
	((SECONDS <= 4)) # six where each is waited for
	tally >found
	diff - found <<-END
	10 timeout not asked: the host did not answer before
	2 timeout null
	END
	# four at once are four deadlines at once
	policy_of '{}'
	probe -s S
	tally >found
	diff - found <<-END
	8 timeout not asked: the host did not answer before
	4 timeout null
	END
	assert_equal "$(hosts)" '[["127.0.0.1",true,null]]'
}

@test "breaker: what is broken is tried with one repository in the next cycle" {
	copies "git://$silence/x" 6
	probe -s S -t 2030-01-01T00:00:00Z
	assert_equal "$(tally | head -n 1)" \
	    '2 timeout not asked: the host did not answer before'
	cp S/remote_health.json before
	SECONDS=0
	probe -s S -t 2030-01-01T00:10:00Z
	((SECONDS <= 4))
	tally >found
	diff - found <<-END
	5 timeout not asked: the host did not answer before
	1 timeout null
	END
	jq .hosts before >a
	jq .hosts S/remote_health.json | diff a -
	assert_equal "$(jq -r '.hosts[0].broken_since_at' before)" \
	    2030-01-01T00:00:00.000Z
	# it answers again: all of it
	for i in 01 02 03 04 05 06; do
		cp -a up/lib.git "up/x$i"
	done
	copies "$web/ok/x" 6
	probe -s S
	assert_equal "$(tally)" '6 current null'
	assert_equal "$(hosts)" '[]'
}

@test "breaker: 429 and 503 with Retry-After freeze the host until then" {
	copies "$web/429-90/x" 9
	policy_of '{"remote_budgets": {"default": 1}}'
	probe -s S -t 2030-01-01T00:00:00Z
	tally >found
	diff - found <<-END
	8 rate-limited not asked: the host said to come back at 2030-01-01T00:01:30.000Z
	1 rate-limited null
	END
	assert_equal "$(wc -l <"$web_log")" 1
	assert_equal "$(hosts)" '[["127.0.0.1",false,"2030-01-01T00:01:30.000Z"]]'
	cp S/remote_health.json before
	probe -s S -t 2030-01-01T00:01:00Z
	assert_equal "$(tally)" "9 rate-limited not asked: the host said to come back at 2030-01-01T00:01:30.000Z"
	assert_equal "$(wc -l <"$web_log")" 1
	jq .hosts before >a
	jq .hosts S/remote_health.json | diff a -
	copies "$web/503-20/x" 3
	probe -s S -t 2030-01-01T00:01:30Z
	assert_equal "$(wc -l <"$web_log")" 2
	assert_equal "$(hosts)" '[["127.0.0.1",false,"2030-01-01T00:01:50.000Z"]]'
	# nobody is put off for more than a day
	copies "$web/429-99999999/x" 1
	probe -s S -t 2030-01-01T00:02:00Z
	assert_equal "$(hosts)" '[["127.0.0.1",false,"2030-01-02T00:02:00.000Z"]]'
}

@test "breaker: a 503 alone freezes nothing; another host goes on" {
	copies "$web/503/x" 3
	probe -s S
	assert_equal "$(tally)" '3 server-error null'
	assert_equal "$(hosts)" '[]'
}

@test "breaker: a fetch that stalls twice spares the rest of the host" {
	local key
	for key in 01 02 03 04 05 06; do
		cp -a up/lib.git "up/x$key"
	done
	upstream_commit lib
	for key in 01 02 03 04 05 06; do
		git -C "up/x$key" fetch -q ../lib.git main:main
	done
	git clone -q up/x06 src/local
	git -C src/local reset -q --hard HEAD^
	copies "$web/pack/hang/x" 6
	cp fleet.json six.json
	fleet c01 c02 c03 c04 c05 c06 local
	policy_of '{"remote_budgets": {"default": 2}}'
	SECONDS=0
	probe -s S
	((SECONDS <= 4))
	tally >found
	diff - found <<-END
	1 behind null
	4 timeout not asked: the host did not answer before
	2 timeout null
	END
	assert_equal "$(of c06 '[.endpoints[0].class, .unstaged_count]')" \
	    '["timeout",0]'
	assert_equal "$(hosts)" '[["127.0.0.1",true,null]]'
}

@test "breaker: a fetch that fails after a good listing is the remote's health" {
	cp -a up/lib.git up/other.git
	upstream_commit lib
	git -C up/other.git fetch -q ../lib.git main:main
	policy_of '{}'
	copies "$web/pack/close/lib.git" 1
	cp -a src/lib src/path
	git -C src/c01 remote set-url origin "$web/pack/close/lib.git"
	git -C src/path remote set-url origin "$PWD/up/other.git"
	blob=$(git -C up/other.git rev-parse main:file)
	rm -f "up/other.git/objects/${blob:0:2}/${blob:2}"
	fleet c01 path
	probe
	assert_equal "$(of c01 .reason)" '"unfetched"'
	probe -s S
	valid remote_health S/remote_health.json
	assert_equal "$(of c01 '[.reason, .endpoints[0].class]')" \
	    '["early-eof","early-eof"]'
	assert_equal "$(jq -c '[.remotes[] | [.class, .bad_count]]' \
	    S/remote_health.json)" '[["incomplete",1],["early-eof",1]]'
	assert_equal "$(jq -c '.probe.hosts[] | [.failed_count, .class]' \
	    out.json)" '[1,"early-eof"]'
	assert_equal "$(jq -c '[.events[] |
	    select(.type == "hermes.remote.degraded") | .data.class] |
	    sort' out.json)" \
	    '["early-eof","incomplete"]'
	git -C src/c01 remote set-url origin "$web/ok/lib.git"
	probe -s S
	assert_equal "$(of c01 .reason)" '"behind"'
	git -C src/c01 remote set-url origin "$web/pack/close/lib.git"
	# it is staged now: the listing is all that is asked, and that is well
	probe -s S
	assert_equal "$(of c01 .reason)" '"behind"'
	assert_equal "$(jq -c '[.remotes[] | select(.url | test("/pack/")) |
	    .class]' S/remote_health.json)" '["ok"]'
}

@test "breaker: fifty repositories, four of them in bad hands" {
	local key i keys=() ms
	for i in {01..46}; do
		cp -a src/lib "src/good$i"
		cp -a up/lib.git "up/l$i.git"
		git -C "src/good$i" remote set-url origin "$web/ok/l$i.git"
		keys+=("good$i")
	done
	for key in hole garbage close drip; do
		cp -a src/lib "src/$key"
		keys+=("$key")
	done
	# other names for hosts of their own
	git -C src/hole remote set-url origin "http://localhost:${silence#*:}/x"
	git -C src/garbage remote set-url origin "$web/garbage/x"
	git -C src/close remote set-url origin "$web/close/x"
	git -C src/drip remote set-url origin "$web/drip/x"
	fleet "${keys[@]}"
	policy_of '{"probe_deadline_ms": 6000, "remote_budgets": {"default": 8}}'
	hermes-probe -p policy.json <fleet.json >warm
	ms=$(date +%s%3N)
	hermes-probe -p policy.json -s S <fleet.json >out.json
	ms=$(($(date +%s%3N) - ms))
	valid cycle out.json
	((ms <= 7000)) || fail "took $ms ms"
	tally >found
	diff - found <<-END
	46 current null
	1 early-eof Server returned nothing (no headers, no data)
	1 not-git Unsupported protocol
	1 timeout null
	1 too-slow null
	END
	run pgrep -P $$ hermes-probe
	assert_output ''
	# nor a worker of it: here, for other tests have theirs elsewhere
	for worker in $(pgrep -x hermes-probe); do
		refute [ "/proc/$worker/cwd" -ef . ]
	done
}

@test "probe: a person who watches sees how far it is, and who is slow" {
	copies "$web/404/x" 3
	cp -a src/lib src/slow
	git -C src/slow remote set-url origin "http://localhost:${silence#*:}/x"
	fleet c01 c02 c03 slow
	probe 2>said
	assert_equal "$(<said)" ''
	TERM=xterm script -qec 'hermes-probe -p policy.json <fleet.json >out.json' \
	    seen </dev/null >/dev/null
	tr '\r' '\n' <seen | grep -a '\[' | sed 's/\x1b\[K//' >lines
	grep -qx '\[3/4\] localhost' lines
	grep -qx '\[4/4\]' lines
	tail -n 2 seen | head -n 1 | grep -aq $'\r\x1b\\[K\x0d*$' # and is gone
}
