# X1: whatever a tree can hold, hermes-exec leaves what `git merge --ff-only`
# leaves in a copy of the checkout: bytes, modes, links, index, status.

setup() {
	load helper
	here
	fixtures=$top/tests/exec
	git init -q up
	cd up || return
}

# before, after: commit what lies in up
before() {
	git add -A
	git commit -qm before --allow-empty
	cd .. || return
	git clone -q up co
	cd up || return
}

after() {
	git add -A
	git commit -qm after
	cd .. || return
	git -C co fetch -q
}

state_of() {
	(
		cd "$1" || exit
		find . -path ./.git -prune -o -printf '%y %m %p %l\n' |
			LC_ALL=C sort
		find . -path ./.git -prune -o -type f -print0 |
			LC_ALL=C sort -z | xargs -0 sha256sum
		git ls-files -s
		git status --porcelain=v2 --ignored
		git rev-parse HEAD
	)
}

apply() { # [JQ]
	jq -n --arg path "$PWD/co" \
	    --arg before "$(git -C co rev-parse main)" \
	    --arg after "$(git -C co rev-parse origin/main)" '
		[{ repo_key: "a", path: $path, branch: "main", token: 1,
		   before: $before, after: $after }]'"${1-}" |
		"$fixtures/gate-doc" state >doc.json
	hermes-exec -s state <doc.json >out.json
}

verdict() {
	jq -r '.exec.repos[] | [.verdict, .code // "-"] | join(" ")' out.json
}

# as_git - both, and no difference; git does not look at a file again
as_git() {
	cp -a co copy
	git -C copy merge -q --ff-only origin/main
	apply
	assert_equal "$(verdict)" 'applied -'
	state_of copy >expected
	state_of co | diff expected -
	assert_equal "$(git -C co diff-files)" ''
	git -C co fsck --strict
}

@test "exec: files, folders, links and programs change into one another" {
	local one two
	for one in file folder link program absent; do
		for two in file folder link program absent; do
			make_$one "$one-$two"
		done
	done
	before
	for one in file folder link program absent; do
		for two in file folder link program absent; do
			rm -rf "$one-$two"
			echo two >word
			make_$two "$one-$two"
		done
	done
	after
	as_git
}

make_file() { cat ../up/word >"$1" 2>/dev/null || echo one >"$1"; }
make_program() {
	make_file "$1"
	chmod +x "$1"
}
make_link() { ln -s "$(cat word 2>/dev/null || echo one)" "$1"; }
make_folder() {
	mkdir -p "$1/deep/er"
	make_file "$1/file"
	make_file "$1/deep/er/$(cat word 2>/dev/null || echo one)"
}
make_absent() { :; }

@test "exec: every byte that a name may hold" {
	/usr/bin/python3 - <<-'END'
	import os
	for byte in set(range(1, 256)) - {ord("/")}:
	    b = bytes([byte])
	    os.makedirs(b"folder " + b)
	    names = [b + b"x", b"x" + b + b"y", b"folder " + b + b"/f"]
	    for name in names + ([b] if b != b"." else []):
	        open(name, "wb").write(b"one\n")
	END
	printf x >"$(printf 'l%.0s' {1..255})"
	before
	find . -path ./.git -prune -o -type f -print0 | LC_ALL=C sort -z |
	    awk 'BEGIN { RS = ORS = "\0" } NR % 3 == 0' |
	    xargs -0 -I{} sh -c 'echo more >>"$1"' - {}
	find . -path ./.git -prune -o -type f -print0 | LC_ALL=C sort -z |
	    awk 'BEGIN { RS = ORS = "\0" } NR % 3 == 1' | xargs -0 rm -f --
	after
	as_git
}

@test "exec: ends of lines and idents, by attributes and by configuration" {
	local config
	printf 'a\nb\n' | tee lf text auto binary sub-a >/dev/null
	printf 'a\r\nb\r\n' | tee crlf kept >/dev/null
	printf 'a\0\nb\r\n' >zero
	mkdir sub
	# shellcheck disable=SC2016 # the keyword stands for itself
	printf '$Id$\nx\n' | tee sub/id id >/dev/null
	printf 'text text\ncrlf text eol=crlf\nlf text eol=lf\nauto text=auto\nbinary -text\nkept -text\nid ident\n' >.gitattributes
	printf '[attr]mine text eol=crlf\nmacro mine\n' >>.gitattributes
	printf '* ident eol=crlf\n' >sub/.gitattributes
	printf 'm\n' >macro
	before
	for file in lf text auto binary sub-a crlf kept zero macro sub/id id; do
		printf 'more\n' >>"$file"
	done
	printf 'new text eol=crlf\nkept text\n' >>.gitattributes
	printf 'new\nfile\n' >new
	after
	cp -a co co.kept
	for config in core.autocrlf=false core.autocrlf=input \
	    core.autocrlf=true core.eol=crlf core.safecrlf=true; do
		rm -rf co copy state
		cp -a co.kept co
		git -C co config "${config%%=*}" "${config#*=}"
		git -C co rm -q --cached -r . && git -C co reset -q --hard
		echo "# $config"
		as_git
	done
}

@test "exec: attributes that the checkout itself has count too" {
	printf 'a\nb\n' >file
	before
	printf 'a\nb\nc\n' >file
	after
	echo 'file text eol=crlf' >co/.git/info/attributes
	rm co/file
	git -C co checkout -q file
	as_git
	assert_equal "$(od -An -c co/file | tr -d ' \n')" 'a\r\nb\r\nc\r\n'
}

@test "exec: a checkout without modes, without symlinks, under an odd umask" {
	echo one | tee file program >/dev/null
	ln -s file link
	chmod +x program
	before
	echo two | tee file program new >/dev/null
	chmod +x new
	ln -sfn new link
	ln -s new other
	after
	cp -a co co.kept
	git -C co config core.fileMode false
	chmod -x co/program
	as_git
	rm -rf co copy state
	cp -a co.kept co
	umask 0007
	as_git
	rm -rf co copy state
	cp -a co.kept co
	git -C co config core.symlinks false
	rm co/link
	git -C co checkout -q link
	as_git # a link is a file there
}

@test "exec: a branch that any worktree has checked out is not moved as a ref" {
	echo one >file
	before
	echo two >file
	after
	git -C co switch -q -c other
	git -C co worktree add -q "$PWD/linked" main
	state_of linked >expected
	apply '| .[0].strategy = "ref-only"'
	assert_equal "$(verdict)" 'refused stale-plan'
	state_of linked | diff expected -
	git -C co worktree remove linked
	rm -r state
	apply '| .[0].strategy = "ref-only"'
	assert_equal "$(verdict)" 'applied -'
	assert_equal "$(cat co/file)" one
	assert_equal "$(git -C co status --porcelain)" ''
}

@test "exec: a git dir on another file system is told, nothing changes" {
	mount -t tmpfs -o size=4m tmpfs "$BATS_TEST_TMPDIR/home" 2>/dev/null ||
		skip 'mount is not permitted here'
	echo one >file
	before
	echo two >file
	after
	mv co/.git "$HOME/git"
	echo "gitdir: $HOME/git" >co/.git
	state_of co >expected
	apply
	verdict >said
	state_of co | diff expected - || echo differs >>said
	umount "$HOME"
	assert_equal "$(cat said)" 'refused filesystem'
}

@test "exec: a submodule that moves is told, and is nobody's dirt" {
	echo one >file
	git update-index --add --cacheinfo "160000,$(printf '1%.0s' {1..40}),sub"
	mkdir sub
	before
	git update-index --cacheinfo "160000,$(printf '2%.0s' {1..40}),sub"
	echo two >file
	git add file
	git commit -qm after
	cd ..
	git -C co fetch -q
	as_git
	assert_equal "$(git -C co status --porcelain)" ''
}

@test "exec: a large file is held in memory once, and hashed by pieces" {
	git config --global core.compression 0
	head -c 60000000 /dev/urandom >file
	before
	head -c 60000000 /dev/urandom >file
	after
	cp -a co copy
	git -C copy merge -q --ff-only origin/main
	jq -n --arg path "$PWD/co" \
	    --arg before "$(git -C co rev-parse main)" \
	    --arg after "$(git -C co rev-parse origin/main)" '
		[{ repo_key: "a", path: $path, branch: "main", token: 1,
		   before: $before, after: $after }]' |
		"$fixtures/gate-doc" state >doc.json
	/usr/bin/python3 - <<-'END' >rss
	import resource, subprocess
	subprocess.run(["hermes-exec", "-s", "state"], check=True,
	    stdin=open("doc.json"), stdout=open("out.json", "w"))
	print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
	END
	assert_equal "$(verdict)" 'applied -'
	cmp copy/file co/file
	echo "# peak: $(cat rss) KiB"
	[ "$(cat rss)" -le $((60000 + 60000 + 40000)) ]
}
