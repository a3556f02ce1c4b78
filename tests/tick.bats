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
	assert_line 'hermes-tick: no cycle has ended for a day'
	run -75 bin/hermes-tick
	assert_output ''
}

# told_at SPAN - as if the last tick that spoke had done so then
told_at() {
	touch -d "$1" house/state/tick.told
}

@test "tick: the same trouble is said once a day, another one at once" {
	stand_in cycle 'cat trouble >&2; exit 78'
	echo 'fleet.json: wrong' >trouble
	run -78 bin/hermes-tick
	assert_output 'fleet.json: wrong'
	run -78 bin/hermes-tick
	assert_output ''
	told_at '23 hours ago'
	run -78 bin/hermes-tick
	assert_output ''
	told_at '24 hours ago'
	run -78 bin/hermes-tick
	assert_output 'fleet.json: wrong'
	echo 'fleet.json: still wrong' >trouble
	run -78 bin/hermes-tick
	assert_output 'fleet.json: still wrong'
	run -78 bin/hermes-tick
	assert_output ''
	assert_equal "$(stat -c %a house/state/tick.told)" 600
}

@test "tick: trouble that comes back after a good tick is new" {
	stand_in cycle 'exit 1'
	stand_in show 'cat'
	echo 'a row' >house/state/cycles/last.json
	run -1 bin/hermes-tick
	assert_output 'a row'
	run -1 bin/hermes-tick
	assert_output ''
	stand_in cycle 'exit 0'
	run -0 bin/hermes-tick
	assert_output ''
	assert_not_exists house/state/tick.told
	stand_in cycle 'exit 1'
	run -1 bin/hermes-tick
	assert_output 'a row'
}

@test "tick: what cannot be remembered is said each time" {
	stand_in cycle 'echo no >&2; exit 74'
	for _ in 1 2; do
		run -74 bash -c 'ulimit -f 0; trap "" XFSZ; bin/hermes-tick'
		assert_output no
		assert_not_exists house/state/tick.told
	done
	rm -r house
	run -74 bin/hermes-tick
	assert_output no
}

@test "tick: without HOME and HERMES_HOME it says so, and with 78" {
	run -78 env -i PATH=/usr/bin:/bin "$PWD/bin/hermes-tick"
	assert_output 'hermes-tick: HOME: not set'
}

@test "tick: a wrong call is 64, -h is 0" {
	run -64 bin/hermes-tick now
	run -0 bin/hermes-tick -h
	assert_output 'usage: hermes-tick'
}
