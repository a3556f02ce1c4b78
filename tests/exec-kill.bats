# hermes-exec: kill -9 at every tenth mutating call; `make check-kill` does all.

# a sweep takes minutes on a busy machine
BATS_TEST_TIMEOUT=900

bats_require_minimum_version 1.5.0

setup() {
	load helper
	here
}

@test "exec: killed during an apply, it is exactly before or after" {
	"$top/tests/kill.sh" 10 apply
}

@test "exec: killed during a rollback, it is exactly before or after" {
	"$top/tests/kill.sh" 10 rollback
}
