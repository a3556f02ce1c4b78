# What cron runs. hermes-cycle and hermes-show are stood in for here, so that
# every answer can be had; whole ticks are in cycle.bats and demo.bats.

setup() {
	load helper
	here
	mkdir -p bin house/state/cycles
	export HERMES_HOME=$PWD/house
	cp "$top/bin/hermes-tick" bin
}

# stand_in NAME TEXT - bin/hermes-NAME is a script of TEXT
stand_in() {
	printf '#!/bin/sh\n%s\n' "$2" >"bin/hermes-$1"
	chmod +x "bin/hermes-$1"
}

@test "tick: says nothing when all is well" {
	stand_in cycle 'exit 0'
	run -0 bin/hermes-tick
	assert_output ''
}

@test "tick: finds its programs whatever PATH cron gives it" {
	stand_in cycle 'echo found >&2; exit 65'
	run -65 env -i PATH=/usr/bin:/bin HERMES_HOME="$HERMES_HOME" \
	    "$PWD/bin/hermes-tick"
	assert_output found
}

@test "tick: shows what needs a person, and exits 1" {
	stand_in cycle 'exit 1'
	stand_in show '[ "$*" = -p ] && cat'
	echo 'a row' >house/state/cycles/last.json
	run -1 bin/hermes-tick
	assert_output 'a row'
}

@test "tick: a filter's line and status come through" {
	stand_in cycle 'echo "hermes-plan: stdin: no" >&2; exit 65'
	run -65 --separate-stderr bin/hermes-tick
	assert_equal "$output" ''
	assert_equal "$stderr" 'hermes-plan: stdin: no'
}

@test "tick: a busy cycle is no news, a day without one is" {
	stand_in cycle 'echo "hermes-cycle: busy" >&2; exit 75'
	echo x >house/state/cycles/last.json
	run -75 bin/hermes-tick
	assert_output ''
	touch -d '25 hours ago' house/state/cycles/last.json
	run -75 bin/hermes-tick
	assert_line 'hermes-cycle: busy'
	assert_line 'no cycle has ended for a day'
}

@test "tick: a wrong call is 64, -h is 0" {
	run -64 bin/hermes-tick now
	run -0 bin/hermes-tick -h
	assert_output 'usage: hermes-tick'
}
