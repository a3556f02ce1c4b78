# hermes-lease: L1-L8, by the lease file, real processes and forged ones.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	here
	load lease/words
	boot=$(cat /proc/sys/kernel/random/boot_id)
	host=$(hostname)
}

teardown() {
	[ -z "${sleeper-}" ] || kill "$sleeper" 2>/dev/null || :
}

@test "lease: without -s every grant is token 0 and nothing is written" {
	hermes-lease <"$fixtures/plan.json" >out.json
	jq .lease out.json >lease.json
	valid lease lease.json
	assert_equal "$(jq -c '[.reservations[] | [.repo_key, .granted,
	    .token, .lane, .turn, .expires_at]]' lease.json)" \
	    '[["app",true,0,1,2,null],["lib",true,0,1,1,null],["solo",true,0,2,2,null]]'
	assert_equal "$(jq .holder lease.json)" null
	assert_equal "$(said granted out.json)" '[]'
	assert_equal "$(ls)" "$(printf 'lease.json\nout.json')"
}

@test "lease: same bytes in, same bytes out; run again, the same bytes" {
	hermes-lease <"$fixtures/plan.json" >one.json
	hermes-lease <"$fixtures/plan.json" >two.json
	cmp one.json two.json
	hermes-lease <one.json >three.json
	cmp one.json three.json
}

@test "lease: unknown members survive, at the top and inside" {
	jq '.extra = {a: [1]} | .plan.extra = 2 | .plan.queue[0].extra = 3' \
	    "$fixtures/plan.json" >in.json
	hermes-lease <in.json >out.json
	jq 'del(.lease)' out.json >rest.json
	cmp <(jq -S . in.json) <(jq -S . rest.json)
}

@test "lease: with -s grants have rising tokens and live until ttl_ms" {
	fresh >in.json
	hermes-lease -s S -o $$ <in.json >out.json
	all_valid
	jq .lease out.json >lease.json
	valid lease lease.json
	assert_equal "$(jq -c '[.reservations[].token] | sort' lease.json)" \
	    '[1,2,3]'
	assert_equal "$(jq -c .holder lease.json)" \
	    "{\"host\":\"$host\",\"pid\":$$,\"start_ticks\":$(start_of $$),\"boot_id\":\"$boot\"}"
	# L3: a grant is a lease with that token, and the other way round
	assert_equal "$(jq -c '[.leases[] | [.repo_key, .token]]' \
	    S/coordination_leases.json)" \
	    "$(jq -c '[.reservations[] | [.repo_key, .token]]' lease.json)"
	assert_equal "$(jq '.leases[0].expires_boot_ms' \
	    S/coordination_leases.json)" \
	    "$(jq '.reservations[0].expires_boot_ms' lease.json)"
	[ "$(jq '.reservations[0].expires_boot_ms' lease.json)" -le \
	    $(($(boot_ms) + 900000)) ]
	assert_equal "$(said granted out.json)" "$(jq -c '[.lease as $l |
	    $l.reservations[] | [.repo_key, {token, cycle:
	    "20250301T040000Z-1a2b3c4d"}]]' out.json)"
	assert_equal "$(jq -c '[.agents[] | [.holder.pid,
	    [.reservations[].repo_key]]]' S/agent_coordination_state.json)" \
	    "[[$$,[\"app\",\"lib\",\"solo\"]]]"
}

@test "lease: the holder is the parent, or -o PID" {
	fresh >in.json
	bash -c 'echo $$ >pid; hermes-lease -s S <in.json >out.json; :'
	assert_equal "$(jq .lease.holder.pid out.json)" "$(cat pid)"
	run -65 --separate-stderr hermes-lease -s S -o 4194304 <in.json
	assert_equal "$output" ''
	assert_equal "$stderr" 'hermes-lease: holder: no process 4194304'
}

@test "lease: who adopts an orphan is not the holder" {
	fresh >in.json
	run -65 --separate-stderr setsid -w hermes-lease -s S <in.json
	assert_equal "$output" ''
	assert_equal "$stderr" 'hermes-lease: holder: the parent is of another session, or gone: say -o PID'
	assert_not_exists S/coordination_leases.json
	setsid -w hermes-lease -s S -o $$ <in.json >out.json
	assert_equal "$(jq .lease.holder.pid out.json)" $$
	setsid -w hermes-lease <in.json >dry.json # nobody holds anything
}

@test "lease: tokens that stand in the repository are spent (L4)" {
	git init -q lib
	git -C lib commit -q --allow-empty -m one
	fresh '(.probe.repos[] | select(.repo_key == "lib")).common_dir =
	    $dir' --arg dir "$PWD/lib/.git" >in.json
	token() {
		hermes-lease -s S -o $$ <in.json >out.json
		jq '.lease.reservations[] | select(.repo_key == "lib").token' \
		    out.json
	}
	mkdir -p lib/.git/hermes/40 lib/.git/hermes/kept-99 \
	    lib/.git/hermes/9007199254740991
	assert_equal "$(token)" 41
	git -C lib update-ref refs/hermes/rollback/70 HEAD
	assert_equal "$(token)" 71
	git -C lib pack-refs --all
	rm -r S
	assert_equal "$(token)" 71
	git -C lib update-ref -d refs/hermes/rollback/70
	rm -r S
	assert_equal "$(token)" 41
}

@test "lease: a live lease of another process wins and is not touched (L2)" {
	process
	leased lib
	cp S/coordination_leases.json before.json
	fresh >in.json
	hermes-lease -s S -o $$ <in.json >out.json
	all_valid
	jq .lease out.json >lease.json
	valid lease lease.json
	assert_equal "$(row lib out.json)" '[false,0,"lease-foreign"]'
	assert_equal "$(jq -r '.lease.reservations[1].detail' out.json)" \
	    "held by $host pid $sleeper (cycle 20250301T030000Z-00000000) until 2999-01-01T00:00:00.000Z"
	# L7: what needs it is denied too; what only stands behind it is not
	assert_equal "$(row app out.json)" '[false,0,"needs"]'
	assert_equal "$(jq -r '.lease.reservations[0].detail' out.json)" \
	    'lib: lease-foreign'
	assert_equal "$(row solo out.json)" '[true,8,null]'
	assert_equal "$(jq -c '.leases[] | select(.repo_key == "lib")' \
	    S/coordination_leases.json)" "$(jq -c '.leases[0]' before.json)"
	assert_equal "$(said denied out.json)" "$(jq -c \
	    '[.lease.reservations[] | select(.granted | not) |
	    [.repo_key, {code, detail}]]' out.json)"
	assert_equal "$(jq -c '[.waiting[].repo_key]' \
	    S/agent_coordination_state.json)" '["app","lib"]'
	kill -0 "$sleeper"

	# said once, for as long as the code stays; giving back denies nobody
	hermes-lease -r -s S -o $$ <out.json >back.json
	assert_equal "$(jq -c '[.waiting[].repo_key]' \
	    S/agent_coordination_state.json)" '["app","lib"]'
	hermes-lease -s S -o $$ <in.json >again.json
	assert_equal "$(said denied again.json)" '[]'
	jq '.waiting[1].code = "needs"' S/agent_coordination_state.json >it
	cp it S/agent_coordination_state.json
	hermes-lease -s S -o $$ <in.json >again.json
	assert_equal "$(said denied again.json | jq -c 'map(.[0])')" '["lib"]'
	echo '{' >S/agent_coordination_state.json
	hermes-lease -s S -o $$ <in.json >again.json
	assert_equal "$(said denied again.json | jq -c 'map(.[0])')" \
	    '["app","lib"]'
}

@test "lease: kill -9 of the holder, and the lease is taken over at once" {
	process
	leased lib
	end
	fresh >in.json
	hermes-lease -s S -o $$ <in.json >out.json
	all_valid
	assert_equal "$(row lib out.json)" '[true,8,null]'
	assert_equal "$(said taken-over out.json)" \
	    '[["lib",{"token":8,"previous_token":7,"reason":"holder-gone"}]]'
	assert_equal "$(jq -c '[.leases[] | [.repo_key, .holder.pid]]' \
	    S/coordination_leases.json)" \
	    "[[\"app\",$$],[\"lib\",$$],[\"solo\",$$]]"
}

@test "lease: the pid is not enough, the start time counts (L5)" {
	process
	start=$((start - 1))
	leased lib
	fresh >in.json
	hermes-lease -s S <in.json >out.json
	assert_equal "$(row lib out.json)" '[true,8,null]'
}

@test "lease: another boot's lease is not live (L5)" {
	process
	leased lib '.leases[0] |= (.boot_id = "0-0" | .holder.boot_id = "0-0")'
	fresh >in.json
	hermes-lease -s S <in.json >out.json
	assert_equal "$(row lib out.json)" '[true,8,null]'
	assert_equal "$(said taken-over out.json)" \
	    '[["lib",{"token":8,"previous_token":7,"reason":"other-boot"}]]'
}

@test "lease: expiry is by the boot clock, whatever the wall clock says" {
	process
	leased lib ".leases[0].expires_boot_ms = $(boot_ms)"
	fresh >in.json
	hermes-lease -s S <in.json >out.json
	assert_equal "$(row lib out.json)" '[true,8,null]'

	leased lib '.leases[0].expires_at = "2001-01-01T00:00:00.000Z"'
	hermes-lease -s S <in.json >out.json
	assert_equal "$(row lib out.json)" '[false,0,"lease-foreign"]'
}

@test "lease: another host's lease blocks until it has expired, and says so" {
	leased lib '.leases[0] |= (.boot_id = "b" | .holder =
	    {host: "elsewhere", pid: 1, start_ticks: 1, boot_id: "b"} |
	    .expires_boot_ms = 0)'
	fresh >in.json
	hermes-lease -s S <in.json >out.json
	assert_equal "$(row lib out.json)" '[false,0,"lease-foreign"]'
	assert_equal "$(jq -r '.lease.reservations[1].detail' out.json)" \
	    'held on another host, by elsewhere pid 1 (cycle 20250301T030000Z-00000000) until 2999-01-01T00:00:00.000Z'

	jq '.leases[0].expires_at = "2001-01-01T00:00:00.000Z"' \
	    S/coordination_leases.json >new.json
	mv new.json S/coordination_leases.json
	hermes-lease -s S <in.json >out.json
	assert_equal "$(row lib out.json | jq '.[0]')" true
}

@test "lease: one lease per common dir, whatever the key (L1)" {
	process
	leased other '.leases[0].common_dir = "/srv/lib/.git"'
	fresh >in.json
	hermes-lease -s S <in.json >out.json
	assert_equal "$(row lib out.json)" '[false,0,"lease-foreign"]'

	rm -r S
	fresh '(.probe.repos[] | select(.repo_key == "solo") |
	    .common_dir) = "/srv/lib/.git"' >in.json
	hermes-lease -s S <in.json >out.json
	all_valid
	assert_equal "$(row lib out.json)" '[true,1,null]'
	assert_equal "$(row solo out.json)" '[false,0,"lease-foreign"]'
	hermes-lease <in.json >dry.json
	assert_equal "$(row solo dry.json)" '[false,0,"lease-foreign"]'
}

@test "lease: a holder that comes again gets a new token, the old one is void" {
	fresh >in.json
	hermes-lease -s S -o $$ <in.json >one.json
	hermes-lease -s S -o $$ <in.json >two.json
	all_valid
	assert_equal "$(jq -c '[.lease.reservations[].token] | sort' two.json)" \
	    '[4,5,6]'
	assert_equal "$(said taken-over two.json)" '[]'
	hermes-lease -r -s S -o $$ <one.json >out.json
	assert_equal "$(jq -c '[.release.kept[].why] | unique' out.json)" \
	    '["token"]'
	assert_equal "$(jq '.leases | length' S/coordination_leases.json)" 3
}

@test "lease: tokens survive the loss of the lease file (L4)" {
	fresh '.memory.state = {last_token: 40, repos: []}' >in.json
	hermes-lease -s S <in.json >out.json
	assert_equal "$(row lib out.json)" '[true,41,null]'

	rm S/coordination_leases.json
	mkdir S/journals
	journal 90 gone true >S/journals/90
	echo x >S/journals/.91.new
	hermes-lease -s S <in.json >out.json
	assert_equal "$(row lib out.json)" '[true,91,null]'

	rm -r S/coordination_leases.json S/journals
	jq -n '{last_token: 300}' >S/auto_safe_upgrade_state.json
	hermes-lease -s S <in.json >out.json
	assert_equal "$(row lib out.json)" '[true,301,null]'
}

@test "lease: an open journal keeps its repository from being leased (L3)" {
	mkdir -m 700 S S/journals
	journal 12 lib false >S/journals/12
	fresh >in.json
	hermes-lease -s S <in.json >out.json
	all_valid
	assert_equal "$(row lib out.json)" '[false,0,"interrupted"]'
	assert_equal "$(jq -r '.lease.reservations[1].detail' out.json)" \
	    'journal 12 is open'
	assert_equal "$(row app out.json)" '[false,0,"needs"]'
	assert_equal "$(row solo out.json)" '[true,13,null]'

	# by its common dir, under another key
	jq '.repo_key = "renamed"' S/journals/12 >new
	mv new S/journals/12
	hermes-lease -s S <in.json >out.json
	assert_equal "$(row lib out.json)" '[false,0,"interrupted"]'

	jq '.done = true' S/journals/12 >new
	mv new S/journals/12
	hermes-lease -s S <in.json >out.json
	assert_equal "$(row lib out.json | jq '.[0]')" true
}

@test "lease: a journal or lease file that cannot be read is refused" {
	fresh >in.json
	mkdir -m 700 S S/journals
	echo '{' >S/journals/12
	run -65 --separate-stderr hermes-lease -s S <in.json
	assert_equal "$output" ''
	[[ $stderr == 'hermes-lease: S/journals/12: '* ]]

	rm -r S/journals
	process
	leased lib '.leases += .leases'
	cp S/coordination_leases.json before
	run -65 --separate-stderr hermes-lease -s S <in.json
	assert_equal "$stderr" \
	    'hermes-lease: S/coordination_leases.json: leases: "lib": leased twice'
	cmp before S/coordination_leases.json
}

@test "lease: dependants need their prerequisites granted or current (L7)" {
	fresh '(.plan.repos[] | select(.repo_key == "cur")) |=
	    (.recommendation = "block" | .reason = "dirty")' >in.json
	hermes-lease -s S <in.json >out.json
	assert_equal "$(row app out.json)" '[false,0,"needs"]'
	assert_equal "$(jq -r '.lease.reservations[0].detail' out.json)" \
	    'cur: dirty'

	# a prerequisite that stands behind in the queue is not granted yet
	fresh '.plan.queue |= reverse' >in.json
	hermes-lease <in.json >out.json
	assert_equal "$(jq -r '.lease.reservations[0].detail' out.json)" \
	    'lib: stands behind in the queue'

	# a rollback builds on nothing new
	fresh '(.plan.repos[] | select(.repo_key == "cur") |
	    .recommendation) = "block" | (.plan.repos[] |
	    select(.repo_key == "app") | .strategy) = "rollback"' >in.json
	hermes-lease <in.json >out.json
	assert_equal "$(row app out.json)" '[true,0,null]'
}

@test "lease: without -s memory's leases are judged by the cycle's clock" {
	process
	leased lib
	jq --slurpfile file S/coordination_leases.json --arg boot "$boot" \
	    --arg host "$host" '.memory.leases = $file[0] | .cycle.host = $host |
	    .cycle.now.boot_id = $boot' "$fixtures/plan.json" >in.json
	hermes-lease <in.json >out.json
	assert_equal "$(row lib out.json)" '[false,0,"lease-foreign"]'
	assert_equal "$(said denied out.json)" '[]'

	jq '.cycle.now.boot_ms = .memory.leases.leases[0].expires_boot_ms' \
	    in.json >late.json
	hermes-lease <late.json >out.json
	assert_equal "$(row lib out.json)" '[true,0,null]'
}

@test "lease: a document of another boot or an old one is refused with -s" {
	run -65 --separate-stderr hermes-lease -s S <"$fixtures/plan.json"
	assert_equal "$stderr" \
	    'hermes-lease: stdin: cycle.now.boot_id: of another boot: run hermes-probe again'
	fresh '.policy.lease_ttl_ms = 1000 | .cycle.now.boot_ms -= 1500' >in.json
	run -65 --separate-stderr hermes-lease -s S <in.json
	[[ $stderr == 'hermes-lease: stdin: cycle.now.boot_ms: expected an age of 0 to 1000 ms'* ]]
	fresh '.cycle.now.boot_ms += 100000' >in.json
	run -65 hermes-lease -s S <in.json
	assert_not_exists S/coordination_leases.json
}

@test "lease: -r releases what the document was granted, by holder and token" {
	fresh >in.json
	hermes-lease -s S -o $$ <in.json >one.json

	# L8: another holder releases nothing
	process
	cp S/coordination_leases.json before
	hermes-lease -r -s S -o "$sleeper" <one.json >out.json
	jq .release out.json >release.json
	valid release release.json
	assert_equal "$(jq -c '[.kept[].why] | unique' release.json)" \
	    '["foreign"]'
	cmp before S/coordination_leases.json

	# nor does another token
	jq '.lease.reservations[].token += 1' one.json >forged.json
	hermes-lease -r -s S -o $$ <forged.json >out.json
	assert_equal "$(jq -c '.release.released' out.json)" '[]'
	cmp before S/coordination_leases.json

	hermes-lease -r -s S -o $$ <one.json >out.json
	all_valid
	jq .release out.json >release.json
	valid release release.json
	assert_equal "$(jq -c .release.released out.json)" \
	    "$(jq -c '[.lease.reservations[] | {repo_key, token}]' one.json)"
	assert_equal "$(jq -c '[.last_token, .leases]' \
	    S/coordination_leases.json)" '[3,[]]'
	assert_equal "$(jq -c .agents S/agent_coordination_state.json)" '[]'
	assert_equal "$(said released out.json)" \
	    "$(jq -c '[.lease.reservations[] | [.repo_key, {token}]]' one.json)"

	# again: nothing is held any more
	hermes-lease -r -s S -o $$ <one.json >out.json
	assert_equal "$(jq -c '[.release.kept[].why] | unique' out.json)" \
	    '["not-held"]'
}

@test "lease: -r releases an old document's grants too" {
	fresh >in.json
	hermes-lease -s S -o $$ <in.json >one.json
	jq '.policy.lease_ttl_ms = 1000 | .cycle.now.boot_ms -= 100000' \
	    one.json >old.json
	hermes-lease -r -s S -o $$ <old.json >out.json
	assert_equal "$(jq '.release.released | length' out.json)" 3
}

@test "lease: -r without -s, or of a dry run, releases nothing" {
	fresh >in.json
	hermes-lease <in.json >dry.json
	hermes-lease -r <dry.json >out.json
	jq .release out.json >release.json
	valid release release.json
	hermes-lease -r -s S <dry.json >out2.json
	cmp <(jq .release out.json) <(jq .release out2.json)
	assert_equal "$(jq -c '[.release.released, [.release.kept[].why]]' \
	    out.json)" '[[],["not-held","not-held","not-held"]]'
}

@test "lease: a dead lease that nobody asks for is dropped and recorded" {
	process
	leased gone
	end
	fresh '.plan.queue = []' >in.json
	hermes-lease -s S <in.json >out.json
	all_valid
	assert_equal "$(jq -c '[.last_token, .leases]' \
	    S/coordination_leases.json)" '[7,[]]'
	assert_equal "$(said released out.json)" \
	    '[["gone",{"token":7,"why":"holder-gone"}]]'
}

@test "lease: a quiet cycle writes nothing and says nothing" {
	fresh '.plan.queue = []' >in.json
	hermes-lease -s S <in.json >out.json
	hermes-lease -r -s S <out.json >out2.json
	stat -c '%n %i %y' S/*.json >before
	hermes-lease -s S <in.json >out.json
	hermes-lease -r -s S <out.json >out2.json
	stat -c '%n %i %y' S/*.json >after
	cmp before after
	assert_equal "$(jq -c .events out2.json)" "$(jq -c .events in.json)"
}

@test "lease: 200 races of two agents: never two grants with one token" {
	fresh '.policy.lease_ttl_ms = 86400000' >in.json
	cat >agent <<'AGENT'
		for i in $(seq 100); do
			hermes-lease -s S <in.json >"out.$1.$i" 2>/dev/null
			echo $? >>"status.$1"
		done
		echo done >"done.$1"
		# a live holder to the end of the race
		while [ ! -e done.a ] || [ ! -e done.b ]; do sleep 0.01; done
AGENT
	bash agent a 3>&- &
	one=$!
	bash agent b 3>&- &
	wait $one $! # and not for the countdown of bats
	assert_equal "$(cat status.a status.b | wc -l)" 200
	assert_equal "$(sort -u status.a status.b | grep -vxE '0|75' || :)" ''
	find . -name 'out.[ab].*' -size +0 -exec jq -r \
	    '.lease.reservations[] | select(.granted) | .token' {} + >tokens
	[ "$(wc -l <tokens)" -gt 0 ]
	assert_equal "$(sort tokens | uniq -d)" ''
	# who came second while the first lived was busy or denied
	assert_equal "$(find . -name 'out.[ab].*' -size +0 -exec jq -r \
	    '.lease | select(any(.reservations[]; .granted)) | .holder.pid' \
	    {} + | sort -u | wc -l)" 1
	all_valid
}

@test "lease: what is queued must be in the fleet, probed, and queued once" {
	fresh '.plan.queue += [.plan.queue[0]]' >in.json
	run -65 --separate-stderr hermes-lease <in.json
	assert_equal "$stderr" \
	    'hermes-lease: stdin: plan.queue: "lib": queued twice'
	fresh '(.probe.repos[] | select(.repo_key == "lib") | .common_dir) = null' \
	    >in.json
	run -65 --separate-stderr hermes-lease <in.json
	[[ $stderr == 'hermes-lease: stdin: plan.queue: "lib": not in the fleet'* ]]
	fresh 'del(.plan)' >in.json
	run -65 --separate-stderr hermes-lease <in.json
	assert_equal "$stderr" \
	    'hermes-lease: stdin: plan: missing: run hermes-plan first'
}

@test "lease: broken input is refused, with one line and no output" {
	broken hermes-lease
	broken hermes-lease -s S
	broken hermes-lease -r
	assert_not_exists S
}

@test "lease: the page's examples run" {
	fresh >plan.json
	hermes-lease <plan.json | jq -c '.lease.reservations[]' >shown
	assert_equal "$(wc -l <shown)" 3
	hermes-lease -s S -o $$ <plan.json >out.json
	assert_equal "$(jq -c '.leases[] | [.repo_key, .holder.pid]' \
	    S/coordination_leases.json | tail -n 1)" "[\"solo\",$$]"
}

@test "lease: options, help, and a full disk" {
	hermes-lease -h >help
	assert_equal "$(head -n 1 help)" \
	    'usage: hermes-lease [-r] [-o PID] [-s STATE]'
	run -64 hermes-lease -x </dev/null
	run -64 hermes-lease -o 0 </dev/null
	run -64 hermes-lease -o 12x </dev/null
	run -64 hermes-lease extra </dev/null
	full hermes-lease <"$fixtures/plan.json"
}

@test "lease: another cycle's lock is 75 and nothing changes" {
	mkdir -m 700 S
	fresh >in.json
	exec 9>>S/.cycle.lock
	flock -n 9
	run -75 hermes-lease -s S <in.json 9>&-
	assert_not_exists S/coordination_leases.json
	HERMES_LOCK_FD=9 hermes-lease -s S <in.json >out.json
	assert_equal "$(row lib out.json)" '[true,1,null]'
}
