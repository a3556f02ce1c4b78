# hermes-probe, hermes-plan: what stands in the way, beside git pull --ff-only.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	load fleet
	load probe
	here
	mkdir tmp
	export TMPDIR=$PWD/tmp # where git is asked: nothing stays there
}

# A commit that is in no repository, for the entry of a submodule.
one=1111111111111111111111111111111111111111
two=2222222222222222222222222222222222222222

# gitlink OID [NAME] - the entry of a submodule, and its empty folder
gitlink() {
	git update-index --add --cacheinfo "160000,$1,${2-m}"
	mkdir -p "${2-m}"
}

# nested NAME - another repository, with a commit
nested() {
	git init -q "$1"
	git -C "$1" commit -q --allow-empty -m x
	echo x >"$1/f"
}

# unmerge FILE - its entry is of three sides
unmerge() {
	local oid
	oid=$(git rev-parse "HEAD:$1")
	printf '0 %040d\t%s\n' 0 "$1" >"$TMPDIR/sides"
	printf "100644 $oid %d\t$1\n" 1 2 3 >>"$TMPDIR/sides"
	git update-index --index-info <"$TMPDIR/sides"
	rm "$TMPDIR/sides"
}

# in_work KEY TEXT - run it in work/KEY, and commit what came of it
in_work() {
	(cd "work/$1" && eval "$2" && git add -A && git commit -qm "$2") \
	    </dev/null
}

# world - a repository for each line of stdin: NAME | what is there before |
# what comes | what is done here | what the plan says
world() {
	local name before comes here said clone
	names=() wanted=()
	git init -q start
	mkdir start/d work
	echo one | tee start/a start/b start/d/x >log
	git -C start add -A
	while IFS='|' read -r name before comes here said; do
		name=${name// /}
		cp -r start "work/$name"
		in_work "$name" "$before"
		for clone in src ${twins-}; do
			git clone -q "work/$name" "$clone/$name"
			(cd "$clone/$name" && eval "$here") </dev/null
		done
		in_work "$name" "$comes"
		names+=("$name")
		wanted+=("$(echo "$said" | xargs)")
	done
}

# judged - the plan says of each what was wanted, nothing is touched
# or left anywhere, and git pull goes through where that is "upgrade". A star
# behind a code: git would go on.
judged() {
	local i name says
	everything src >before
	fleet "${names[@]}"
	probe -a staging
	hermes-plan <out.json >plan.json
	everything src | diff before -
	assert_equal "$(ls -A tmp; ls -A staging | grep -c 'look~' || :)" 0
	for i in "${!names[@]}"; do
		name=${names[i]}
		says=$(jq -r --arg key "$name" '.plan.repos[] |
		    select(.repo_key == $key) |
		    if .recommendation == "block" then .reason
		    else .recommendation end' plan.json)
		assert_equal "$name: $says" "$name: ${wanted[i]%\*}"
		git -C "src/$name" status --porcelain --ignore-submodules=all \
		    >status
		[ -n "${hidden-}" ] || assert_equal \
		    "$name: $(of "$name" .unstaged_count)" \
		    "$name: $(grep -c '^.[^ ?]' status || :)"
		if git -C "src/$name" pull -q --ff-only >log 2>&1; then
			[[ $says == upgrade || ${wanted[i]} == *\* ]] ||
			    fail "$name: $says, and git goes on"
		elif [ "$says" = upgrade ]; then
			fail "$name: upgrade, and git says $(<log)"
		fi
	done
}

@test "edits: those that the commit leaves alone are no obstacle, as for git" {
	world <<'END'
clean        | : | echo two >a  | :                                 | upgrade
elsewhere    | : | echo two >a  | echo mine >>b; rm d/x             | upgrade
staged-else  | : | echo two >a  | echo mine >>b; git add b          | upgrade
new-else     | : | echo two >a  | echo mine >n; git add n           | upgrade
intent-else  | : | echo two >a  | echo mine >n; git add -N n        | upgrade
removed-else | : | echo two >a  | git rm -q b                       | upgrade
edited       | : | echo two >a  | echo mine >>a                     | dirty
edited-gone  | : | rm a         | echo mine >>a                     | dirty
deleted      | : | echo two >a  | rm a                              | upgrade
deleted-both | : | rm a         | rm a                              | upgrade
folder-gone  | : | echo two >d/x | rm -r d                          | upgrade
mode         | : | echo two >a  | chmod +x a                        | dirty
mode-comes   | : | chmod +x a   | echo mine >>a                     | dirty
as-link      | : | echo two >a  | rm a; ln -s b a                   | dirty
as-folder    | : | echo two >a  | rm a; mkdir a                     | dirty
staged       | : | echo two >a  | echo mine >a; git add a           | staged
staged-gone  | : | echo two >a  | git rm -q a                       | staged
gone-both    | : | rm a         | git rm -q a                       | upgrade
staged-same  | : | echo two >a  | echo two >a; git add a            | upgrade
same-edited  | : | echo two >a  | echo two >a; git add a; echo me >a | upgrade
same-unstaged | : | echo two >a | echo two >a                       | dirty
added-same   | : | echo two >n  | echo two >n; git add n            | upgrade
added-other  | : | echo two >n  | echo mine >n; git add n           | staged
intended     | : | echo two >n  | echo two >n; git add -N n         | staged
added-above  | : | mkdir n; echo two >n/x | echo mine >n; git add n | staged
removed-back | : | echo two >a  | git rm -q --cached a              | staged
touched      | : | echo two >a  | touch -d 2001-01-01 a             | upgrade
END
	judged
	assert_equal "$(of elsewhere '[.reason, .unstaged_count, .dirty_paths]')" \
	    '["behind",2,["b","d/x"]]'
	assert_equal "$(jq -r '.plan.repos[] | select(.repo_key == "edited") |
	    .text' plan.json)" 'edited: has uncommitted changes (a)'
}

@test "edits: those in the way are counted, and the first is named" {
	world <<'END'
three  | : | echo two >a; echo two >b; rm d/x | for f in a b d/x; do echo m >>$f; done; echo n >n; git add n | dirty
both   | : | echo two >a; echo two >b | echo m >>a; echo m >>b; git add a; rm d/x | staged
END
	judged
	assert_equal "$(of three .detail)" '"a and 2 more"'
	assert_equal "$(of both '[.detail, .facts]')" \
	    '["a and 1 more",["dirty","behind"]]'
}

@test "edits: a marked file counts where the commit changes it, and is named" {
	world <<'END'
assumed      | : | echo two >a | git update-index --assume-unchanged a; echo mine >>a | dirty
assumed-else | : | echo two >a | git update-index --assume-unchanged b; echo mine >>b | upgrade
assumed-true | : | echo two >a | git update-index --assume-unchanged a | upgrade
skipped      | : | echo two >a | git update-index --skip-worktree a; echo mine >>a | dirty
skipped-else | : | echo two >a | git update-index --skip-worktree b; echo mine >>b | upgrade
skipped-true | : | echo two >a | git update-index --skip-worktree a | upgrade
skipped-gone | : | echo two >a | git update-index --skip-worktree a; rm a | upgrade
END
	hidden=1 judged
	assert_equal "$(of assumed '[.detail, .unstaged_count]')" \
	    '["a, which git assumes unchanged",1]'
	assert_equal "$(of skipped .detail)" \
	    '"a, which is marked skip-worktree"'
	assert_equal "$(of skipped-gone '[.unstaged_count, .facts]')" '[0,[]]'
	assert_equal "$(of skipped-else '[.unstaged_count, .dirty_paths]')" \
	    '[1,["b"]]'
}

@test "edits: an index with a conflict goes nowhere" {
		world <<'END'
unmerged | : | echo two >a | unmerge b | dirty
END
	judged
	assert_equal "$(of unmerged '[.detail, .unstaged_count]')" \
	    '["b is unmerged",1]'
}

@test "edits: what stands in the way of new files is what is in git's way" {
	world <<'END'
free         | : | mkdir n; echo two >n/x    | :                      | upgrade
file         | : | echo two >n               | echo mine >n           | untracked-collision
file-above   | : | mkdir n; echo two >n/x    | echo mine >n           | untracked-collision
folder       | : | echo two >n               | mkdir n; echo mine >n/x | untracked-collision
folders      | : | echo two >n               | mkdir -p n/e/f n/g     | upgrade
link         | : | mkdir n; echo two >n/y    | ln -s d n              | untracked-collision
link-same    | : | mkdir n; echo two >n/x    | ln -s d n              | untracked-collision
link-dead    | : | echo two >n               | ln -s nowhere n        | untracked-collision
link-goes    | ln -s d l | rm l; mkdir l; echo two >l/x | :           | upgrade
link-edited  | ln -s d l | rm l; mkdir l; echo two >l/x | ln -sfn . l | dirty
nested       | : | echo two >n               | nested n               | untracked-collision
nested-empty | : | echo two >n               | git init -q n          | untracked-collision
nested-into  | : | mkdir n; echo two >n/new  | nested n               | upgrade
to-file      | : | rm -r d; echo two >d      | :                      | upgrade
to-file-kept | : | rm -r d; echo two >d      | echo mine >d/y         | untracked-collision
to-file-free | : | rm -r d; echo two >d      | mkdir d/e              | upgrade
goes         | : | rm -r d                   | echo mine >d/y         | upgrade
was-folder   | : | echo two >d/x             | rm -r d; ln -s . d     | untracked-collision*
ignored      | echo n >.gitignore | echo two >n; git add -f n | echo mine >n | ignored-collision*
ignored-in   | echo y >.gitignore | rm -r d; echo two >d | echo mine >d/y | ignored-collision*
ignored-here | : | echo two >n | echo n >.git/info/exclude; echo mine >n; echo m >>b | ignored-collision*
END
	judged
	assert_equal "$(of nested .detail)" '"n"'
	assert_equal "$(of link .detail)" '"n"'
	assert_equal "$(of was-folder .detail)" '"d"'
}

@test "edits: a submodule that is not checked out here is an entry and a folder" {
	world <<'END'
moves      | gitlink $one | gitlink $two                          | :                | upgrade
comes      | :            | gitlink $one                          | :                | upgrade
comes-file | :            | gitlink $one                          | echo mine >m     | untracked-collision
comes-full | :            | gitlink $one                          | mkdir m; echo mine >m/x | upgrade
comes-repo | :            | gitlink $one                          | nested m         | upgrade
comes-link | :            | gitlink $one                          | ln -s d m        | untracked-collision
goes       | gitlink $one | git rm -q --cached m; rmdir m         | :                | upgrade
goes-gone  | gitlink $one | git rm -q --cached m; rmdir m         | rmdir m          | upgrade
to-file    | gitlink $one | git rm -q --cached m; rmdir m; echo two >m | :           | upgrade
to-folder  | gitlink $one | git rm -q --cached m; rmdir m; mkdir m; echo two >m/x | : | upgrade
from-file  | echo one >m  | rm m; git rm -q --cached m; gitlink $one | :             | upgrade
else       | gitlink $one | echo two >a                           | nested m         | upgrade
moved-here | gitlink $one | gitlink $two                          | nested m         | submodules*
gone-here  | gitlink $one | git rm -q --cached m; rmdir m         | nested m         | submodules*
deep-here  | mkdir -p p/q; gitlink $one p/q/m | git rm -q --cached p/q/m; rm -r p | nested p/q/m | submodules*
END
	judged
	assert_equal "$(of deep-here '[.detail, .facts]')" \
	    '["p/q/m",["behind"]]'
	assert_equal "$(of moves '[.reason, .facts, .submodule_count]')" \
	    '["behind",["submodules"],1]'
}

@test "edits: a file is edited where git says so, and only there" {
	printf '[filter "up"]\n\tclean = tr A-Z a-z\n\tsmudge = tr a-z A-Z\n' \
	    >>"$HOME/.gitconfig"
	world <<'END'
encoded   | echo "*.u text working-tree-encoding=UTF-16LE-BOM" >.gitattributes; printf '\377\376h\0i\0' >c.u | echo two >a | touch -d 2001-01-01 c.u | upgrade
ident     | echo "c ident" >.gitattributes; printf '$Id$ $Id$ $IdList$\n' >c | echo two >a | touch -d 2001-01-01 c | upgrade
quoted    | printf '"c d" text eol=crlf\n' >.gitattributes; echo one >"c d" | echo two >a | touch -d 2001-01-01 "c d" | upgrade
driver    | echo "c filter=up" >.gitattributes; echo one >c | echo two >c | touch -d 2001-01-01 c | upgrade
driven    | echo "c filter=up" >.gitattributes; echo one >c | echo two >c | echo MINE >>c | dirty
crlf      | : | echo two >a | git config core.autocrlf true; printf 'one\r\n' >b | upgrade
crlf-way  | : | echo two >a | git config core.autocrlf true; printf 'one\r\n' >a | dirty
becomes   | printf 'one\r\n' >c | echo two >c | echo "c text" >.git/info/attributes; touch -d 2001-01-01 c | dirty
becomes-2 | printf 'one\r\n' >c | echo two >a | echo "c text" >.git/info/attributes; touch -d 2001-01-01 c | upgrade
links     | ln -s b l | rm l; ln -s a l | git config core.symlinks false; rm l; printf b >l | upgrade
modes     | : | echo two >a | git config core.fileMode false; chmod +x a | upgrade
modes-2   | : | chmod +x a | git config core.fileMode false; echo mine >>a | dirty
times     | : | echo two >a | git config core.trustctime false; touch b | upgrade
END
	judged
	assert_equal "$(jq -c '[.probe.repos[] |
	    select(.unstaged_count > 0) | .repo_key]' out.json)" \
	    '["becomes","becomes-2","crlf","crlf-way","driven","modes-2"]'
}

@test "edits: a filter is in the way of the paths that it holds for, no others" {
	local own='git config filter.own.smudge cat; git config filter.own.clean cat'
	printf '[filter "user"]\n\tclean = cat\n\tsmudge = cat\n' \
	    >>"$HOME/.gitconfig"
	world <<'END'
holds    | echo "*.c filter=own" >.gitattributes; echo one >f.c | echo two >f.c | eval "$own" | needs-filter*
else     | echo "*.c filter=own" >.gitattributes; echo one >f.c | echo two >a | eval "$own" | upgrade
absent   | echo "*.z filter=own" >.gitattributes | echo two >a | eval "$own" | upgrade
comes    | : | echo "a filter=own" >.gitattributes; echo two >a | eval "$own" | needs-filter*
leaves   | echo "a filter=own" >.gitattributes | rm .gitattributes; echo two >a | eval "$own" | upgrade
macro    | echo "[attr]big filter=own -text" >.gitattributes | echo two >a | eval "$own" | upgrade
comment  | printf "#* filter=own\n" >.gitattributes | echo two >a | eval "$own" | upgrade
unset    | echo "* filter=own" >.git/info/attributes; echo "a -filter" >.gitattributes | echo two >a | eval "$own" | upgrade
nobody   | echo "a filter=lfs-off" >.gitattributes | echo two >a | : | upgrade
users    | echo "a filter=user" >.gitattributes | echo two >a | : | upgrade
repeated | echo "a filter=user" >.gitattributes | echo two >a | git config filter.user.clean cat; git config filter.user.smudge cat | upgrade
info     | : | echo two >a | eval "$own"; echo "a filter=own" >.git/info/attributes | needs-filter*
removed  | echo "*.c filter=own" >.gitattributes; echo one >f.c | rm f.c | eval "$own" | upgrade
END
	judged
	assert_equal "$(of holds .detail)" '"f.c"'
}

# shown FOLDER - what git and the file system have of a checkout
shown() {
	git -C "$1" ls-files -s -v
	git -C "$1" status --porcelain --ignore-submodules=all
	(cd "$1" && find . -name .git -prune -o -printf '%P %y %m %l\n' |
	    sort && cat a b d/* c n 2>&1)
}

@test "edits: what is upgraded over them is what git pull leaves" {
	twins=twin
	world <<'END'
elsewhere    | : | echo two >a  | echo mine >>b; rm d/x             |
staged-else  | : | echo two >a  | echo mine >>b; git add b          |
intent-else  | : | echo two >a  | echo mine >n; git add -N n        |
removed-else | : | echo two >a  | git rm -q b                       |
deleted      | : | echo two >a  | rm a                              |
folder-gone  | : | echo two >d/x | rm -r d                          |
staged-same  | : | echo two >a  | echo two >a; git add a            |
same-edited  | : | echo two >a  | echo two >a; git add a; echo me >a |
gone-both    | : | rm a         | git rm -q a                       |
assumed-else | : | echo two >a | git update-index --assume-unchanged b; echo mine >>b |
assumed-true | : | echo two >a | git update-index --assume-unchanged a |
skipped-else | : | echo two >a | git update-index --skip-worktree b; echo mine >>b |
skipped-true | : | echo two >a | git update-index --skip-worktree a |
skipped-gone | : | echo two >a | git update-index --skip-worktree a; rm a |
folders      | : | echo two >n               | mkdir -p n/e/f n/g     |
link-goes    | ln -s d l | rm l; mkdir l; echo two >l/x | :           |
nested-into  | : | mkdir n; echo two >n/new  | nested n               |
to-file-free | : | rm -r d; echo two >d      | mkdir d/e              |
moves      | gitlink $one | gitlink $two                          | : |
comes      | :            | gitlink $one                          | : |
comes-full | :            | gitlink $one              | mkdir m; echo mine >m/x |
goes       | gitlink $one | git rm -q --cached m; rmdir m         | : |
to-file    | gitlink $one | git rm -q --cached m; rmdir m; echo two >m | : |
to-folder  | gitlink $one | git rm -q --cached m; rmdir m; mkdir m; echo two >m/x | : |
from-file  | echo one >m  | rm m; git rm -q --cached m; gitlink $one | : |
links      | ln -s b l | rm l; ln -s a l | git config core.symlinks false; rm l; printf b >l |
modes      | : | echo two >a | git config core.fileMode false; chmod +x a |
END
	house_make "${names[@]}"
	hermes-cycle
	for name in "${names[@]}"; do
		git -C "twin/$name" pull -q --ff-only
		assert_equal "$name: $(shown "src/$name")" \
		    "$name: $(shown "twin/$name")"
	done
}

@test "edits: what a program of the checkout names is not run to look at it" {
	world <<'END'
filter | echo "b filter=own" >.gitattributes | echo two >a | git config filter.own.clean "touch $PWD/ran; cat"; git config core.fsmonitor "touch $PWD/ran"; touch -d 2001-01-01 b | upgrade
hooks  | : | echo two >a | printf "#!/bin/sh\ntouch $PWD/ran\n" >.git/hooks/post-index-change; chmod +x .git/hooks/post-index-change; echo mine >>b | upgrade
END
	fleet "${names[@]}"
	probe -a staging
	assert_equal "$(of filter .reason) $(of hooks .reason)" \
	    '"behind" "behind"'
	assert_not_exists src/filter/ran
	assert_not_exists src/hooks/ran
}

@test "edits: without a staging folder git is asked below TMPDIR" {
	repo_make a
	echo mine >>src/a/file
	fleet a
	strace -f -qq -s 200 -e trace=mkdir,execve -o calls hermes-probe \
	    <fleet.json >out.json
	assert_equal "$(of a '[.unstaged_count, .dirty_paths]')" '[1,["file"]]'
	grep -q "mkdir(\"$TMPDIR/hermes-look~" calls
	assert_equal "$(ls -A tmp)" ''
}

@test "edits: nobody asks git of a checkout that is clean" {
	repo_make a b
	for key in a b; do
		echo '* text=auto' >work/$key/.gitattributes
		upstream_commit $key
		git -C src/$key pull -q
	done
	upstream_commit b file three
	touch -d 2001-01-01 src/a/file # and is read
	fleet a b
	strace -f -qq -e trace=execve,mkdir -o calls hermes-probe -a staging \
	    <fleet.json >out.json
	assert_equal "$(of a .reason) $(of b .reason)" '"current" "behind"'
	assert_equal "$(grep -c execve calls) $(grep -c "look~" calls || :)" '1 0'
}

@test "edits: what a killed probe left in the staging folder goes with the next" {
	repo_make a
	mkdir -m 700 staging
	sh -c 'mkdir staging/look~$$~0' # and that process is gone
	fleet a
	probe -a staging
	assert_equal "$(ls -A staging)" ''
}
