# The strict reader (P7), canonical bytes (P8), the document (P2).

setup() {
	load helper
	here
	unit=${BUILD:-$top/build}/unit
}

refused() { # TEXT REASON
	run -65 --separate-stderr "$unit/strict" < <(printf '%b' "$1")
	# shellcheck disable=SC2154 # bats sets stderr
	assert_equal "$stderr" "stdin: $2"
}

accepted() {
	printf '%b' "$1" | "$unit/strict"
}

@test "strict: the whole grammar of RFC 8259 is read" {
	accepted '{}'
	accepted ' [ ] \r\n\t'
	accepted '{"a":[true,false,null,0,-1,"",{"b":{}}]}'
	accepted '"\\"\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00"'
	accepted '"\xc3\xa9\xf0\x9f\x98\x80\x7f"'
	accepted '9007199254740991'
	accepted '-9007199254740991'
}

@test "strict: bad numbers are refused by line" {
	refused '9007199254740992' '1: number beyond 9007199254740991 (2^53-1)'
	refused '\n-9007199254740992' \
	    '2: number beyond 9007199254740991 (2^53-1)'
	refused '1.0' '1: expected a whole, plain number'
	refused '1e2' '1: expected a whole, plain number'
	refused '[-0]' '1: expected a whole, plain number'
	refused '01' '1: number with a leading zero'
	refused '-' '1: expected a digit, found the end'
	refused '+1' "1: expected a value, found '+'"
	refused 'NaN' "1: expected a value, found 'N'"
}

@test "strict: bad strings are refused" {
	refused '"a' '1: string without its end'
	refused '"a\nb"' '1: control character in a string'
	refused '"\\u0000"' '1: \u0000 is not allowed'
	refused '"\\ud800"' '1: lone surrogate'
	refused '"\\ud800\\u0041"' '1: lone surrogate'
	refused '"\\udc00"' '1: lone surrogate'
	refused '"\\x"' "1: expected an escape, found 'x'"
	refused '"\\u12g4"' '1: expected four hex digits after \u'
	refused '"\xff"' '1: invalid UTF-8'
	refused '"\xc0\x80"' '1: invalid UTF-8'
	refused '"\xed\xa0\x80"' '1: invalid UTF-8'
	refused '"\xf4\x90\x80\x80"' '1: invalid UTF-8'
	refused '"\xe2\x82"' '1: invalid UTF-8'
	refused '"a\x00"' '1: control character in a string'
}

@test "strict: bad structure is refused by line" {
	refused '{\n' '2: expected a member name, found the end'
	refused '{"a":1,}' "1: expected a member name, found '}'"
	refused '[1,]' "1: expected a value, found ']'"
	refused '[1 2]' "1: expected ',' or ']', found '2'"
	refused '{"a" 1}' "1: expected ':', found '1'"
	refused '{"a":1\n"b":2}' "2: expected ',' or '}', found '\"'"
	refused '{}x' "1: expected the end, found 'x'"
	refused '{}\x00' '1: expected the end, found byte 0x00'
	refused '\xef\xbb\xbf{}' '1: expected a value, found byte 0xef'
	refused 'tru' "1: expected a value, found 't'"
}

@test "strict: two names that are one after unescaping are refused" {
	refused '{"a":1,"b":2,"\\u0061":3}' '1: duplicate member name "a"'
	refused '[{"x":{"y":1,"y":1}}]' '1: duplicate member name "y"'
	accepted '[{"a":1},{"a":1,"b":{"a":1}}]'
	accepted '{"a":1,"A":2,"":3}'
}

@test "strict: nesting to 64 is read, 65 refused" {
	accepted "$(printf '[%.0s' {1..64})$(printf ']%.0s' {1..64})"
	refused "$(printf '[%.0s' {1..65})$(printf ']%.0s' {1..65})" \
	    '1: nested deeper than 64'
}

@test "strict: agrees with python's parser on 3,000 mutated documents" {
	/usr/bin/python3 - "$unit/strict" <<-'PY'
	import json, random, subprocess, sys
	random.seed(7)
	seeds = ['{"a":[1,2,{"b":"x\\u00e9y"}],"c":null}', '[true,false,-12,"q\\"z"]']
	bits = list('{}[],:"\\0123456789-+.eEtrufalsn \n\tabx') + ["\\u0041", "null", "\x01"]
	def plain(text):
	    def pairs(p):
	        names = [k for k, _ in p]
	        if len(set(names)) != len(names): raise ValueError
	        return dict(p)
	    def whole(n):
	        if n == "-0" or abs(int(n)) > 2**53-1: raise ValueError
	        return int(n)
	    def no(_): raise ValueError
	    try:
	        v = json.loads(text, object_pairs_hook=pairs, parse_int=whole,
	                       parse_float=no, parse_constant=no)
	        json.dumps(v, ensure_ascii=False).encode()
	        return "\\u0000" not in text
	    except (ValueError, UnicodeEncodeError):
	        return False
	for i in range(3000):
	    t = list(random.choice(seeds))
	    for _ in range(random.randint(1, 3)):
	        at = random.randrange(len(t) + 1)
	        if random.random() < .5: t[at:at+1] = []
	        else: t.insert(at, random.choice(bits))
	    t = "".join(t)
	    ours = subprocess.run([sys.argv[1]], input=t.encode(),
	                          stderr=subprocess.DEVNULL).returncode
	    if (ours == 0) != plain(t):
	        sys.exit(f"{t!r}: exit {ours}")
	PY
}

@test "canon: the bytes of jq -cjS" {
	cat >in.json <<-'EOF'
	{ "b": [1, 2 , {"z":null,"a":true}], "a": "x\u0041\/\n\u001f é",
	  "aa": {}, "": [], "B": -9007199254740991 }
	EOF
	"$unit/canon" <in.json >ours
	jq -cjS . <in.json >theirs
	cmp ours theirs
}

@test "canon: members stand in the order of UTF-16 code units (RFC 8785)" {
	# The example of RFC 8785, section 3.2.3.
	printf '%s' '{"\u20ac":"Euro Sign","\r":"Carriage Return",' \
	    '"\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",' \
	    '"\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control",' \
	    '"\u00f6":"Latin Small Letter O With Diaeresis"}' >in.json
	"$unit/canon" <in.json >ours
	/usr/bin/python3 - <<-'PY' >theirs
	import json
	d = json.load(open("in.json"))
	keys = sorted(d, key=lambda k: k.encode("utf-16-be"))
	print(json.dumps({k: d[k] for k in keys}, ensure_ascii=False,
	    separators=(",", ":")), end="")
	PY
	cmp ours theirs
	jq -r 'to_entries | map(.value) | .[0], .[6]' <ours >ends
	assert_equal "$(cat ends)" \
	    "$(printf 'Carriage Return\nHebrew Letter Dalet With Dagesh')"
}

@test "canon: white space and order of members change nothing" {
	echo '{"a":{"y":2,"x":[1,{"q":1,"p":2}]},"b":"t"}' >one
	jq . one >two
	echo '{"b":"t","a":{"x":[1,{"p":2,"q":1}],"y":2}}' >three
	for f in one two three; do "$unit/canon" <"$f" >"$f.out"; done
	cmp one.out two.out
	cmp one.out three.out
}

@test "doc: members pass through byte for byte" {
	printf '%s' '{"schema":"s/1", "odd" : {"n": [1,  2],"\u0061":"\u00e9"} ,"x":"\/"}' >in
	"$unit/doc" <in >out
	grep -qF '"odd":{"n": [1,  2],"\u0061":"\u00e9"}' out
	grep -qF '"x":"\/"' out
	assert_equal "$(jq -c keys_unsorted out)" '["schema","odd","x"]'
}

@test "doc: whole numbers to 2^53-1 go through cJSON unharmed" {
	echo '{"n":[9007199254740991,-9007199254740991,1234567890123456,0]}' >in
	"$unit/doc" parse n <in >out
	assert_equal "$(cat out)" \
	    '{"n":[9007199254740991,-9007199254740991,1234567890123456,0]}'
}

@test "doc: a member that is set stays in its place, a new one comes last" {
	echo '{"a":1,"b":2,"c":3}' >in
	"$unit/doc" put b '[9]' <in >out
	assert_equal "$(jq -c . out)" '{"a":1,"b":[9],"c":3}'
	"$unit/doc" put d true <in >out
	assert_equal "$(jq -c . out)" '{"a":1,"b":2,"c":3,"d":true}'
	"$unit/doc" append d 7 <in >out
	assert_equal "$(jq -c .d out)" '[7]'
	echo '{"d":[ 1 , 2 ]}' >in
	"$unit/doc" append d 7 <in >out
	assert_equal "$(jq -c .d out)" '[1,2,7]'
	echo '{"d":[ ]}' >in
	"$unit/doc" append d 7 <in >out
	assert_equal "$(jq -c .d out)" '[7]'
}

@test "doc: a stage that begins again drops what later stages said" {
	cat >in <<-'EOF'
	{"schema":"s","probe":{},"plan":{},"lease":{},"mine":1,"gate":{},
	 "ledger":[],"exec":{},"events":[{"source":"hermes-probe"},
	 {"source":"hermes-plan"},{"source":"hermes-gate"},
	 {"source":"hermes-event"}]}
	EOF
	"$unit/doc" begin lease <in >out
	assert_equal "$(jq -c 'keys_unsorted' out)" \
	    '["schema","probe","plan","mine","events"]'
	assert_equal "$(jq -c '[.events[].source]' out)" \
	    '["hermes-probe","hermes-plan","hermes-event"]'
	"$unit/doc" begin topo <in >out
	assert_equal "$(jq -c . out)" "$(jq -c . in)"
}

@test "doc: an empty input says that the stage before failed" {
	run -65 "$unit/doc" </dev/null
	assert_output 'stdin: empty: did the stage before fail?'
}

@test "doc: a full disk is a failure" {
	run -74 bash -c '"$1" <<<"{}" >/dev/full' - "$unit/doc"
}

# near LESS - a document for hermes-lease of 256 MiB less LESS bytes
near() {
	/usr/bin/python3 -c '
import json, sys
made = json.load(open(sys.argv[1]))
made["note"] = ""
size = len(json.dumps(made))
made["note"] = "x" * ((256 << 20) - size - int(sys.argv[2]))
json.dump(made, sys.stdout)' "$top/tests/lease/plan.json" "$1"
}

@test "doc: what no stage could read is not written" {
	run -65 --separate-stderr hermes-lease < <(near 100)
	assert_equal "$output" ''
	assert_equal "$stderr" \
	    'hermes-lease: stdout: would be larger than 256 MiB'
	hermes-lease < <(near 9000) >out.json
	[ "$(stat -c %s out.json)" -gt $(((256 << 20) - 9000)) ]
	rm out.json
}

@test "instant: agrees with date(1) across the calendar" {
	local at
	for at in 1970-01-01T00:00:00 2000-02-29T23:59:59 2024-12-31T12:00:00 \
	    1969-12-31T23:59:59 2100-03-01T00:00:00 9999-12-31T23:59:59; do
		assert_equal "$("$unit/instant" "${at}Z")" \
		    "$(($(date -ud "$at" +%s) * 1000)) $at.000Z"
	done
	assert_equal "$("$unit/instant" 2025-03-01T04:00Z)" \
	    "$(date -ud 2025-03-01T04:00 +%s)000 2025-03-01T04:00:00.000Z"
	assert_equal "$("$unit/instant" 2025-03-01T04:00:01.5Z)" \
	    "$(date -ud 2025-03-01T04:00:01 +%s)500 2025-03-01T04:00:01.500Z"
	for at in '' 2025-02-29T00:00:00Z 2025-13-01T00:00:00Z \
	    2025-01-01T24:00:00Z 2025-01-01T00:00:00 2025-01-01T00:00:00.Z \
	    2025-01-01T00:00:00+01:00 2025-1-01T00:00:00Z; do
		assert_equal "$("$unit/instant" "$at")" "$at refused"
	done
}
