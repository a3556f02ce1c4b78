# probe's resources (B7) and time zones (P2).
# shellcheck shell=bash

setup() {
	load helper
	here
	units=${BUILD:-$top/build}/unit
	mkdir -p r/proc/pressure r/sys/class/power_supply
	meminfo 8000000 4000000
	echo "0.10 0.10 0.10 1/100 1" >r/proc/loadavg
	psi cpu some 0.00
	psi memory full 0.00
	psi io full 0.00
}

# psi WHAT LINE PERCENT
psi() {
	printf '%s avg10=99.99 avg60=%s avg300=99.99 total=1\n' "$2" "$3" \
		>"r/proc/pressure/$1"
}

meminfo() {
	printf 'MemTotal:       %d kB\nMemFree: 1 kB\nMemAvailable:   %d kB\n' \
		"$1" "$2" >r/proc/meminfo
}

# battery NAME STATUS PERCENT
battery() {
	mkdir -p "r/sys/class/power_supply/$1"
	echo Battery >"r/sys/class/power_supply/$1/type"
	echo "$2" >"r/sys/class/power_supply/$1/status"
	echo "$3" >"r/sys/class/power_supply/$1/capacity"
}

# class EXPECTED [BEFORE] - "none", or "low: reason"
class() {
	"$units/resources" r "${2-none}" >out
	valid resources out
	assert_equal "$(jq -r '.class + (if .reason then ": \(.reason)" else "" end)' out)" "$1"
}

keep() {
	"$units/resources" r none s "$1" >out
}

@test "resources: an idle machine is fit, and the figures are told" {
	class none
	assert_equal "$(jq -c '.samples|del(.load_permille)' out)" "$(jq -c . <<'JSON'
{"psi_cpu_permille":0,"psi_memory_permille":0,"psi_io_permille":0,
"mem_available_bytes":4096000000,"mem_available_permille":953,
"free_bytes":null,"free_inode_count":null,"battery_percent":null}
JSON
)"
}

@test "resources: what is absent is not known, and stops nothing" {
	rm -r r
	class none
	assert_equal "$(jq -c '[.samples[]]|unique' out)" '[null]'
	"$units/resources" '' none >out
	valid resources out
}

@test "resources: pressure counts by its last minute" {
	psi cpu some 79.99
	class none
	psi cpu some 80.00
	class 'low: psi_cpu_permille at least 800'
	psi cpu some 100.00
	class 'high: psi_cpu_permille at least 950'
	psi cpu some 0.00
	psi io full 99.00
	class 'high: psi_io_permille at least 800'
	psi memory full 50.00
	class 'critical: psi_memory_permille at least 500'
}

@test "resources: the load counts only where there is no pressure" {
	echo "$((7 * $(nproc))).50 1 1 1/1 1" >r/proc/loadavg
	class none
	rm r/proc/pressure/cpu
	class 'high: load_permille at least 6000'
	assert [ "$(jq .samples.load_permille out)" -ge 7000 ]
}

@test "resources: memory that is short" {
	meminfo 8000000 500000
	class 'low: mem_available_permille below 125'
	meminfo 8000000 250000
	class 'high: mem_available_permille below 62'
	meminfo 8000000 60000
	class 'critical: mem_available_permille below 16'
	meminfo 512000 100000 # of a small machine
	class none
}

@test "resources: a battery counts while it is being emptied" {
	battery BAT0 Charging 5
	class none
	battery BAT0 Discharging 29
	class 'low: battery_percent below 30'
	battery BAT1 Discharging 6
	class 'critical: battery_percent below 7'
	battery BAT1 Full 6
	mkdir r/sys/class/power_supply/AC
	echo Mains >r/sys/class/power_supply/AC/type
	class 'low: battery_percent below 30'
}

@test "resources: a class is left only when the figure is a fifth better" {
	psi memory full 45.00
	class 'high: psi_memory_permille at least 200'
	class 'high: psi_memory_permille at least 200' low
	class 'critical: psi_memory_permille at least 500' critical
	psi memory full 39.99
	class 'high: psi_memory_permille at least 200' critical
	psi memory full 4.00
	class none none
	class 'low: psi_memory_permille at least 50' high
	psi memory full 3.99
	class none high
	meminfo 8000000 590000
	class none none
	class 'low: mem_available_permille below 125' low
	meminfo 8000000 630000
	class none low
}

@test "resources: the two state files, valid and bounded" {
	keep 2025-03-01T04:00:00Z
	keep 2025-03-01T04:00:59Z
	assert_equal "$(jq '.samples|length' s/runtime_resource_telemetry.json)" 1
	keep 2025-03-01T04:01:00Z
	assert_equal "$(jq -c '[.samples[].at]' s/runtime_resource_telemetry.json)" \
		'["2025-03-01T04:00:00.000Z","2025-03-01T04:01:00.000Z"]'
	psi memory full 60.00
	keep 2025-03-01T04:01:01Z
	assert_equal "$(jq -c '[.samples[].class]' s/runtime_resource_telemetry.json)" \
		'["none","none","critical"]'
	for minute in $(seq 10 59); do
		keep "2025-03-01T04:$minute:00Z"
	done
	assert_equal "$(jq -c '[.samples|length,first.at,last.at]' \
		s/runtime_resource_telemetry.json)" \
		'[32,"2025-03-01T04:28:00.000Z","2025-03-01T04:59:00.000Z"]'
	valid runtime_resource_telemetry s/runtime_resource_telemetry.json
	valid runtime_resource_state s/runtime_resource_state.json
}

@test "resources: the state says since when, and is rewritten only when it changes" {
	keep 2025-03-01T04:00:00Z
	stat -c '%i %Y %Z' s/runtime_resource_state.json >before
	keep 2025-03-01T05:00:00Z
	stat -c '%i %Y %Z' s/runtime_resource_state.json | cmp before -
	assert_equal "$(jq -c '[.class,.since_at]' s/runtime_resource_state.json)" \
		'["none","2025-03-01T04:00:00.000Z"]'
	psi memory full 60.00
	keep 2025-03-01T06:00:00Z
	assert_equal "$(jq -c '[.class,.reason,.since_at]' s/runtime_resource_state.json)" \
		'["critical","psi_memory_permille at least 500","2025-03-01T06:00:00.000Z"]'
}

@test "resources: space is measured where STATE is" {
	keep 2025-03-01T04:00:00Z
	keep 2025-03-01T04:00:00Z
	free=$(df -B1 --output=avail s | tail -n 1)
	told=$(jq .samples.free_bytes out)
	assert [ "$told" -gt $((free - free / 10 - 1)) ]
	assert [ "$told" -lt $((free + free / 10 + 1)) ]
}

@test "resources: a damaged state file begins anew" {
	keep 2025-03-01T04:00:00Z
	printf '{' >s/runtime_resource_state.json
	printf '[]' >s/runtime_resource_telemetry.json
	keep 2025-03-01T05:00:00Z
	valid runtime_resource_telemetry s/runtime_resource_telemetry.json
	valid runtime_resource_state s/runtime_resource_state.json
}

# zones NOW ZONE... - into `out`
zones() {
	local zone
	for zone in "${@:2}"; do
		printf '{"allow":"Mon","time_zone":"%s"}\n' "$zone"
	done | jq -s '{schema:"hermes.policy/1",windows:.}' >p
	"$units/zones" "$1" p >out
}

@test "zones: the offset now and the next two changes, as zdump has them" {
	for zone in Europe/Berlin America/New_York Australia/Lord_Howe \
		Africa/Casablanca; do
		zones 2025-03-01T04:00:00Z "$zone"
		# of two lines a change, the second begins what is new
		TZ=UTC zdump -v -c 2025,2028 "$zone" | grep -v NULL |
			sed -n 's/^[^ ]* *\(.*\) UT = .*gmtoff=\(.*\)/\1|\2/p' |
			awk 'NR % 2 == 0' >dump
		while IFS='|' read -r at offset; do
			echo "$(date -u -d "$at" +%Y-%m-%dT%H:%M:%S.000Z) $offset"
		done <dump | awk '$1 > "2025-03-01T04"' | head -n 2 >expected
		head -n 1 out | jq -r '.[0].changes[]|"\(.at) \(.offset_s)"' |
			diff expected -
	done
}

@test "zones: each once, sorted; UTC and others never change" {
	zones 2025-03-01T04:00:00Z UTC Asia/Kolkata UTC
	assert_equal "$(head -n 1 out)" '[{"time_zone":"Asia/Kolkata","offset_s":19800,"changes":[]},{"time_zone":"UTC","offset_s":0,"changes":[]}]'
	zones 2025-07-01T00:00:00Z Europe/Berlin
	assert_equal "$(head -n 1 out | jq -c '[.[0]|.offset_s,.changes[0].at]')" \
		'[7200,"2025-10-26T01:00:00.000Z"]'
}

@test "zones: a repository's own windows count too" {
	echo '{"schema":"hermes.policy/1"}' >p
	echo '{"schema":"hermes.fleet/1","repos":[{"repo_key":"a","path":"/a",
		"policy":{"windows":[{"deny":"Sun","time_zone":"Europe/Rome"}]}}]}' >f
	"$units/zones" 2025-03-01T04:00:00Z p f >out
	assert_equal "$(head -n 1 out | jq -r '.[].time_zone')" Europe/Rome
}

@test "zones: an unknown zone is 78 and named" {
	for zone in Mars/Phobos zone.tab Europe tzdata.zi; do
		[[ $zone == *.* ]] && continue # no dot gets past the policy
		printf '{"schema":"hermes.policy/1","windows":[{"deny":"Sun"},
			{"deny":"Sun","time_zone":"%s"}]}' "$zone" >p
		run -78 --separate-stderr "$units/zones" 2025-03-01T04:00:00Z p
		assert_equal "$stderr" \
			"policy: windows[1].time_zone: unknown time zone \"$zone\""
	done
}

@test "zones: TZ is as it was afterwards" {
	TZ=Asia/Tokyo zones 2025-03-01T04:00:00Z Europe/Berlin
	assert_equal "$(tail -n 1 out)" TZ=Asia/Tokyo
	(unset TZ && "$units/zones" 2025-03-01T04:00:00Z p >out)
	assert_equal "$(tail -n 1 out)" TZ=
}
