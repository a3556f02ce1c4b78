# The fleet: what a person may write, and the one form in the document.
# shellcheck shell=bash

setup() {
	load helper
	here
	unit=${BUILD:-$top/build}/unit/config
}

# of REPO... - a fleet of these repositories
of() {
	local IFS=,
	printf '{"schema":"hermes.fleet/1","repos":[%s]}\n' "$*"
}

# repo KEY [MEMBERS]
repo() {
	printf '{"repo_key":"%s","path":"/src/%s"%s}' "$1" "$1" "${2:+,$2}"
}

taken() {
	of "$@" >f
	"$unit" - f >out
}

# refused LINE REPO...
refused() {
	of "${@:2}" >f
	run -78 --separate-stderr "$unit" - f
	assert_equal "$output" ''
	assert_equal "$stderr" "f: $1"
}

@test "fleet: the least repository has every default filled in" {
	taken "$(repo a)"
	assert_equal "$(jq -c . out)" "$(jq -c . <<'JSON'
{"schema":"hermes.fleet/1","repos":[{"repo_key":"a","path":"/src/a",
"branch":null,"depends_on":[],"after":[],"groups":[],"remotes":[],"checks":[],
"policy":{},"trust_config":false}]}
JSON
)"
	valid fleet f
	valid fleet-member out
	of >f
	"$unit" - f >out
	assert_equal "$(jq -c .repos out)" '[]'
}

@test "fleet: the example of the manual is taken whole, and reads back" {
	sed -n '/^\.Bd -literal -compact/,/^\.Ed/p' \
		"$top/man/hermes-fleet.5" | grep -v '^\.' >example
	"$unit" -h /home/ada - example >out
	valid fleet example
	valid fleet-member out
	assert_equal "$(jq -c '.repos[0]|[.path,.remotes[1].role,.checks]' out)" \
		'["/home/ada/src/lib","mirror",[{"argv":["make","-s","check"],"at":"canary","need":"required","timeout_s":300},{"argv":["./healthy"],"at":"health","need":"required","timeout_s":30}]]'
	"$unit" - out >again
	cmp out again
}

@test "fleet: sorted, and the order in the file changes nothing" {
	taken "$(repo b '"depends_on":["a","B","a"],"groups":["y","x"]')" \
		"$(repo a '"after":["b","B"]')" "$(repo B)"
	assert_equal "$(jq -c '[.repos[].repo_key]' out)" '["B","a","b"]'
	assert_equal "$(jq -c '.repos[2]|[.depends_on,.groups]' out)" \
		'[["B","a"],["x","y"]]'
	mv out first
	taken "$(repo B)" "$(repo a '"after":["B","b"]')" \
		"$(repo b '"depends_on":["B","a"],"groups":["x","y"]')"
	cmp out first
}

@test "fleet: ~/ stands for HOME, paths have one spelling" {
	of '{"repo_key":"a","path":"~/src//a/"}' >f
	"$unit" -h /home/ada - f >out
	assert_equal "$(jq -r '.repos[0].path' out)" /home/ada/src/a
	run -78 --separate-stderr "$unit" -h '' - f
	assert_equal "$stderr" \
		'f: repos[0].path: "~" stands for HOME, and that is not set'
	for path in x ./x '' ~x '~' "a\\tb" '/a\nb'; do
		of "{\"repo_key\":\"a\",\"path\":\"$path\"}" >f
		run -78 --separate-stderr "$unit" - f
		[[ $stderr == 'f: repos[0].path: expected an absolute path, found '* ]] ||
			fail "$path: $stderr"
	done
}

@test "fleet: a repo_key is letters, digits, dots, dashes, parts" {
	for key in a A.b_c-1 a/b/c .dot x..y "$(printf '%0200d' 0)"; do
		taken "$(repo "$key")"
	done
	for key in '' / a/ /a a//b . .. a/../b 'a b' a%b ä "$(printf '%0201d' 0)"; do
		of "{\"repo_key\":\"$key\",\"path\":\"/a\"}" >f
		run -78 --separate-stderr "$unit" - f
		[[ $stderr == 'f: repos[0].repo_key: expected a repo_key, found '* ]] ||
			fail "$key: $stderr"
	done
}

@test "fleet: no two alike, and only what is there is needed" {
	refused 'repos[2].repo_key: "a" is there before' \
		"$(repo a)" "$(repo b)" "$(repo a)"
	refused 'repos[1].depends_on: no repository "c" in the fleet' \
		"$(repo a)" "$(repo b '"depends_on":["a","c"]')"
	refused 'repos[0].after: no repository "c" in the fleet' \
		"$(repo a '"after":["c"]')"
	refused 'repos[0].depends_on: names its own repository' \
		"$(repo a '"depends_on":["a"]')"
}

@test "fleet: a URL is checked, and its value is in no line" {
	refused 'repos[1].remotes[0].url: holds a password' "$(repo a)" \
		"$(repo b '"remotes":[{"url":"https://me:s3cret@example.org/b"}]')"
	refused 'repos[0].remotes[0].url: holds a user name, which belongs in credential.username' \
		"$(repo a '"remotes":[{"url":"https://s3cret@example.org/b"}]')"
	refused 'repos[0].remotes[0].url: holds a query or a fragment' \
		"$(repo a '"remotes":[{"url":"https://example.org/b?s3cret"}]')"
	refused 'repos[0].remotes[0].url: asks for a remote helper' \
		"$(repo a '"remotes":[{"url":"ext::s3cret"}]')"
	refused 'repos[0].remotes[0].url: expected a URL or an absolute path' \
		"$(repo a '"remotes":[{"url":"../b"}]')"
	taken "$(repo a '"remotes":[{"url":"HTTPS://Example.org:443/b"},
		{"url":"~/b/"},{"url":"file:///srv/b"},{"url":"git@example.org:b"}]')"
	assert_equal "$(jq -c '[.repos[0].remotes[]|[.url,.role]]' out)" \
		'[["https://example.org/b","primary"],["/home/me/b","mirror"],["/srv/b","mirror"],["git@example.org:b","mirror"]]'
}

@test "fleet: remotes, checks and branches are checked" {
	refused 'repos[0].remotes[0]: expected remote or url, found none' \
		"$(repo a '"remotes":[{"role":"mirror"}]')"
	refused 'repos[0].remotes[0]: expected remote or url, found both' \
		"$(repo a '"remotes":[{"remote":"origin","url":"/b"}]')"
	refused 'repos[0].remotes[0].role: expected one of primary, origin, mirror, cache, fallback, found "x"' \
		"$(repo a '"remotes":[{"remote":"origin","role":"x"}]')"
	refused "repos[0].remotes[0].remote: expected a remote's name, found \"-x\"" \
		"$(repo a '"remotes":[{"remote":"-x"}]')"
	refused 'repos[0].checks[0].argv: missing' "$(repo a '"checks":[{}]')"
	refused 'repos[0].checks[0].argv: expected a program, found none' \
		"$(repo a '"checks":[{"argv":[]}]')"
	refused 'repos[0].checks[0].argv: longer than 4096 bytes: write a script' \
		"$(repo a "\"checks\":[{\"argv\":[\"a\",\"$(printf '%4096s' '' |
		    tr ' ' x)\"]}]")"
	refused 'repos[0].checks[0].argv[1]: holds a password: let the program read it from a file' \
		"$(repo a '"checks":[{"argv":["curl","https://me:secret@b/?x"]}]')"
	refused 'repos[0].checks[0].argv[1]: expected an argument, found ""' \
		"$(repo a '"checks":[{"argv":["a",""]}]')"
	refused 'repos[0].checks[0].at: expected one of canary, health, found "x"' \
		"$(repo a '"checks":[{"argv":["a"],"at":"x"}]')"
	refused 'repos[0].checks[0].need: expected one of required, wanted, found "x"' \
		"$(repo a '"checks":[{"argv":["a"],"need":"x"}]')"
	for seconds in 0 86401; do
		refused "repos[0].checks[0].timeout_s: expected 1 to 86400, found $seconds" \
			"$(repo a "\"checks\":[{\"argv\":[\"a\"],\"timeout_s\":$seconds}]")"
	done
	for branch in -x a..b a.lock 'a b' /a a/ a//b '@' 'a@{b' 'a~1' .a; do
		refused "repos[0].branch: expected a branch's short name, found \"$branch\"" \
			"$(repo a "\"branch\":\"$branch\"")"
		run -1 git check-ref-format "refs/heads/$branch" || [ "$branch" = -x ] || [ "$branch" = @ ]
	done
}

@test "fleet: a repository's own policy is checked as the policy is" {
	taken "$(repo a '"policy":{"cooldown_s":1,"note":"x","windows":
		[{"allow":"Sat"}],"risk":{"weights":{"hour":1}},"sensitive_paths":["b","a"]}')"
	assert_equal "$(jq -cS '.repos[0].policy' out)" \
		'{"cooldown_s":1,"risk":{"weights":{"hour":1}},"sensitive_paths":["a","b"],"windows":[{"allow":"Sat","time_zone":"UTC"}]}'
	valid fleet-member out
	refused 'repos[0].policy.min_age_s: expected 0 to 31622400, found -1' \
		"$(repo a '"policy":{"min_age_s":-1}')"
	refused 'repos[0].policy.max_lanes: unknown member' \
		"$(repo a '"policy":{"max_lanes":1}')"
	refused 'repos[0].policy.windows[0]: expected allow or deny, found none' \
		"$(repo a '"policy":{"windows":[{}]}')"
	refused 'repos[0].policy.risk.block_from_permille: expected 300 (canary_from_permille) or more, found 299' \
		"$(repo a '"policy":{"risk":{"block_from_permille":299}}')"
}

@test "fleet: unknown members are an error, notes are welcome" {
	refused 'repos[0].pth: unknown member' "$(repo a '"pth":1')"
	refused 'repos[0].remotes[0].x: unknown member' \
		"$(repo a '"remotes":[{"remote":"o","x":1}]')"
	taken "$(repo a '"note":1,"remotes":[{"remote":"o","note":1}],
		"checks":[{"argv":["a"],"note":1}]')"
	run -1 grep note out
	valid fleet f
	echo '{"schema":"hermes.fleet/1","repos":[],"x":1}' >f
	run -78 --separate-stderr "$unit" - f
	assert_equal "$stderr" 'f: x: unknown member'
	echo '{"schema":"hermes.policy/1","repos":[]}' >f
	run -78 --separate-stderr "$unit" - f
	assert_equal "$stderr" \
		'f: schema: expected one of hermes.fleet/1, found "hermes.policy/1"'
	echo '{"schema":"hermes.fleet/1"}' >f
	run -78 --separate-stderr "$unit" - f
	assert_equal "$stderr" 'f: repos: missing'
}

@test "fleet: ten thousand repositories take no time to speak of" {
	jq -n '{schema:"hermes.fleet/1",repos:[range(10000)|
		{repo_key:"r\(.)",path:"/src/r\(.)",
		 depends_on:(if .>0 then ["r\(.-1)"] else [] end)}]}' >f
	timeout 5 "$unit" - f >out
	assert_equal "$(jq '.repos|length' out)" 10000
}

@test "fleet: the manual lists every member that the code writes, and no other" {
	taken "$(repo a '"remotes":[{"remote":"o"},{"url":"/b"}],
		"checks":[{"argv":["a"]}]')"
	jq -r 'keys[],(.repos[0]|keys[],(.remotes[]|keys[]),(.checks[]|keys[])),
		"note"' out | sort -u >code
	sed -n 's/^\.It Cm \([^ ]*\).*/\1/p' "$top/man/hermes-fleet.5" | sort -u >page
	diff code page
}
