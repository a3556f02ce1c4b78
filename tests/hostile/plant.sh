#!/bin/bash
# plant.sh TRICK EVIL OUTSIDE - do TRICK to the checkout that is the current
# folder. EVIL is a program that leaves a mark, OUTSIDE a folder that nobody
# may write to.
set -eu
trick=$1 evil=$2 out=$3
set_config() {
	git config --file .git/config "$1" "$2"
}

# index_path OLD NEW - rename an entry in the index's bytes, same length
index_path() {
	/usr/bin/python3 - "$1" "$2" <<'P'
import hashlib, sys
old, new = (a.encode() for a in sys.argv[1:])
assert len(old) == len(new)
data = open('.git/index', 'rb').read()[:-20].replace(old, new)
open('.git/index', 'wb').write(data + hashlib.sha1(data).digest())
P
}

# elsewhere NAME - move .git/NAME outside and leave a symlink to it
elsewhere() {
	mkdir -p "$out/$PWD/$(dirname "$1")"
	[ -e ".git/$1" ] || mkdir -p ".git/$1"
	mv ".git/$1" "$out/$PWD/$1"
	ln -s "$out/$PWD/$1" ".git/$1"
}

case $trick in
# programs that git would run
hooks)
	for hook in applypatch-msg commit-msg fsmonitor-watchman post-applypatch \
		post-checkout post-commit post-index-change post-merge post-receive \
		post-rewrite post-update pre-applypatch pre-auto-gc pre-commit \
		pre-merge-commit pre-push pre-rebase pre-receive prepare-commit-msg \
		proc-receive push-to-checkout reference-transaction update \
		sendemail-validate; do
		cp "$evil" ".git/hooks/$hook"
	done
	;;
hooks-path)
	mkdir h
	for hook in post-checkout post-merge reference-transaction; do
		cp "$evil" "h/$hook"
	done
	set_config core.hooksPath "$PWD/h"
	;;
hooks-path-relative)
	set_config core.hooksPath dir
	cp "$evil" dir/post-index-change
	;;
fsmonitor) set_config core.fsmonitor "$evil" ;;
fsmonitor-hook)
	cp "$evil" .git/hooks/query-watchman
	set_config core.fsmonitor .git/hooks/query-watchman
	set_config core.fsmonitorHookVersion 1
	;;
ssh-command) set_config core.sshCommand "$evil" ;;
git-proxy) set_config core.gitProxy "$evil" ;;
ask-pass) set_config core.askPass "$evil" ;;
credential-helper) set_config credential.helper "!$evil" ;;
upload-pack) set_config remote.origin.uploadpack "$evil" ;;
remote-vcs) set_config remote.origin.vcs "ext::$evil" ;;
url-ext) set_config remote.origin.url "ext::$evil %S" ;;
url-option) set_config remote.origin.url "--upload-pack=$evil" ;;
url-ssh-option) set_config remote.origin.url "ssh://-oProxyCommand=$evil/x" ;;
url-scp-option) set_config remote.origin.url "-oProxyCommand=$evil:x" ;;
instead-of) set_config "url.ext::$evil .insteadOf" / ;;
include)
	printf '[core]\n\tfsmonitor = %s\n\tsshCommand = %s\n' "$evil" "$evil" \
		>.git/more
	set_config include.path more
	;;
include-loop) set_config include.path config ;;
include-if)
	printf '[core]\n\thooksPath = %s\n' "$PWD" >.git/more
	cp "$evil" post-checkout
	set_config "includeIf.gitdir:/.path" "$PWD/.git/more"
	;;
filter-info)
	echo '* filter=evil' >.git/info/attributes
	set_config filter.evil.smudge "$evil"
	set_config filter.evil.clean "$evil"
	;;
filter-process)
	echo 'dir/* filter=evil' >.git/info/attributes
	set_config filter.evil.process "$evil"
	set_config filter.evil.required true
	;;
attributes-file)
	echo '* filter=evil' >.git/attributes
	set_config core.attributesFile "$PWD/.git/attributes"
	set_config filter.evil.smudge "$evil"
	;;
diff-external)
	echo '* diff=evil merge=evil' >.git/info/attributes
	set_config diff.evil.command "$evil"
	set_config diff.evil.textconv "$evil"
	set_config merge.evil.driver "$evil"
	set_config diff.external "$evil"
	;;
pager) set_config core.pager "$evil" && set_config core.editor "$evil" ;;
gpg) set_config gpg.program "$evil" && set_config commit.gpgSign true ;;
alternate-refs) set_config core.alternateRefsCommand "$evil" ;;
alias) set_config alias.status "!$evil" ;;
path-program) cp "$evil" git && cp "$evil" hermes-exec ;;

# another worktree, another git dir
worktree-outside) set_config core.worktree "$out" ;;
worktree-up) set_config core.worktree ../../.. ;;
worktree-config)
	set_config core.repositoryFormatVersion 1
	set_config extensions.worktreeConfig true
	printf '[core]\n\tworktree = %s\n' "$out" >.git/config.worktree
	;;
worktree-case) printf '[CORE]\n\tWorkTree=%s\n' "$out" >>.git/config ;;
bare) set_config core.bare true ;;
git-symlink)
	mv .git ../.git-of-"${PWD##*/}"
	ln -s ../.git-of-"${PWD##*/}" .git
	;;
git-file)
	mv .git ../.git-of-"${PWD##*/}"
	echo "gitdir: ../.git-of-${PWD##*/}" >.git
	;;
git-file-victim)
	rm -rf .git
	echo "gitdir: $out/victim/.git" >.git
	;;
git-symlink-victim)
	rm -rf .git
	ln -s "$out/victim/.git" .git
	;;
git-file-loop) rm -rf .git && echo 'gitdir: .git' >.git ;;
git-fifo) rm -rf .git && mkfifo .git ;;
common-dir) echo "$out/victim/.git" >.git/commondir ;;
common-dir-loop) echo . >.git/commondir ;;
worktrees-planted)
	mkdir -p .git/worktrees/x
	echo "$out/victim/.git" >.git/worktrees/x/gitdir
	echo 'ref: refs/heads/main' >.git/worktrees/x/HEAD
	echo ../.. >.git/worktrees/x/commondir
	;;

# the git dir's own parts lie elsewhere
objects-symlink) elsewhere objects ;;
pack-symlink) elsewhere objects/pack ;;
refs-symlink) elsewhere refs ;;
heads-symlink) elsewhere refs/heads ;;
branch-symlink) elsewhere refs/heads/main ;;
branch-symlink-ref) # git once wrote HEAD so
	mv .git/refs/heads/main .git/refs/heads/other
	ln -s other .git/refs/heads/main
	;;
head-symlink) rm .git/HEAD && ln -s refs/heads/main .git/HEAD ;;
head-outside) elsewhere HEAD ;;
remotes-symlink) elsewhere refs/remotes/origin ;;
logs-symlink) elsewhere logs ;;
reflog-symlink)
	mkdir -p .git/logs/refs/heads
	rm -f .git/logs/refs/heads/main
	ln -s "$out/file" .git/logs/refs/heads/main
	;;
head-log-symlink) rm .git/logs/HEAD && ln -s "$out/file" .git/logs/HEAD ;;
rollback-symlink)
	mkdir -p .git/refs/hermes
	ln -s "$out/dir" .git/refs/hermes/rollback
	;;
hermes-refs-symlink) ln -s "$out/dir" .git/refs/hermes ;;
index-symlink) elsewhere index ;;
index-folder) rm .git/index && mkdir .git/index ;;
index-fifo) rm .git/index && mkfifo .git/index ;;
packed-refs-symlink)
	rm -f .git/packed-refs
	ln -s "$out/file" .git/packed-refs
	;;
config-symlink) elsewhere config ;;
config-fifo) rm .git/config && mkfifo .git/config ;;
head-fifo) rm .git/HEAD && mkfifo .git/HEAD ;;
exclude-fifo) rm -f .git/info/exclude && mkfifo .git/info/exclude ;;
attributes-fifo) mkfifo .git/info/attributes ;;
commit-graph-fifo) mkfifo .git/objects/info/commit-graph ;;
packs-index-fifo) mkfifo .git/objects/pack/multi-pack-index ;;
attributes-file-fifo)
	mkfifo .git/fifo
	set_config core.attributesFile "$PWD/.git/fifo"
	;;
excludes-file-fifo)
	mkfifo .git/fifo
	set_config core.excludesFile "$PWD/.git/fifo"
	;;
worktree-attributes-fifo) mkfifo .gitattributes ;;
worktree-ignore-fifo) mkfifo .gitignore ;;
worktree-below-fifo) mkfifo dir/.gitattributes dir/.gitignore ;;

# what Hermes itself leaves in a git dir
hermes-file) : >.git/hermes ;;
hermes-symlink) ln -s "$out/dir" .git/hermes ;;
hermes-world) mkdir .git/hermes && chmod 777 .git/hermes ;;
hermes-lock-symlink)
	mkdir -m 700 .git/hermes
	ln -s "$out/new" .git/hermes/lock
	;;
hermes-lock-folder) mkdir -m 700 .git/hermes .git/hermes/lock ;;
hermes-lock-fifo) mkdir -m 700 .git/hermes && mkfifo .git/hermes/lock ;;
hermes-token)
	mkdir -m 700 .git/hermes .git/hermes/1
	ln -s "$out/file" .git/hermes/1/lock
	;;
hermes-tokens)
	mkdir -m 700 .git/hermes
	for ((i = 1; i < 300; i++)); do
		ln -s "$out/dir" ".git/hermes/$i"
	done
	;;
hermes-kept)
	mkdir -m 700 .git/hermes
	for ((i = 1; i < 300; i++)); do
		ln -s "$out/dir" ".git/hermes/kept-$i"
	done
	;;
pack-temporary)
	for ((i = 1; i < 300; i++)); do
		ln -s "$out/file" ".git/objects/pack/tmp_pack_hermes_$i"
	done
	;;

# locks
index-lock) : >.git/index.lock ;;
index-lock-symlink) ln -s "$out/file" .git/index.lock ;;
index-lock-dangling) ln -s "$out/new" .git/index.lock ;;
branch-lock) : >.git/refs/heads/main.lock ;;
branch-lock-symlink) ln -s "$out/new" .git/refs/heads/main.lock ;;

# objects and history
alternates-outside)
	mkdir -p .git/objects/info
	echo "$out/victim/.git/objects" >.git/objects/info/alternates
	;;
alternates-loop)
	mkdir -p .git/objects/info
	echo "$PWD/.git/objects" >.git/objects/info/alternates
	;;
alternates-gone) echo /nonexistent/objects >.git/objects/info/alternates ;;
alternates-fifo) mkfifo .git/objects/info/alternates ;;
replace)
	new=$(git commit-tree -m evil "$(git mktree </dev/null)")
	git update-ref "refs/replace/$(git rev-parse main)" "$new"
	;;
grafts) git rev-parse main >.git/info/grafts ;;
shallow) git rev-parse main >.git/shallow ;;
packed-refs-dots)
	printf '%s refs/heads/../../../x\n' "$(git rev-parse main)" \
		>>.git/packed-refs
	;;
packed-refs-noise) printf 'no refs here\n\0\n' >.git/packed-refs ;;
head-dots) echo 'ref: refs/heads/../../../x' >.git/HEAD ;;
head-long) printf 'ref: refs/heads/%0999d\n' 0 >.git/HEAD ;;
branch-loop) echo 'ref: refs/heads/main' >.git/refs/heads/main ;;
branch-noise) head -c 5000 /dev/urandom >.git/refs/heads/main ;;

# the index
index-dots) index_path dir/gone ../xgone ;;
index-dot-git) index_path dir/gone .git/xxx ;;
index-absolute) index_path dir/gone /ir/gone ;;
index-noise) head -c 5000 /dev/urandom >.git/index ;;
index-cut) truncate -s 90 .git/index ;;
index-assume)
	git update-index --assume-unchanged dir/change
	echo mine >dir/change
	;;
index-skip)
	git update-index --skip-worktree dir/change
	echo mine >dir/change
	;;

# the worktree
parent-symlink)
	mkdir -p "$out/$PWD"
	mv dir "$out/$PWD/dir"
	ln -s "$out/$PWD/dir" dir
	;;
new-parent-symlink) ln -s "$out/dir" new ;;
new-file-symlink) mkdir new && ln -s "$out/new" new/file ;;
file-symlink) ln -sf "$out/file" file ;;
file-fifo) rm file && mkfifo file ;;
hard-link)
	mkdir -p "$out/$PWD"
	ln file "$out/$PWD/file"
	ln dir/gone "$out/$PWD/gone"
	;;
setuid) chmod 6755 tool ;;
folder-modes) chmod 3777 dir ;;
read-only-folder) chmod 555 dir ;;
nested-repo) git init -q new ;;
ignored)
	echo new >.git/info/exclude
	mkdir new
	echo precious >new/file
	;;
file-mode) set_config core.fileMode false && chmod +x file ;;
symlinks-off) set_config core.symlinks false ;;
ignore-case) set_config core.ignoreCase true && : >NEW ;;
auto-crlf) set_config core.autocrlf true ;;
shared) set_config core.sharedRepository 0666 ;;
partial) set_config remote.origin.promisor true ;;
sparse) set_config core.sparseCheckout true ;;
sha256)
	set_config core.repositoryFormatVersion 1
	set_config extensions.objectFormat sha256
	;;
none) ;;
*)
	echo "$0: $trick: unknown" >&2
	exit 64
	;;
esac
