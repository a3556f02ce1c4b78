#!/bin/bash
# harness.sh SWITCH... - is it noticed where hermes-exec lacks one of these?
#
# For each switch of harness/broken.c the cheapest proof that misses what it
# takes away: the proof holds with the sound hermes-exec and fails with the
# broken one. Prints which one caught it, "N of N" at the end; exit 1 where a
# switch went unnoticed.
set -u
# shellcheck source=tests/world.sh
. "${0%/*}/world.sh"
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../build}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# proof SWITCH - the command, a word an element
proof() {
	case $1 in
	JOURNAL_SYNC) proof=(env WAYS=lazy "$here/power.sh" 6 apply) ;;
	FOLDER_SYNC) proof=(env WAYS=lazy "$here/power.sh" 6 rollback) ;;
	EXCHANGE) proof=("$here/kill.sh" 5 apply) ;;
	OUT_HASH) proof=("$here/races.sh" 3 held) ;;
	INDEX_LOCK)
		proof=(bats -f "another program's index.lock" "$here/exec.bats")
		;;
	TOKEN) proof=(bats -f 'or nobody leased' "$here/exec.bats") ;;
	# ident, tags, stat data, a group: what git would have left
	PARITY_*) proof=("$here/parity/run" -n 150) ;;
	*)
		echo "harness: $1: no such switch"
		exit 64
		;;
	esac
}

caught=0 count=0
for switch; do
	proof "$switch"
	((count++))
	name="${proof[*]#"$here/"}"
	if ! "${proof[@]}" >"$log" 2>&1; then
		echo "BREAK_$switch: $name fails with nothing broken:"
		cat "$log"
	elif grep -q skipped "$log"; then
		echo "BREAK_$switch: $(cat "$log")"
		((count--))
	elif PATH=$build/harness/BREAK_$switch:$PATH "${proof[@]}" \
		>"$log" 2>&1; then
		echo "BREAK_$switch: $name did not notice"
	else
		((caught++))
		echo "BREAK_$switch: caught by $name: $(grep -m 1 -E \
			'of|not ok' <(tac "$log") | head -c 100)"
	fi
done
echo "harness: $caught of $count switches caught"
[ "$caught" = "$count" ]
