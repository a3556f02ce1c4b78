# hermes-exec where the power fails; `make check-power` does every moment.
# Root and loop mounts; skipped where they are not permitted.

# a sweep takes minutes on a busy machine
BATS_TEST_TIMEOUT=900

bats_require_minimum_version 1.5.0

setup() {
	load helper
	here
	command -v mkfs.ext4 /usr/sbin/mkfs.ext4 || skip 'no mkfs.ext4'
}

# power STEP KIND WAY
power() {
	WAYS=$3 "$top/tests/power.sh" "$1" "$2" >out
	cat out
	! grep skipped out || skip "$(cat out)"
}

@test "exec: the power fails during an apply, nothing was written early" {
	power 25 apply lazy
}

@test "exec: the power fails during a rollback, names were written early" {
	power 60 rollback eager
}
