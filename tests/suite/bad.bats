# Run by suite.bats, never by `make check`: two of these must fail.

setup() {
	load ../helper
}

@test "passes" {
	true
}

@test "fails in the middle" {
	[ 1 = 2 ]
	true
}

@test "a run that ends with another status" {
	run -3 true
}
