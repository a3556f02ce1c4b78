# A disk that is full: what Hermes had in hand stays as it was, and goes on
# once there is space. Needs root and mounts; skipped where not permitted.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	here
	mkdir disk
	mount -t tmpfs -o size=512m tmpfs disk 2>/dev/null ||
	    skip 'mounts are not permitted here'
	disk=$PWD/disk
}

teardown() {
	umount -q "$disk" || :
}

# space KIB - that much is left on the disk, and no more
space() {
	local used
	used=$(df -k --output=used "$disk" | tail -n 1)
	mount -o "remount,size=$((used + $1 + 4))k" "$disk"
	head -c 4096 /dev/zero >"$disk/filler"
}

# one fleet, its checkout in $1, its STATE in $2
fleet() {
	rm -rf "${disk:?}"/* hermes scene
	mount -o remount,size=512m "$disk"
	PLAIN=1 "$top/tests/exec/fixture" "$PWD/scene" 2>/dev/null
	mkdir -p hermes/config "$2"
	chmod 700 "$2"
	ln -s "$2" hermes/state
	cp -a scene/co "$1"
	jq -n --arg path "$1" '{ schema: "hermes.fleet/1",
	    repos: [{ repo_key: "co", path: $path }] }' >hermes/config/fleet.json
	echo '{"schema":"hermes.policy/1","cooldown_s":0}' \
	    >hermes/config/runtime_upgrade_policies.json
	export HERMES_HOME=$PWD/hermes
	co=$1
	"$top/tests/exec/snapshot" "$co" >before
}

is_before() {
	GIT_OPTIONAL_LOCKS=0 "$top/tests/exec/snapshot" "$co" >now
	diff before now
}

# applied - the next cycles have nothing in their way, and leave nothing
applied() {
	local i
	mount -o remount,size=512m "$disk"
	# the first tells what the one before it met, and may find the machine
	# under pressure still
	for i in 1 2 3; do
		hermes-cycle || [ "$?" = 1 ]
		hermes-show <hermes/state/cycles/last.json
		[ "$(git -C "$co" rev-parse HEAD)" = \
		    "$(git -C scene/up rev-parse main)" ] && break
	done
	[ "$(git -C "$co" rev-parse HEAD)" = "$(git -C scene/up rev-parse main)" ]
	hermes-cycle
	[ -z "$(git -C "$co" status --porcelain --untracked-files=no)" ]
	git -C "$co" fsck --strict
	hermes-ledger -V -s hermes/state >/dev/null
	[ -z "$(find "$co/.git" -name '*.lock' -o -path "$co/.git/hermes/*" ! -name lock ! -name packs ! -name 'refs-*')" ]
	[ -z "$(ls hermes/state/journals)" ]
}

# document - doc.json, as if the gate had seen space enough
document() {
	jq -n --arg path "$co" --arg before "$(git -C "$co" rev-parse main)" \
	    --arg after "$(git -C scene/up rev-parse main)" \
	    '[{ repo_key: "co", path: $path, branch: "main", before: $before,
	        after: $after, token: 7 }]' |
	    "$top/tests/exec/gate-doc" hermes/state >doc.json
}

@test "exec: the checkout's disk is too small, all stays as it was" {
	local kib applied=0 stopped=0
	for kib in 0 8 24 200 360 800; do
		fleet "$disk/co" "$PWD/state"
		document
		space "$kib"
		hermes-exec -s hermes/state <doc.json >out.json
		case $(jq -r '.exec.repos[0] | "\(.verdict) \(.code)"' out.json) in
		'applied null') ((++applied)) ;;
		'failed no-space' | 'refused no-space')
			((++stopped))
			is_before
			;;
		*) fail "$kib: $(jq -c .exec.repos out.json)" ;;
		esac
		applied
		rm -rf state
	done
	echo "applied $applied, stopped $stopped"
	[ "$applied" -ge 1 ]
	[ "$stopped" -ge 3 ]
}

@test "cycle: the checkout's disk is too small, all stays as it was" {
	fleet "$disk/co" "$PWD/state"
	space 8
	hermes-cycle 2>said || echo "$?"
	is_before
	applied
}

# in_pieces - what a cycle does behind its gate
in_pieces() {
	hermes-exec -s hermes/state <doc.json >out.json &&
	    hermes-ledger -s hermes/state <out.json >told.json &&
	    hermes-project -s hermes/state <told.json >/dev/null
}

@test "exec: STATE's disk is too small, it is before or after, and told" {
	local kib applied=0 stopped=0
	for kib in 0 4 12 32 200; do
		fleet "$PWD/co" "$disk/state"
		document
		: >hermes/state/.cycle.lock
		space "$kib"
		in_pieces || echo "$kib: $?"
		if is_before >/dev/null; then
			((++stopped))
			[ "$kib" -lt 200 ]
		else
			((++applied))
			[ "$(git -C "$co" rev-parse main)" = "$(git -C scene/up rev-parse main)" ]
			[ -z "$(git -C "$co" status --porcelain --untracked-files=no)" ]
		fi
		applied
		rm -rf co
	done
	echo "applied $applied, stopped $stopped"
	[ "$stopped" -ge 1 ]
	[ "$applied" -ge 2 ]
}

@test "cycle: STATE's disk is too small, all stays as it was" {
	local kib
	for kib in 0 60; do
		fleet "$PWD/co" "$disk/state"
		space "$kib"
		hermes-cycle >said 2>&1 || echo "$kib: $?"
		is_before
		applied
		rm -rf co
	done
}

@test "exec: no space for the journal is no-space, told and untouched" {
	fleet "$PWD/co" "$disk/state"
	document
	: >hermes/state/.cycle.lock
	space 0
	hermes-exec -s hermes/state <doc.json >out.json
	[ "$(jq -r '.exec.repos[0] | "\(.verdict) \(.code)"' out.json)" = \
	    'failed no-space' ]
	is_before
}

@test "ledger: no space for a batch: 74, nothing of it stays, later all of it" {
	mkdir state
	for i in {1..200}; do
		echo "{\"id\":\"20250301T040000Z-0000000a:hermes.hold.set:co:$i\",\"source\":\"hermes-event\",\"type\":\"hermes.hold.set\",\"subject\":\"co\",\"data\":{\"why\":\"w$i\",\"author\":\"a\",\"expires_at\":null}}"
	done | jq -sc '{schema: "hermes.cycle/1", cycle: {id: "20250301T040000Z-0000000a",
	    host: "h", now: {real_at: "2025-03-01T04:00:00.000Z", boot_ms: 1,
	    boot_id: "00000000-0000-0000-0000-000000000000"}}, events: .}' >doc.json
	hermes-event hold.set -r co -w why >one.json
	mkdir -m 700 disk/state
	hermes-ledger -s disk/state <one.json >/dev/null
	cp disk/state/runtime_events.jsonl kept
	space 16
	run -74 --separate-stderr hermes-ledger -s disk/state <doc.json
	assert_equal "$output" ''
	cmp disk/state/runtime_events.jsonl kept
	hermes-ledger -V -s disk/state >/dev/null
	mount -o remount,size=512m "$disk"
	hermes-ledger -s disk/state <doc.json >out.json
	[ "$(jq -c '.ledger[-1] | [.seq, .appended_count]' out.json)" = '[201,200]' ]
}
