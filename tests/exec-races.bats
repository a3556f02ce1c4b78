# hermes-exec beside other programs; `make check-races` does 200 rounds.

# a sweep takes minutes on a busy machine
BATS_TEST_TIMEOUT=900

bats_require_minimum_version 1.5.0

setup() {
	load helper
	here
}

@test "exec: beside git add, commit, checkout and gc nothing is lost" {
	"$top/tests/races.sh" 2 add commit checkout gc
}

@test "exec: beside editors and a file held open nothing is lost" {
	"$top/tests/races.sh" 2 inplace rename held
}
