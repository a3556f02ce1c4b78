# hermes-exec beside other programs; `make check-races` does 200 rounds.

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
