#!/bin/bash
# power.sh [STEP [KIND...]] - the power fails before every STEPth call that
# changes a file, of all the processes of one apply, its ledger, its views and
# the next cycle's recovery
#
# Kinds: apply, rollback, undo, ref-only, and cycle, a whole hermes-cycle. The
# checkout and STATE lie on two ext4 file systems in files (LAYOUT=one: on
# one), that are copied while they are mounted: what the kernel has not written
# is lost. Each kind runs twice: "lazy", nothing is written that was not asked
# for, and "eager", the file system has committed a moment ago, names without
# their bytes. The copies are mounted and the next cycle begins there: ledger,
# journal and checkout agree, git fsck and e2fsck are content, and an apply
# finds nothing in its way.
#
# Prints "N of N" for each; exit 1 where one is not as it must be. Needs root
# and loop mounts; where they are not permitted it says so and exits 0.
# shellcheck disable=SC2317 # hook is called from another shell
set -u
# shellcheck source=tests/world.sh
. "${0%/*}/world.sh"
step=${1:-1}
shift
[ $# -gt 0 ] || set -- apply rollback undo ref-only cycle
: "${LAYOUT=two}" "${WAYS=lazy eager}"
[ -w /dev/shm ] && TMPDIR=/dev/shm
export TMPDIR
top=$(mktemp -d)
live=$top/live
trap 'umount -q "$top/work" "$top/disk"; rm -rf "$top"' EXIT
state=$top/disk/state
[ "$LAYOUT" = two ] || state=$top/work/disk/state
export HERMES_HOME=${state%/*}
# shellcheck source=tests/exec/scene.bash
. "$(dirname "$0")/exec/scene.bash"
PATH=$PATH:/usr/sbin:/sbin
stops=${BUILD:-$(dirname "$0")/../build}/power/stops

# discs - make them, empty, in $live; mounted, as they are at a user's, but
# nothing is written by the clock. Of $1 bytes: the probe wants 64 MiB free
discs() {
	local name
	mkdir -p "$live"
	for name in work disk; do
		truncate -s "${1:-16M}" "$live/$name" &&
			mkfs.ext4 -q -b 1024 -J size=2 -m 0 \
				-E lazy_itable_init=0,lazy_journal_init=0 \
				"$live/$name" || return
	done
}

attach() {
	mkdir -p "$top/work" "$top/disk"
	mount -o loop,commit=300,noauto_da_alloc "$1/work" "$top/work" &&
		mount -o loop,commit=300,noauto_da_alloc "$1/disk" "$top/disk"
}

detach() {
	umount "$top/work" && umount "$top/disk"
}

# lay KIND - the scene on the discs
lay() {
	case $1 in
	cycle) PLAIN=1 scene apply ;;
	*) scene "$1" ;;
	esac
	rm -rf "$top/plain" "$live"
	mv "$top/work" "$top/plain"
	discs "$([ "$1" = cycle ] && echo 96M)" && attach "$live" || return
	cp -a "$top/plain/." "$top/work/"
	scene_state
	mkdir "$HERMES_HOME/config"
	printf '{"schema":"hermes.fleet/1","repos":[{"repo_key":"co","path":"%s"}]}' \
		"$co" >"$HERMES_HOME/config/fleet.json"
	echo '{"schema":"hermes.policy/1"}' \
		>"$HERMES_HOME/config/runtime_upgrade_policies.json"
	touch "$top/work/tick" "$top/disk/tick"
	[ "$1" = cycle ] || scene_document "$1"
	git -C "$co" status >/dev/null
	sync -f "$top/work" && sync -f "$top/disk"
}

# told_and_closed - the rest of the cycle, and what the next one begins with
told_and_closed() {
	execute >"$top/a" && hermes-ledger -s "$state" <"$top/a" >"$top/b" &&
		hermes-project -s "$state" <"$top/b" >"$top/a" && close_all
}
export -f told_and_closed close_all

# The hook: what a power cut leaves at this moment, each different one once.
hook() {
	[ $(($1 % step)) = 0 ] || return 0
	if [ "$way" = eager ]; then
		dd if=/dev/zero of="$top/work/tick" bs=1 count=1 \
			conv=fsync,notrunc status=none
		dd if=/dev/zero of="$top/disk/tick" bs=1 count=1 \
			conv=fsync,notrunc status=none
	fi
	local sum written
	written=$(stat -c %y "$top/live/work" "$top/live/disk")
	if [ "$written" = "$(cat "$top/written" 2>/dev/null)" ]; then
		read -r sum _ < <(tail -n 1 "$top/points")
		echo "$sum $1 $2" >>"$top/points"
		return
	fi
	echo "$written" >"$top/written"
	sum=$(cat "$top/live/work" "$top/live/disk" | sha256sum)
	sum=${sum%% *}
	[ -d "$top/cuts/$sum" ] || {
		mkdir "$top/cuts/$sum"
		cp --sparse=always "$top/live/"* "$top/cuts/$sum/"
	}
	echo "$sum $1 $2" >>"$top/points"
}
export -f hook
printf '#!/bin/bash\nhook "$@"\n' >"$top/hook"
chmod +x "$top/hook"
export step

# goes_on - an apply finds nothing in its way
goes_on() {
	! cmp -s "$top/now" "$top/before" || {
		token=8 scene_document "${1/rollback/apply}"
		execute >"$top/said.json" || return
		[ "$(jq -r '.exec.repos[0].verdict' "$top/said.json")" = applied ] || {
			jq -c '.exec.repos[0]' "$top/said.json"
			return 1
		}
		ends after
	}
}

# cycle_goes_on - a cycle brings it where the cut one would have
cycle_goes_on() {
	hermes-cycle >/dev/null && ends after && hermes-cycle >/dev/null &&
		exact
}

# booted KIND CUT - the machine is on again
booted() {
	local rc=0
	attach "$2" || return
	if [ "$1" = cycle ]; then
		cycle_goes_on || rc=1
	else
		{ close_all && exact && goes_on "$1"; } || rc=1
	fi
	detach || return
	if ! e2fsck -f -n "$2/work" >"$top/fsck" 2>&1 ||
		! e2fsck -f -n "$2/disk" >"$top/fsck" 2>&1; then
		cat "$top/fsck"
		return 1
	fi
	return $rc
}

# sweep KIND WAY
sweep() {
	local good=0 bad=0 cuts=0 sum n
	export way=$2
	rm -rf "$top/cuts" "$top/written"
	mkdir "$top/cuts"
	: >"$top/points"
	lay "$1" || return
	if [ "$1" = cycle ]; then
		"$stops" "$top/hook" hermes-cycle >/dev/null 2>&1
	else
		"$stops" "$top/hook" bash -c told_and_closed 2>/dev/null
	fi || {
		echo "$1 $2: not even undisturbed"
		return 1
	}
	detach || return
	for sum in "$top/cuts"/*; do
		sum=${sum##*/}
		((cuts++))
		n=$(grep -c "^$sum" "$top/points")
		if booted "$1" "$top/cuts/$sum" >"$top/why" 2>&1; then
			((good += n))
		else
			((bad += n))
			echo "$1 $2: at $(grep -m 1 "^$sum" "$top/points" |
				cut -d ' ' -f 2-): $(head -c 2000 "$top/why")"
		fi
		[ -n "${KEEP-}" ] || rm -rf "$top/cuts/$sum"
	done
	echo "$1 $2: $good of $((good + bad)) points exact, $cuts different discs"
	[ "$bad" = 0 ] && [ "$good" -gt 0 ]
}

if ! discs 2>/dev/null || ! attach "$live" 2>/dev/null; then
	echo 'power: skipped: loop mounts are not permitted here'
	exit 0
fi
detach
rc=0
for what; do
	for how in $WAYS; do
		sweep "$what" "$how" || rc=1
	done
done
exit $rc
