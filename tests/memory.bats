# probe's memory (B8): nothing known only where nothing was ever known.
# shellcheck shell=bash

setup() {
	load helper
	here
	unit=${BUILD:-$top/build}/unit/memory
	mkdir -m 700 s
}

# past - a ledger of one event and the views at its head
past() {
	cat >doc <<-'END'
	{"schema":"hermes.cycle/1","cycle":{"id":"20250301T040000Z-1a2b3c4d",
	"host":"h","now":{"real_at":"2025-03-01T04:00:00.000Z","boot_ms":1,
	"boot_id":"00000000-0000-0000-0000-000000000000"}},"events":[{
	"id":"20250301T040000Z-1a2b3c4d:hermes.hold.set:a","source":"hermes-event",
	"type":"hermes.hold.set","subject":"a",
	"data":{"why":"w","author":"me","expires_at":null}}]}
	END
	hermes-ledger -s s <doc >acknowledged
}

views() {
	hermes-project -s s <acknowledged >projected
}

refused() {
	run -65 --separate-stderr "$unit" s
	assert_equal "$output" ''
	assert_equal "$stderr" "$1"
}

@test "memory: without a STATE, and in a new one, nothing is known" {
	"$unit" >out
	assert_equal "$(jq -c .memory out)" "$(jq -nc '{ledger:{seq:0,bytes:0,
		hash:("0"*64),verified:true},state:null,intelligence:null,
		rollback:null,remote_health:null,leases:null}')"
	"$unit" s >new
	cmp out new
	jq .memory out >memory
	valid memory memory
}

@test "memory: the views as they stand, and the ledger's head" {
	past
	views
	"$unit" s >out
	jq .memory out >memory
	valid memory memory
	assert_equal "$(jq -c .ledger memory)" \
		"$(jq -c '{seq,bytes,hash,verified:true}' s/runtime_events.head.json)"
	for pair in state:auto_safe_upgrade_state \
		intelligence:runtime_intelligence \
		rollback:rollback_intelligence; do
		assert_equal "$(jq -c ".${pair%:*}" memory)" \
			"$(jq -c . "s/${pair#*:}.json")"
	done
	assert_equal "$(jq -c '[.remote_health,.leases]' memory)" '[null,null]'
}

@test "memory: reading it changes nothing" {
	past
	views
	find s -printf '%p %s %T@ %C@\n' | sort >before
	"$unit" s >out
	find s -printf '%p %s %T@ %C@\n' | sort | diff before -
}

@test "memory: damage anywhere in the ledger is an error (E3)" {
	past
	views
	cp s/runtime_events.jsonl whole
	count=$(wc -l <whole)
	for line in $(seq "$count"); do
		sed "${line}s/hermes/hermez/" whole >s/runtime_events.jsonl
		run -65 --separate-stderr "$unit" s
		assert_equal "$output" ''
		[[ $stderr == *'runtime_events.jsonl'*"$line"* ]] || fail "$stderr"
	done
	cp whole s/runtime_events.jsonl
	"$unit" s >out
}

@test "memory: the chain is not read twice where nobody wrote to it" {
	past
	views
	jq -c '.cycle.now.real_at = "2025-03-01T03:50:00.000Z"' doc |
		sed 's/set:a/set:b/; s/"subject":"a"/"subject":"b"/' >again
	hermes-ledger -s s <again >acknowledged
	views
	# a bad disk: nobody wrote, and the bytes of the first line are others
	sed '1s/"why":"w"/"why":"v"/' s/runtime_events.jsonl >bad
	cat bad >s/runtime_events.jsonl
	jq -c --arg mark "$(stat -c '%d:%i:%.9Z' s/runtime_events.jsonl)" \
		'.mark = $mark' s/runtime_events.head.json >new
	cat new >s/runtime_events.head.json
	"$unit" s >out
	valid memory <(jq .memory out)
	jq -c '.boot_id = "another"' new >s/runtime_events.head.json
	refused 's/runtime_events.jsonl: line 1: damaged: its bytes do not have its hash'
}

@test "memory: a view that is missing while the ledger is not is an error" {
	past
	refused 's/auto_safe_upgrade_state.json: missing, and the ledger is not: run hermes-project'
	for name in auto_safe_upgrade_state runtime_intelligence \
		rollback_intelligence; do
		views
		rm "s/$name.json"
		refused "s/$name.json: missing, and the ledger is not: run hermes-project"
	done
	views
	"$unit" s >out
}

@test "memory: a view that is not at the ledger's head is an error" {
	past
	views
	cp -r s kept
	sed -i 's/set:a/set:b/; s/"subject":"a"/"subject":"b"/' doc
	hermes-ledger -s s <doc >acknowledged
	refused "s/auto_safe_upgrade_state.json: not at the ledger's head: run hermes-project"
	views
	"$unit" s >out
	for name in runtime_intelligence rollback_intelligence; do
		cp "s/$name.json" new
		cp "kept/$name.json" "s/$name.json"
		refused "s/$name.json: not at the ledger's head: run hermes-project"
		cp new "s/$name.json"
	done
	# the same seq of another ledger
	jq -c '.hash=("1"*64)' s/runtime_intelligence.json >new
	cp new s/runtime_intelligence.json
	refused "s/runtime_intelligence.json: not at the ledger's head: run hermes-project"
}

@test "memory: a view of a ledger that is gone is an error" {
	past
	views
	rm s/runtime_events.*
	refused "s/auto_safe_upgrade_state.json: not at the ledger's head: run hermes-project"
}

@test "memory: what is damaged is an error, never nothing known" {
	past
	views
	for damage in '' '{' '[]' 'null' '{"schema":"hermes.other/1"}'; do
		printf '%s' "$damage" >s/runtime_intelligence.json
		run -65 --separate-stderr "$unit" s
		assert_equal "$output" ''
		[[ $stderr == 's/runtime_intelligence.json: '*': run hermes-project' ]]
	done
	views
	for name in remote_health coordination_leases; do
		printf '{' >"s/$name.json"
		refused "s/$name.json: no JSON that Hermes wrote"
		printf '{"schema":"hermes.%s/2"}' "$name" >"s/$name.json"
		refused "s/$name.json: of another schema"
		rm "s/$name.json"
	done
	echo >>s/runtime_events.jsonl
	run -0 "$unit" s # above the head: E3, the next append moves it aside
	sed -i 's/hold.set/hold.sot/' s/runtime_events.jsonl
	run -65 --separate-stderr "$unit" s
	assert_equal "$output" ''
}
