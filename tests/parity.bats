# Hermes beside `git pull --ff-only`, in twins of made-up checkouts;
# `make check-parity` tries thousands.

# a sweep takes minutes on a busy machine
BATS_TEST_TIMEOUT=900

bats_require_minimum_version 1.5.0

setup() {
	load helper
	here
}

@test "parity: 150 pairs are as git pull leaves them, or untouched" {
	"$top/tests/parity/run" -n 150 -o "$BATS_TEST_TMPDIR/scripts"
}

@test "parity: where git upgrades both, nothing differs" {
	"$top/tests/parity/run" -S -n 40 -o "$BATS_TEST_TMPDIR/scripts"
}

@test "parity: whatever a broken Hermes might leave is seen" {
	"$top/tests/parity/run" -b
}

@test "parity: of each kind something is drawn within 150 pairs, and in 1500 everything" {
	"$top/tests/parity/run" -d -n 150 >few
	# "COUNT KIND: VALUE" a line
	run -0 awk '{ kind = $2; sub(/:.*/, "", kind); sum[kind] += $1 }
	    END { for (kind in sum) if (!sum[kind]) print kind }' few
	assert_output ''
	"$top/tests/parity/run" -d -n 1500 >many
	run -1 grep '^ *[0-4] ' many
}

@test "parity: a seed makes the same script, and that the same pair from nothing" {
	PYTHONHASHSEED=1 "$top/tests/parity/run" -w -s 7 -1 3 -o one
	PYTHONHASHSEED=2 "$top/tests/parity/run" -w -s 7 -1 3 -o two
	diff one/7.3.sh two/7.3.sh
	PATH=/usr/bin:/bin sh one/7.3.sh a
	PATH=/usr/bin:/bin sh one/7.3.sh b
	for name in co twin up.git; do
		git -C "a/p3/$name" for-each-ref >refs
		git -C "b/p3/$name" for-each-ref | diff refs -
	done
	diff -r --no-dereference -x .git a/p3/before b/p3/before
	diff -r --no-dereference -x .git a/p3/co b/p3/before
	[ "$(git -C a/p3/twin rev-parse HEAD)" = "$(git -C a/p3/up.git rev-parse main)" ]
}
