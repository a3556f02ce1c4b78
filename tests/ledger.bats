# hermes-ledger(1) and the chain of hermes-events(5). The chain is always
# verified here with sha256sum, never with Hermes alone.

setup() {
	load helper
	here
	state=$PWD/state
	ledger=$state/runtime_events.jsonl
	head=$state/runtime_events.head.json
}

# document PREFIX COUNT [JQ] - a document with COUNT events of its own
document() {
	jq -n --arg p "$1" --argjson n "$2" '{schema: "hermes.cycle/1",
		cycle: {id: "20250301T040000Z-1a2b3c4d", host: "h",
			now: {real_at: "2025-03-01T04:00:00.000Z", boot_ms: 5,
				boot_id: "x"}},
		events: [range($n) | {id: "\($p)\(.)", source: "hermes-probe",
			type: "hermes.host.offline", data: {offline: true, host_count: .}}]} |
		'"${3-.}"
}

# The chain is whole, line by line, and the head names its last line.
chained() {
	local prev line sum seq=0
	printf -v prev %064d 0
	jq -r '"\(.prevhash) \(.hash) \(.seq)"' "$ledger" >claims
	while IFS= read -r line; do
		sum=$(printf '%s%s' "$prev" "${line%,\"hash\":*}" | sha256sum)
		echo "$prev ${sum%% *} $((seq += 1))"
		prev=${sum%% *}
	done <"$ledger" >sums
	prev=$(tail -n 1 sums | cut -d ' ' -f 2)
	seq=$(wc -l <sums)
	[ -n "$prev" ] || printf -v prev %064d 0
	diff sums claims
	jq -e --arg hash "$prev" --argjson seq "$seq" --argjson bytes \
	    "$(stat -c %s "$ledger")" '.hash == $hash and .seq == $seq and
	    .bytes == $bytes' "$head" >/dev/null || fail "$(cat "$head")"
	hermes-ledger -V -s "$state" >verdict.json
	valid ledger-verdict verdict.json
	valid runtime_events "$ledger"
	valid runtime_events.head "$head"
}

# What hermes-ledger says of a damaged ledger, by append and by -V.
damaged() {
	run -65 --separate-stderr hermes-ledger -s "$state" <a.json
	assert_equal "$output" ''
	[[ $stderr == "hermes-ledger: $state/"*"$1"* ]] || fail "$stderr"
	run -65 --separate-stderr hermes-ledger -V -s "$state"
	assert_equal "$output" ''
	[[ $stderr == "hermes-ledger: $state/"*"$1"* ]] || fail "$stderr"
}

@test "ledger: a line is a CloudEvent in a fixed order, its chain sha256sum's" {
	document a 2 '.events[1] += {subject: "lib/a",
	    data: {offline: true, host_count: 7, ",\"hash\":\"": "é", b: [1, {c: null}]}}' >a.json
	hermes-ledger -s "$state" <a.json >out.json
	chained
	document b 1 >b.json
	hermes-ledger -s "$state" <b.json >out.json
	chained
	run jq -c 'keys_unsorted' "$ledger"
	assert_line -n 0 '["specversion","id","source","type","time","cycle","seq","data","prevhash","hash"]'
	assert_line -n 1 '["specversion","id","source","type","subject","time","cycle","seq","data","prevhash","hash"]'
	jq -c '.events[] | {id, source, type, subject, data}' a.json b.json >in
	jq -c '{id, source, type, subject, data}' "$ledger" | cmp - in
	run jq -r '[.specversion, .time, .cycle] | join(" ")' "$ledger"
	assert_line -n 2 '1.0 2025-03-01T04:00:00.000Z 20250301T040000Z-1a2b3c4d'
	run stat -c '%a %n' state state/*
	assert_output "$(printf '%s\n' '700 state' \
	    '600 state/runtime_events.head.json' \
	    '600 state/runtime_events.jsonl')"
}

@test "ledger: each run adds one acknowledgement, all else passes through" {
	document a 3 '.future = {"x": [1,  2]} | .events[0].more = 1 |
	    .cycle.more = "é"' >a.json
	hermes-ledger -s "$state" <a.json >one.json
	hermes-ledger -s "$state" <one.json >two.json
	valid ledger <(jq .ledger two.json)
	jq -e --slurpfile head "$head" '.ledger[0] == {first_seq: 1, seq: 3,
		hash: $head[0].hash, bytes: $head[0].bytes, offered_count: 3,
		appended_count: 3, known_count: 0, torn_bytes: 0}' two.json
	jq -e --slurpfile head "$head" '.ledger[1] == {first_seq: null, seq: 3,
		hash: $head[0].hash, bytes: $head[0].bytes, offered_count: 3,
		appended_count: 0, known_count: 3, torn_bytes: 0}' two.json
	jq -c 'del(.ledger)' two.json | cmp - <(jq -c . a.json)
	chained
}

@test "ledger: what is known already is not appended, nor twice in one go" {
	document a 3 '.events += .events' >a.json
	hermes-ledger -s "$state" <a.json >out.json
	assert_equal "$(jq -c '.ledger[0] | [.appended_count, .known_count]' \
	    out.json)" '[3,3]'
	before=$(stat -c '%i %y' state/*)
	hermes-ledger -s "$state" <a.json >out.json
	assert_equal "$(stat -c '%i %y' state/*)" "$before"
	document b 1 ".events += $(jq -c .events a.json)" >b.json
	hermes-ledger -s "$state" <b.json >out.json
	assert_equal "$(jq -r .id "$ledger" | tr '\n' ' ')" 'a0 a1 a2 b0 '
	chained
}

@test "ledger: without -s it checks and counts, and leaves no trace" {
	document a 3 >a.json
	find . -printf '%p %i %T@\n' >"$BATS_TEST_TMPDIR/before"
	hermes-ledger <a.json >/dev/null
	find . -printf '%p %i %T@\n' | cmp - "$BATS_TEST_TMPDIR/before"
	hermes-ledger <a.json >out.json
	hermes-ledger <a.json >again.json
	cmp out.json again.json
	valid ledger <(jq .ledger out.json)
	assert_equal "$(jq -c '.ledger[0]' out.json)" '{"first_seq":null,"seq":null,"hash":null,"bytes":null,"offered_count":3,"appended_count":0,"known_count":0,"torn_bytes":0}'
}

@test "ledger: no events is nothing to append, on an empty STATE too" {
	document a 0 'del(.events)' >a.json
	hermes-ledger -s "$state" <a.json >out.json
	assert_equal "$(jq -c '.ledger[0] | [.seq, .bytes, .offered_count]' \
	    out.json)" '[0,0,0]'
	chained
}

@test "ledger: broken input is refused, without -s and with it" {
	broken hermes-ledger
	document a 1 >a.json
	hermes-ledger -s "$state" <a.json >/dev/null
	cp -r state before
	broken hermes-ledger -s "$state"
	diff -r state before
}

@test "ledger: an event that is not fit is refused, and with it the batch" {
	refuse() {
		document a 3 ".events[1]$1" >a.json
		run -65 --separate-stderr hermes-ledger -s "$state" <a.json
		assert_equal "$output" ''
		assert_equal "$stderr" "hermes-ledger: stdin: events[1]$2"
		[ ! -e "$ledger" ]
	}
	refuse ' = 7' ': expected an object, found a number'
	refuse '.id = ""' '.id: expected 1 to 8192 bytes, found ""'
	refuse '.type = "hermes.repo.renamed"' \
	    '.type: expected a type of hermes-events(5), found "hermes.repo.renamed"'
	refuse '.source = "probe"' \
	    '.source: expected the name of a filter, found "probe"'
	refuse '.source = "hermes-lease -r"' \
	    '.source: expected the name of a filter, found "hermes-lease -r"'
	refuse '.data = []' '.data: expected an object, found an array'
	refuse '.subject = 1' '.subject: expected a string, found a number'
	refuse ' |= (.type = "hermes.hold.set" | .subject = "../a")' \
	    '.subject: expected a repo_key, found "../a"'
	refuse '.data.tip = "main"' '.data.tip: expected 40 hex digits, found "main"'
	refuse '.data.after = 7' '.data.after: expected a string, found a number'
	document a 1 '.events = {}' >a.json
	run -65 hermes-ledger <a.json
	assert_output 'hermes-ledger: stdin: events: expected an array, found an object'
	document a 1 '.ledger = {}' >a.json
	run -65 hermes-ledger <a.json
	document a 1 'del(.cycle.now)' >a.json
	run -65 hermes-ledger <a.json
	document a 1 '.cycle.id = "../x"' >a.json
	run -65 hermes-ledger <a.json
}

@test "ledger: a line above 64 KiB is refused, one of 64 KiB is not" {
	document a 2 >a.json
	hermes-ledger -s "$state" <a.json >/dev/null
	cp -r state before
	grow() {
		printf "%$1s" '' >x
		jq -c --rawfile x x '.events[1].data.x = $x' a.json |
		    sed 's/"id":"a/"id":"b/g' >b.json
	}
	grow 0
	hermes-ledger -s "$state" <b.json >/dev/null
	len=$(tail -n 1 "$ledger" | tr -d '\n' | wc -c)
	rm -rf state && cp -r before state
	grow $((65537 - len))
	run -65 hermes-ledger -s "$state" <b.json
	assert_output "hermes-ledger: stdin: events[1]: expected a line of at most 65536 bytes, found 65537"
	diff -r state before
	grow $((65536 - len))
	hermes-ledger -s "$state" <b.json >/dev/null
	chained
}

@test "ledger: a torn tail is moved aside, reported, and work goes on" {
	document a 2 >a.json
	document b 1 >b.json
	hermes-ledger -s "$state" <a.json >/dev/null
	printf '{"specversion":"1.0","id":"to' | tee torn >>"$ledger"
	run hermes-ledger -V -s "$state"
	assert_equal "$(jq -c '[.seq, .above_bytes]' <<<"$output")" '[2,29]'
	hermes-ledger -s "$state" <b.json >out.json
	chained
	assert_equal "$(jq -c '.ledger[0] |
	    [.first_seq, .seq, .appended_count, .torn_bytes]' out.json)" \
	    '[3,4,2,29]'
	sed -n 3p "$ledger" >line.json
	file=torn/3-$(sha256sum <torn | cut -c -16)
	assert_equal "$(jq -r '[.type, .source, .data.torn_bytes,
	    .data.file] | join(" ")' line.json)" \
	    "hermes.ledger.repaired hermes-ledger 29 $file"
	cmp torn "state/$file"
	run stat -c %a state/torn "state/$file"
	assert_output $'700\n600'
}

@test "ledger: a torn tail longer than what replaces it is cut off whole" {
	document a 2 >a.json
	hermes-ledger -s "$state" <a.json >/dev/null
	head -c 300000 /dev/urandom | tee torn >>"$ledger"
	hermes-ledger -s "$state" <a.json >/dev/null
	chained
	cmp torn state/torn/*
}

@test "ledger: whole lines above the head are adopted, without a word" {
	document a 2 >a.json
	document b 2 >b.json
	hermes-ledger -s "$state" <a.json >/dev/null
	cp "$head" old
	hermes-ledger -s "$state" <b.json >/dev/null
	cp "$ledger" whole
	cp old "$head"
	hermes-ledger -s "$state" <b.json >out.json
	cmp whole "$ledger"
	assert_equal "$(jq -c '.ledger[0] | [.seq, .appended_count,
	    .known_count, .torn_bytes]' out.json)" '[4,0,2,0]'
	chained
}

@test "ledger: a tail torn at any byte is adopted line by line" {
	document a 1 >a.json
	document b 2 >b.json
	hermes-ledger -s "$state" <a.json >/dev/null
	cp -r state before
	hermes-ledger -s "$state" <b.json >/dev/null
	cp "$ledger" whole
	size=$(stat -c %s whole)
	for ((at = $(stat -c %s before/runtime_events.jsonl); at <= size; \
	    at += 37)); do
		rm -rf state && cp -r before state
		head -c $at whole >"$ledger"
		hermes-ledger -s "$state" <b.json >/dev/null
		assert_equal "$(jq -r 'select(.type | endswith("repaired") |
		    not).id' "$ledger" | tr '\n' ' ')" 'a0 b0 b1 '
		hermes-ledger -V -s "$state" >/dev/null
	done
	chained
}

@test "ledger: a flipped byte anywhere is found by -V and by append" {
	document a 2 >a.json
	hermes-ledger -s "$state" <a.json >/dev/null
	/usr/bin/python3 - "$ledger" "$state" <<'PY'
import pathlib, subprocess, sys
ledger, state = pathlib.Path(sys.argv[1]), sys.argv[2]
good, doc = ledger.read_bytes(), pathlib.Path("a.json").read_bytes()
for at in range(len(good)):
    bad = bytearray(good)
    bad[at] ^= 1
    ledger.write_bytes(bad)
    for flags in (["-V"], []) if at % 3 else (["-V"],):
        done = subprocess.run(["hermes-ledger", *flags, "-s", state],
                              input=doc, capture_output=True)
        assert done.returncode == 65, (at, flags, done)
        assert done.stdout == b"" and done.stderr.count(b"\n") == 1, done
        assert b"runtime_events.jsonl: line " in done.stderr, done
    assert ledger.read_bytes() == bad
ledger.write_bytes(good)
PY
	chained
}

# marked - the file's mark, as the head has it, by stat alone
marked() {
	stat -c '%d:%i:%.9Z' "$ledger"
}

@test "ledger: the chain is read once a day and once a boot, or after a touch" {
	document a 3 >a.json
	hermes-ledger -s "$state" <a.json >/dev/null
	assert_equal "$(jq -r '[.mark, .verified_at, .boot_id] | join(" ")' \
	    "$head")" "$(marked) 2025-03-01T04:00:00.000Z x"
	# a bad disk: nobody wrote, and the bytes are others
	sed '2s/"host_count":1/"host_count":7/' "$ledger" >bad
	cat bad >"$ledger"
	jq -c --arg mark "$(marked)" '.mark = $mark' "$head" >new
	cat new >"$head"
	document b 1 '.cycle.now.real_at = "2025-03-02T03:59:59.999Z"' >b.json
	hermes-ledger -s "$state" <b.json >/dev/null
	hermes-ledger -s "$state" <a.json >/dev/null
	assert_equal "$(jq -r '[.mark, .verified_at] | join(" ")' "$head")" \
	    "$(marked) 2025-03-01T04:00:00.000Z"
	for late in '.cycle.now.real_at = "2025-03-02T04:00:00.000Z"' \
	    '.cycle.now.real_at = "2025-03-01T03:59:59.999Z"' \
	    '.cycle.now.boot_id = "y"'; do
		document c 1 "$late" >c.json
		run -65 hermes-ledger -s "$state" <c.json
		assert_output "hermes-ledger: $ledger: line 2: damaged: its bytes do not have its hash"
	done
	touch "$ledger"
	run -65 hermes-ledger -s "$state" <b.json
	run -65 hermes-ledger -V -s "$state"
}

@test "ledger: a head without a mark, or of another file, is no harm" {
	document a 3 >a.json
	hermes-ledger -s "$state" <a.json >/dev/null
	for edit in 'del(.mark, .verified_at, .boot_id)' '.mark = "1:2:3.4"' \
	    '.mark = null' '.verified_at = "never"' '.boot_id = null'; do
		jq -c "$edit" "$head" >new
		cat new >"$head"
		hermes-ledger -s "$state" <a.json >/dev/null
		valid runtime_events.head "$head"
		assert_equal "$(jq -r .mark "$head")" "$(marked)"
	done
	cp -a state copy && rm -r state && mv copy state
	hermes-ledger -s "$state" <a.json >/dev/null
	assert_equal "$(jq -r .mark "$head")" "$(marked)"
}

@test "ledger: damage says its line and what is wrong with it" {
	document a 5 >a.json
	hermes-ledger -s "$state" <a.json >/dev/null
	cp -r state good
	again() {
		rm -rf state && cp -r good state
	}
	sed -i '3s/"host_count":2/"host_count":7/' "$ledger"
	run -65 hermes-ledger -V -s "$state"
	assert_output "hermes-ledger: $ledger: line 3: damaged: its bytes do not have its hash"
	again
	sed -i 5d "$ledger"
	damaged 'runtime_events.jsonl: expected at least '
	again
	: >"$ledger"
	damaged ' bytes, found 0'
	rm "$ledger"
	damaged ' bytes, found 0'
	again
	rm "$head"
	damaged 'runtime_events.head.json: missing beside a ledger of '
	again
	# two lines exchanged: same length, each with its own hash
	{ sed -n 1p "$ledger"; sed -n 3p "$ledger"; sed -n 2p "$ledger"
		sed -n '4,$p' "$ledger"; } >swapped
	cp swapped "$ledger"
	run -65 hermes-ledger -V -s "$state"
	assert_output "hermes-ledger: $ledger: line 2: damaged: its prevhash is not the hash of the line before"
}

@test "ledger: a head that is not the ledger's is damage" {
	document a 3 >a.json
	hermes-ledger -s "$state" <a.json >/dev/null
	cp "$head" good
	for edit in '.seq = 2' '.seq = 4' '.bytes -= 1' '.bytes += 1' \
	    '.bytes = 5' '.hash |= sub("^.";"g")' 'del(.hash)' '.seq = "3"' \
	    '.hash |= (.[1:] + "0")' '.schema = "hermes.head/1"' '.seq = -1' \
	    '.seq = 0' '.seq = 0 | .bytes = 0'; do
		jq -c "$edit" good >"$head"
		damaged runtime_events.
	done
	: >"$head"
	damaged 'runtime_events.head.json: '
	printf '{"schema"' >"$head"
	damaged 'runtime_events.head.json: '
}

@test "ledger: a second ledger in its place is not taken for it" {
	document a 3 >a.json
	document b 3 >b.json
	hermes-ledger -s "$state" <a.json >/dev/null
	hermes-ledger -s other <b.json >/dev/null
	cp other/runtime_events.jsonl "$ledger"
	damaged 'is not the line that runtime_events.head.json names'
	rm "$ledger" && ln -s ../other/runtime_events.jsonl "$ledger"
	run -74 hermes-ledger -s "$state" <a.json
	rm "$ledger" && mkdir "$ledger"
	run hermes-ledger -s "$state" <a.json
	assert_failure
}

@test "ledger: another append is waited for, 10 s and no longer" {
	document a 1 >a.json
	mkdir -m 700 state
	flock state/.ledger.lock sleep 0.5 &
	holder=$!
	until [ -e state/.ledger.lock ]; do :; done
	hermes-ledger -s "$state" <a.json >/dev/null
	wait $holder
	chained
	exec 8>>state/.ledger.lock
	flock 8
	SECONDS=0
	run -75 --separate-stderr hermes-ledger -s "$state" 8>&- <a.json
	[ $SECONDS -ge 9 ] && [ $SECONDS -le 15 ]
	assert_equal "$output" ''
	assert_equal "$stderr" "hermes-ledger: $state/.ledger.lock: busy: another append is running"
	# the chain can be read meanwhile
	hermes-ledger -V -s "$state" >/dev/null
}

@test "ledger: it does not wait for a cycle, an operator's word is taken" {
	document a 1 >a.json
	mkdir -m 700 state
	exec 9>>state/.cycle.lock
	flock 9
	hermes-ledger -s "$state" 9>&- <a.json >/dev/null
	chained
}

@test "ledger: two that append at once lose nothing" {
	append() {
		local i
		for i in {1..20}; do
			document "$1$i." 3 >"$1$i.json"
			hermes-ledger -s "$state" <"$1$i.json" >"$1$i.out" ||
			    return
		done
	}
	append a &
	one=$!
	append b &
	wait $one && wait $!
	chained
	assert_equal "$(jq -r .id "$ledger" | sort | uniq | wc -l)" 120
	# no acknowledgement spoke of another's lines
	jq -s 'map(.ledger[0]) | sort_by(.seq) | [.[].first_seq] ==
	    [range(1; 121; 3)]' ./*.out | grep -qx true
}

@test "ledger: kill -9 at thirty random moments, the chain is whole after" {
	document x 2000 >x.json
	for i in {1..30}; do
		sed "s/\"id\": \"x/\"id\": \"x$i./" x.json >doc.json
		hermes-ledger -s "$state" <doc.json >killed.out &
		pid=$!
		sleep "0.0$((RANDOM % 4))$((RANDOM % 10))"
		kill -9 $pid 2>/dev/null || true
		wait $pid || true
		[ ! -s killed.out ] || echo "x$i." >>acknowledged
		hermes-ledger -s "$state" <<<"$(document "r$i." 1)" >/dev/null
		hermes-ledger -V -s "$state" >/dev/null
	done
	/usr/bin/python3 - "$ledger" <<'PY'
import hashlib, json, sys
prev, ids = "0" * 64, set()
for seq, line in enumerate(open(sys.argv[1], "rb"), 1):
    assert line.endswith(b"\n"), seq
    body = line[:line.rindex(b',"hash":')]
    prev = hashlib.sha256(prev.encode() + body).hexdigest()
    event = json.loads(line)
    assert event["hash"] == prev and event["seq"] == seq, seq
    assert event["id"] not in ids, seq
    ids.add(event["id"])
for i in range(1, 31):
    assert f"r{i}.0" in ids, i
try:
    whole = open("acknowledged").read().split()
except FileNotFoundError:
    whole = []
for prefix in whole:
    assert all(f"{prefix}{n}" in ids for n in range(2000)), prefix
PY
}

@test "ledger: a disk that is full is 74, and the ledger is as it was" {
	document a 1 >a.json
	document b 100 >b.json
	hermes-ledger -s "$state" <a.json >/dev/null
	cp "$ledger" before
	run -74 bash -c 'ulimit -f 8; trap "" XFSZ; hermes-ledger -s "$1" <b.json' \
	    - "$state"
	assert_output "hermes-ledger: $ledger: File too large"
	cmp before "$ledger"
	hermes-ledger -s "$state" <b.json >/dev/null
	chained
}

@test "ledger: a write to a full device fails with 74" {
	document a 1 >a.json
	full hermes-ledger <a.json
	full hermes-ledger -s "$state" <a.json
	chained
	full hermes-ledger -V -s "$state"
}

@test "ledger: -h is 0; a wrong flag, an argument, -V without -s are 64" {
	run -0 hermes-ledger -h
	assert_output -p 'usage: hermes-ledger [-V] [-s STATE]'
	for args in -x 'a' -V '-s'; do
		run -64 hermes-ledger $args </dev/null
	done
}

@test "ledger: -V reads no document and makes no STATE" {
	run -78 hermes-ledger -V -s none <&-
	assert_output 'hermes-ledger: none: No such file or directory'
	[ ! -e none ]
	mkdir -m 700 state
	hermes-ledger -V -s "$state" >verdict.json </dev/null
	valid ledger-verdict verdict.json
	assert_equal "$(jq -c '[.verified, .seq, .bytes]' verdict.json)" \
	    '[true,0,0]'
	run ls -A state
	assert_output ''
}

@test "ledger: the page, the schema and the code know the same types" {
	grep -o '"hermes\.[a-z.-]*"' "$top/lib/model/event_types.c" | tr -d '"' >code
	sort code | cmp - code
	jq -r '.properties.type.enum[]' "$top/state/schema/event.json" | cmp - code
	sed -n 's/^\.\(It \)*Dv \([a-z]*\.[a-z-]*\).*/hermes.\2/p' \
	    "$top/man/hermes-events.5" | sort -u | cmp - code
}

@test "ledger: the loop in hermes-events(5) ends at the head, or names the line" {
	MANWIDTH=100 mandoc -T ascii "$top/man/hermes-events.5" |
	    sed "s/.\x08//g" |
	    sed -n '/printf -v prev/,/echo "$prev"/p' >loop
	document a 4 >a.json
	hermes-ledger -s "$state" <a.json >/dev/null
	ln -s "$state" STATE
	assert_equal "$(bash loop)" "$(jq -r .hash "$head")"
	sed -i '2s/true/false/' "$ledger"
	run bash loop
	assert_line -p 'damaged: {"specversion":"1.0","id":"a1"'
	run -65 hermes-ledger -V -s "$state"
}

@test "ledger: the examples of its page and of hermes-events(5) run" {
	document a 2 '.events[0].subject = "lib/a"' >a.json
	hermes-ledger -s STATE <a.json >/dev/null
	tail -n 5 STATE/runtime_events.jsonl | jq -c '[.seq, .type, .subject]' >out
	assert_equal "$(head -n 1 out)" '[1,"hermes.host.offline","lib/a"]'
	hermes-ledger -V -s STATE | jq -r '"\(.seq) \(.hash)"' >out
	assert_equal "$(cat out)" "2 $(tail -n 1 STATE/runtime_events.jsonl |
	    jq -r .hash)"
	jq -c 'select(.subject == "lib/a") | [.time, .type, .data]' \
	    STATE/runtime_events.jsonl >out
	assert_equal "$(wc -l <out)" 1
	jq -r .type STATE/runtime_events.jsonl | sort | uniq -c >out
	assert_equal "$(cat out)" '      2 hermes.host.offline'
}
