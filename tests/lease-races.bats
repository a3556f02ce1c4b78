# Leases under fire: holders killed, agents that race (L1-L8). `make
# check-races` runs a thousand rounds of each.

# a sweep takes minutes on a busy machine
BATS_TEST_TIMEOUT=900

setup() {
	load helper
	here
}

@test "lease: killed at any mutating call, leases are the old or the new" {
	"$top/tests/lease-races.py" 10 points
}

@test "lease: a holder killed behind any filter is followed by the next agent" {
	"$top/tests/lease-races.py" 10 stages
}

@test "lease: two agents, on one STATE or two, never apply at once" {
	"$top/tests/lease-races.py" 8 one two killed
}

@test "lease: races that go wrong are found" {
	mkdir bin
	cat >bin/hermes-lease <<-WRONG
		#!/bin/sh
		"$BUILD/bin/hermes-lease" "\$@" |
		    sed 's/"token":[0-9]*,"code":null/"token":7,"code":null/'
	WRONG
	chmod +x bin/hermes-lease
	PATH=$PWD/bin:$PATH run -1 "$top/tests/lease-races.py" 3 two
	assert_output --partial 'two: S1: one token granted twice'
}
