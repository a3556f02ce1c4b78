#!/bin/bash
# kill.sh [STEP [KIND...]] - kill -9 at every STEPth mutating system call of
# one apply, rollback, undo, ref-only move or join; "twice" is a rollback killed once
# more in its recovery. After hermes-exec -R the checkout is exactly before or
# exactly after, and the ledger says which. A sweep that hit fewer than half of
# its points has shown nothing, and fails.
#
# With INJECT='error=ENOSPC error=EIO ...' the call fails instead, each in its
# turn; what hermes-exec says then is true. EMFILE alone is given to every call
# that makes a descriptor, too. AT='^openat2 ' takes only the points like that.
# Prints "N of N" for each; exit 1 where one is not exact. Needs strace.
set -u
# shellcheck source=tests/world.sh
. "${0%/*}/world.sh"
read -ra injects <<<"${INJECT:-signal=KILL}"
step=${1:-1}
shift
[ $# -gt 0 ] || set -- apply rollback undo ref-only join twice
top=$(mktemp -d)
trap 'rm -rf "$top"' EXIT
# shellcheck source=tests/exec/scene.bash
. "$(dirname "$0")/exec/scene.bash"
calls=write,pwrite64,pwritev,writev,copy_file_range,sendfile,fallocate
calls=$calls,truncate,ftruncate,rename,renameat,renameat2,link,linkat
calls=$calls,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir
calls=$calls,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,utimensat
calls=$calls,fsync,fdatasync,syncfs,sync,flock,openat,open,creat
descriptors=openat2,dup,dup3,pipe2,memfd_create,socket,pidfd_open,fcntl

# prepare KIND - $top/base: the scene, its state and a document
prepare() {
	kind=${1/twice/rollback}
	scene "$kind"
	# what every point is given a copy of is kept small
	rm -rf "$top/up"
	mv "$top/work/up" "$top/up"
	ln -s "$top/up" "$top/work/up"
	[ "$kind" = join ] || git -C "$co" repack -q -a -d
	scene_state
	refresh
}

# refresh - documents and leases age (15 minutes), a sweep may take longer
refresh() {
	[ -d "$top/work" ] || again
	scene_document "$kind"
	made=$SECONDS
	rm -rf "$top/base"
	mv "$top/work" "$top/base"
}

# again - $top/work as it was
again() {
	rm -rf "$top/work"
	cp -a "$top/base" "$top/work"
	[ $((SECONDS - made)) -lt 600 ] || {
		refresh
		cp -a "$top/base" "$top/work"
	}
}

# points COMMAND... - "CALL N" for every call, counted as strace does: for
# each process by itself. One that only opens or copies a descriptor matters
# where descriptors can run out.
points() {
	local every=0
	[[ ${injects[*]} != error=EMFILE ]] || every=1
	strace -f -o "$top/trace" -e "trace=$calls,$descriptors" \
		"$@" >/dev/null 2>&1
	awk -v every=$every -v descriptors="$descriptors" '
	BEGIN { n = split(descriptors, names, ",")
		for (i = 1; i <= n; i++) only[names[i]] }
	{	pid = $1; sub(/^[0-9]+ +/, ""); call = $0; sub(/\(.*/, "", call)
		if (call !~ /^[a-z0-9_]+$/) next
		n = ++seen[pid, call]
		if (!every && call == "openat" && $0 !~ /O_CREAT/) next
		if (!every && call in only && $0 !~ /O_CREAT/) next
		if (call == "fcntl" && $0 !~ /F_DUPFD/) next
		if (!((call, n) in told)) { told[call, n] = 1; print call, n }
	}' "$top/trace" | grep -E "${AT-.}"
}

# disturbed CALL N COMMAND... - run it, killed there; $top/said.json. Without
# --seccomp-bpf: with it strace 6.1 on Linux 6.18 sends no signal.
disturbed() {
	{ # and no word of the shell's that strace was killed
		strace -f -o "$top/hit" -e "trace=$1" \
			-e "inject=$1:${injects[$((at % ${#injects[@]}))]}:when=$2" \
			"${@:3}" >"$top/said.json" || :
	} 2>/dev/null
	! grep -qE 'INJECTED|killed by SIGKILL' "$top/hit" || ((hits++))
}

# recover - as soon as what it left (a lane, a check) is gone
recover() {
	local i rc
	for ((i = 0; i < 100; i++)); do
		close_all 2>"$top/why"
		rc=$?
		[ $rc = 75 ] || return $rc
		sleep 0.1
	done
	return 1
}

# honest - a document that came out whole says how the checkout is
honest() {
	local verdict
	verdict=$(jq -r '.exec.repos[0].verdict' "$top/said.json" 2>/dev/null)
	case $verdict in
	applied) ends after ;;
	refused | rolled-back) ends before ;;
	esac >"$top/why" || {
		echo "it said $verdict" >>"$top/why"
		return 1
	}
}

# sweep NAME - every point of the apply; with "twice", a second one too
sweep() {
	local call n i=0 at=0 good=0 bad=0 hits=0 second
	again
	points bash -c execute >"$top/points"
	if [ "$1" = twice ]; then
		again
		disturbed renameat2 19 bash -c execute
		points hermes-exec -R -s "$state" >"$top/second"
		mapfile -t second <"$top/second"
	fi
	while read -r call n; do
		((i++ % step == 0)) || continue
		again
		at=$((good + bad))
		disturbed "$call" "$n" bash -c execute
		if [ "$1" = twice ]; then
			# shellcheck disable=SC2086 # a call and a number
			disturbed ${second[$((i * 7 % ${#second[@]}))]} \
				hermes-exec -R -s "$state"
		fi
		if honest && recover && exact >"$top/why" 2>&1; then
			((good++))
		else
			((bad++))
			echo "$1: at $call $n, ${injects[$((at % ${#injects[@]}))]}: $(cat "$top/why")"
		fi
	done <"$top/points"
	echo "$1: $good of $((good + bad)) points exact, by ${injects[*]} ($hits hit)"
	[ "$bad" = 0 ] && [ "$good" -gt 0 ] && [ $((hits * 2)) -gt "$good" ]
}

rc=0
for what; do
	prepare "$what"
	sweep "$what" || rc=1
done
exit $rc
