# The room lib/store, through tests/unit/store.c: files, locks, the ledger
# under faults. What hermes-ledger promises is in ledger.bats.

setup() {
	load helper
	here
	unit=${BUILD:-$top/build}/unit/store
	state=$PWD/state
	ledger=$state/runtime_events.jsonl
}

# document PREFIX COUNT - a document with COUNT events of its own
document() {
	jq -n --arg p "$1" --argjson n "$2" '{schema: "hermes.cycle/1",
		cycle: {id: "20250301T040000Z-1a2b3c4d", host: "h",
			now: {real_at: "2025-03-01T04:00:00.000Z", boot_ms: 5,
				boot_id: "x"}},
		events: [range($n) | {id: "\($p)\(.)", source: "hermes-probe",
			type: "hermes.cycle.started", data: {repo_count: .}}]}'
}

# The chain of $ledger is whole, by sha256sum alone.
chained() {
	local prev line sum
	printf -v prev %064d 0
	while IFS= read -r line; do
		sum=$(printf '%s%s' "$prev" "${line%,\"hash\":*}" | sha256sum)
		prev=${sum%% *}
		[[ $line == *",\"hash\":\"$prev\"}" ]] || fail "$line"
	done <"$ledger"
	[ "$(jq -r .hash "$state/runtime_events.head.json")" = "$prev" ]
}

# faulty KIND:STEP COMMAND... - run it so; $status is 0, 74 or 137
faulty() {
	local fault=$1
	shift
	status=0
	FAULT=$fault "$@" >/dev/null 2>stderr || status=$?
}

@test "state: a folder is made 0700, its files are 0600, one below it too" {
	"$unit" write "$state" a.json <<<1
	"$unit" write "$state" cycles/b.json <<<2
	run stat -c '%a %n' state state/a.json state/cycles state/cycles/b.json
	assert_output "$(printf '%s\n' '700 state' '600 state/a.json' \
	    '700 state/cycles' '600 state/cycles/b.json')"
	run "$unit" read "$state" cycles/b.json
	assert_output 2
	run "$unit" read "$state" cycles/c.json
	assert_output absent
}

@test "state: a folder that others may write to, or that is none, is refused" {
	mkdir open && chmod 770 open
	run -78 "$unit" write open a <<<1
	assert_output 'open: others may write to it, found mode 0770'
	touch file
	run -78 "$unit" write file a <<<1
	assert_output 'file: Not a directory'
	run -78 "$unit" write none/state a <<<1
	assert_output 'none/state: No such file or directory'
}

@test "state: a name that leaves the folder is refused" {
	for name in ../a . .. '' a/../b a/b/c /a a/; do
		run -70 "$unit" write "$state" "$name" <<<1
	done
	run find . -type f
	assert_output ''
}

@test "state: the bytes are synced before the name, the name before the answer" {
	TRACE=1 "$unit" write "$state" a.json <<<1 2>steps
	assert_equal "$(tr '\n' ' ' <steps)" 'write fsync rename fsync '
}

@test "state: bytes that are there already are not written again" {
	"$unit" write "$state" a.json <<<1
	touch -d 2001-01-01 state/a.json
	before=$(stat -c '%i %y' state/a.json)
	TRACE=1 "$unit" write "$state" a.json <<<1 2>steps >out
	assert_equal "$(cat out)" unchanged
	[ ! -s steps ]
	assert_equal "$(stat -c '%i %y' state/a.json)" "$before"
	run "$unit" write "$state" a.json <<<2
	assert_output written
}

@test "state: killed or failing at any step, a file is old or new, never else" {
	for kind in kill half fail; do
		for n in 1 2 3 4; do
			"$unit" write "$state" a.json <<<old
			faulty $kind:$n "$unit" write "$state" a.json <<<new!
			[ $kind != half ] || [ $n = 1 ] || assert_equal $status 0
			[ $kind != fail ] || assert_equal $status 74
			run cat state/a.json
			[[ $output == old || $output == new! ]]
			[ $n != 4 ] || assert_output new!
		done
	done
	"$unit" write "$state" a.json <<<last
	run ls -A state
	assert_output a.json # no temporary is left
}

@test "state: what a killed writer left is one temporary, written over" {
	for n in 1 2 3; do
		faulty kill:3 "$unit" write "$state" a.json <<<$n
		run ls -A state
		assert_output .a.json.new
	done
	ln -sf /dev/full state/.a.json.new
	"$unit" write "$state" a.json <<<4
	run ls -A state
	assert_output a.json
}

@test "state: a link in a file's place is replaced, not followed" {
	mkdir -m 700 state
	echo mine >outside
	ln -s ../outside state/a.json
	"$unit" write "$state" a.json <<<1
	assert_equal "$(cat outside)" mine
	[ ! -L state/a.json ]
}

@test "lock: a second cycle is refused with 75, and let in after the first" {
	mkfifo in
	"$unit" lock "$state" <in >out &
	holder=$!
	exec 8>in
	until [ -s out ]; do sleep 0.01; done
	assert_equal "$(cat out)" taken
	run -75 "$unit" lock "$state" </dev/null
	assert_output "$state/.cycle.lock: busy: another cycle is running"
	exec 8>&-
	wait $holder
	run "$unit" lock "$state" </dev/null
	assert_output taken
}

@test "lock: an inherited one is kept, by inode and by flock" {
	mkdir -m 700 state other
	exec 9>>state/.cycle.lock
	flock -n 9
	HERMES_LOCK_FD=9 "$unit" lock "$state" </dev/null >out
	assert_equal "$(cat out)" inherited
	# it is held still, and another STATE's is another lock
	run -75 flock -n -E 75 state/.cycle.lock true
	HERMES_LOCK_FD=9 "$unit" lock "$PWD/other" </dev/null >out
	assert_equal "$(cat out)" taken
	# a descriptor of the file that does not hold it proves nothing
	exec 8>>state/.cycle.lock
	HERMES_LOCK_FD=8 run -75 "$unit" lock "$state" </dev/null
	exec 9>&-
	for fd in '' 7 x -1 9x 99999999999999999999; do
		HERMES_LOCK_FD=$fd "$unit" lock "$state" </dev/null >out
		assert_equal "$(cat out)" taken
	done
}

@test "ledger: one write and one sync, then the head, then the answer" {
	document a 2 >a.json
	document b 2 >b.json
	"$unit" append "$state" <a.json
	TRACE=1 "$unit" append "$state" <b.json 2>steps
	assert_equal "$(tr '\n' ' ' <steps)" \
	    'write fdatasync write fsync rename fsync '
}

@test "ledger: killed at any step, nothing acknowledged is lost" {
	document a 3 >a.json
	document b 3 >b.json
	for first in yes no; do
		for kind in kill half; do
			for n in 1 2 3 4 5 6 7 8 9 10 11; do
				rm -rf state
				[ $first = yes ] ||
				    "$unit" append "$state" <a.json >/dev/null
				faulty $kind:$n "$unit" append "$state" <b.json
				"$unit" append "$state" <b.json >out
				chained
				run jq -r 'select(.type |
				    endswith("repaired") | not).id' "$ledger"
				[ $first = yes ] || assert_line a2
				assert_line b2
				assert_equal "$(sort <<<"$output" | uniq -d)" ''
			done
		done
	done
}

@test "ledger: failing at any step is 74, and the next append mends it" {
	document a 3 >a.json
	document b 3 >b.json
	for n in 1 2 3 4 5 6; do
		rm -rf state
		"$unit" append "$state" <a.json >/dev/null
		faulty fail:$n "$unit" append "$state" <b.json
		assert_equal $status 74
		"$unit" append "$state" <b.json >out
		chained
		run jq -r .id "$ledger"
		assert_output "$(printf '%s\n' a0 a1 a2 b0 b1 b2)"
	done
}

@test "ledger: a sync that failed is not tried again on that descriptor" {
	document a 3 >a.json
	document b 3 >b.json
	"$unit" append "$state" <a.json >/dev/null
	FAULT=fail:2 TRACE=1 run -74 "$unit" append "$state" <b.json
	assert_output "$(printf '%s\n' write fdatasync \
	    "$ledger: Input/output error")"
	# the adopted lines are written once more: their pages only look clean
	TRACE=1 "$unit" append "$state" <a.json 2>steps >out
	assert_equal "$(head -n 2 steps | tr '\n' ' ')" 'write fdatasync '
	assert_equal "$(cat out)" '0 0 3 0'
	chained
}

@test "ledger: killed while it mends a torn tail, it still says that it was" {
	document a 3 >a.json
	document b 1 >b.json
	for kind in kill half; do
		for n in 1 2 3 4 5 6 7 8 9 10 11; do
			rm -rf state
			"$unit" append "$state" <a.json >/dev/null
			head -c 900 /dev/zero | tr '\0' x >>"$ledger"
			faulty $kind:$n "$unit" append "$state" <b.json
			"$unit" append "$state" <b.json >out
			chained
			jq -r 'select(.type == "hermes.ledger.repaired") |
			    .data.file' "$ledger" >files
			[ -s files ]
			while read -r file; do
				[ -s "state/$file" ]
			done <files
		done
	done
}

@test "ledger: a walk starts and stops where told; ids are of the last 8 MiB" {
	jq -n --arg x "$(printf '%60000s' '')" '{schema: "hermes.cycle/1",
		cycle: {id: "20250301T040000Z-1a2b3c4d", host: "h",
			now: {real_at: "2025-03-01T04:00:00.000Z", boot_ms: 5,
				boot_id: "x"}},
		events: [range(150) | {id: "a\(.)", source: "hermes-probe",
			type: "hermes.cycle.started", data: {x: $x}}]}' >a.json
	"$unit" append "$state" <a.json >/dev/null
	"$unit" ids "$state" | sort >ids
	tail -c 8388608 "$ledger" | tail -n +2 | jq -r .id | sort | cmp - ids
	"$unit" walk "$state" >out
	head -n -1 out | cmp - "$ledger"
	head -n 20 "$ledger" >start
	hash=$(tail -n 1 start | jq -r .hash)
	bytes=$(stat -c %s start)
	"$unit" walk "$state" 20 "$bytes" "$hash" 25 >out
	sed -n 21,25p "$ledger" | cmp - <(head -n -1 out)
	head -n 25 "$ledger" >end
	assert_equal "$(tail -n 1 out)" "at 25 $(stat -c %s end) $(tail -n 1 end |
	    jq -r .hash)"
	run -65 "$unit" walk "$state" 20 "$bytes" "${hash/[0-8]/9}"
	assert_line "$ledger: line 21: damaged: its prevhash is not the hash of the line before"
	run -65 "$unit" walk "$state" 19 "$bytes" "$hash"
}

@test "ledger: ids are read as they are, whatever characters they hold" {
	document 'a"\\é' 3 >a.json
	"$unit" append "$state" <a.json >/dev/null
	run bash -c '"$1" ids "$2" | sort' - "$unit" "$state"
	assert_output "$(jq -r '.events[].id' a.json)"
}
