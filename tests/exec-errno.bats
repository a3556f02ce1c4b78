# hermes-exec: calls that fail; `make check-errno` does all.

# a sweep takes minutes on a busy machine
BATS_TEST_TIMEOUT=900

bats_require_minimum_version 1.5.0

setup() {
	load helper
	here
}

@test "exec: each call that fails, by one number or another, is told and undone" {
	INJECT='error=ENOSPC error=EIO error=EDQUOT error=EMFILE error=EINTR' \
	    "$top/tests/kill.sh" 20 apply rollback
}

@test "exec: a folder that cannot be looked at is no folder that is not there" {
	INJECT=error=EMFILE AT='^openat2 [1-6]$' "$top/tests/kill.sh" 1 apply
}

@test "exec: a ref that moved and was not synced goes back with the tree" {
	local at='^(fsync (79|8[0-9])|unlink .)$'
	INJECT=error=ENOSPC AT=$at "$top/tests/kill.sh" 1 apply
	INJECT=error=EIO AT=$at "$top/tests/kill.sh" 1 rollback
}

@test "exec: an added file that cannot be looked at is not taken for gone" {
	INJECT=error=EMFILE AT='^openat2 3(0[369]|12)$' "$top/tests/kill.sh" 1 \
	    rollback
}

@test "exec: what came out is not called changed where it could not be opened" {
	INJECT=error=EMFILE AT='^openat 2[0-2][05]$' "$top/tests/kill.sh" 1 apply
}
