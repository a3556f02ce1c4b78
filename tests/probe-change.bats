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
	git -C "up/$key.git" cat-file tree main >tree
	for name; do
		printf '%s %b\0' "$mode" "$name"
		printf "$(echo "$blob" | sed 's/../\\x&/g')"
	done >entries
	# what the upstream has is "file"
	if [[ $(printf %b "$1") < file ]]; then
		cat entries tree
	else
		cat tree entries
	fi >tree.new
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

@test "probe: what stands for .git on any file system is unsafe" {
	local names=(.GIT '.git ' .git. '.git. . ' 'GIT~1' 'git~1 ' '.git::$INDEX_ALLOCATION'
	    '.git:x' '.\xe2\x80\x8cgit' '.gi\xef\xbb\xbft' '.Git\xe2\x81\xaf'
	    '.git\\\\x') keys=() key
	for name in "${names[@]}"; do
		key=k${#keys[@]}
		keys+=("$key")
	done
	repo_make "${keys[@]}"
	for key in "${keys[@]}"; do
		entry_push "$key" 40000 tree "${names[${key#k}]}"
	done
	fleet "${keys[@]}"
	probe -a staging
	jq -r '.probe.repos[] | "\(.repo_key) \(.reason) \(.unsafe[0].kind)"' \
	    out.json | grep -v ' unsafe-tree dot-git$' | diff - /dev/null
	assert_equal "$(jq '.probe.repos | length' out.json)" 12
}

# link_push KEY TEXT - an upstream commit with a symbolic link "zz" to TEXT
link_push() {
	local blob tree
	blob=$(printf %b "$2" | git -C "up/$1.git" hash-object -w --stdin)
	tree=$({ git -C "up/$1.git" ls-tree main
	    printf '120000 blob %s\tzz\n' "$blob"; } |
	    git -C "up/$1.git" mktree)
	git -C "up/$1.git" update-ref refs/heads/main \
	    "$(git -C "up/$1.git" commit-tree -p main -m link "$tree")"
}

@test "probe: links that no file system takes, trees that git does not write" {
	repo_make none nul long whole absolute unsorted type
	link_push none ''
	link_push nul 'a\0b'
	link_push long "$(printf 'x%.0s' {1..4096})"
	link_push whole "$(printf 'x%.0s' {1..4095})"
	entry_push absolute 100644 blob /tmp/x
	entry_push unsorted 100644 blob zz aa
	tree=$(git -C up/type.git rev-parse main:)
	git -C up/type.git cat-file tree main >tree
	{
		cat tree
		printf '100644 zz\0'
		printf "$(echo "$tree" | sed 's/../\\x&/g')"
	} | git -C up/type.git hash-object -t tree -w --literally --stdin >id
	git -C up/type.git update-ref refs/heads/main \
	    "$(git -C up/type.git commit-tree -p main -m type "$(cat id)")"
	fleet none nul long whole absolute unsorted type
	probe -a staging
	jq -r '.probe.repos[] | "\(.repo_key) \(.reason) \(.detail)"' \
	    out.json >found
	diff - found <<-'END'
	absolute unsafe-tree /tmp/x: separator
	long unsafe-tree zz: link-over-long
	none unsafe-tree zz: link-empty
	nul unsafe-tree zz: link-nul
	type unsafe-tree zz: type
	unsorted unsafe-tree aa: unsorted
	whole behind null
	END
}

@test "probe: the mode that old gits wrote is taken as git takes it" {
	repo_make old
	entry_push old 100664 blob zz
	house_make old
	hermes-cycle
	assert_equal "$(git -C src/old ls-files -s zz | cut -d' ' -f1)" 100644
	assert_equal "$(git -C src/old status --porcelain)" ''
	assert_equal "$(git_at src/old)" "$(git_at up/old.git main)"
	checkout_whole src/old
}

@test "probe: a change that brings a submodule, or names a filter, is behind alone" {
	repo_make sub filter
	git -C work/sub -c protocol.file.allow=always submodule add -q \
	    "$PWD/up/filter.git" inner 2>log
	upstream_commit sub z
	upstream_commit filter .gitattributes '*.bin filter=lfs'
	fleet sub filter
	probe -a staging
	said sub behind
	said filter behind
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
