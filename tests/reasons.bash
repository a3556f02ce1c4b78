# One fixture for each reason code: `load reasons` after `load fleet`.
#
# tests/reasons/look/CODE is found by the probe in the checkout, ask/CODE in
# what a remote says, work/CODE takes a cycle. Each is a few lines of shell:
#
#   make     builds the state; src/CODE is a checkout of up/CODE.git before
#   found    what is expected: of look and ask the probe's reason and then the
#            other facts, of work the reason alone
#   planned  the plan's recommendation, strategy and leading code
#   holds    a jq expression that is true of the probe's row
#   after    the reason once the page's commands are done; `stays` where the
#            code is still a fact then
#   cure     where the page says in words what to do, the same in commands;
#            `passes` where nothing is to be done: the trouble ends by itself
#   doc      where work's make leaves the document; else it is the last cycle's
#   WORD     what a placeholder of the page's commands stands for here; KEY,
#            DIR, BRANCH, REMOTE and URL have the usual value
#   needs    a function that holds where the state can be built at all
#
# They stand in one folder, with a house each: house/CODE.

# entry JSON - members of the fixture's own entry in its fleet
entry() {
	jq --arg key "$code" --argjson members "$1" \
	    '(.repos[] | select(.repo_key == $key)) += $members' \
	    "$HERMES_HOME/config/fleet.json" >"$HERMES_HOME/new"
	mv "$HERMES_HOME/new" "$HERMES_HOME/config/fleet.json"
}

# also KEY PATH - one more entry
also() {
	jq --arg key "$1" --arg path "$2" \
	    '.repos += [{repo_key: $key, path: $path}]' \
	    "$HERMES_HOME/config/fleet.json" >"$HERMES_HOME/new"
	mv "$HERMES_HOME/new" "$HERMES_HOME/config/fleet.json"
}

policy() { # MEMBERS
	jq -n --argjson members "$1" '{schema: "hermes.policy/1",
	    probe_deadline_ms: 2500, cooldown_s: 0,
	    protocols: ["file", "http", "https", "git", "ssh"]} + $members' \
	    >"$HERMES_HOME/config/runtime_upgrade_policies.json"
}

# commit - one more in the fixture's upstream: upstream_commit without a key
commit() {
	upstream_commit "$code" "$@"
}

by_root() {
	[ "$(id -u)" = 0 ]
}

# by_mount - may a file system be mounted here?
by_mount() {
	local probe=$BATS_FILE_TMPDIR/mount
	mkdir -p "$probe"
	mount -t tmpfs none "$probe" 2>/dev/null && umount "$probe"
}

# page_cure CODE - the commands that the page has for it, a line each
page_cure() {
	awk -v code="$1" '$1 == ".It" && $2 == "Cm" { on = $3 == code }
	    $1 == ".El" { on = 0 }
	    on && sub(/^\.Dl /, "") { gsub(/\\\(dq/, "\""); gsub(/\\e/, "\\")
	    print }' "$top/man/hermes-reasons.7"
}

# advice CODE PATTERN - carry out, with the placeholders that are set, the
# commands that the page has for the code and that match; DIR and the like are
# the caller's variables
advice() {
	local line word count=0
	while IFS= read -r line; do
		[[ $line == '$ '*$2* ]] || continue
		for word in $(grep -oE '\b[A-Z]{3,}\b' <<<"$line" | sort -u); do
			[ -z "${!word-}" ] || line=${line//"$word"/"${!word}"}
		done
		bash -c "${line#??}"
		count=$((count + 1))
	done < <(page_cure "$1")
	[ $count -gt 0 ] || fail "$1: the page has no command like: $2"
}

# fixture FILE - sourced, with its defaults
fixture() {
	code=${1##*/}
	HERMES_HOME=$PWD/house/$code
	KEY=$code DIR=$PWD/src/$code URL=$PWD/up/$code.git
	BRANCH=main REMOTE=origin
	holds=true stays='' doc=$HERMES_HOME/doc
	needs() { :; }
	export HERMES_HOME
	. "$1"
}

# built FILE - builds it
built() (
	fixture "$1"
	mkdir -p house
	mkdir -m 700 "$HERMES_HOME" "$HERMES_HOME"/{config,state}
	echo '{"schema": "hermes.fleet/1", "repos": []}' \
	    >"$HERMES_HOME/config/fleet.json"
	also "$code" "$DIR"
	policy '{}'
	repo_make "$code"
	make
	[ -e "$doc" ] || [ ! -e "$HERMES_HOME/state/cycles/last.json" ] ||
	    cp "$HERMES_HOME/state/cycles/last.json" "$doc"
)

# attempt LABEL COMMAND... - whole, or the test fails with what it said; a
# condition would let it go on behind its first error
attempt() {
	local status
	set +e
	(
		set -e
		"${@:2}"
	) >>log 2>&1 3>&- </dev/null
	status=$?
	set -e
	[ $status = 0 ] || fail "$1: $status: $(tail log)"
}

# build FOLDER - every fixture of it; `made` and `skipped` say which
build() {
	local file
	: >made
	: >skipped
	for file in "$top/tests/reasons/$1"/*; do
		if (fixture "$file" && needs); then
			attempt "$file" built "$file"
			echo "${file##*/}" >>made
		else
			echo "${file##*/}" >>skipped
		fi
	done
	[ ! -s skipped ] || echo "# not possible here: $(xargs <skipped)" >&3
}

# by_page - the commands and members that the page has, placeholders filled
by_page() {
	local line word
	while IFS= read -r line; do
		for word in $(grep -oE '\b[A-Z]{3,}\b' <<<"$line" | sort -u); do
			[ -z "${!word-}" ] || line=${line//"$word"/"${!word}"}
		done
		echo "+ $line"
		case $line in
		'$ '*) (
			cd "$HERMES_HOME"
			printf '%s\n' "${typed-}" >typed
			bash -c "${line#??}" <typed
		) ;;
		*) entry "{$line}" ;;
		esac
	done <"cure.$code"
}

treated() (
	fixture "$1"
	$2
)

# treat FOLDER - do what the page says; `treated` and `hopeless` say of which
treat() {
	local code way
	: >treated
	: >hopeless
	while read -r code; do
		page_cure "$code" >"cure.$code"
		if [ -s "cure.$code" ]; then
			way=by_page
		else
			way=$(fixture "$top/tests/reasons/$1/$code"
			    declare -F cure passes || :)
		fi
		if [ -z "$way" ]; then
			echo "$code" >>hopeless
			continue
		fi
		attempt "$code: $way" treated "$top/tests/reasons/$1/$code" $way
		echo "$code" >>treated
	done <made
}

# looked NAME [ARG...] - one probe and one plan of the fleets of all houses
looked() {
	local name=$1
	shift
	jq -s '{schema: "hermes.fleet/1", repos: map(.repos[])}' \
	    house/*/config/fleet.json >fleet.json
	"${probe-hermes-probe}" -p policy.json "$@" <fleet.json >"$name.json"
	hermes-plan <"$name.json" >"$name.plan.json"
	valid cycle "$name.json" "$name.plan.json"
}

# told NAME - of what was made, a line "CODE REASON FACT..." and one "CODE plan
# RECOMMENDATION STRATEGY CODE" each
told() {
	local keys
	mapfile -t keys <made
	jq -r '(.probe.repos[] | select(.repo_key | IN($ARGS.positional[])) |
	    [.repo_key, .reason] + (.facts | sort) | join(" ")),
	    (.plan.repos[] | select(.repo_key | IN($ARGS.positional[])) |
	    [.repo_key, "plan", .recommendation, .strategy, .reason] |
	    join(" "))' "$1.plan.json" --args "${keys[@]}" | sort
}

# expected FOLDER - what told() is to say
expected() {
	local code
	while read -r code; do (
		fixture "$top/tests/reasons/$1/$code"
		echo "$code $found"
		echo "$code plan $planned"
	); done <made | sort
}

# holding FOLDER NAME - what each fixture says of its row is true of it
holding() {
	local code
	while read -r code; do (
		fixture "$top/tests/reasons/$1/$code"
		jq -e --arg key "$code" ".probe.repos[] |
		    select(.repo_key == \$key) | $holds" "$2.json" >/dev/null ||
		    fail "$code: $holds"
	); done <made
}

# cleared FOLDER NAME - what was treated has the reason that it should have, and
# the code is nowhere any more
cleared() {
	local code
	while read -r code; do (
		fixture "$top/tests/reasons/$1/$code"
		assert_equal "$code: $(jq -r --arg key "$code" '.probe.repos[] |
		    select(.repo_key == $key).reason' "$2.plan.json")" \
		    "$code: $after"
		[ -n "$stays" ] ||
		    jq -e --arg key "$code" '[.probe.repos[], .plan.repos[] |
		    select(.repo_key == $key) |
		    .reason, .facts[]?, .reasons[]?] | index($key) | not' \
		    "$2.plan.json" >/dev/null || fail "$code: still there"
	); done <treated
}
