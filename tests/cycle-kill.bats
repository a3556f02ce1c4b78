# kill -9 of a whole cycle and its filters, at twenty moments of its length.
# What must be is asked of git.

# a sweep takes minutes on a busy machine
BATS_TEST_TIMEOUT=900

setup() {
	load helper
	load fleet
	here
	state=house/state
}

# ahead KEY COUNT - so many more commits, which the upstream has and its
# branch does not lead to yet: refs/heads/next
ahead() {
	local n
	for ((n = 1; n <= $2; n++)); do
		printf 'blob\nmark :%d\ndata %d\nround %d\n\n' "$n" \
		    $((${#n} + 7)) "$n"
	done >"$1.stream"
	for ((n = 1; n <= $2; n++)); do
		printf 'commit refs/heads/next\nmark :%d\n' $((n + 1000))
		printf 'committer C <c@example.org> 1700000000 +0000\n'
		printf 'data %d\nround %d\n' $((${#n} + 6)) "$n"
		[ "$n" -gt 1 ] || printf 'from refs/heads/main^0\n'
		printf 'M 100644 :%d file%d\n\n' "$n" "$n"
	done >>"$1.stream"
	git -C "up/$1.git" fast-import --quiet <"$1.stream"
}

# Exactly where it was before or where upstream is, and nothing in between.
before_or_after() {
	local head
	head=$(git_at "src/$1")
	[ "$head" = "$2" ] || [ "$head" = "$3" ] ||
	    fail "$1 is at $head, neither $2 nor $3"
	assert_equal "$(git -C "src/$1" status --porcelain --ignored)" ''
	git -C "src/$1" diff --quiet HEAD
	checkout_whole "src/$1"
}

@test "cycle: kill -9 at twenty moments: the next one ends before or after" {
	repo_make a b c
	house_make a b c
	repo_set b '{"depends_on": ["a"]}'
	hermes-cycle
	for key in a b c; do
		upstream_commit $key warm up
		ahead $key 20
	done
	began=$(date +%s%N)
	hermes-cycle
	took_us=$((($(date +%s%N) - began) / 1000))
	for round in $(seq 20); do
		for key in a b c; do
			git -C up/$key.git update-ref refs/heads/main \
			    "next~$((20 - round))"
			git_at src/$key >$key.before
			git_at up/$key.git main >$key.after
		done
		setsid hermes-cycle 3>&- >/dev/null 2>&1 &
		cycle=$!
		sleep "$(awk -v us=$((took_us * round / 20)) \
		    'BEGIN { printf "%.6f", us / 1e6 }')"
		kill -KILL -- -$cycle 2>/dev/null || :
		wait $cycle 2>/dev/null || :
		flock -w 5 $state/.cycle.lock true

		hermes-exec -R -s $state >recovered.json
		hermes-ledger -s $state <recovered.json >ledger.json
		for key in a b c; do
			before_or_after $key "$(cat $key.before)" "$(cat $key.after)"
		done
		hermes-cycle
		for key in a b c; do
			assert_equal "$(git_at src/$key)" "$(cat $key.after)"
		done
		state_whole
	done
	for key in a b c; do
		before_or_after $key "$(cat $key.after)" "$(cat $key.after)"
	done
}
