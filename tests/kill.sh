#!/bin/bash
# kill.sh [STEP [apply|rollback|twice]...] - kill -9 at every STEPth mutating
# system call of one apply, of one rollback, and a second time in recovery;
# after hermes-exec -R the checkout is exactly before or exactly after.
#
# With INJECT='error=ENOSPC error=EIO ...' the call fails instead, each in its
# turn; what hermes-exec says then is true.
# Prints "N of N" for each; exit 1 where one is not exact. Needs strace.
set -u
export ASAN_OPTIONS=detect_leaks=0 # it cannot, under ptrace
read -ra injects <<<"${INJECT:-signal=KILL}"
step=${1:-1}
shift
[ $# -gt 0 ] || set -- apply rollback twice
here=$(cd "$(dirname "$0")/exec" && pwd)
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
export HOME=$top/home GIT_CONFIG_NOSYSTEM=1 LC_ALL=C TZ=UTC
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org
export GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.org
mkdir "$HOME"
calls=write,pwrite64,copy_file_range,ftruncate,rename,renameat,renameat2
calls=$calls,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir
calls=$calls,chmod,fchmod,fchmodat,fsync,fdatasync,flock,openat

execute() {
	hermes-exec -s "$top/work/state" <"$top/doc.json"
}
export -f execute
export top

# document CHECK - $top/doc.json for the checkout in $top/work.
document() {
	jq -n --arg path "$top/work/co" --arg check "$1" \
		--arg staging "$top/staging/co" \
		--arg before "$(git -C "$top/work/co" rev-parse main)" \
		--arg after "$(git -C "$top/work/co" rev-parse origin/main)" '
		[{ repo_key: "co", path: $path, branch: "main",
		   staging: $staging,
		   before: $before, after: $after, token: 7,
		   checks: [{ argv: [$check], at: "health", need: "required",
			      timeout_s: 20 }] }]' |
		"$here/gate-doc" "$top/work/state" >"$top/doc.json"
	ln -sfn "$top/staging" "$top/work/state/staging"
	made=$SECONDS
}

# prepare CHECK - $top/base: the fixture, its state and a document; $top/before
# and $top/after: what is exact.
prepare() {
	rm -rf "$top/base" "$top/work"
	"$here/fixture" "$top/work"
	[ -e "$top/staging" ] || {
		git clone -q --bare "$top/work/up" "$top/staging/co"
		git -C "$top/staging/co" repack -q -a -d
	}
	cp -a "$top/work" "$top/base"
	"$here/snapshot" "$top/work/co" >"$top/before"
	document true
	execute >/dev/null
	"$here/snapshot" "$top/work/co" >"$top/after"
	again
	check=$1
	document "$check"
	cp -a "$top/work/state" "$top/base/state"
}

# again - $top/work as it was.
again() {
	rm -rf "$top/work"
	cp -a "$top/base" "$top/work"
}

# fresh - documents and leases age (15 minutes), a sweep may take longer.
fresh() {
	[ $((SECONDS - made)) -lt 600 ] || {
		document "$check"
		cp -a "$top/work/state" "$top/base/"
	}
}

# points COMMAND... - "CALL N" for every mutating call, counted as strace
# does: for each process by itself.
points() {
	strace -f -o "$top/trace" -e trace=$calls "$@" >/dev/null 2>&1
	awk '{ pid = $1; sub(/^[0-9]+ +/, ""); call = $0; sub(/\(.*/, "", call)
		if (call !~ /^[a-z0-9_]+$/) next
		n = ++seen[pid, call]
		if (call == "openat" && $0 !~ /O_CREAT/) next
		if (!((call, n) in told)) { told[call, n] = 1; print call, n }
	}' "$top/trace"
}

# killed CALL N COMMAND... - run it, killed there; $top/said.json.
killed() {
	strace -f -o /dev/null -e "trace=$1" \
		-e "inject=$1:${injects[$((at % ${#injects[@]}))]}:when=$2" \
		"${@:3}" >"$top/said.json" 2>/dev/null || :
}

recover() {
	local i
	for ((i = 0; i < 100; i++)); do
		hermes-exec -R -s "$top/work/state" >"$top/recovered.json" \
			2>"$top/why" && return 0
		[ $? = 75 ] || return 1
		sleep 0.1
	done
	return 1
}

# exact - is all as it was before, or as it is after?
exact() {
	"$here/snapshot" "$top/work/co" >"$top/now" 2>&1
	cmp -s "$top/now" "$top/before" || cmp -s "$top/now" "$top/after" || {
		diff "$top/before" "$top/now" | head -20
		return 1
	}
	git -C "$top/work/co" fsck --strict >"$top/fsck" 2>&1 || {
		cat "$top/fsck"
		return 1
	}
	local left
	left=$(cd "$top/work/co/.git" && find . -name '*.lock' \
		-o -name '*.keep' -o -path './hermes/*' ! -name lock)
	[ -z "$left" ] || {
		echo "left: $left"
		return 1
	}
	[ -z "$(jq -r 'select(.done|not)' "$top"/work/state/journals/* \
		2>/dev/null)" ] || {
		echo "a journal is open"
		return 1
	}
}

# honest - a document that came out whole says how the checkout is
honest() {
	local verdict
	verdict=$(jq -r '.exec.repos[0].verdict' "$top/said.json" 2>/dev/null)
	"$here/snapshot" "$top/work/co" >"$top/now" 2>&1
	case $verdict in
	applied) cmp -s "$top/now" "$top/after" ;;
	refused | rolled-back) cmp -s "$top/now" "$top/before" ;;
	esac || {
		{ echo "it said $verdict"; diff "$top/before" "$top/now"; } >"$top/why"
		return 1
	}
}

# sweep NAME - every point of the apply; with "twice", a second one too.
sweep() {
	local call n i=0 at=0 good=0 bad=0 second
	again
	fresh
	points bash -c execute >"$top/points"
	if [ "$1" = twice ]; then
		again
		fresh
		killed renameat2 9 bash -c execute
		points hermes-exec -R -s "$top/work/state" >"$top/second"
		mapfile -t second <"$top/second"
	fi
	while read -r call n; do
		((i++ % step == 0)) || continue
		again
		fresh
		at=$((good + bad))
		killed "$call" "$n" bash -c execute
		if [ "$1" = twice ]; then
			# shellcheck disable=SC2086 # a call and a number
			killed ${second[$((i * 7 % ${#second[@]}))]} \
				hermes-exec -R -s "$top/work/state"
		fi
		if honest && recover && exact; then
			((good++))
		else
			((bad++))
			echo "$1: at $call $n, ${injects[$((at % ${#injects[@]}))]}: $(cat "$top/why")"
		fi
	done <"$top/points"
	echo "$1: $good of $((good + bad)) points exact, by ${injects[*]}"
	[ "$bad" = 0 ] && [ "$good" -gt 0 ]
}

rc=0
for what; do
	case $what in
	apply) prepare true ;;
	*) prepare false ;;
	esac
	sweep "$what" || rc=1
done
exit $rc
