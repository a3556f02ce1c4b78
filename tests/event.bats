# hermes-event(1)

setup() {
	load helper
	here
	oid=1111111111111111111111111111111111111111
	at=2025-03-01T04:00:00.000Z
	me=$(id -un)
}

# The data of the one event that "$@" makes.
data() {
	hermes-event -t $at "$@" >out.json
	valid event <(jq '.events[0]' out.json)
	jq -c '.events[0].data' out.json
}

@test "event: a document with a cycle and one event, and nothing else" {
	hermes-event -r lib/a -w 'release week' hold.set >out.json <&-
	assert_equal "$(jq -c keys_unsorted out.json)" \
	    '["schema","cycle","events"]'
	jq -e --arg host "$(hostname)" --arg boot \
	    "$(cat /proc/sys/kernel/random/boot_id)" '
	    .schema == "hermes.cycle/1" and .cycle.host == $host and
	    .cycle.now.boot_id == $boot and (.cycle.now.boot_ms > 0) and
	    (.events | length) == 1' out.json
	jq -e '.cycle.now.real_at[:19] | gsub("[-:]"; "") as $at | $at' out.json
	jq -e '(.cycle.now.real_at[:19] | gsub("[-:]"; "")) as $at |
	    .cycle.id | test("^" + $at + "Z-[0-9a-f]{8}$")' out.json
	valid event <(jq '.events[0]' out.json)
	jq -e '.events[0] | .type == "hermes.hold.set" and
	    .source == "hermes-event" and .subject == "lib/a"' out.json
	jq -e '.events[0].id == "\(.cycle.id):hermes.hold.set:lib/a"' out.json
}

@test "event: the options may stand behind the word" {
	hermes-event -t $at -r a -w b hold.cleared >one.json
	hermes-event hold.cleared -r a -w b -t $at >two.json
	diff <(jq -c '.events[0].data' one.json) <(jq -c '.events[0].data' two.json)
}

@test "event: each word has its data" {
	assert_equal "$(data -r a -w why hold.set)" \
	    '{"why":"why","expires_at":null,"author":"'"$me"'"}'
	assert_equal "$(data -r a -w why -x +2d hold.set | jq -r .expires_at)" \
	    2025-03-03T04:00:00.000Z
	assert_equal "$(data -r a -w why hold.cleared)" \
	    '{"why":"why","author":"'"$me"'"}'
	assert_equal "$(data -r a -w why commit.cleared)" \
	    '{"oid":null,"why":"why","author":"'"$me"'"}'
	assert_equal "$(data -r a -w why -o $oid commit.cleared)" \
	    '{"oid":"'$oid'","why":"why","author":"'"$me"'"}'
	assert_equal "$(data -r a -w why lease.broken)" \
	    '{"token":null,"why":"why","author":"'"$me"'"}'
	assert_equal "$(data -r a -w why -k 7 lease.broken)" \
	    '{"token":7,"why":"why","author":"'"$me"'"}'
	assert_equal "$(data -r a -w why repo.retired)" \
	    '{"why":"why","author":"'"$me"'"}'
	assert_equal "$(data -f probe -n 74 cycle.failed)" \
	    '{"stage":"probe","exit_code":74,"why":null,"author":"'"$me"'"}'
}

@test "event: a hold may be for a group or for a remote host" {
	subject() {
		hermes-event -w why "$@" hold.set | jq -r '.events[0].subject'
	}
	assert_equal "$(subject -g team/core)" group:team/core
	assert_equal "$(subject -H Git.Example.org)" host:git.example.org
	assert_equal "$(subject -H 2001:DB8::1)" host:2001:db8::1
	for bad in '' 'a b' a/b u@a a:22 -a; do
		run -64 hermes-event -H "$bad" -w why hold.set
		assert_output "hermes-event: -H: expected a host, found \"$bad\""
	done
	run -64 hermes-event -g 'a b' -w why hold.set
	assert_output 'hermes-event: -g: expected a group, found "a b"'
}

@test "event: an expiry is an instant to come or a span from now" {
	expiry() {
		data -r a -w why -x "$1" hold.set | jq -r .expires_at
	}
	assert_equal "$(expiry +90s)" 2025-03-01T04:01:30.000Z
	assert_equal "$(expiry +5m)" 2025-03-01T04:05:00.000Z
	assert_equal "$(expiry +36h)" 2025-03-02T16:00:00.000Z
	assert_equal "$(expiry 2025-03-01T05:00Z)" 2025-03-01T05:00:00.000Z
	for bad in '' + 2d +2 +2w +d +-2d +2dd tomorrow 2025-03-01 \
	    +99999999999d +9999999d 2025-13-01T00:00Z; do
		run -64 --separate-stderr hermes-event -t $at -r a -w why \
		    -x "$bad" hold.set
		assert_equal "$output" ''
		assert_equal "$stderr" "hermes-event: -x: expected an instant or +N[smhd], found \"$bad\""
	done
	for past in +0s $at 2025-03-01T03:59Z; do
		run -64 hermes-event -t $at -r a -w why -x $past hold.set
		assert_output -p '-x: expected an instant to come, found 2025-03-01T0'
	done
}

@test "event: -c speaks for a cycle that was, its failure once" {
	id=20250301T040000Z-1a2b3c4d
	hermes-event -c $id -f exec -n 70 -w 'killed by signal 9' cycle.failed \
	    >out.json
	assert_equal "$(jq -r .cycle.id out.json)" $id
	assert_equal "$(jq -r '.events[0].id' out.json)" \
	    "$id:hermes.cycle.failed:exec"
	for bad in - '' "${id}0" "${id%?}" ../x "${id/T/t}"; do
		run -64 hermes-event -c "$bad" -f exec -n 70 cycle.failed
		assert_output "hermes-event: -c: expected a cycle id, found \"$bad\""
	done
}

@test "event: what a word must have is asked for, what is not its is refused" {
	run -64 --separate-stderr hermes-event -r a hold.set
	assert_equal "$output" ''
	assert_equal "$stderr" 'hermes-event: hold.set: -w: missing'
	for word in hold.set hold.cleared; do
		run -64 hermes-event -w why $word
		assert_output "hermes-event: $word: -r, -g or -H: missing"
		run -64 hermes-event -w why -g a -H b $word
		assert_output "hermes-event: $word: -r, -g or -H: only one of them"
	done
	run -64 hermes-event -r a -w why -g a commit.cleared
	assert_output 'hermes-event: commit.cleared: -g: not for it'
	for word in commit.cleared lease.broken repo.retired; do
		run -64 hermes-event -w why $word
		assert_output "hermes-event: $word: -r: missing"
		run -64 hermes-event -r a -w why -n 1 $word
		assert_output "hermes-event: $word: -n: not for it"
	done
	run -64 hermes-event -f probe cycle.failed
	assert_output 'hermes-event: cycle.failed: -n: missing'
	run -64 hermes-event -f probe -n 1 -r a cycle.failed
	assert_output 'hermes-event: cycle.failed: -r: not for it'
	run -64 hermes-event -r a -w why apply.committed
	assert_output -p 'or repo.retired, found "apply.committed"'
}

@test "event: a value that is none is refused and named" {
	refuse() {
		run -64 --separate-stderr hermes-event "${@:2}"
		assert_equal "$output" ''
		assert_equal "$stderr" "hermes-event: $1"
	}
	for key in '' /a a/ a//b .. a/../b 'a b' -a/é "$(printf '%201s' '' |
	    tr ' ' a)"; do
		refuse "-r: expected a repo_key, found \"${key:0:80}\"" \
		    -r "$key" -w why hold.set
	done
	refuse '-o: expected 40 hex digits, found "11"' -r a -w b -o 11 \
	    commit.cleared
	refuse "-o: expected 40 hex digits, found \"${oid/1/A}\"" -r a -w b \
	    -o "${oid/1/A}" commit.cleared
	refuse '-k: expected 1 to 9007199254740991, found "0"' -r a -w b -k 0 \
	    lease.broken
	refuse '-n: expected 1 to 255, found "0x1"' -f probe -n 0x1 cycle.failed
	refuse '-w: expected 1 to 4096 bytes, found 0' -r a -w '' hold.set
	refuse '-w: expected 1 to 4096 bytes, found 4097' -r a \
	    -w "$(printf '%4097s' '')" hold.set
	refuse '-t: expected an instant, found "now"' -r a -w b -t now hold.set
}

@test "event: a reason may hold anything; what is not UTF-8 is replaced" {
	why=$'two\nlines, "quotes", \\ and é'
	assert_equal "$(data -r a -w "$why" hold.set | jq -r .why)" "$why"
	hermes-event -r a -w $'a\xffb' hold.set >out.json
	assert_equal "$(jq -r '.events[0].data.why' out.json)" a$'\xef\xbf\xbd'b
}

@test "event: two words are two cycles; with -c and -t the same bytes" {
	hermes-event -t $at -r a -w b hold.set >one.json
	hermes-event -t $at -r a -w b hold.set >two.json
	[ "$(jq -r .cycle.id one.json)" != "$(jq -r .cycle.id two.json)" ]
	for file in one two; do
		hermes-event -c 20250301T040000Z-1a2b3c4d -t $at -r a -w b \
		    hold.set >$file.json
	done
	cmp <(jq 'del(.cycle.now.boot_ms)' one.json) \
	    <(jq 'del(.cycle.now.boot_ms)' two.json)
}

@test "event: through hermes-ledger it is a line of the ledger" {
	hermes-event hold.set -r lib/a -w 'release week' -x +2d >word.json
	hermes-ledger -s state <word.json >out.json
	hermes-ledger -s state <word.json >out.json
	valid runtime_events state/runtime_events.jsonl
	assert_equal "$(jq -r '"\(.type) \(.subject) \(.data.why)"' \
	    state/runtime_events.jsonl)" 'hermes.hold.set lib/a release week'
}

@test "event: -h is 0; a wrong flag, no word or two are 64; a full device 74" {
	run -0 hermes-event -h
	assert_output -p 'usage: hermes-event [-c CYCLE]'
	run -64 hermes-event
	run -64 hermes-event -z hold.set
	run -64 hermes-event -r a -w b hold.set hold.cleared
	full hermes-event -r a -w b hold.set
}
