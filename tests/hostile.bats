# Hostile repositories, through the whole pipeline: what a checkout or its
# upstream may be made to look like, before the probe and behind the gate's
# back. hostile/table says what becomes of each; whatever it says, nothing
# outside is written and no program of theirs runs.

bats_require_minimum_version 1.5.0

# stage FILTER ARG... - within its time, every program of it in traced
stage() {
	ASAN_OPTIONS=detect_leaks=0 timeout 60 strace -f -qq --seccomp-bpf -e trace=execve -A -o traced "$@"
}

# pipeline WHEN - a cycle by hand over the fleet WHEN.json
pipeline() {
	local state=$1.state
	mkdir -m 700 "$state"
	stage hermes-probe -p policy.json -s "$state" <"$1.json" >doc.1
	hermes-plan -s "$state" <doc.1 >doc.2
	hermes-lease -s "$state" <doc.2 >doc.3
	hermes-topo -s "$state" <doc.3 >doc.4
	hermes-gate -s "$state" <doc.4 >doc.5
	hermes-ledger -s "$state" <doc.5 >doc.6
	[ "$1" = early ] || plant "$1"
	stage hermes-exec -s "$state" <doc.6 >"$1.out"
	hermes-ledger -s "$state" <"$1.out" >doc.7
	hermes-lease -r -s "$state" <doc.7 >doc.8
	stage hermes-exec -R -s "$state" >"$1.recovered"
}

# fates WHEN - "TRICK FATE" for every repository
fates() {
	jq -r '([.exec.repos[] | {key: .repo_key, value:
	    (if .verdict == "applied" then .verdict else .code end)}] |
	    from_entries) as $done | .plan.repos[] |
	    "\(.repo_key) \($done[.repo_key] // .reason)"' "$1.out"
}

# Names come and go (a hard link's ctime moves), all else stays.
outside() {
	find outside -printf '%p %y %m %s %T@ %l\n' | LC_ALL=C sort
	find outside -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
}

# trees WHEN - every worktree, by its checkout
trees() {
	find "$1" -mindepth 2 -name .git -prune -o -path '*.git/*' -prune -o \
	    '(' -type d -printf '%P %m\n' -o -printf '%P %y %m %T@ %l\n' ')' |
	    grep -v '^\.git-of-' | LC_ALL=C sort
}

fleet() { # WHEN COLUMN
	local trick
	mkdir "$1"
	awk -v at="$2" '$at != "-" { print $1 }' "$fixtures/table" >names
	while read -r trick; do
		cp -a co "$1/$trick"
		[ "${trick#tree-}" != "$trick" ] || continue
		cp -a up.git "$1/$trick.git"
		sed -i "s|$PWD/up.git|$PWD/$1/$trick.git|" "$1/$trick/.git/config"
	done <names
	jq -R --arg here "$PWD/$1" '{repo_key: ., path: "\($here)/\(.)"}' names |
	    jq -s '{schema: "hermes.fleet/1", repos: .}' >"$1.json"
}

plant() { # WHEN
	local folder trick
	for folder in "$1"/*; do
		trick=${folder##*/}
		case $trick in
		*.git) continue ;;
		tree-*) set -- "$1" "$fixtures/trees.sh" "${trick#tree-}" \
		    "$folder.git" ;;
		*) set -- "$1" "$fixtures/plant.sh" "$trick" "$PWD/evil" ;;
		esac
		(
			[ "${trick#tree-}" != "$trick" ] || cd "$folder"
			"${@:2}" "$here/outside"
		) >said 2>&1 || {
			echo "$trick: $(cat said)" >&2
			return 1
		}
	done
	outside >"$1.outside"
	trees "$1" >"$1.trees"
}

setup_file() {
	load helper
	here
	here=$PWD
	export MARK=$PWD/ran
	printf '#!/bin/sh\necho "$0 $*" >>%s\n' "$MARK" >evil
	chmod +x evil
	mkdir outside outside/dir
	echo outside | tee outside/file >outside/dir/file
	echo '* filter=evil' >outside/attributes
	git init -q work
	(
		cd work || exit
		mkdir dir
		echo one | tee file dir/change >dir/gone
		ln -s file link
		cp ../evil tool
		git add .
		git commit -q -m one
	)
	git clone -q --bare work up.git
	git clone -q up.git co
	git clone -q up.git outside/victim
	(
		cd work || exit
		mkdir new
		echo two | tee file dir/change >new/file
		ln -sf new/file link
		echo '#!/bin/true' >tool
		git rm -q dir/gone
		git add .
		git commit -q -m two
		git push -q ../up.git main
	)
	git clone -q up.git fresh
	echo '{"schema": "hermes.policy/1", "probe_deadline_ms": 3000}' >policy.json
	fleet early 2
	fleet late 3
	plant early
	for when in early late; do
		pipeline "$when"
		outside >"$when.outside.now"
		trees "$when" >"$when.trees.now"
	done
}

teardown_file() {
	# or no user can remove it
	chmod u+w "$BATS_FILE_TMPDIR"/here/*/read-only-folder/dir
}

setup() {
	load helper
	here
	cd "$BATS_FILE_TMPDIR/here" || return
}

@test "hostile: nothing outside of a checkout is written" {
	diff early.outside early.outside.now
	diff late.outside late.outside.now
}

@test "hostile: no program of theirs runs" {
	[ ! -e ran ]
	assert_equal "$(sed -n 's/^[0-9]* *execve("\([^"]*\/\)*\([^"]*\)".*/\2/p' \
	    traced | grep -vx git | sort | uniq -c | tr -s ' ')" \
	    "$(printf ' 4 hermes-exec\n 2 hermes-probe')"
	# and git would have run it
	git -C early/fsmonitor status >/dev/null
	[ -e ran ]
}

@test "hostile: each is refused by its reason, or applied" {
	local when
	for when in early late; do
		[ $when = early ] && at=2 || at=3
		# where a folder may not be written to is true of users only
		awk -v at=$at -v root="$(id -u)" '$1 == "read-only-folder" &&
		    root != 0 { $at = "filesystem" }
		    $at != "-" { print $1, $at }' "$fixtures/table" |
		    sort >expected
		fates $when | sort >found
		diff expected found
	done
	[ "$(grep -c . "$fixtures/table")" -gt 100 ]
}

# content CHECKOUT - its files, each behind its name
content() {
	(cd "$1" && head -c 1000000 file dir/change new/file tool) | tr -d '\r'
}

@test "hostile: what is applied is the commit" {
	local when key after file trees
	content fresh >whole
	for when in early late; do
		jq -r '.exec.repos[] | select(.verdict == "applied" and
		    .repo_key != "bare" and .repo_key != "tree-encoding") | "\(.repo_key) \(.after)"' \
		    $when.out >applied
		while read -r key after; do
			content "$when/$key" | cmp - whole
			for file in file dir/change new/file tool; do
				[ ! -u "$when/$key/$file" ]
			done
			[ ! -e "$when/$key/dir/gone" ]
			mapfile -t trees < <(git -C "$when/$key" rev-parse \
			    'refs/heads/main^{tree}' "$after^{tree}")
			assert_equal "${trees[0]-}" "${trees[1]-}"
		done <applied
		[ -s applied ]
	done
}

@test "hostile: what is refused has its worktree untouched, to the time" {
	local when
	for when in early late; do
		fates $when | awk '$2 == "applied" { print $1 }' >applied
		for file in $when.trees $when.trees.now; do
			awk 'NR == FNR { no[$1]; next } { split($1, at, "/") }
			    !(at[1] in no)' applied $file >$file.refused
		done
		diff $when.trees.refused $when.trees.now.refused
	done
}

@test "hostile: recovery finds nothing to close" {
	jq -e '.exec.recovered == []' early.recovered
	jq -e '.exec.recovered == []' late.recovered
}
