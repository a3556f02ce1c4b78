# The policy: every default, every range, one form in the document.
# shellcheck shell=bash

setup() {
	load helper
	here
	unit=${BUILD:-$top/build}/unit/config
	echo '{"schema":"hermes.policy/1"}' >bare
}

# refused MEMBERS LINE
refused() {
	printf '{"schema":"hermes.policy/1",%s}\n' "$1" >p
	run -78 --separate-stderr "$unit" p
	assert_equal "$output" ''
	assert_equal "$stderr" "p: $2"
}

taken() {
	printf '{"schema":"hermes.policy/1",%s}\n' "$1" >p
	"$unit" p >out
}

@test "policy: all defaults, and no file at all, are the same" {
	"$unit" bare >out
	"$unit" - >none
	cmp out none
	assert_equal "$(jq -c 'del(.digest)' out)" "$(jq -c . <<'JSON'
{"schema":"hermes.policy/1","max_lanes":4,"probe_workers":32,
"probe_deadline_ms":20000,"lease_ttl_ms":900000,"remote_budgets":{"default":4},
"risk":{"canary_from_permille":300,"block_from_permille":800,"band_permille":50,
"weights":{"change":300,"paths":300,"failures":300,"rollbacks":300,"remote":100,
"hour":100,"dependants":200}},"windows":[],"sensitive_paths":[],"min_age_s":0,
"cooldown_s":3600,"cooldown_max_s":86400,"evidence_max_age_s":604800,
"mirror_ahead":"defer","require_signature":"none","allowed_signers":null,
"keyring":null,"protocols":["file","https","ssh"],
"rollback_dependants":false,"keep_rollbacks":10,"keep_cycles":30,"zones":[]}
JSON
)"
	valid policy out
}

@test "policy: the example of the manual is taken whole" {
	sed -n '/^\.Bd -literal -compact/,/^\.Ed/p' \
		"$top/man/hermes-policy.5" | grep -v '^\.' >example
	"$unit" example >out
	valid policy example out
	assert_equal "$(jq -c .windows out)" "$(jq -c .windows example)"
	assert_equal "$(jq -cS .remote_budgets out)" \
		"$(jq -cS .remote_budgets example)"
}

@test "policy: what was written reads back to the same bytes" {
	taken '"windows":[{"allow":"Mon-Fri 09:00-17:00"},
		{"deny":"Fri 12:00-24:00","time_zone":"Europe/Berlin"}],
		"sensitive_paths":["b","a","b"],"remote_budgets":{"B.org":2},
		"protocols":["ssh","git"],"risk":{"weights":{"hour":7}}'
	"$unit" out >again
	cmp out again
	assert_equal "$(jq -c '[.windows[0].time_zone,.sensitive_paths,
		.remote_budgets,.protocols,.risk.weights.hour]' out)" \
		'["UTC",["a","b"],{"b.org":2,"default":4},["git","ssh"],7]'
}

@test "policy: the digest is over all but digest, zones and notes" {
	taken '"note":"mine","max_lanes":2'
	assert_equal "$(jq -r .digest out)" \
		"sha256:$(jq -cjS 'del(.digest,.zones)' out | sha256sum | cut -d' ' -f1)"
	digest=$(jq -r .digest out)
	taken '"max_lanes":2'
	assert_equal "$(jq -r .digest out)" "$digest"
	taken '"max_lanes":3'
	[ "$(jq -r .digest out)" != "$digest" ]
}

@test "policy: every number has its range" {
	while read -r name least most; do
		refused "\"$name\":$((least - 1))" \
			"$name: expected $least to $most, found $((least - 1))"
		refused "\"$name\":$((most + 1))" \
			"$name: expected $least to $most, found $((most + 1))"
		taken "\"$name\":$least"
		assert_equal "$(jq ".$name" out)" "$least"
		taken "\"$name\":$most"
		grep -q "^\.It Cm $name\$" "$top/man/hermes-policy.5"
	done <<-'END'
		max_lanes 1 64
		probe_workers 1 256
		probe_deadline_ms 100 3600000
		lease_ttl_ms 1000 86400000
		min_age_s 0 31622400
		cooldown_s 0 31622400
		cooldown_max_s 0 31622400
		evidence_max_age_s 0 31622400
		keep_rollbacks 1 10000
		keep_cycles 1 10000
	END
}

@test "policy: risk and weights have theirs" {
	for name in canary_from_permille block_from_permille band_permille; do
		refused "\"risk\":{\"$name\":1001}" \
			"risk.$name: expected 0 to 1000, found 1001"
	done
	for name in change paths failures rollbacks remote hour dependants; do
		refused "\"risk\":{\"weights\":{\"$name\":-1}}" \
			"risk.weights.$name: expected 0 to 1000, found -1"
	done
	refused '"risk":{"canary_from_permille":801}' \
		'risk.block_from_permille: expected 801 (canary_from_permille) or more, found 800'
}

@test "policy: mirror_ahead is one of two words" {
	taken '"mirror_ahead":"accept"'
	assert_equal "$(jq -r .mirror_ahead out)" accept
	refused '"mirror_ahead":"yes"' \
		'mirror_ahead: expected one of defer, accept, found "yes"'
}

@test "policy: unknown members are an error, notes are welcome" {
	refused '"max_lane":1' 'max_lane: unknown member'
	refused '"risk":{"x":1}' 'risk.x: unknown member'
	refused '"risk":{"weights":{"x":1}}' 'risk.weights.x: unknown member'
	refused '"windows":[{"allow":"Mon","x":1}]' \
		'windows[0].x: unknown member'
	taken '"note":1,"risk":{"note":"x","weights":{"note":"x"}},
		"remote_budgets":{"note":"x"},"windows":[{"note":"","deny":"Sat"}]'
	run -1 grep note out
}

@test "policy: windows, zones, globs, budgets and protocols are checked" {
	refused '"windows":[{"allow":"Mon-Fri 9-17"}]' \
		'windows[0].allow: expected a window as "Mon-Fri 09:00-17:00", found "Mon-Fri 9-17"'
	refused '"windows":[{"allow":"Mon"},{"time_zone":"UTC"}]' \
		'windows[1]: expected allow or deny, found none'
	refused '"windows":[{"allow":"Mon","deny":"Tue"}]' \
		'windows[0]: expected allow or deny, found both'
	for zone in ../etc/passwd /etc/localtime '' 'a b' Europe/../UTC; do
		refused "\"windows\":[{\"allow\":\"Mon\",\"time_zone\":\"$zone\"}]" \
			"windows[0].time_zone: expected a time zone as \"Europe/Berlin\", found \"$zone\""
	done
	refused '"sensitive_paths":["a",""]' \
		'sensitive_paths[1]: expected a glob, found ""'
	refused '"remote_budgets":{"a.org":0}' \
		'remote_budgets.a.org: expected 1 to 64'
	refused '"remote_budgets":{"a.org":"x"}' \
		'remote_budgets.a.org: expected 1 to 64'
	refused '"protocols":["https","ext"]' \
		'protocols[1]: expected one of file, git, http, https, ssh, found "ext"'
	refused '"require_signature":"any"' \
		'require_signature: expected one of none, commit, tag, found "any"'
	refused '"require_signature":"tag"' \
		'require_signature: tag: expected allowed_signers or keyring beside it, found none'
	refused '"keyring":"~/ring.gpg"' \
		'keyring: expected an absolute path or null, found "~/ring.gpg"'
	refused '"allowed_signers":"/a\nb"' \
		'allowed_signers: expected an absolute path or null, found "/a?b"'
	refused '"max_lanes":"4"' 'max_lanes: expected a number, found a string'
}

@test "policy: schema is a must, and the file an object" {
	echo '{}' >p
	run -78 --separate-stderr "$unit" p
	assert_equal "$stderr" 'p: schema: missing'
	echo '[]' >p
	run -78 --separate-stderr "$unit" p
	assert_equal "$stderr" 'p: expected an object, found an array'
	echo '{"schema":"hermes.policy/2"}' >p
	run -78 --separate-stderr "$unit" p
	assert_equal "$stderr" \
		'p: schema: expected one of hermes.policy/1, found "hermes.policy/2"'
}

@test "policy: the manual lists every member that the code writes, and no other" {
	"$unit" - >out
	jq -r 'del(.digest,.zones)|keys[],(.risk|keys[]),(.risk.weights|keys[]),
		"allow","deny","time_zone","note"' out | sort >code
	sed -n 's/^\.It Cm \([^ ]*\).*/\1/p' "$top/man/hermes-policy.5" | sort >page
	diff code page
}

@test "policy: the manual states the default that the code fills in" {
	"$unit" - >out
	jq -r 'del(.schema,.digest,.zones,.remote_budgets,.risk,.windows,
		.sensitive_paths,.protocols)
		+ (.risk|del(.weights)) + .risk.weights
		|to_entries[]|"\(.key) \(.value)"' out >defaults
	while read -r name number; do
		sed -n "/^\.It Cm $name\$/,/^\.It /p" \
			"$top/man/hermes-policy.5" | grep -q "[Dd]efault.* ${number}[.,;]*$" ||
			fail "$name: no default $number in the page"
	done <defaults
}
