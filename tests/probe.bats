# hermes-probe: what one checkout can be in, beside what plain git says.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	load fleet
	load probe
	here
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
	said dirty current dirty
	assert_equal "$(of dirty '[.unstaged_count, .dirty_paths]')" '[1,["file"]]'
	said staged current staged
	said untracked current
	said both current dirty staged
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
	assert_equal "$(of side .worktree_count)" \
	    "$(git -C src/lib worktree list | tail -n +2 | wc -l)"
	assert_equal "$(of bare .worktree_count)" 0
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
	assert_equal "$(of apply .detail)" '"am"'
}

@test "probe: a rebase or am by patches, a cherry-pick of many, are told apart" {
	repo_make apply am many
	for key in apply am many; do
		upstream_commit $key
		upstream_commit $key file three
		echo own >src/$key/file
		git -C src/$key commit -qam own
		git -C src/$key fetch -q
	done
	git -C src/apply rebase -q --apply origin/main >log 2>&1 || :
	git -C work/am format-patch -q -1 --stdout >patch
	git -C src/am am ../../patch >log 2>&1 || :
	git -C src/many cherry-pick origin/main~1 origin/main >log 2>&1 || :
	git -C src/many checkout -q -f HEAD
	rm -f src/many/.git/CHERRY_PICK_HEAD
	fleet apply am many
	probe
	assert_equal "$(of apply '[.reason, .detail]')" \
	    '["in-progress","rebase"]'
	assert_equal "$(of am '[.reason, .detail]')" '["in-progress","am"]'
	assert_equal "$(of many '[.reason, .detail]')" \
	    '["in-progress","cherry-pick or revert"]'
}

@test "probe: who holds a lock is told, where it can be seen" {
	repo_make open commit
	touch src/open/.git/index.lock
	sleep 60 3>&- 7<>src/open/.git/index.lock &
	holder=$!
	echo edit >>src/commit/file
	# an editor is open: git has closed index.lock, and waits
	mkfifo hold
	GIT_EDITOR="sh -c 'read x <$PWD/hold'" git -C src/commit commit -qa 3>&- &
	waits=$!
	soon test -e src/commit/.git/index.lock
	soon pgrep -f "read x <$PWD/hold" >log
	fleet open commit
	probe
	echo >hold
	wait $waits || :
	kill $holder
	said open locked current
	[[ $(of open .detail) == *"index.lock, since "*"Z, sleep (pid $holder) has it open"'"' ]]
	said commit locked current dirty
	[[ $(of commit .detail) == *"Z, git (pid $waits) works there"'"' ]]
}

@test "probe: what git would read and wait for is told, and not waited for" {
	local key
	repo_make ignore attributes below setting folder file deep
	mkfifo src/{ignore/.gitignore,attributes/.gitattributes,setting/.git/fifo}
	git -C src/setting config core.excludesFile "$PWD/src/setting/.git/fifo"
	mkdir src/below/dir src/folder/.gitignore src/deep/new
	touch src/below/dir/mine
	git -C src/below add dir
	git -C src/below commit -q -m mine
	mkfifo src/below/dir/.gitattributes
	rm src/file/file
	mkfifo src/file/file
	# no folder of git's: only the deadline ends it, and no remote is blamed
	touch src/deep/new/mine
	mkfifo src/deep/new/.gitignore
	fleet ignore attributes below setting folder file deep
	echo '{"schema": "hermes.policy/1", "probe_deadline_ms": 1000}' \
	    >policy.json
	everything src >before
	probe
	everything src | diff before -
	for key in ignore attributes below setting; do
		said $key unsupported-format
		[[ $(of $key .detail) == *' no file"' ]]
	done
	assert_equal "$(of below .detail)" '"dir/.gitattributes is no file"'
	said folder current
	said file current dirty
	said deep overrun
	hermes-plan <out.json >plan.json
	assert_equal "$(jq -c '.plan.repos[] | select(.repo_key == "deep") |
	    [.recommendation, .reason]' plan.json)" '["defer","overrun"]'
}

@test "probe: an edit that git was told not to see is seen" {
	repo_make assumed skipped clean touched
	for key in assumed clean touched; do
		git -C src/$key update-index --assume-unchanged file
	done
	git -C src/skipped update-index --skip-worktree file
	echo mine >>src/assumed/file
	echo mine >>src/skipped/file
	touch -d 2001-01-01 src/touched/file
	everything src >before
	fleet assumed skipped clean touched
	probe
	everything src | diff before -
	for key in assumed skipped; do
		said $key current dirty
		assert_equal "$(of $key '[.dirty_paths, .unstaged_count]')" \
		    '[["file"],1]'
	done
	said clean current
	said touched current
	# and the plan says so once, instead of an apply that is refused each time
	upstream_commit assumed
	probe -a staging
	hermes-plan <out.json >plan.json
	assert_equal "$(jq -c '.plan.repos[] | select(.repo_key == "assumed") |
	    [.recommendation, .reason, .text]' plan.json)" \
	    '["block","dirty","assumed: has uncommitted changes (file, which git assumes unchanged)"]'
}

@test "probe: locks are named with their age, an apply cut short is seen" {
	local since
	repo_make index branch cut stale held head packed
	touch -d '-90 seconds' src/index/.git/index.lock
	touch -d '2025-02-27T04:00:00Z' src/stale/.git/index.lock \
	    src/held/.git/index.lock src/head/.git/HEAD.lock \
	    src/packed/.git/packed-refs.lock
	sleep 60 3>&- 7<src/held/.git/index.lock &
	holder=$!
	since=$(date -u -d "@$(stat -c %Y src/index/.git/index.lock)" +%FT%T.000Z)
	touch src/branch/.git/refs/heads/main.lock
	mkdir -p src/cut/.git/hermes/17
	fleet index branch cut stale held head packed
	probe
	kill $holder
	said index locked current
	[[ $(of index .detail) == *"/src/index/.git/index.lock, since $since, no process is seen to have it"'"' ]]
	said stale stale-lock current
	[[ $(of stale .detail) == *"/src/stale/.git/index.lock, since 2025-02-27T04:00:00.000Z, no process is seen to have it"'"' ]]
	said held locked current
	said head stale-lock current
	said packed stale-lock current
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

@test "probe: a git dir whose refs or objects lead elsewhere is left alone" {
	repo_make refs packs heads both
	mkdir twin
	for pair in refs:refs packs:objects/pack heads:refs/heads; do
		mv "src/${pair%:*}/.git/${pair#*:}" "twin/${pair%:*}"
		ln -s "$PWD/twin/${pair%:*}" "src/${pair%:*}/.git/${pair#*:}"
	done
	fleet refs packs heads both
	probe
	said refs unsupported-format
	assert_equal "$(of refs .detail)" '"refs is a symbolic link"'
	said packs unsupported-format
	said heads unsupported-format
	said both current
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
	said filter current
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

@test "probe: space and inodes are those of the checkout's file system" {
	mkdir fs
	mount -t tmpfs -o size=8m,nr_inodes=5000 none fs 2>log ||
	    skip 'nothing may be mounted here'
	repo_make lib
	git clone -q up/lib.git fs/lib
	fleet lib
	member lib "{\"path\": \"$PWD/fs/lib\"}"
	hermes-probe <fleet.json >out.json
	found=$(of lib '"\(.free_bytes) \(.free_inode_count)"')
	expected=$(stat -f -c '%a %S %d' fs | awk '{ print $1 * $2, $3 }')
	umount fs
	assert_equal "$found" "\"$expected\""
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
	repo_make index object head dots well
	echo 'ref: refs/heads/../../x' >src/dots/.git/HEAD
	printf 'DIRC' >src/index/.git/index
	rm -rf src/object/.git/objects/*
	echo nonsense >src/head/.git/HEAD
	fleet index object head dots well
	probe
	said index corrupt
	assert_equal "$(of object .reason)" '"corrupt"'
	assert_equal "$(of head .reason)" '"corrupt"'
	# no name that is none reaches those who would make a path of it
	assert_equal "$(of dots '[.reason, .branch, .head.branch]')" \
	    '["corrupt",null,null]'
	said well current
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

@test "probe: -c checks the configuration, and says which git there is" {
	repo_make a
	fleet a
	run hermes-probe -c <fleet.json
	assert_success
	assert_output "$(git version | cut -d' ' -f1-3), 2.32.0 or later is needed"
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
	git -C src/b checkout -q --detach
	fleet a b missing
	run --separate-stderr hermes-probe -v <fleet.json
	assert_equal "$stderr" \
	    "$(printf 'a: current\nb: detached\nmissing: missing')"
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
