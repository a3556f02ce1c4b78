# The reason table of B2, and hermes-reasons(7).

setup() {
	load helper
	here
	"${BUILD:-$top/build}/unit/reasons" >table
}

codes() { # KIND, one a line, sorted
	awk -F'\t' -v k="$1" '$2 == k { print $1 }' table | sort
}

words() {
	printf '%s\n' "$@" | sort
}

@test "reasons: the table holds the codes of the design, no more, no fewer" {
	assert_equal "$(codes local)" "$(words current ahead behind unfetched \
	    dirty staged untracked-collision ignored-collision detached unborn \
	    no-upstream upstream-gone default-renamed diverged \
	    upstream-rewritten unrelated-history shallow submodules \
	    needs-filter sparse partial in-progress locked stale-lock interrupted \
	    interrupted-mixed read-only-fs filesystem no-space foreign-owner \
	    corrupt unsafe-tree unsupported-format needs-trust duplicate-of \
	    self moved missing not-a-repo overrun)"
	assert_equal "$(codes remote)" "$(words auth-missing auth-rejected \
	    forbidden not-found rate-limited proxy-auth server-error redirected \
	    not-git empty-advert dns offline refused unreachable timeout \
	    too-slow tls hostkey-unknown hostkey-mismatch ssh-auth early-eof incomplete \
	    ref-missing unsupported-url)"
	assert_equal "$(codes decision)" "$(words held window min-age cooldown \
	    bad-commit needs dependency-cycle pressure lease-foreign \
	    remote-down risk signature gate stale-plan check-failed \
	    rollback-blocked undo no-undo not-now dry-run)"
}

@test "reasons: no code is there twice" {
	assert_equal "$(cut -f1 table | sort | uniq -d)" ''
}

@test "reasons: the page has every code, in the order in which they lead" {
	sed -n 's/^\.It Cm \([a-z-]*\) Pq \([a-z]*\)\(\**\)$/\1 \2 \3/p' \
	    "$top/man/hermes-reasons.7" >page
	awk -F'\t' '{ print $1, $3, $4 == "person" ? "*" : "" }' table >rows
	diff page rows
}

@test "reasons: what the page says of each has all three parts" {
	assert_equal "$(grep -c '^\.Em You :$' "$top/man/hermes-reasons.7")" \
	    "$(wc -l <table)"
}

@test "reasons: what is found before an apply leads over being behind" {
	assert_equal "$(awk -F'\t' '$1 == "behind" { b = NR }
	    $3 == "block" && b { print $1 }' table)" ''
}

# A verdict's code stands behind it, or is set by itself.
@test "reasons: every code that hermes-exec writes is in the table" {
	cat "$top"/pipeline/exec/*.c | tr -s '\n\t ' ' ' |
	    grep -oE 'VERDICT_[A-Z_]+, ([^;"]*\? )?"[a-z-]+"( : "[a-z-]+")?|->code = ([^;"]*\? )?"[a-z-]+"( : "[a-z-]+")?|return "no-space"|return "read-only-fs"' |
	    grep -oE '"[a-z-]+"' | tr -d '"' | sort -u >written
	[ "$(wc -l <written)" -gt 15 ]
	cut -f1 table | sort >known
	assert_equal "$(comm -23 written known)" ''
}

@test "reasons: every code has one fixture, and no fixture is spare" {
	(cd "$fixtures" && printf '%s\n' */*) | sed 's,.*/,,' | sort >fixtures
	sed -n 's/^\.It Cm \([a-z-]*\) Pq .*/\1/p' \
	    "$top/man/hermes-reasons.7" | sort | diff - fixtures
}

# what no command of the page clears, by what the fixture does: passes by
# itself, cure in words, neither
without_command() {
	local file
	load reasons
	for file in "$fixtures"/*/*; do
		[ -z "$(page_cure "${file##*/}")" ] || continue
		if grep -q '^passes()' "$file"; then
			echo "1 ${file##*/}"
		elif grep -q '^cure()' "$file"; then
			echo "2 ${file##*/}"
		else
			echo "3 ${file##*/}"
		fi
	done | sort
}

@test "reasons: the page lists what no command of it clears" {
	without_command >found
	sed -n '/^\.Ss What no/,/^\.Sh/p' "$top/man/hermes-reasons.7" |
	    awk '/^These/ { kind++ }
	    /^\.Cm/ { for (i = 2; i <= NF; i++) if ($i != ".") print kind, $i }' |
	    sort | diff found -
}

# Whatever a repository waits for, its chain ends in what can be mended: a
# code of its own, not one that points on.
@test "reasons: in a fleet of 500 in mixed trouble every chain has its root" {
	local seed
	for seed in 1 2 3; do
		/usr/bin/python3 "$top/tests/generate/fleets.py" $seed 500 |
		    hermes-plan >out.json
		jq -e '(.plan.repos | length) == 500' out.json
		jq -r '(.plan.repos | map({key: .repo_key, value: .}) |
		    from_entries) as $of | .plan.repos[] | .chain[-1] as $root |
		    select(.chain[0].repo_key != .repo_key or
			.chain[0].code != .reason or
			$root.code == "needs" or $root.code == "remote-down" or
			($root.repo_key != null and
			$of[$root.repo_key].reason != $root.code))' out.json |
		    diff - /dev/null
		jq -r '.plan.repos[].chain[-1].code' out.json | sort -u >roots
		cut -f1 table | sort | comm -23 roots - | diff - /dev/null
		[ "$(wc -l <roots)" -gt 20 ]
		jq -e 'any(.plan.repos[]; .reason == "needs" and
		    (.chain | length) > 2)' out.json
	done
}
