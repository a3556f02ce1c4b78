# What the tests of hermes-lease share: STATE folders with leases of real
# processes and of forged ones. $boot, $host and $fixtures are set.

boot_ms() {
	awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime
}

# fresh [JQ [OPTION...]] - the fixture as of this boot and this moment
fresh() {
	jq --arg boot "$boot" --argjson ms "$(boot_ms)" "${@:2}" \
	    '.cycle.now.boot_id = $boot | .cycle.now.boot_ms = $ms | '"${1-.}" \
	    "$fixtures/plan.json"
}

# process - a process that lives until it is killed: $sleeper, $start
process() {
	sleep 600 3>&- &
	sleeper=$!
	disown
	start=$(start_of $sleeper)
}

# end - kill -9 it, and see it gone
end() {
	kill -9 "$sleeper"
	while [ "$(cut -d' ' -f3 "/proc/$sleeper/stat" 2>/dev/null)" ]; do
		sleep 0.01
	done
}

start_of() {
	sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f20
}

# leased KEY [JQ] - a STATE in which $sleeper holds KEY, changed by JQ
leased() {
	mkdir -m 700 -p S
	jq -n --arg key "$1" --arg host "$host" --arg boot "$boot" \
	    --argjson pid "${sleeper-1}" --argjson start "${start-1}" \
	    --argjson ms "$(($(boot_ms) + 600000))" '{
		schema: "hermes.coordination_leases/1", last_token: 7,
		leases: [{ repo_key: $key, common_dir: "/srv/\($key)/.git",
		    token: 7, holder: { host: $host, pid: $pid,
			start_ticks: $start, boot_id: $boot },
		    cycle: "20250301T030000Z-00000000",
		    acquired_at: "2025-03-01T03:00:00.000Z",
		    expires_at: "2999-01-01T00:00:00.000Z",
		    expires_boot_ms: $ms, boot_id: $boot }] } | '"${2-.}" \
	    >S/coordination_leases.json
	valid coordination_leases S/coordination_leases.json
}

# row KEY FILE - its reservation: granted, token, code
row() {
	jq -c --arg key "$1" '.lease.reservations[] |
	    select(.repo_key == $key) | [.granted, .token, .code]' "$2"
}

said() { # TYPE FILE - subjects and data of the events of a type
	jq -c --arg type "hermes.lease.$1" \
	    '[.events[] | select(.type == $type) | [.subject, .data]]' "$2"
}

all_valid() {
	valid coordination_leases S/coordination_leases.json
	valid agent_coordination_state S/agent_coordination_state.json
}

# journal TOKEN REPO_KEY DONE - as hermes-exec leaves it
journal() {
	jq -n --argjson token "$1" --arg key "$2" --argjson done "$3" \
	    '{schema: "hermes.journal/1", token: $token, cycle: "c",
	    repo_key: $key, path: "/srv/\($key)",
	    git_dir: "/srv/\($key)/.git", common_dir: "/srv/\($key)/.git",
	    strategy: "fast-forward", branch: "main", before: ("a" * 40),
	    after: ("b" * 40), done: $done, events: []}'
}
