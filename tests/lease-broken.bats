# hermes-lease: the operator's lease.broken (L9), and what is known of tokens
# when the lease file is gone (L4).

setup() {
	load helper
	here
	load lease/words
	fixtures=$top/tests/lease
	boot=$(cat /proc/sys/kernel/random/boot_id)
	host=$(hostname)
}

teardown() {
	[ -z "${sleeper-}" ] || kill "$sleeper" 2>/dev/null || :
}

record() { # the document on stdin, into ledger and views
	hermes-ledger -s S >recorded.json
	hermes-project -s S <recorded.json >projected.json
	valid auto_safe_upgrade_state S/auto_safe_upgrade_state.json
	valid project.checkpoint S/project.checkpoint.json
}

# broken KEY [ARG...] - the operator's word
broken_word() {
	hermes-event lease.broken -r "$1" -w 'host is scrap' "${@:2}" >word.json
	record <word.json
}

# view [KEY] - its lease_broken, without the instant
view() {
	jq -c --arg key "${1-lib}" '.repos[] | select(.repo_key == $key) |
	    .lease_broken | if . then del(.at) else . end' \
	    S/auto_safe_upgrade_state.json
}

elsewhere='.leases[0] |= (.boot_id = "b" | .holder =
    {host: "elsewhere", pid: 1, start_ticks: 1, boot_id: "b"})'

@test "lease: lease.broken ends a lease that is alive, by its own live holder" {
	process
	leased lib
	fresh >in.json
	hermes-lease -s S -o $$ <in.json >out.json
	assert_equal "$(row lib out.json)" '[false,0,"lease-foreign"]'

	broken_word lib
	assert_equal "$(view)" "{\"seq\":1,\"token\":null,\"why\":\"host is scrap\",\"author\":\"$(id -un)\"}"
	hermes-lease -s S -o $$ <in.json >out.json
	all_valid
	assert_equal "$(row lib out.json | jq .[0])" true
	token=$(row lib out.json | jq .[1])
	[ "$token" -gt 7 ]
	assert_equal "$(said taken-over out.json)" "[[\"lib\",{\"token\":$token,\"previous_token\":7,\"reason\":\"broken\",\"said_seq\":1,\"said\":\"host is scrap\",\"author\":\"$(id -un)\"}]]"
	assert_equal "$(jq -c '.leases[] | select(.repo_key == "lib") |
	    [.token, .holder.pid]' S/coordination_leases.json)" "[$token,$$]"
	kill -0 "$sleeper" # nobody is killed
	# the old holder cannot give back what is not its any more
	jq -n --argjson in "$(cat in.json)" '$in | .lease = {holder: null,
	    ttl_ms: 1, reservations: [{repo_key: "lib", granted: true,
	    token: 7}]}' >old.json
	hermes-lease -r -s S -o "$sleeper" <old.json >released.json
	assert_equal "$(jq -c .release.kept released.json)" \
	    '[{"repo_key":"lib","token":7,"why":"foreign"}]'
}

@test "lease: lease.broken ends another host's lease" {
	leased lib "$elsewhere"
	broken_word lib
	fresh >in.json
	hermes-lease -s S <in.json >out.json
	assert_equal "$(row lib out.json | jq .[0])" true
	assert_equal "$(said taken-over out.json | jq -c '.[0][1].reason')" \
	    '"broken"'
}

@test "lease: without the word a live lease stays, however often one asks" {
	process
	leased lib
	hermes-event hold.set -r lib -w no >word.json
	record <word.json
	broken_word solo # of another repository
	fresh >in.json
	for _ in 1 2 3; do
		hermes-lease -s S -o $$ <in.json >out.json
		assert_equal "$(row lib out.json)" '[false,0,"lease-foreign"]'
	done
	assert_equal "$(jq -c '.leases[] | select(.repo_key == "lib") | .token' \
	    S/coordination_leases.json)" 7
}

@test "lease: a word speaks of earlier leases, not of the one that follows" {
	process
	leased lib
	broken_word lib
	fresh >in.json
	# taken over by $sleeper, and the ledger has not heard of it yet
	hermes-lease -s S -o "$sleeper" <in.json >mine.json
	token=$(row lib mine.json | jq .[1])
	assert_equal "$(view | jq .seq)" 1
	hermes-lease -s S -o $$ <in.json >out.json
	assert_equal "$(row lib out.json)" '[false,0,"lease-foreign"]'

	# heard: the word has been obeyed, and goes
	record <mine.json
	assert_equal "$(view)" null
	hermes-lease -s S -o $$ <in.json >out.json
	assert_equal "$(row lib out.json)" '[false,0,"lease-foreign"]'

	# a second word is for the second lease
	broken_word lib
	hermes-lease -s S -o $$ <in.json >out.json
	assert_equal "$(said taken-over out.json | jq '.[0][1].previous_token')" \
	    "$token"
}

@test "lease: with -k TOKEN the word is for that lease alone" {
	process
	leased lib
	fresh >in.json
	broken_word lib -k 6
	hermes-lease -s S -o $$ <in.json >out.json
	assert_equal "$(row lib out.json)" '[false,0,"lease-foreign"]'
	broken_word lib -k 9007199254740991
	hermes-lease -s S -o $$ <in.json >out.json
	assert_equal "$(row lib out.json)" '[false,0,"lease-foreign"]'
	broken_word lib -k 7
	hermes-lease -s S -o $$ <in.json >out.json
	assert_equal "$(row lib out.json | jq .[0])" true
	# tokens that an operator names use up none
	[ "$(row lib out.json | jq .[1])" -lt 20 ]
}

@test "lease: a broken lease that nobody asks for is dropped, with the reason" {
	process
	leased other
	broken_word other
	fresh '.plan.queue = []' >in.json
	hermes-lease -s S -o $$ <in.json >out.json
	assert_equal "$(said released out.json)" "[[\"other\",{\"token\":7,\"why\":\"broken\",\"said_seq\":1,\"said\":\"host is scrap\",\"author\":\"$(id -un)\"}]]"
	assert_equal "$(jq -c .leases S/coordination_leases.json)" '[]'
	record <out.json
	assert_equal "$(view other)" null
}

@test "lease: the word does not open a journal (L3)" {
	process
	leased lib
	broken_word lib
	mkdir S/journals
	journal 7 lib false >S/journals/7
	fresh >in.json
	hermes-lease -s S -o $$ <in.json >out.json
	assert_equal "$(row lib out.json)" '[false,0,"interrupted"]'
}

@test "lease: without -s the word is memory's" {
	process
	leased lib
	broken_word lib
	fresh '.memory.leases = $l | .memory.state = $s' \
	    --argjson l "$(cat S/coordination_leases.json)" \
	    --argjson s "$(cat S/auto_safe_upgrade_state.json)" >in.json
	hermes-lease <in.json >out.json
	assert_equal "$(row lib out.json)" '[true,0,null]'
	jq '.memory.state.repos = []' in.json >without.json
	hermes-lease <without.json >out.json
	assert_equal "$(row lib out.json)" '[false,0,"lease-foreign"]'
}

@test "project: a checkpoint keeps the word, and so does a view made anew" {
	mkdir -m 700 S
	broken_word lib -k 7
	hermes-event hold.set -r solo -w x >word.json
	record <word.json # from the checkpoint
	assert_equal "$(view | jq -c '[.seq, .token]')" '[1,7]'
	cp S/auto_safe_upgrade_state.json before.json
	rm S/auto_safe_upgrade_state.json S/project.checkpoint.json
	hermes-project -s S </dev/null >out.json ||
	    record <word.json
	cmp before.json S/auto_safe_upgrade_state.json
}

@test "lease: with the lease file gone the views must be at the ledger's head" {
	fresh >in.json
	hermes-lease -s S -o $$ <in.json >one.json
	hermes-ledger -s S <one.json >two.json
	rm S/coordination_leases.json
	run -65 --separate-stderr hermes-lease -s S -o $$ <in.json
	assert_equal "$output" ''
	assert_equal "$stderr" 'hermes-lease: S/coordination_leases.json: gone, and the views are behind the ledger: run hermes-project first'
	assert_not_exists S/coordination_leases.json
	hermes-project -s S <two.json >three.json
	hermes-lease -s S -o $$ <in.json >four.json
	assert_equal "$(row lib four.json | jq '.[1] > 3')" true
}
