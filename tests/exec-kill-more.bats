# hermes-exec: the kinds beside exec-kill.bats; `make check-kill` does all.

# a sweep takes minutes on a busy machine
BATS_TEST_TIMEOUT=900

bats_require_minimum_version 1.5.0

setup() {
	load helper
	here
}

@test "exec: killed during an undo, it is exactly before or after" {
	"$top/tests/kill.sh" 10 undo
}

@test "exec: killed while refs alone are moved, they are before or after" {
	"$top/tests/kill.sh" 10 ref-only
}

@test "exec: killed again during recovery, it is exactly before or after" {
	"$top/tests/kill.sh" 30 twice
}
