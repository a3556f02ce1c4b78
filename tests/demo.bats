# The demo, and whether the repositories are where its table says. What is
# true is asked of git.

setup_file() {
	load helper
	here
	"$BATS_TEST_DIRNAME/demo/run" "$BATS_FILE_TMPDIR/demo" \
	    >"$BATS_FILE_TMPDIR/said" 2>"$BATS_FILE_TMPDIR/errors" 3>&- ||
	    echo "$?" >"$BATS_FILE_TMPDIR/failed"
}

setup() {
	load helper
	load fleet
	here
	said=$BATS_FILE_TMPDIR/said
	cd "$BATS_FILE_TMPDIR/demo" || return
	state=hermes/state
}

# The first table of what was said, without its head.
table() {
	awk '/^\$ hermes status$/ { on = 1; next }
	    on && NF == 0 { exit }
	    on && seen++ { print }' "$said"
}

# row KEY PATTERN - the first table's row for KEY matches
row() {
	table | grep -E "^$1 " >row || fail "no row for $1"
	grep -qE "$2" row || fail "$(cat row) does not match $2"
}

up_to_date() {
	assert_equal "$(git_at "src/$1")" "$(git_at "up/$1.git" main)"
	assert_equal "$(git -C "src/$1" status --porcelain)" ''
	checkout_whole "src/$1"
}

@test "demo: it ends with 0 and nothing on stderr" {
	assert_not_exists "$BATS_FILE_TMPDIR/failed"
	run -0 cat "$BATS_FILE_TMPDIR/errors"
	assert_output ''
}

@test "demo: the table has a row for every checkout" {
	jq -r '.repos[].repo_key' hermes/config/fleet.json | sort >fleet
	table | awk '{ print $1 }' | sort | diff fleet -
	[ "$(wc -l <fleet)" -ge 12 ]
}

@test "demo: what was behind is up to date, the chain in its order" {
	for key in website lib server client fonts music; do
		row $key applied
		up_to_date $key
	done
	row wiki current
	up_to_date wiki
	jq -r 'select(.type == "hermes.apply.committed") | .subject' \
	    $state/runtime_events.jsonl | grep -E 'lib|server|client' |
	    tr '\n' ' ' >order
	assert_equal "$(cat order)" 'lib server client '
}

@test "demo: from what to what is what the reflog says" {
	for key in website lib server client fonts music; do
		before=$(git -C src/$key rev-parse --short=7 'HEAD@{1}')
		after=$(git -C src/$key rev-parse --short=7 HEAD)
		row $key "$before.*$after"
	done
}

@test "demo: what is not safe was left exactly as it was" {
	row dotfiles ahead
	assert_equal "$(git -C src/dotfiles rev-list --count origin/main..)" 1
	row notes dirty
	assert_equal "$(git -C src/notes status --porcelain)" ' M README'
	assert_equal "$(tail -n 1 src/notes/README)" \
	    'a thought, not committed'
	row forum diverged
	assert_equal "$(cat src/forum/local.conf)" 'ours alone'
	row kernel detached
	run -1 git -C src/kernel symbolic-ref -q HEAD
	row scratch no-upstream
	row old-blog missing
	assert_not_exists src/old-blog
	row downloads not-a-repo
	assert_equal "$(ls -A src/downloads)" ''
	for key in notes forum kernel scratch; do
		checkout_whole src/$key
		assert_equal "$(git -C src/$key reflog | wc -l)" \
		    "$(git -C src/$key reflog | grep -vc hermes)"
	done
}

@test "demo: files in the way are not touched, tracked by nobody or ignored" {
	row recipes untracked-collision
	assert_equal "$(cat src/recipes/soup)" 'grandmother, by word of mouth'
	row garden ignored-collision
	assert_equal "$(cat src/garden/diary)" 'the frost of March'
	for key in recipes garden; do
		assert_equal "$(git_at src/$key)" "$(git_at up/$key.git main~)"
	done
}

@test "demo: a mirror stands in, and the configuration stays as it was" {
	row fonts mirror
	assert_equal "$(git -C src/fonts remote get-url origin)" \
	    git://127.0.0.1:1/fonts.git
	assert_equal "$(git -C src/fonts remote)" origin
}

@test "demo: a failed check takes it back, and what needs it waits by name" {
	row billing 'rolled-back.*check-failed'
	assert_equal "$(git_at src/billing)" "$(git_at up/billing.git main~)"
	assert_equal "$(git -C src/billing status --porcelain --ignored)" ''
	run -0 src/billing/healthy
	row invoices 'needs billing'
	row payroll 'needs forum'
	for key in invoices payroll; do
		assert_equal "$(git_at src/$key)" "$(git_at up/$key.git main~)"
	done
}

@test "demo: the second tick is quiet and does not try the bad commit again" {
	jq -r .type $state/runtime_events.jsonl | grep -v pressure.changed |
	    tac | sed '/cycle.started/q' | wc -l >lines
	assert_equal "$(cat lines)" 4
	awk '/^A second tick/ { on = 1 } on' "$said" | grep -E '^billing ' >row
	grep -q bad-commit row
	jq -r 'select(.type == "hermes.apply.started" and .subject == "billing")
	    | .type' $state/runtime_events.jsonl >tries
	assert_equal "$(wc -l <tries)" 1
}

@test "demo: its last lines look at the view, the plan and the chain" {
	grep -qE '^\$ jq .*live_runtime_control_plane.json$' "$said"
	grep -qE '^\$ hermes-plan <.*/cycles/last.json \| jq ' "$said"
	grep -qE '^\$ hermes-ledger -V ' "$said"
}

@test "demo: the state is whole, and no daemon is left" {
	HERMES_HOME=$PWD/hermes state_whole
	port=$(sed -n 's|.*git://127.0.0.1:\([0-9]*\)/music.git.*|\1|p' \
	    src/music/.git/config)
	run -128 git ls-remote "git://127.0.0.1:$port/music.git"
}
