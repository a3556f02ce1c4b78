#!/bin/bash
# races.sh [COUNT [KIND...]] - COUNT applies of each kind against a program
# that works in the same checkout meanwhile. No byte of it is lost, no index is
# damaged, and an apply that is refused leaves nothing behind.
#
# Prints a line for each kind; exit 1 where a round is not as it must be.
# shellcheck disable=SC2317 # race_KIND is called by its name
set -u
# shellcheck source=tests/world.sh
. "${0%/*}/world.sh"
count=${1:-29}
shift
[ $# -gt 0 ] || set -- add commit checkout gc inplace rename held
here=$(cd "$(dirname "$0")/exec" && pwd)
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
export HOME=$top/home GIT_CONFIG_NOSYSTEM=1 LC_ALL=C TZ=UTC
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org
export GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.org
mkdir "$HOME"
git config --global gc.auto 0
co=$top/work/co

# The programs. Each runs in the checkout until $top/stop is there, and writes
# what it has done for good, a line each, into $top/done.
race_add() {
	local i
	for ((i = 0; ; i++)); do
		[ ! -e "$top/stop" ] || return
		echo "mine $i" >mine
		git add mine && git hash-object mine >"$top/done"
		git status >/dev/null
	done
}

race_commit() {
	while [ ! -e "$top/stop" ]; do
		git commit -q --allow-empty -m mine &&
			git rev-parse HEAD >>"$top/done"
	done
}

race_checkout() {
	while [ ! -e "$top/stop" ]; do
		git checkout -q other
		git checkout -q main
	done
	git checkout -q main
}

race_gc() {
	while [ ! -e "$top/stop" ]; do
		git gc -q --prune=now
	done
}

race_inplace() {
	local i
	for ((i = 0; i < 40; i++)); do
		[ ! -e "$top/stop" ] || return
		echo "mine $i" >dir/change
		echo "mine $i" >"$top/done"
	done
}

race_rename() {
	local i
	for ((i = 0; i < 40; i++)); do
		[ ! -e "$top/stop" ] || return
		echo "mine $i" >dir/.change.swp
		mv dir/.change.swp dir/change
		echo "mine $i" >"$top/done"
	done
}

race_held() {
	/usr/bin/python3 - "$top" <<'P'
import os, sys, time
top = sys.argv[1]
held = open('dir/change', 'r+b', buffering=0)
old = os.fstat(held.fileno()).st_ino
open(top + '/ready', 'w').close()
for i in range(4000):
    if os.path.exists(top + '/stop') or os.stat('dir/change').st_ino != old:
        break
    time.sleep(0.001)
held.seek(0, 2)
held.write(b'mine late\n')
open(top + '/done', 'w').write('mine late\n')
P
}

# round KIND - one apply, $top/out.json
round() {
	local racer check=true
	rm -rf "$top/work" "$top/stop" "$top/done" "$top/ready"
	cp -a "$top/base" "$top/work"
	: >"$top/done"
	[ "$1" != held ] || check='sleep 0.3'
	jq -n --arg path "$co" --arg staging "$top/staging/co" --arg check "$check" \
		--arg before "$before" --arg after "$after" '
		[{ repo_key: "co", path: $path, branch: "main", before: $before,
		   after: $after, token: 7, staging: $staging,
		   checks: [{ argv: ["sh", "-c", $check], at: "health",
			      need: "required", timeout_s: 20 }] }]' |
		"$here/gate-doc" "$top/work/state" >"$top/doc.json"
	ln -s "$top/staging" "$top/work/state/staging"
	# some begin before the apply, some beside it, some behind its swap
	(cd "$co" && { [ "$1" = held ] || sleep "0.$((RANDOM % 5))"; } &&
		"race_$1") >"$top/said" 2>&1 &
	racer=$!
	if [ "$1" = held ]; then
		while [ ! -e "$top/ready" ] && kill -0 "$racer" 2>/dev/null; do
			sleep 0.01
		done
	else
		sleep "0.0$((RANDOM % 10))"
	fi
	hermes-exec -s "$top/work/state" <"$top/doc.json" >"$top/out.json"
	: >"$top/stop"
	wait "$racer"
	verdict=$(jq -r '.exec.repos[0] | "\(.verdict) \(.code)"' "$top/out.json")
}

# mine - paths that the program of this kind may have left changed
mine() {
	case $1 in
	add) printf 'A  mine\nAM mine\n' ;; # it may have met our index.lock
	inplace | rename) echo ' M dir/change' ;;
	held) echo ' M dir/change' ;;
	esac
}

# sound KIND - what the round left is as it must be
sound() {
	local head line left
	git -C "$co" fsck --strict >"$top/fsck" 2>&1 || {
		cat "$top/fsck"
		return 1
	}
	head=$(git -C "$co" rev-parse main)
	case $verdict in
	'applied null')
		git -C "$co" merge-base --is-ancestor "$after" "$head" || {
			echo "applied, but main is at $head"
			return 1
		}
		;;
	refused* | failed*)
		! git -C "$co" merge-base --is-ancestor "$after" "$head" || {
			echo "$verdict, but main has it"
			return 1
		}
		;;
	esac
	# against its own HEAD nothing but the program's own work differs
	left=$(git -C "$co" status --porcelain --untracked-files=no |
		grep -vxF -e "$(mine "$1")")
	[ -z "$left" ] || {
		echo "$verdict, but: $left"
		return 1
	}
	left=$(cd "$co/.git" && find . -name '*.lock' -o -name '*.keep' -o -path './hermes/*' \
		! -name lock ! -name packs ! -name 'refs-*' ! -path './hermes/kept-*')
	[ -z "$left" ] || {
		echo "left: $left"
		return 1
	}
	while read -r line; do
		case $1 in
		commit) git -C "$co" merge-base --is-ancestor "$line" main ;;
		add) git -C "$co" ls-files -s mine | grep -q "$line" ;;
		*) grep -rqsxF "$line" "$co/dir/change" "$co"/.git/hermes/kept-* ;;
		esac || {
			echo "$verdict, lost: $line"
			return 1
		}
	done < <(tail -n 20 "$top/done")
}

"$here/fixture" "$top/base"
git clone -q --bare "$top/base/up" "$top/staging/co"
git -C "$top/staging/co" repack -q -a -d
after=$(git -C "$top/base/up" rev-parse main)
git -C "$top/base/co" remote remove origin
rm -f "$top/base/co/.git/FETCH_HEAD"
git -C "$top/base/co" branch other
git -C "$top/base/co" commit -q --allow-empty -m base
git -C "$top/base/co" reset -q --hard other
git -C "$top/base/co" reflog expire --expire=all --all
git -C "$top/base/co" gc -q --prune=now
before=$(git -C "$top/base/co" rev-parse main)
rc=0
for kind; do
	good=0 bad=0 applied=0
	for ((i = 0; i < count; i++)); do
		round "$kind"
		[ "$verdict" != 'applied null' ] || ((applied++))
		if sound "$kind" >"$top/why" 2>&1; then
			((good++))
		else
			((bad++))
			echo "$kind: $(cat "$top/why")"
		fi
	done
	echo "$kind: $good of $((good + bad)) rounds sound, $applied applied"
	[ "$bad" = 0 ] || rc=1
done
exit $rc
