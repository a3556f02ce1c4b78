# Each reason code that the probe finds in a checkout: a fixture of its own,
# and what hermes-reasons(7) says to do about it does it.

bats_require_minimum_version 1.5.0

setup_file() {
	load helper
	load fleet
	load reasons
	here
	echo '{"schema": "hermes.policy/1"}' >policy.json
	build look
	probe=src/self/hermes-probe looked before -a staging
	treat look
	looked after -a staging
}

teardown_file() {
	umount "$BATS_FILE_TMPDIR"/here/src/* 2>/dev/null || :
}

setup() {
	load helper
	load fleet
	load reasons
	here
	cd "$BATS_FILE_TMPDIR/here" || return
}

@test "look: every code has a state that leads to it, and no more than that" {
	expected look | diff - <(told before)
}

@test "look: the facts are those that git has" {
	holding look before
}

@test "look: what the page says to do clears the code" {
	cleared look after
	diff - hopeless <<-'END'
	current
	self
	unsafe-tree
	END
}
