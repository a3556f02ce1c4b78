# Refs: moved as git moves them, and what goes along with an upgrade. What is
# expected is what plain git leaves in a twin.

setup() {
	load helper
	load fleet
	here
	refs=${BUILD:-$top/build}/unit/refs
	last=house/state/cycles/last.json
}

teardown() {
	git_stop
}

# repo - co, two commits, one branch; $one and $two
repo() {
	git init -q co
	git -C co commit -q --allow-empty -m one
	git -C co commit -q --allow-empty -m two
	one=$(git -C co rev-parse main~)
	two=$(git -C co rev-parse main)
}

# laid DIR - the files of its refs and reflogs: type, mode, name, lines
laid() {
	(
		cd "$1/.git" || exit
		find refs logs packed-refs ORIG_HEAD -printf '%y %m %p\n' 2>/dev/null |
			grep -v 'refs/hermes' | LC_ALL=C sort
		grep -rc '' logs | grep -v hermes | LC_ALL=C sort
		git for-each-ref --format='%(objectname) %(refname)' |
			grep -v ' refs/hermes/' || :
	)
}

# as_git NAME FROM TO - co and its twin, moved by either, are laid alike
as_git() {
	rm -rf twin
	cp -a co twin
	if [ "$3" = - ]; then
		git -C twin update-ref -m 'by hand' -d "$1" "$2"
	else
		git -C twin update-ref -m 'by hand' "$1" "$3" "${2/#-/}"
	fi
	run -0 "$refs" move co "$1" "$2" "$3"
	assert_output moved
	laid twin >expected
	laid co | diff expected -
}

# twin KEY - a copy of src/KEY that is upgraded by git itself
twin() {
	cp -a "src/$1" "twin-$1"
	git -C "twin-$1" pull -q --ff-only
}

# same_refs KEY - as in the twin; rollback refs aside
same_refs() {
	laid "twin-$1" >expected
	laid "src/$1" | diff expected -
	diff "twin-$1/.git/ORIG_HEAD" "src/$1/.git/ORIG_HEAD"
}

@test "refs: made, moved and removed they lie as git lays them" {
	repo
	as_git refs/heads/a/b/c - "$one"
	as_git refs/heads/a/b/c "$one" "$two"
	as_git refs/heads/a/b/c "$two" -
	as_git refs/tags/v1 - "$one"
	as_git refs/remotes/origin/x - "$one"
	as_git refs/other/deep/er - "$one"
	git -C co pack-refs --all
	as_git refs/remotes/origin/x "$one" "$two"
	as_git refs/remotes/origin/x "$two" -
	as_git refs/tags/v1 "$one" -
	as_git refs/other/deep/er "$one" -
	as_git refs/heads/main "$two" "$one"
	as_git ORIG_HEAD - "$two"
	as_git ORIG_HEAD "$two" "$one"
	as_git ORIG_HEAD "$one" -
}

@test "refs: an empty folder in the place of a ref is no obstacle" {
	repo
	mkdir -p co/.git/refs/heads/x/y/z co/.git/logs/refs/heads/x/y
	as_git refs/heads/x - "$one"
}

@test "refs: in a linked worktree its own HEAD gets the line" {
	repo
	git -C co worktree add -q ../linked -b side
	cp -a co twin
	cp -a linked twin-linked
	echo "gitdir: $PWD/twin/.git/worktrees/linked" >twin-linked/.git
	git -C twin-linked update-ref -m 'by hand' refs/heads/side "$one"
	git -C twin-linked update-ref -m 'by hand' ORIG_HEAD "$two"
	"$refs" move linked refs/heads/side "$two" "$one"
	"$refs" move linked ORIG_HEAD - "$two"
	count() {
		(cd "$1/.git" && grep -rc '' logs worktrees/linked/logs \
		    worktrees/linked/ORIG_HEAD)
	}
	count twin >expected
	count co | diff expected -
}

@test "refs: reflogs as core.logAllRefUpdates has it" {
	local logs
	repo
	for logs in always false true; do
		git -C co config core.logAllRefUpdates $logs
		as_git refs/tags/$logs - "$one"
		as_git refs/heads/$logs - "$one"
		as_git refs/heads/main "$(git_at co main)" "$one"
		as_git refs/heads/main "$one" "$two"
	done
}

@test "refs: modes as core.sharedRepository and the umask have them" {
	local shared mask
	repo
	for shared in group all umask 0640 0666 true 2; do
		git -C co config core.sharedRepository $shared
		for mask in 022 077; do
			umask $mask
			as_git refs/heads/$shared/$mask/x - "$one"
			as_git refs/heads/main "$(git_at co main)" "$one"
			as_git refs/heads/main "$one" "$two"
			git -C co pack-refs --all
			as_git refs/heads/$shared/$mask/x "$one" -
		done
	done
	run -0 "$refs" mode group 40700
	assert_output 42770
	run -0 "$refs" mode 0640 100444
	assert_output 100440
}

@test "refs: a group that a folder hands down, and its default ACL, hold" {
	[ "$(id -u)" = 0 ] || skip 'needs a group to give away'
	repo
	chgrp -R 4242 co/.git
	find co/.git -type d -exec chmod g+s {} +
	"$refs" move co refs/heads/new/x - "$one"
	"$refs" move co refs/heads/main "$two" "$one"
	assert_equal "$(cd co/.git && stat -c %g refs/heads/{main,new,new/x} \
	    logs/refs/heads/{main,new/x} | sort -u)" 4242
}

@test "refs: what stands elsewhere, is locked or in the way is not moved" {
	repo
	git -C co update-ref refs/heads/a "$one"
	git -C co update-ref refs/heads/p/q "$one"
	laid co >before
	assert_equal "$("$refs" move co refs/heads/a "$two" "$one")" changed
	assert_equal "$("$refs" move co refs/heads/a - "$two")" changed
	assert_equal "$("$refs" move co refs/heads/b "$one" "$two")" changed
	assert_equal "$("$refs" move co refs/heads/a/b - "$two")" conflict
	assert_equal "$("$refs" move co refs/heads/p - "$two")" conflict
	touch co/.git/refs/heads/a.lock
	assert_equal "$("$refs" move co refs/heads/a "$one" "$two")" locked
	rm co/.git/refs/heads/a.lock
	laid co | diff before -
	git -C co pack-refs --all
	laid co >before
	assert_equal "$("$refs" move co refs/heads/a/b - "$two")" conflict
	assert_equal "$("$refs" move co refs/heads/p - "$two")" conflict
	touch co/.git/packed-refs.lock
	assert_equal "$("$refs" move co refs/heads/a "$one" -)" locked
	rm co/.git/packed-refs.lock
	laid co | diff before -
}

@test "refs: a link, a FIFO or a folder in the place is neither followed nor waited for" {
	local at kind to
	repo
	mkdir elsewhere
	echo mine >elsewhere/file
	cp -a elsewhere kept
	for at in refs/heads logs/refs/heads; do
		cp -a co bad
		rm -r "bad/.git/$at"
		ln -s "$PWD/elsewhere" "bad/.git/$at"
		run -1 timeout 10 "$refs" move bad refs/heads/main "$two" "$one"
		assert_output --partial 'is no file, or behind a symbolic link'
		rm -r bad
	done
	for at in refs/heads/main logs/refs/heads/main logs/HEAD packed-refs; do
		for kind in link fifo; do
			cp -a co bad
			rm -f "bad/.git/$at"
			if [ $kind = fifo ]; then
				mkfifo "bad/.git/$at"
			else
				ln -s "$PWD/elsewhere/file" "bad/.git/$at"
			fi
			to=$one
			[ $at != packed-refs ] || to=- # it is asked to go there
			run timeout 10 "$refs" move bad refs/heads/main "$two" "$to"
			assert_equal "$status $at" "1 $at"
			assert_output --partial 'is no file, or behind a symbolic link'
			rm -r bad
		done
	done
	mkfifo co/.git/refs/heads/main.lock
	run -0 timeout 10 "$refs" move co refs/heads/main "$two" "$one"
	assert_output locked
	diff -r kept elsewhere
}

@test "refs: packed ones go in one rewrite, with what they peel to" {
	repo
	git -C co tag -am one v1
	git -C co tag v2
	git -C co update-ref refs/hermes/rollback/1 "$one"
	git -C co pack-refs --all
	run -0 "$refs" drop co refs/tags/v1 refs/hermes/rollback/1 refs/none
	assert_output moved
	assert_equal "$(git -C co for-each-ref --format='%(refname)' | xargs)" \
	    'refs/heads/main refs/tags/v2'
	git -C co fsck --strict
	assert_equal "$(ls co/.git/packed-refs*)" co/.git/packed-refs
}

@test "refs: a remote's lines map a ref as git maps it" {
	map() {
		run -0 "$refs" map "$@"
	}
	map refs/heads/main '+refs/heads/*:refs/remotes/o/*'
	assert_output '+refs/remotes/o/main'
	map refs/heads/main 'refs/heads/main:refs/remotes/o/other'
	assert_output 'refs/remotes/o/other'
	map refs/heads/a/x/b '+refs/heads/a/*/b:refs/remotes/o/*/c'
	assert_output '+refs/remotes/o/x/c'
	map refs/heads/main '+refs/heads/*:refs/remotes/o/*' '^refs/heads/main'
	assert_output ''
	map refs/heads/wip/x '+refs/heads/*:refs/remotes/o/*' '^refs/heads/wip/*'
	assert_output ''
	map refs/heads/main '+refs/heads/*:refs/a/*' 'refs/heads/main:refs/b'
	assert_output "$(printf '+refs/a/main\nrefs/b')"
	map refs/heads/main '+refs/heads/x:refs/x' 'refs/heads/main' ''
	assert_output ''
	map refs/heads/main '+refs/*:refs/*'
	assert_output ''
	map refs/heads/main 'main:remotes/o/main'
	assert_output 'refs/remotes/o/main'
}

@test "refs: an upgrade leaves what git pull leaves, rollback and undo what was" {
	repo_make web
	git -C src/web branch -m main deploy
	git -C src/web branch -q -u origin/main deploy
	git -C work/web tag here
	upstream_commit web file two
	git -C work/web tag -am two v2
	git -C work/web tag -am nested nested v2
	upstream_commit web file three
	git -C work/web tag light
	git -C work/web push -q --tags
	git -C src/web for-each-ref >before
	twin web
	house_make web
	cp -a house kept
	hermes-cycle
	same_refs web
	checkout_whole src/web
	valid probe <(jq .probe $last)
	hermes undo web
	git -C src/web for-each-ref | grep -v refs/hermes | diff before -
	assert_not_exists src/web/.git/ORIG_HEAD
	# and a health check that fails
	rm -rf house
	mv kept house
	repo_set web '{"checks": [{"argv": ["false"], "at": "health"}]}'
	run -1 hermes-tick
	assert_equal "$(jq -r '.exec.repos[0].verdict' $last)" rolled-back
	git -C src/web for-each-ref | grep -v refs/hermes | diff before -
	assert_not_exists src/web/.git/ORIG_HEAD
	checkout_whole src/web
}

@test "refs: an undo over two upgrades takes back what both brought" {
	repo_make web
	house_make web
	git -C src/web update-ref ORIG_HEAD HEAD
	before=$(git_at src/web)
	git -C src/web for-each-ref >before
	for n in 1 2; do
		upstream_commit web file $n
		git -C work/web tag -am $n v$n
		git -C work/web push -q --tags
		hermes-cycle
	done
	git -C src/web tag mine
	git -C src/web tag -d v1
	git -C src/web tag v1 # of the same name, not the one that came
	hermes undo "web=$before"
	assert_equal "$(git_at src/web)" "$before"
	assert_equal "$(git -C src/web tag | xargs)" 'mine v1'
	git -C src/web tag -d mine v1
	git -C src/web for-each-ref | grep -v refs/hermes | diff before -
	assert_equal "$(git_at src/web ORIG_HEAD)" "$before"
	assert_equal "$(ls src/web/.git/hermes)" lock
}

@test "refs: a tag of a name that is taken stays, and so does one that cannot be told" {
	repo_make web
	git -C src/web tag v2
	git -C src/web tag folder
	upstream_commit web file two
	for tag in v2 folder/x fine $'latin-\xe9'; do
		git -C work/web tag "$tag"
	done
	git -C work/web push -q --tags
	git -C src/web for-each-ref refs/tags >before
	house_make web
	hermes-cycle
	assert_equal "$(jq -c '[.probe.repos[0].tags[].name]' $last)" '["fine"]'
	git -C src/web for-each-ref refs/tags | grep -v refs/tags/fine |
		diff before -
	assert_equal "$(git_at src/web fine)" "$(git_at src/web)"
}

@test "refs: tagOpt, and a remote that keeps nothing, as git has it" {
	repo_make none all bare
	git -C src/none config remote.origin.tagOpt --no-tags
	git -C src/all config remote.origin.tagOpt --tags
	git -C src/bare config --unset remote.origin.fetch
	for key in none all bare; do
		git -C work/$key checkout -q -b side
		git -C work/$key commit -q --allow-empty -m side
		git -C work/$key tag -am side side
		git -C work/$key checkout -q main
		upstream_commit $key file two
		git -C work/$key tag -am two v2
		git -C work/$key push -q --tags
		twin $key
	done
	house_make none all bare
	hermes-cycle
	for key in none all bare; do
		same_refs $key
		checkout_whole src/$key
	done
}

@test "refs: several lines, by force or not, as git has it" {
	repo_make web
	git -C src/web config --add remote.origin.fetch refs/heads/main:refs/other/main
	git -C src/web config --add remote.origin.fetch +refs/heads/main:refs/forced/main
	git -C src/web config --add remote.origin.fetch '^refs/heads/side'
	git -C src/web update-ref refs/other/main HEAD
	git -C src/web update-ref refs/forced/main \
	    "$(git -C src/web commit-tree -m apart 'HEAD^{tree}')"
	upstream_commit web file two
	twin web
	house_make web
	hermes-cycle
	same_refs web
}

@test "refs: over the network, too, and a tag that came late" {
	repo_make web
	git_serve "$PWD/up"
	git -C src/web remote set-url origin "git://127.0.0.1:$git_port/web.git"
	git -C work/web tag -am late late
	upstream_commit web file two
	git -C work/web tag -am mid mid
	upstream_commit web file three
	git -C work/web tag light
	git -C work/web push -q --tags
	twin web
	house_make web
	policy '{"protocols": ["git"]}'
	hermes-cycle
	same_refs web
	checkout_whole src/web
	# tags that are here are not told again
	upstream_commit web file four
	hermes-cycle
	assert_equal "$(jq -c '.probe.repos[0].tags' $last)" '[]'
}

@test "refs: a tag that is put to what was staged already comes along" {
	repo_make web
	house_make web
	upstream_commit web file two
	hermes-probe -f house/config/fleet.json -s house/state >one
	assert_equal "$(jq -c '.probe.repos[0].tags' one)" '[]'
	git -C work/web tag -am two v2
	git -C work/web push -q --tags
	twin web
	hermes-cycle
	same_refs web
}

@test "refs: an upstream that went back is rewritten, not a thing to push" {
	repo_make web
	house_make web
	upstream_commit web file bad
	hermes-cycle
	git -C work/web push -qf origin HEAD~:main
	hermes-cycle
	assert_equal "$(jq -r '.probe.repos[0].reason' $last)" upstream-rewritten
	# one's own commit is no such thing
	repo_make own
	git -C src/own commit -q --allow-empty -m own
	rm -r house
	house_make own
	hermes-cycle
	hermes-cycle
	assert_equal "$(jq -r '.probe.repos[0].reason' $last)" ahead
}

@test "refs: rollback refs that were packed go, too" {
	repo_make web
	house_make web
	policy '{"keep_rollbacks": 2}'
	for n in 1 2 3 4; do
		upstream_commit web file $n
		hermes-cycle
		git -C src/web pack-refs --all
	done
	assert_equal "$(git -C src/web for-each-ref --format='%(refname)' refs/hermes | xargs)" \
	    'refs/hermes/rollback/3 refs/hermes/rollback/4'
	assert_equal "$(echo src/web/.git/hermes/refs-*)" \
	    'src/web/.git/hermes/refs-3 src/web/.git/hermes/refs-4'
	checkout_whole src/web
}
