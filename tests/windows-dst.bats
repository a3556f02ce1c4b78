# Windows over the days when clocks change, from zoneinfo to the plan. What
# must be is asked of date(1).

setup() {
	load helper
	load fleet
	here
	repo_make a
	upstream_commit a
	house_make a
}

# berlin WINDOW... - the policy: each "allow TEXT" or "deny TEXT"
berlin() {
	policy "$(printf '%s\n' "$@" | jq -Rsc '{windows: (split("\n")[:-1] |
	    map({(.[:index(" ")]): .[index(" ") + 1:],
	    time_zone: "Europe/Berlin"}))}')"
}

# at INSTANT WORD - what the plan says of the window then
at() {
	hermes-probe -p house/config/runtime_upgrade_policies.json \
	    -a "$BATS_TEST_TMPDIR/staged" -t "$1" \
	    <house/config/fleet.json >probe.json
	hermes-plan <probe.json >out.json
	assert_equal "$(jq -r '.plan.repos[0].reason' out.json)" "$2"
}

# opens WHEN - the text says so, by date(1)
opens() {
	assert_equal "$(jq -r '.plan.repos[0].text' out.json)" \
	    "a: outside its windows until $(date -u -d "$1" \
	    +%Y-%m-%dT%H:%M:%S.000Z)"
}

@test "windows: one inside the hour that is skipped does not open that day" {
	assert_equal "$(TZ=Europe/Berlin date -d 2025-03-30T01:00:00Z +%H:%M)" 03:00
	berlin 'allow 02:15-02:45'
	at 2025-03-30T00:59:59Z window
	opens 'TZ="Europe/Berlin" 2025-03-31 02:15'
	at 2025-03-30T01:20:00Z window
	at 2025-03-31T00:15:00Z behind
}

@test "windows: one that begins in the skipped hour opens where the clock lands" {
	berlin 'allow 02:15-05:00'
	at 2025-03-30T00:59:59Z window
	opens '2025-03-30T01:00:00Z'
	at 2025-03-30T01:00:00Z behind
	at 2025-03-30T02:59:59Z behind
	at 2025-03-30T03:00:00Z window
}

@test "windows: one that ends in the skipped hour ends there" {
	berlin 'allow 00:00-02:30'
	at 2025-03-30T00:59:59Z behind
	at 2025-03-30T01:00:00Z window
	opens 'TZ="Europe/Berlin" 2025-03-31 00:00'
}

@test "windows: in the hour that comes twice one is open both times" {
	assert_equal "$(TZ=Europe/Berlin date -d 2025-10-26T00:30:00Z +%H:%M)" 02:30
	assert_equal "$(TZ=Europe/Berlin date -d 2025-10-26T01:30:00Z +%H:%M)" 02:30
	berlin 'allow 02:15-02:45'
	at 2025-10-26T00:14:59Z window
	at 2025-10-26T00:15:00Z behind
	at 2025-10-26T00:45:00Z window
	opens '2025-10-26T01:15:00Z'
	at 2025-10-26T01:15:00Z behind
	at 2025-10-26T01:45:00Z window
	opens 'TZ="Europe/Berlin" 2025-10-27 02:15'
}

@test "windows: and so is a deny" {
	berlin 'deny 02:15-02:45'
	at 2025-10-26T00:20:00Z window
	opens '2025-10-26T00:45:00Z'
	at 2025-10-26T00:50:00Z behind
	at 2025-10-26T01:20:00Z window
	opens '2025-10-26T01:45:00Z'
	# of the hour that is skipped nothing is denied
	at 2025-03-30T00:59:59Z behind
	at 2025-03-30T01:00:00Z behind
}
