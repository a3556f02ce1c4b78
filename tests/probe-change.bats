# hermes-probe: what an upgrade would do, beside what plain git says.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	load fleet
	load probe
	here
}

@test "probe: behind, with the change measured as git measures it" {
	repo_make lib
	upstream_commit lib file two
	upstream_commit lib 'deep/er/file' "$(seq 100)"
	upstream_commit lib binary "$(printf '\0x')"
	fleet lib
	probe -a staging
	said lib behind
	git -C work/lib diff --no-renames --shortstat HEAD~3 >stat
	assert_equal "$(cat stat)" ' 3 files changed, 102 insertions(+), 1 deletion(-)'
	assert_equal "$(of lib '.change | [.commit_count, .file_count, .insertion_count, .deletion_count]')" \
	    '[3,3,102,1]'
	assert_equal "$(of lib .change.new_bytes)" "$(
	    cd work/lib && cat file deep/er/file binary | wc -c)"
	assert_equal "$(of lib '[.ahead_count, .behind_count, .tip_known]')" \
	    '[0,3,true]'
}

@test "probe: a tip that the checkout has already needs no staging" {
	repo_make lib
	upstream_commit lib
	git -C src/lib fetch -q
	fleet lib
	probe
	said lib behind
	assert_equal "$(of lib '[.behind_count, .staging, .change.file_count]')" \
	    '[1,null,1]'
}

@test "probe: ahead, diverged, rewritten and unrelated, counted as git counts" {
	repo_make ahead diverged rewritten unrelated
	for key in ahead diverged; do
		echo own >src/$key/own
		git -C src/$key add own
		git -C src/$key commit -qm own
	done
	echo more >src/ahead/own
	git -C src/ahead commit -qam more
	upstream_commit diverged
	upstream_commit rewritten
	git -C src/rewritten pull -q
	git -C work/rewritten commit -q --amend -m 'two, again'
	git -C work/rewritten push -qf origin main
	git -C work/unrelated checkout -q --orphan other
	git -C work/unrelated commit -qm other
	git -C work/unrelated push -qf origin other:main
	fleet ahead diverged rewritten unrelated
	probe -a staging
	said ahead ahead
	assert_equal "$(of ahead '[.ahead_count, .behind_count]')" '[2,0]'
	said diverged diverged
	assert_equal "$(of diverged '[.ahead_count, .behind_count, .change]')" \
	    '[1,1,null]'
	said rewritten upstream-rewritten
	said unrelated unrelated-history
	for key in ahead diverged; do
		git -C src/$key fetch -q
		assert_equal "$(of $key '"\(.ahead_count)\t\(.behind_count)"' | jq -r .)" \
		    "$(git -C src/$key rev-list --left-right --count HEAD...origin/main)"
	done
}

@test "probe: a file in the way of a new one collides, ignored or not" {
	repo_make untracked ignored dir parent link tracked empty
	upstream_commit untracked new
	echo mine >src/untracked/new
	upstream_commit ignored new
	echo new >src/ignored/.git/info/exclude
	echo mine >src/ignored/new
	upstream_commit dir new
	mkdir src/dir/new
	echo mine >src/dir/new/inside
	upstream_commit parent a/b/c
	echo mine >src/parent/a
	upstream_commit link a/b/c
	mkdir src/link/a
	ln -s /etc src/link/a/b
	git -C work/tracked rm -q file
	upstream_commit tracked file/inside
	upstream_commit empty new
	mkdir -p src/empty/new/er
	fleet untracked ignored dir parent link tracked empty
	probe -a staging
	said untracked untracked-collision behind
	assert_equal "$(of untracked .collisions)" \
	    '[{"path":"new","kind":"untracked"}]'
	said ignored ignored-collision behind
	assert_equal "$(of ignored .collisions)" \
	    '[{"path":"new","kind":"ignored"}]'
	said dir untracked-collision behind
	assert_equal "$(of dir .collisions)" \
	    '[{"path":"new/inside","kind":"untracked"}]'
	said parent untracked-collision behind
	assert_equal "$(of parent .collisions)" \
	    '[{"path":"a","kind":"untracked"}]'
	said link untracked-collision behind
	assert_equal "$(of link .collisions)" \
	    '[{"path":"a/b","kind":"untracked"}]'
	said tracked behind
	said empty behind
}

# entry_push KEY MODE TYPE NAME... - a commit in the upstream whose tree holds
# one more entry of each name, as they stand
entry_push() {
	local key=$1 mode=$2 type=$3 name blob tree commit
	shift 3
	blob=$(echo evil | git -C "up/$key.git" hash-object -w --stdin)
	if [ "$type" = tree ]; then
		blob=$(printf '100644 blob %s\tconfig\n' "$blob" |
		    git -C "up/$key.git" mktree)
	fi
	{
		git -C "up/$key.git" cat-file tree main >tree
		cat tree
		for name; do
			printf '%s %b\0' "$mode" "$name"
			printf "$(echo "$blob" | sed 's/../\\x&/g')"
		done
	} >tree.new
	tree=$(git -C "up/$key.git" hash-object -t tree -w --literally --stdin <tree.new)
	commit=$(git -C "up/$key.git" commit-tree -p main -m evil "$tree")
	git -C "up/$key.git" update-ref refs/heads/main "$commit"
}

@test "probe: trees that must not reach a worktree are unsafe" {
	repo_make setuid odd git GIT short hfs dots control long plain
	entry_push setuid 104755 blob tool
	entry_push odd 100600 blob tool
	entry_push git 40000 tree .git
	entry_push GIT 40000 tree .GiT
	entry_push short 40000 tree git~1
	entry_push hfs 40000 tree '.g\xe2\x80\x8cit'
	entry_push dots 40000 tree ..
	entry_push control 100644 blob 'x\x1b[2J'
	entry_push long 100644 blob "$(printf 'x%.0s' $(seq 300))"
	entry_push plain 100644 blob plain
	fleet setuid odd git GIT short hfs dots control long plain
	probe -a staging
	for key in setuid odd git GIT short hfs dots control long; do
		said $key unsafe-tree behind
	done
	assert_equal "$(of setuid .unsafe)" '[{"path":"tool","kind":"mode"}]'
	assert_equal "$(of odd .unsafe)" '[{"path":"tool","kind":"mode"}]'
	assert_equal "$(of GIT .unsafe)" '[{"path":".GiT","kind":"dot-git"}]'
	assert_equal "$(of short '[.unsafe[].kind]')" '["dot-git"]'
	assert_equal "$(of hfs '[.unsafe[].kind]')" '["dot-git"]'
	assert_equal "$(of dots '[.unsafe[].kind]')" '["dots"]'
	assert_equal "$(of control '[.unsafe[].kind]')" '["control-character"]'
	assert_equal "$(of long '[.unsafe[].kind]')" '["over-long"]'
	said plain behind
}

@test "probe: a change that brings a submodule or a filter is not behind alone" {
	repo_make sub filter
	git -C work/sub -c protocol.file.allow=always submodule add -q \
	    "$PWD/up/filter.git" inner 2>log
	upstream_commit sub z
	upstream_commit filter .gitattributes '*.bin filter=lfs'
	fleet sub filter
	probe -a staging
	said sub submodules behind
	assert_equal "$(of sub .detail)" '"inner"'
	said filter needs-filter behind
}

@test "probe: sensitive paths are those of the globs, the repository's first" {
	repo_make a b
	for key in a b; do
		upstream_commit $key db/schema.sql
		upstream_commit $key src/Makefile
		upstream_commit $key readme
	done
	fleet a b
	member b '{"policy": {"sensitive_paths": ["read*"]}}'
	echo '{"schema": "hermes.policy/1", "sensitive_paths": ["db/*", "Makefile"]}' \
	    >policy.json
	probe -a staging
	assert_equal "$(of a .change.sensitive_paths)" \
	    '["db/schema.sql","src/Makefile"]'
	assert_equal "$(of b .change.sensitive_paths)" '["readme"]'
}
