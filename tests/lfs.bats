# An upgrade through git-lfs, as the user's configuration has it (Debian's
# git-lfs, a server of its batch API): beside `git pull --ff-only` in a twin.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	load fleet
	here
	unset http_proxy HTTP_PROXY
	git lfs install >/dev/null
	mkdir store
	"$top/tests/servers/lfs" "$BATS_TEST_TMPDIR/lfs" store 3>&- &
	server=$!
	soon test -e "$BATS_TEST_TMPDIR/lfs"
	log=$BATS_TEST_TMPDIR/lfs.log
	repo_make a
	git -C work/a config lfs.url "http://127.0.0.1:$(<"$BATS_TEST_TMPDIR/lfs")"
	git -C work/a config -f .lfsconfig lfs.url "$(git -C work/a config lfs.url)"
	(cd work/a && git lfs track '*.bin' >/dev/null)
	big one
	git -C src/a pull -q
	cp -a src/a twin
}

teardown() {
	kill "$server" 2>/dev/null || :
}

# big TEXT - one more commit upstream: two files that git-lfs keeps
big() {
	seq 1 5000 | sed "s/^/$1 /" >work/a/old.bin
	seq 1 5000 | sed "s/^/$1 more /" >work/a/"$1.bin"
	git -C work/a add -A
	git -C work/a commit -qm "$1"
	git -C work/a push -q origin main 2>/dev/null
}

lfs_objects() {
	(cd "$1/.git/lfs/objects" && find . -type f | sort)
}

@test "lfs: a pointer becomes its content, and the object is the checkout's" {
	big two
	house_make a
	hermes-cycle
	git -C twin pull -q --ff-only
	cmp src/a/old.bin work/a/old.bin
	cmp src/a/two.bin work/a/two.bin
	[ -z "$(git -C src/a status --porcelain)" ]
	diff <(lfs_objects twin) <(lfs_objects src/a)
	git -C src/a lfs fsck
	checkout_whole src/a
}

@test "lfs: a canary has the files, and what is here is not fetched again" {
	big two
	house_make a
	repo_set a '{"checks": [{"argv": ["sh", "-c",
	    "grep -q \"^two 5000\" old.bin && git status --porcelain"],
	    "at": "canary"}]}'
	: >"$log"
	hermes-cycle
	cmp src/a/old.bin work/a/old.bin
	[ "$(sort "$log" | uniq -d)" = '' ]
	hermes undo a >/dev/null
	cmp src/a/old.bin twin/old.bin
	[ ! -e src/a/two.bin ]
	[ -z "$(git -C src/a status --porcelain)" ]
	[ "$(sort "$log" | uniq -d)" = '' ]
}

@test "lfs: a server that is gone costs the upgrade, and nothing else" {
	big two
	kill "$server"
	house_make a
	everything src/a >before
	run -1 hermes-cycle
	jq -e '.exec.repos[0] | .verdict == "refused" and .code == "needs-filter"
	    and (.detail | contains("lfs"))' house/state/cycles/last.json
	everything src/a | grep -v '/\.git' >after
	diff <(grep -v '/\.git' before) after
	checkout_whole src/a
}
