# Real fleets for tests, made with plain git: `load fleet` after `load helper`.
#
#   up/KEY.git   the bare upstream
#   work/KEY     where its author works
#   src/KEY      the checkout that Hermes keeps up to date
#   house/       $HERMES_HOME

# repo_make KEY... - an upstream with one commit, and a checkout of it
repo_make() {
	local key
	for key; do
		git init -q --bare "up/$key.git"
		git init -q "work/$key"
		git -C "work/$key" remote add origin "$PWD/up/$key.git"
		printf 'one\n' >"work/$key/file"
		git -C "work/$key" add file
		git -C "work/$key" commit -qm one
		git -C "work/$key" push -q origin main
		git clone -q "$PWD/up/$key.git" "src/$key"
	done
}

# upstream_commit KEY [FILE [TEXT]] - one more commit in the upstream
upstream_commit() {
	local file=work/$1/${2-file}
	mkdir -p "${file%/*}"
	printf '%s\n' "${3-two}" >"$file"
	git -C "work/$1" add -A
	git -C "work/$1" commit -qm "${3-two}"
	git -C "work/$1" push -q origin main
}

# house_make KEY... - $HERMES_HOME with a fleet of the checkouts src/KEY
house_make() {
	export HERMES_HOME=$PWD/house
	mkdir -m 700 house house/config house/state
	printf '%s\n' "$@" | jq -R --arg here "$PWD" \
	    '{repo_key: ., path: "\($here)/src/\(.)"}' |
	    jq -s '{schema: "hermes.fleet/1", repos: .}' \
	    >house/config/fleet.json
	policy '{}'
}

# repo_set KEY JSON - members of one repository of the fleet
repo_set() {
	jq --arg key "$1" --argjson members "$2" \
	    '(.repos[] | select(.repo_key == $key)) += $members' \
	    house/config/fleet.json >fleet.new
	mv fleet.new house/config/fleet.json
}

# policy JSON - the policy's members
policy() {
	jq -n --argjson members "$1" '{schema: "hermes.policy/1"} + $members' \
	    >house/config/runtime_upgrade_policies.json
}

# git_serve DIR - git daemon over DIR on a free port, $git_port; stop it with
# git_stop, in teardown.
git_serve() {
	local log try
	for try in 1 2 3 4 5 6 7 8 9; do
		git_port=$((20000 + (RANDOM * 7 + try) % 12000))
		log=$BATS_TEST_TMPDIR/daemon.$git_port
		"$(git --exec-path)/git-daemon" --export-all --reuseaddr \
		    --verbose --listen=127.0.0.1 --port=$git_port \
		    --base-path="$1" 2>"$log" 3>&- &
		git_daemon=$!
		while kill -0 $git_daemon 2>/dev/null; do
			if grep -q 'Ready to rumble' "$log"; then
				export git_port
				return
			fi
			sleep 0.02
		done
	done
	return 1
}

git_stop() {
	if [ -n "${git_daemon-}" ]; then
		kill "$git_daemon" 2>/dev/null || :
		wait "$git_daemon" || :
		git_daemon=
	fi
}

# git_at DIR [REV] - the commit
git_at() {
	git -C "$1" rev-parse "${2-HEAD}"
}

# checkout_whole DIR - a sound checkout with nothing of Hermes' left in it
checkout_whole() {
	local git left
	git=$(git -C "$1" rev-parse --absolute-git-dir)
	git -C "$1" fsck --no-dangling >/dev/null
	assert_not_exists "$git/index.lock"
	left=$(find "$git" -name '*.lock' -o -path "$git/hermes/*" ! -name lock ! -name packs \
	    ! -name 'refs-*')
	assert_equal "$left" ''
}

# state_whole [STATE] - every invariant of what a tick leaves behind
state_whole() {
	run /usr/bin/python3 "$top/tests/whole.py" "$top/state/schema" \
	    "${1-$HERMES_HOME/state}"
	assert_success
}

# everything DIR... - each file's kind, mode, times and content, as text
everything() {
	local dir
	for dir; do
		find "$dir" -printf '%p %y %m %s %T@ %C@ %l\n' | sort
		find "$dir" -type f -print0 | sort -z | xargs -0 sha256sum
	done
}
