#!/bin/bash
# trees.sh TRICK UPSTREAM OUTSIDE - a commit upon UPSTREAM's main (bare) whose
# tree is not one for a worktree.
set -eu
trick=$1 out=$3
cd "$2"
blob=$(printf '#!/bin/sh\n' | git hash-object -w --stdin)
tree=$(printf '100644 blob %s\tconfig\n' "$blob" | git mktree)

# entry MODE NAME [OID] - into the root tree, raw, in git's order; NAME as
# printf has it
entry() {
	git cat-file tree main: >was
	/usr/bin/python3 - "$1" <(printf %b "$2") "${3-$blob}" >raw <<-'P'
	import sys
	mode, name, oid = sys.argv[1:]
	data, rows = open("was", "rb").read(), []
	while data:
	    head, data = data.split(b"\0", 1)
	    rows.append((*head.split(b" ", 1), data[:20]))
	    data = data[20:]
	rows.append((mode.encode(), open(name, "rb").read(), bytes.fromhex(oid)))
	rows.sort(key=lambda r: r[1] + (b"/" if r[0] == b"40000" else b""))
	for mode, name, oid in rows:
	    sys.stdout.buffer.write(mode + b" " + name + b"\0" + oid)
	P
	push "$(git hash-object -t tree -w --literally --stdin <raw)"
}

push() {
	git update-ref refs/heads/main "$(git commit-tree -p main -m evil "$1")"
}

link() {
	printf '%s' "$1" | git hash-object -w --stdin
}

case $trick in
dot-git) entry 40000 .git "$tree" ;;
dot-git-case) entry 40000 .GiT "$tree" ;;
dot-git-short) entry 40000 git~1 "$tree" ;;
dot-git-stream) entry 40000 ".git::\$INDEX_ALLOCATION" "$tree" ;;
dot-git-dots) entry 40000 '.git. . ' "$tree" ;;
dot-git-hfs) entry 40000 '.g\xe2\x80\x8cit' "$tree" ;;
dot-git-file) entry 100644 .git ;;
dot-git-below)
	below=$(git mktree --missing <<<"040000 tree $tree"$'\t'x)
	below=$(git cat-file tree "$below" | sed 's/40000 x/40000 .git/' |
		git hash-object -t tree -w --literally --stdin)
	entry 40000 zz "$below"
	;;
dots) entry 40000 .. "$tree" ;;
dot) entry 40000 . "$tree" ;;
slash) entry 100644 "..\/x" ;;
backslash) entry 100644 '..\\\\x' ;;
absolute) entry 100644 /tmp/x ;;
empty) entry 100644 '' ;;
control) entry 100644 'z\x1b[2J' ;;
long) entry 100644 "$(printf 'z%.0s' {1..300})" ;;
setuid) entry 104755 zz ;;
sticky-link) entry 121777 zz "$(link file)" ;;
odd-mode) entry 100666 zz ;;
no-mode) entry 0 zz ;;
old-mode) entry 100664 zz ;;
twice)
	entry 120000 zz "$(link "$out/dir")"
	entry 40000 zz "$tree"
	;;
link-outside) entry 120000 zz "$(link "$out/file")" ;;
link-long) entry 120000 zz "$(link "$(printf 'z%.0s' {1..5000})")" ;;
link-empty) entry 120000 zz "$(git hash-object -w --stdin </dev/null)" ;;
link-nul) entry 120000 zz "$(printf 'a\0b' | git hash-object -w --stdin)" ;;
link-attributes) entry 120000 .gitattributes "$(link "$out/attributes")" ;;
link-modules) entry 120000 .gitmodules "$(link "$out/file")" ;;
link-ignore) entry 120000 .gitignore "$(link "$out/file")" ;;
submodule) entry 160000 zz "$(git rev-parse main)" ;;
submodule-path)
	blob=$(printf '[submodule "x"]\n\tpath = ../../../outside\n\turl = -u../../evil\n' |
		git hash-object -w --stdin)
	entry 100644 .gitmodules "$blob"
	;;
submodule-name)
	blob=$(printf '[submodule "../../x"]\n\tpath = zz\n\turl = ext::evil\n\tupdate = !evil\n' |
		git hash-object -w --stdin)
	entry 100644 .gitmodules "$blob"
	entry 160000 zz "$(git rev-parse main)"
	;;
filter) entry 100644 .gitattributes "$(echo '* filter=evil' |
	git hash-object -w --stdin)" ;;
encoding) entry 100644 .gitattributes \
	"$(echo 'file working-tree-encoding=UTF-16' | git hash-object -w --stdin)" ;;
case) entry 100644 FILE ;;
unsorted) # each entry both gone and new for who walks two trees abreast
	git ls-tree main: | tac | while read -r mode _ oid name; do
		printf '%s %s\0' "${mode#0}" "$name"
		# shellcheck disable=SC2001,SC2059 # the oid's bytes
		printf "$(sed 's/../\\x&/g' <<<"$oid")"
	done >raw
	push "$(git hash-object -t tree -w --literally --stdin <raw)"
	;;
missing-blob) entry 100644 zz 1234567890123456789012345678901234567890 ;;
missing-tree) entry 40000 zz 1234567890123456789012345678901234567890 ;;
tree-as-blob) entry 100644 zz "$tree" ;;
tip-is-tree)
	tree=$(git rev-parse main:)
	echo "$tree" >refs/heads/main
	;;
tip-is-blob) echo "$blob" >refs/heads/main ;;
tip-is-noise) head -c 40 /dev/urandom >refs/heads/main ;;
upstream-hooks)
	for hook in post-update pre-receive post-upload-pack upload-pack; do
		cp ../../evil hooks/$hook
	done
	git config uploadpack.packObjectsHook "$PWD/../../evil"
	git config core.fsmonitor "$PWD/../../evil"
	git config core.alternateRefsCommand "$PWD/../../evil"
	;;
upstream-worktree) git config core.worktree "$out" ;;
upstream-branch-link)
	git rev-parse main >"$out/ref"
	ln -sf "$out/ref" refs/heads/main
	;;
esac
rm -f raw was
