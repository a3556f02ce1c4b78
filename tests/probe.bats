# hermes-probe: what one checkout can be in, beside what plain git says.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	load fleet
	here
}

# fleet KEY... - fleet.json of the checkouts src/KEY
fleet() {
	printf '%s\n' "$@" | jq -R --arg here "$PWD" \
	    '{repo_key: ., path: "\($here)/src/\(.)"}' |
	    jq -s '{schema: "hermes.fleet/1", repos: .}' >fleet.json
}

# member KEY JSON - members of one repository of fleet.json
member() {
	jq --arg key "$1" --argjson members "$2" \
	    '(.repos[] | select(.repo_key == $key)) += $members' \
	    fleet.json >fleet.new
	mv fleet.new fleet.json
}

# probe [ARG...] - out.json of fleet.json, valid
probe() {
	hermes-probe "$@" <fleet.json >out.json
	valid cycle out.json
}

# of KEY FILTER - what the probe says of one repository
of() {
	jq -c --arg key "$1" \
	    '.probe.repos[] | select(.repo_key == $key) | '"$2" out.json
}

# said KEY REASON [FACT...] - the reason, and all the other facts
said() {
	local key=$1 reason=$2
	shift 2
	assert_equal "$key: $(of "$key" '[.reason] + (.facts | sort)')" \
	    "$key: $(jq -cn --arg r "$reason" '[$r] + ($ARGS.positional | sort)' \
	        --args "$@")"
}

@test "probe: an up to date checkout is current, with the facts that git has" {
	repo_make lib
	fleet lib
	probe
	said lib current
	assert_equal "$(of lib .tip)" "\"$(git_at up/lib.git main)\""
	assert_equal "$(of lib .head)" \
	    "{\"oid\":\"$(git_at src/lib)\",\"branch\":\"main\",\"detached\":false,\"unborn\":false}"
	assert_equal "$(of lib '[.branch, .branch_oid, .upstream]')" \
	    "[\"main\",\"$(git_at src/lib)\",{\"remote\":\"origin\",\"ref\":\"refs/heads/main\"}]"
	assert_equal "$(of lib '[.ahead_count, .behind_count, .tip_known]')" \
	    '[0,0,true]'
	assert_equal "$(of lib '[.staged_count, .unstaged_count, .untracked_count]')" \
	    '[0,0,0]'
	assert_equal "$(of lib '[.common_dir, .git_dir, .bare, .linked]')" \
	    "[\"$PWD/src/lib/.git\",\"$PWD/src/lib/.git\",false,false]"
	assert_equal "$(of lib '[.device, .inode] | join(" ")')" \
	    "\"$(stat -c '%d %i' src/lib/.git)\""
	assert_equal "$(of lib '.endpoint | [.name, .url, .role]')" \
	    "[\"origin\",\"$PWD/up/lib.git\",\"primary\"]"
	assert_equal "$(jq -c '[keys_unsorted[]]' out.json)" \
	    '["schema","cycle","policy","fleet","memory","probe","events"]'
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

@test "probe: dirty, staged and untracked, counted and named as git does" {
	repo_make dirty staged untracked both
	echo edit >>src/dirty/file
	echo new >src/staged/new
	git -C src/staged add new
	echo x >src/untracked/x
	mkdir src/untracked/folder
	touch src/untracked/folder/a src/untracked/folder/b
	echo one >src/both/a
	git -C src/both add a
	rm src/both/file
	fleet dirty staged untracked both
	probe
	said dirty dirty current
	assert_equal "$(of dirty '[.unstaged_count, .dirty_paths]')" '[1,["file"]]'
	said staged staged current
	said untracked current
	said both staged current dirty
	for key in dirty staged untracked both; do
		git -C src/$key status --porcelain >status
		assert_equal "$key $(of $key '"\(.staged_count) \(.unstaged_count) \(.untracked_count)"' | jq -r .)" \
		    "$key $(grep -c '^[^ ?]' status || :) $(grep -c '^.[^ ?]' status || :) $(grep -c '^??' status || :)"
	done
}

@test "probe: detached, unborn, no upstream" {
	repo_make detached none local
	git -C src/detached checkout -q --detach
	git init -q src/unborn
	git -C src/none checkout -q -b topic
	git -C src/local checkout -q -b topic --track main
	fleet detached unborn none local
	probe
	said detached detached
	assert_equal "$(of detached '[.head.branch, .head.detached, .branch]')" \
	    '[null,true,null]'
	said unborn unborn no-upstream
	assert_equal "$(of unborn .head)" \
	    '{"oid":null,"branch":"main","detached":false,"unborn":true}'
	said none no-upstream
	said local no-upstream
	assert_equal "$(of local .detail)" '"follows a local branch"'
}

@test "probe: missing, not a repository, moved" {
	repo_make a
	mkdir src/empty src/gitless
	touch src/file
	mkdir src/gitless/.git
	git -C src/a worktree add -q -b side ../side
	mv src/side src/gone
	git init -q --separate-git-dir="$PWD/away" src/away
	rm -rf away
	fleet absent empty gitless file gone away
	probe
	said absent missing
	said empty not-a-repo
	said gitless not-a-repo
	said file not-a-repo
	said gone moved
	said away moved
	assert_equal "$(of absent '[.common_dir, .git_dir, .device, .inode, .head, .endpoints]')" \
	    '[null,null,null,null,null,[]]'
}

@test "probe: one repository under three keys belongs to the first of them" {
	repo_make b
	ln -s b src/c
	git -C src/b worktree add -q -b side ../a
	git -C src/a branch -q --set-upstream-to=origin/main
	fleet c b a
	probe
	said a current
	said b duplicate-of
	said c duplicate-of
	assert_equal "$(of c .detail)" '"a"'
	assert_equal "$(of a '[.linked, .common_dir]')" "[true,\"$PWD/src/b/.git\"]"
}

@test "probe: a linked worktree and a bare repository" {
	repo_make lib
	git -C src/lib worktree add -q -b side ../side
	git -C src/side branch -q --set-upstream-to=origin/main
	git clone -q --bare up/lib.git src/bare
	git -C src/bare config branch.main.remote origin
	git -C src/bare config branch.main.merge refs/heads/main
	upstream_commit lib
	fleet side bare
	probe -a staging
	said side behind
	assert_equal "$(of side '[.linked, .bare, .untracked_count]')" '[true,false,0]'
	said bare behind
	assert_equal "$(of bare '[.linked, .bare, .untracked_count, .behind_count]')" \
	    '[false,true,null,1]'
}

@test "probe: a branch that another worktree holds is locked" {
	repo_make lib
	git -C src/lib worktree add -q -b side ../side
	fleet side
	member side '{"branch": "main"}'
	probe
	said side locked current
}

@test "probe: another branch than the one checked out is not the worktree's" {
	repo_make lib
	git -C src/lib checkout -q -b topic
	echo edit >>src/lib/file
	upstream_commit lib
	fleet lib
	member lib '{"branch": "main"}'
	probe -a staging
	said lib behind dirty
	assert_equal "$(of lib '[.branch, .head.branch, .behind_count]')" \
	    '["main","topic",1]'
}

@test "probe: whatever is in progress is seen" {
	repo_make merge rebase pick revert bisect apply
	for key in merge rebase pick; do
		upstream_commit $key
		echo own >src/$key/file
		git -C src/$key commit -qam own
		git -C src/$key fetch -q
	done
	git -C src/merge merge -q origin/main >log 2>&1 || :
	git -C src/rebase rebase -q origin/main >log 2>&1 || :
	git -C src/pick cherry-pick origin/main >log 2>&1 || :
	echo two >src/revert/file
	git -C src/revert commit -qam two
	echo three >src/revert/file
	git -C src/revert commit -qam three
	git -C src/revert revert --no-edit HEAD~1 >log 2>&1 || :
	git -C src/bisect bisect start >log
	git -C work/apply checkout -q -b other
	echo patched >work/apply/file
	git -C work/apply commit -qam patched
	git -C work/apply format-patch -q -1 --stdout >patch
	echo own >src/apply/file
	git -C src/apply commit -qam own
	git -C src/apply am ../../patch >log 2>&1 || :
	fleet merge rebase pick revert bisect apply
	probe
	for key in merge pick revert bisect apply; do
		assert_equal "$key $(of $key .reason)" "$key \"in-progress\""
	done
	assert_equal "$(of rebase '.reason, .facts')" \
	    '"in-progress"'$'\n''["detached","dirty"]'
	assert_equal "$(of merge .detail)" '"merge"'
	assert_equal "$(of rebase .detail)" '"rebase"'
	assert_equal "$(of pick .detail)" '"cherry-pick"'
	assert_equal "$(of revert .detail)" '"revert"'
	assert_equal "$(of bisect .detail)" '"bisect"'
	assert_equal "$(of apply .detail)" '"rebase or am"'
}

@test "probe: locks are named with their age, an apply cut short is seen" {
	repo_make index branch cut
	touch -d '-90 seconds' src/index/.git/index.lock
	touch src/branch/.git/refs/heads/main.lock
	mkdir -p src/cut/.git/hermes/17
	fleet index branch cut
	probe
	said index locked current
	[[ $(of index .detail) =~ /src/index/.git/index.lock,\ 9[0-9]\ s\ old ]]
	said branch locked current
	[[ $(of branch .detail) == *refs/heads/main.lock* ]]
	said cut interrupted current
}

@test "probe: formats that Hermes does not know are not opened" {
	repo_make split sparse tree extension version
	git init -q --object-format=sha256 src/sha256
	git -C src/split update-index --split-index
	mkdir work/sparse/a work/sparse/b
	touch work/sparse/a/x work/sparse/b/x
	upstream_commit sparse z
	git -C src/sparse pull -q
	git -C src/sparse sparse-checkout set a
	git clone -q up/sparse.git src/cone
	git -C src/cone sparse-checkout set --sparse-index a
	git -C src/extension config core.repositoryformatversion 1
	git -C src/extension config extensions.future yes
	git -C src/version config core.repositoryformatversion 2
	mkdir src/tree/.git/reftable
	fleet sha256 split sparse cone extension version tree
	probe
	said sha256 unsupported-format
	said split unsupported-format
	said sparse sparse current
	said cone unsupported-format
	said extension unsupported-format
	assert_equal "$(of extension .detail)" '"extensions.future = yes"'
	said version unsupported-format
	said tree unsupported-format
}

@test "probe: shallow and partial clones are reported, never fetched" {
	repo_make lib
	upstream_commit lib file two
	git clone -q --depth 1 "file://$PWD/up/lib.git" src/shallow
	git -C up/lib.git config uploadpack.allowFilter true
	git clone -q --filter=blob:none "file://$PWD/up/lib.git" src/partial
	upstream_commit lib file three
	fleet shallow partial
	probe -a staging
	said shallow shallow unfetched
	said partial partial unfetched
	assert_equal "$(ls staging)" ''
}

@test "probe: filters, submodules and a config that wants trust" {
	repo_make filter sub trust plain
	echo '*.bin filter=lfs diff=lfs merge=lfs -text' >work/filter/.gitattributes
	upstream_commit filter z
	git -C src/filter pull -q
	git -C src/sub -c protocol.file.allow=always submodule add -q \
	    "$PWD/up/plain.git" inner 2>log
	git -C src/sub commit -qm sub
	git -C src/trust config core.sshCommand "touch $PWD/ran"
	git -C src/trust config url.https://u:secret@h/.insteadOf "$PWD/up/"
	echo '* -filter text eol=lf' >src/plain/.gitattributes
	fleet filter sub trust plain
	probe
	said filter needs-filter current
	assert_equal "$(of filter .detail)" '".gitattributes"'
	said sub ahead submodules
	assert_equal "$(of sub .submodule_count)" 1
	said trust needs-trust
	assert_equal "$(of trust .detail)" '"url.*.insteadOf, core.sshCommand"'
	assert_equal "$(of trust '[.endpoints[].class]')" '["not-asked"]'
	refute grep -q secret out.json
	said plain current
	git -C src/trust config --unset url.https://u:secret@h/.insteadOf
	member trust '{"trust_config": true}'
	probe
	said trust current
	assert_not_exists ran
}

@test "probe: stashes are counted; what the user's git ignores is no dirt" {
	repo_make lib
	for i in 1 2; do
		echo $i >>src/lib/file
		git -C src/lib stash -q
	done
	mkdir -p "$HOME/.config/git"
	echo '*.tmp' >"$HOME/.config/git/ignore"
	touch src/lib/x.tmp
	fleet lib
	probe
	said lib current
	assert_equal "$(of lib '[.stash_count, .untracked_count]')" '[2,0]'
}

@test "probe: the repository that holds the running Hermes is self" {
	repo_make lib
	cp "$(command -v hermes-probe)" src/lib/hermes-probe
	fleet lib
	src/lib/hermes-probe <fleet.json >out.json
	said lib self
}

@test "probe: a repository of another user is not opened" {
	[ "$(id -u)" = 0 ] || skip 'needs root to give a folder away'
	repo_make tree dir
	chown 12345 src/tree
	chown 12345 src/dir/.git
	fleet tree dir
	probe
	said tree foreign-owner
	said dir foreign-owner
}

@test "probe: damage costs its own repository only" {
	repo_make index object head well
	printf 'DIRC' >src/index/.git/index
	rm -rf src/object/.git/objects/*
	echo nonsense >src/head/.git/HEAD
	fleet index object head well
	probe
	said index corrupt
	assert_equal "$(of object .reason)" '"corrupt"'
	assert_equal "$(of head .reason)" '"corrupt"'
	said well current
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
	probe -a staging -p policy.json
	assert_equal "$(of a .change.sensitive_paths)" \
	    '["db/schema.sql","src/Makefile"]'
	assert_equal "$(of b .change.sensitive_paths)" '["readme"]'
}

@test "probe: twice the same, apart from the moment" {
	repo_make a b
	upstream_commit b
	fleet b a
	probe -t 2025-03-01T04:00:00.000Z
	assert_equal "$(jq -r .cycle.now.real_at out.json)" \
	    2025-03-01T04:00:00.000Z
	assert_equal "$(jq -c '[.probe.repos[].repo_key]' out.json)" '["a","b"]'
	cut='del(.cycle, .events[].id, .probe.resources, .probe.repos[].probe_ms,
	    .probe.repos[].free_bytes, .probe.repos[].free_inode_count,
	    (.events[] | select(.type == "hermes.pressure.changed")))'
	jq -S "$cut" out.json >one
	probe -t 2025-03-01T04:00:00.000Z
	jq -S "$cut" out.json | diff one -
}

@test "probe: a cycle is probed again; what it does not know stays" {
	repo_make a
	fleet a
	probe
	jq '.mine = {"x": [1]} | .plan = {} | .probe.mine = 1' out.json >again.json
	upstream_commit a
	hermes-probe -a staging <again.json >out.json
	said a behind
	assert_equal "$(jq -c '[.mine, .plan, .probe.mine]' out.json)" \
	    '[{"x":[1]},null,null]'
	assert_equal "$(jq -c '[.events[].type] | map(select(. == "hermes.cycle.started"))' out.json)" \
	    '["hermes.cycle.started"]'
}

@test "probe: -c checks the configuration and says nothing" {
	repo_make a
	fleet a
	run hermes-probe -c <fleet.json
	assert_success
	assert_output ''
	member a '{"path": "x"}'
	run -78 --separate-stderr hermes-probe -c <fleet.json
	assert_equal "$output" ''
	[[ $stderr == 'hermes-probe: stdin: repos[0].path: '* ]]
	fleet a
	echo '{"schema": "hermes.policy/1", "max_lanes": 0}' >policy.json
	run -78 --separate-stderr hermes-probe -c -p policy.json <fleet.json
	[[ $stderr == 'hermes-probe: policy.json: max_lanes: '* ]]
	echo '{' >policy.json
	run -78 --separate-stderr hermes-probe -c -p policy.json <fleet.json
	[[ $stderr == 'hermes-probe: policy.json: '* ]]
}

@test "probe: -v says one line for each repository" {
	repo_make a b
	echo edit >>src/b/file
	fleet a b missing
	run --separate-stderr hermes-probe -v <fleet.json
	assert_equal "$stderr" \
	    "$(printf 'a: current\nb: dirty\nmissing: missing')"
}

@test "probe: broken input, a full disk and a wrong call are refused" {
	broken hermes-probe
	repo_make a
	fleet a
	full hermes-probe <fleet.json
	run -64 hermes-probe -x </dev/null
	run -64 hermes-probe -s a -m b </dev/null
	run -64 hermes-probe a </dev/null
	run -0 hermes-probe -h
	assert_output --partial 'usage: hermes-probe'
}
