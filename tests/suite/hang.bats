# Run by suite.bats, with a deadline of a second.

@test "waits for ever" {
	sleep 1000 3>&-
}

@test "is heard of" {
	true
}

@test "waits for ever in a loop" {
	while :; do
		sleep 0.01
	done
}
