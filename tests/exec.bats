# hermes-exec: X1-X5 and X7, alone: documents come from exec/gate-doc, what is
# expected from plain git.

bats_require_minimum_version 1.5.0

setup_file() {
	load helper
	here
	"$fixtures/fixture" "$BATS_FILE_TMPDIR/fixture"
}

setup() {
	load helper
	here
	gate=$fixtures/gate-doc
	snapshot=$fixtures/snapshot
}

teardown() {
	[ -z "${sleeper-}" ] || kill "$sleeper" 2>/dev/null || :
}

# fixture KEY - KEY/up and KEY/co, a clone that is one commit behind
fixture() {
	cp -a "$BATS_FILE_TMPDIR/fixture" "$1"
	git -C "$1/co" remote set-url origin "$PWD/$1/up"
}

# job KEY [JQ] - the job that takes KEY/co from its HEAD to origin/main
job() {
	jq -n --arg key "$1" --arg path "$PWD/$1/co" \
	    --arg before "$(git -C "$1/co" rev-parse main)" \
	    --arg after "$(git -C "$1/co" rev-parse origin/main)" '
		{ repo_key: $key, path: $path, branch: "main",
		  before: $before, after: $after, token: 1 }
		'"${2+| $2}"
}

# plan JOB... - doc.json, sealed
plan() {
	printf '%s\n' "$@" | jq -s . | "$gate" state >doc.json
}

run_exec() {
	hermes-exec -s state <doc.json >out.json
}

# ready [JQ] - the fixture as "a", and a document for it
ready() {
	fixture a
	plan "$(job a "${1-.}")"
	"$snapshot" a/co >before
}

verdict() {
	jq -r '.exec.repos[] | [.repo_key, .verdict, .code // "-"] | join(" ")' \
	    out.json
}

untouched() {
	"$snapshot" a/co >now
	diff before now
	git -C a/co fsck --strict
	closed a/co/.git
}

# closed GITDIR - no lock and no folder of ours is left
closed() {
	[ -z "$(find "$1" -name '*.lock' -o -path "$1/hermes/*" ! -name lock ! -name packs ! -name 'refs-*')" ]
	local journal
	for journal in state/journals/*; do
		[ ! -e "$journal" ] || [ "$(jq .done "$journal")" = true ]
	done
}

check() {
	printf '%s\n' "$@" | jq -R . | jq -cs '[{ argv: ., at: "health",
		need: "required", timeout_s: 20 }]'
}

# sealed JQ - edit doc.json as its owner could, and seal it again
sealed() {
	local seal
	jq -c "$1" doc.json >edited
	seal=$(jq -cjS 'del(.gate.seal,.ledger)' edited | sha256sum)
	jq -c --arg seal "sha256:${seal%% *}" '.gate.seal = $seal' edited >doc.json
}

@test "exec: a fast-forward is what a fresh clone has, in tree and index" {
	ready
	run_exec
	[ "$(verdict)" = 'a applied -' ]
	git clone -q a/up fresh
	diff <(git -C a/co ls-files -s) <(git -C fresh ls-files -s)
	rm a/co/untracked a/co/dir/sub/untracked a/co/x.ignored
	rmdir a/co/dir/sub
	diff -r --no-dereference --exclude=.git a/co fresh
	diff <(cd a/co && find . -path ./.git -prune -o -printf '%m %p\n' | sort) \
	    <(cd fresh && find . -path ./.git -prune -o -printf '%m %p\n' | sort)
	[ -z "$(git -C a/co status --porcelain)" ]
	[ -z "$(git -C a/co diff-files)" ]
	git -C a/co fsck --strict
	[ "$(git -C a/co rev-parse main)" = "$(git -C a/up rev-parse main)" ]
	[ "$(git -C a/co rev-parse refs/hermes/rollback/1)" = \
	    "$(git -C a/up rev-parse main~)" ]
	closed a/co/.git
	git -C a/co reflog -1 | grep 'hermes: fast-forward, cycle .*, token 1$'
	valid exec <(jq .exec out.json)
	valid journal state/journals/1
}

@test "exec: untracked and ignored files keep every byte" {
	ready
	run_exec
	[ "$(cat a/co/untracked a/co/dir/sub/untracked a/co/x.ignored)" = \
	    "$(printf 'mine\nmine\nkept')" ]
}

@test "exec: it says what it did in events, once" {
	ready '.endpoint = {name: "origin", url: "file:///u", role: "primary"}'
	run_exec
	[ "$(jq -c '[.events[].type]' out.json)" = '["hermes.apply.started","hermes.apply.committed","hermes.cycle.finished"]' ]
	[ "$(jq -c '.events[1].data | [.token, .role, .url]' out.json)" = \
	    '[1,"primary","file:///u"]' ]
	[ "$(jq -c '.events[2].data' out.json)" = '{"applied_count":1,"refused_count":0,"rolled_back_count":0,"failed_count":0,"blocked_count":0}' ]
}

@test "exec: the remote-tracking ref follows, so that git status is quiet" {
	ready '.endpoint = {name: "origin", url: "file:///u", role: "primary"}
	    | .upstream = {remote: "origin", ref: "refs/heads/main"}'
	git -C a/co update-ref refs/remotes/origin/main main
	run_exec
	[ "$(git -C a/co rev-parse origin/main)" = \
	    "$(git -C a/up rev-parse main)" ]
	[ "$(git -C a/co status -sb | head -1)" = '## main...origin/main' ]
}

@test "exec: without -s nothing is done, and the same bytes come out" {
	ready
	hermes-exec <doc.json >out.json
	hermes-exec <doc.json >again.json
	cmp out.json again.json
	[ "$(verdict)" = 'a refused dry-run' ]
	untouched
	[ ! -e a/co/.git/hermes ]
	[ ! -e state/journals ]
}

@test "exec: unknown members survive, at the top and inside" {
	ready
	sealed '.zzz = [1, {"b": 2, "a": 1}] | .plan.repos[0].zzz = "x"'
	run_exec
	[ "$(jq -c .zzz out.json)" = '[1,{"b":2,"a":1}]' ]
	[ "$(jq -c .note out.json)" = '{"unknown":[1,{"kept":true}]}' ]
	[ "$(jq -c '.plan.repos[0].zzz' out.json)" = '"x"' ]
}

@test "exec: broken input is refused with 65, one line, and no output" {
	broken hermes-exec
}

@test "exec: a write to a full disk fails, a wrong flag is 64, -h is 0" {
	ready
	full hermes-exec <doc.json
	run -64 hermes-exec -x
	run -64 hermes-exec -R
	run -0 hermes-exec -h
}

@test "exec: an edited document is refused, nothing changes" {
	ready
	jq -c '.plan.repos[0].target = .plan.repos[0].before' doc.json >edited
	run -65 --separate-stderr hermes-exec -s state <edited
	[ -z "$output" ]
	[[ $stderr == 'hermes-exec: stdin: gate.seal: '* ]]
	untouched
	[ ! -e a/co/.git/hermes ]
}

@test "exec: jq . is no edit" {
	ready
	jq . doc.json >pretty
	hermes-exec -s state <pretty >out.json
	[ "$(verdict)" = 'a applied -' ]
}

@test "exec: the document of a dry run is refused" {
	ready
	sealed '.lease.reservations[0].token = 0'
	run -65 --separate-stderr hermes-exec -s state <doc.json
	[[ $stderr == *'token 0: the plan of a dry run is not executed' ]]
	sealed '.lease.holder = null'
	run -65 hermes-exec -s state <doc.json
	untouched
}

@test "exec: a lease on one repository is none on another, whatever its name" {
	ready
	cp -a a b
	"$snapshot" b/co >other
	sealed '.fleet.repos[0].path = "'"$PWD/b/co"'"'
	run_exec
	assert_equal "$(verdict)" 'a refused stale-plan'
	"$snapshot" b/co >now
	diff other now
	closed b/co/.git
	untouched
}

@test "exec: a key or a path that no fleet may have is refused" {
	ready
	sealed '(.fleet, .probe, .plan, .gate).repos[0].repo_key = "../a" |
	    .lease.reservations[0].repo_key = "../a"'
	run -65 hermes-exec -s state <doc.json
	assert_output 'hermes-exec: fleet.repos[0].repo_key: expected a repo_key, found "../a"'
	ready
	sealed '.fleet.repos[0].path = "a/co"'
	run -65 hermes-exec -s state <doc.json
	assert_output 'hermes-exec: fleet.repos[0].path: expected an absolute path, found "a/co"'
	untouched
}

@test "exec: a document of another boot, or too old, is refused" {
	ready
	cp doc.json kept.json
	sealed '.cycle.now.boot_id = "00000000-0000-0000-0000-000000000000"'
	run -65 --separate-stderr hermes-exec -s state <doc.json
	[[ $stderr == *'cycle.now.boot_id: this host has booted since' ]]
	cp kept.json doc.json
	sealed '.policy.lease_ttl_ms = 1000 | .cycle.now.boot_ms -= 1001'
	run -65 --separate-stderr hermes-exec -s state <doc.json
	[[ $stderr == *'cycle.now.boot_ms: older than lease_ttl_ms, 1000' ]]
	untouched
}

@test "exec: a document is executed once" {
	ready
	run_exec
	run -65 --separate-stderr hermes-exec -s state <out.json
	[[ $stderr == *'exec: there already: a document is executed once' ]]
	hermes-exec -s state <doc.json >out.json
	[ "$(verdict)" = 'a refused stale-plan' ]
}

@test "exec: what the gate did not let pass, or nobody leased, is left alone" {
	ready '.verdict = "NO-GO"'
	run_exec
	[ "$(jq -c .exec.repos out.json)" = '[]' ]
	untouched
	plan "$(job a)"
	jq '.leases = []' state/coordination_leases.json >x
	cat x >state/coordination_leases.json
	run_exec
	[ "$(verdict)" = 'a refused stale-plan' ]
	untouched
	# the same token in a lease of another cycle: the file was lost before
	# the ledger knew of the first (tests/model/lease.pml, NO_CYCLE_CHECK)
	plan "$(job a)"
	jq '.leases[0].cycle = "20250301T040000Z-0000000b"' \
	    state/coordination_leases.json >x
	cat x >state/coordination_leases.json
	run_exec
	[ "$(verdict)" = 'a refused stale-plan' ]
	untouched
}

@test "exec: an untracked file in the way is not touched" {
	ready
	mkdir -p a/co/n/e/w
	echo precious >a/co/n/e/w/file
	"$snapshot" a/co >before
	run_exec
	[ "$(verdict)" = 'a refused untracked-collision' ]
	[ "$(cat a/co/n/e/w/file)" = precious ]
	untouched
}

@test "exec: an ignored file in the way is not touched" {
	ready
	echo a.id >>a/co/.git/info/exclude
	echo precious >a/co/a.id
	"$snapshot" a/co >before
	run_exec
	[ "$(verdict)" = 'a refused ignored-collision' ]
	[ "$(cat a/co/a.id)" = precious ]
	untouched
}

@test "exec: a folder in the way of a file, with somebody's file in it" {
	ready
	echo precious >a/co/tofile/mine
	"$snapshot" a/co >before
	run_exec
	[ "$(verdict)" = 'a refused untracked-collision' ]
	untouched
}

@test "exec: an edit made after the probe is refused and kept" {
	ready
	echo edited >a/co/dir/change
	"$snapshot" a/co >before
	run_exec
	[ "$(verdict)" = 'a refused stale-plan' ]
	jq -e '.exec.repos[0].detail == "dir/change: has been changed"' out.json
	untouched
}

@test "exec: a re-moded file and one staged otherwise are seen too" {
	ready
	chmod +x a/co/dir/change
	"$snapshot" a/co >before
	run_exec
	[ "$(verdict)" = 'a refused stale-plan' ]
	untouched
	chmod -x a/co/dir/change
	echo other >a/co/dir/change
	git -C a/co add dir/change
	"$snapshot" a/co >before
	plan "$(job a '.token = 2')"
	run_exec
	[ "$(verdict)" = 'a refused stale-plan' ]
	[[ $(jq -r '.exec.repos[0].detail' out.json) == *dir/change* ]]
	untouched
}

@test "exec: what is edited, staged or gone elsewhere is no obstacle" {
	ready
	echo mine >a/co/same
	echo new >a/co/new
	git -C a/co add new
	rm a/co/dir/change # git writes it again
	cp -a a/co twin
	run_exec
	[ "$(verdict)" = 'a applied -' ]
	git -C twin merge -q --ff-only origin/main
	diff <("$snapshot" twin) <("$snapshot" a/co | grep -v refs/hermes)
	[ "$(git -C a/co status --porcelain same new)" = $'A  new\n M same' ]
}

@test "exec: a branch that moved, or is no longer checked out, is refused" {
	ready
	git -C a/co switch -q -c other
	"$snapshot" a/co >before
	run_exec
	[ "$(verdict)" = 'a refused stale-plan' ]
	untouched
	git -C a/co switch -q main
	git -C a/co commit -q --allow-empty -m mine
	plan "$(job a '.token = 2')"
	sealed '.plan.repos[0].before = "'"$(git -C a/co rev-parse main~)"'"'
	"$snapshot" a/co >before
	run_exec
	[ "$(verdict)" = 'a refused stale-plan' ]
	untouched
}

@test "exec: a branch is never moved to what does not descend from it" {
	ready
	git -C a/co commit -q --allow-empty -m mine
	plan "$(job a)"
	"$snapshot" a/co >before
	run_exec
	[ "$(verdict)" = 'a refused diverged' ]
	untouched
}

@test "exec: another program's index.lock is respected" {
	ready
	: >a/co/.git/index.lock
	run_exec
	[ "$(verdict)" = 'a refused locked' ]
	[ -f a/co/.git/index.lock ]
	rm a/co/.git/index.lock
	untouched
}

@test "exec: two STATE folders cannot work on one repository at once" {
	ready
	mkdir -m 700 a/co/.git/hermes
	flock a/co/.git/hermes/lock sleep 5 3>&- &
	sleeper=$!
	sleep 0.3
	run_exec
	[ "$(verdict)" = 'a refused lease-foreign' ]
	untouched
}

# injected CALL ERRNO [WHEN] - the verdict where CALL fails so
injected() {
	ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -e "trace=$1" \
	    -e "inject=$1:error=$2:when=${3:-1+}" hermes-exec -s state \
	    <doc.json >out.json
	verdict
}

@test "exec: the machine's errors are told apart by number, not by their words" {
	ready
	[ "$(injected linkat ENOSPC)" = 'a failed no-space' ]
	untouched
	plan "$(job a '.token = 2')"
	[ "$(injected linkat EDQUOT)" = 'a failed no-space' ]
	plan "$(job a '.token = 3')"
	[ "$(injected linkat EROFS)" = 'a failed read-only-fs' ]
	plan "$(job a '.token = 4')"
	[ "$(injected linkat EIO)" = 'a failed filesystem' ]
	plan "$(job a '.token = 5')" # git does not say which
	[ "$(injected rename ENOSPC)" = 'a failed filesystem' ]
	mv a 'No space left on device'
	job 'No space left on device' |
	    jq -s 'map(.repo_key = "a" | .token = 6)' | "$gate" state >doc.json
	rm -r 'No space left on device/co/.git/objects'/??
	run_exec
	[ "$(verdict)" = 'a failed corrupt' ]
}

@test "exec: a planted hermes folder is not followed" {
	ready
	mkdir elsewhere
	ln -s "$PWD/elsewhere" a/co/.git/hermes
	run_exec
	[ "$(verdict)" = 'a failed filesystem' ]
	[ -z "$(ls -A elsewhere)" ]
	rm a/co/.git/hermes
	untouched
}

@test "exec: a parent that became a symlink is not followed" {
	ready
	mkdir elsewhere
	mv a/co/dir elsewhere/dir
	ln -s "$PWD/elsewhere/dir" a/co/dir
	(cd elsewhere && find . -type f -exec sha256sum {} +) >elsewhere.before
	run_exec
	[ "$(verdict)" = 'a refused untracked-collision' ] # as git has it
	(cd elsewhere && find . -type f -exec sha256sum {} +) >elsewhere.after
	cmp elsewhere.before elsewhere.after
	[ "$(git -C a/co rev-parse main)" = "$(git -C a/up rev-parse main~)" ]
}

@test "exec: no hook and no filter program of the repository runs" {
	ready
	for hook in post-checkout post-merge reference-transaction post-index-change; do
		printf '#!/bin/sh\ntouch %s/ran\n' "$PWD" >"a/co/.git/hooks/$hook"
		chmod +x "a/co/.git/hooks/$hook"
	done
	git -C a/co config core.fsmonitor "touch $PWD/ran"
	run_exec
	[ "$(verdict)" = 'a applied -' ]
	[ ! -e ran ]
}

@test "exec: a path that wants a filter program is left alone" {
	ready
	git -C a/co config filter.up.smudge 'tr a-z A-Z'
	echo 'many/* filter=up' >>a/co/.git/info/attributes
	run_exec
	[ "$(verdict)" = 'a refused needs-filter' ]
	rm a/co/.git/info/attributes
	untouched
}

@test "exec: a passing health check sees the new tree and its own variables" {
	# shellcheck disable=SC2016 # for the check's shell
	ready ".checks = $(check sh -c 'env; pwd; cat dir/change; cat -')"
	GIT_DIR=/nowhere SECRET=1 hermes-exec -s state <doc.json >out.json
	[ "$(verdict)" = 'a applied -' ]
	said=state/$(jq -r '.exec.repos[0].checks[0].output' out.json)
	grep -x 'HERMES_REPO=a' "$said"
	grep -x "HERMES_BEFORE=$(git -C a/up rev-parse main~)" "$said"
	grep -x "HERMES_AFTER=$(git -C a/up rev-parse main)" "$said"
	grep -x 'HERMES_CYCLE=20250301T040000Z-0000000a' "$said"
	grep -x "$PWD/a/co" "$said"
	grep -x bb "$said"
	run -1 grep -E '^GIT_|SECRET' "$said"
	[ "$(jq -c '.exec.repos[0].checks[0] | [.verdict, .exit_code, .signal]' out.json)" = '["passed",0,null]' ]
	[ "$(jq -c '[.events[].type]' out.json)" = '["hermes.apply.started","hermes.check.passed","hermes.apply.committed","hermes.cycle.finished"]' ]
	valid exec <(jq .exec out.json)
}

@test "exec: a failed required check takes it back, to the old inodes" {
	ready ".checks = $(check sh -c 'exit 3')"
	stat -c '%n %i %Y %a' a/co/dir/change a/co/tool a/co/crlf.txt >inodes
	sha256sum a/co/.git/index >index
	run_exec
	[ "$(verdict)" = 'a rolled-back check-failed' ]
	untouched
	stat -c '%n %i %Y %a' a/co/dir/change a/co/tool a/co/crlf.txt |
	    diff inodes -
	[ "$(git -C a/co reflog -1 --format=%gs)" = \
	    "hermes: rollback, cycle 20250301T040000Z-0000000a, token 1" ]
	[ "$(jq -c '[.events[].type]' out.json)" = '["hermes.apply.started","hermes.check.failed","hermes.apply.rolled-back","hermes.cycle.finished"]' ]
	[ "$(jq -r '.events[2].data.code' out.json)" = check-failed ]
	valid exec <(jq .exec out.json)
}

@test "exec: a failed wanted check is told and changes nothing" {
	ready ".checks = $(check false | jq -c '.[0].need = "wanted"')"
	run_exec
	[ "$(verdict)" = 'a applied -' ]
	[ "$(jq -r '.exec.repos[0].checks[0].verdict' out.json)" = failed ]
}

@test "exec: a check past its time is ended, with all that it started" {
	ready ".checks = $(check sh -c 'setsid sleep 77 & sleep 77' |
	    jq -c '.[0].timeout_s = 1')"
	run_exec
	[ "$(verdict)" = 'a rolled-back check-failed' ]
	[ "$(jq -r '.exec.repos[0].checks[0].verdict' out.json)" = timeout ]
	run -1 pgrep -x -f 'sleep 77'
	untouched
}

@test "exec: a check that exits 75 means not now: no bad commit" {
	ready ".checks = $(check sh -c 'exit 75')"
	run_exec
	[ "$(verdict)" = 'a refused not-now' ]
	[ "$(jq -c '[.events[].type]' out.json)" = '["hermes.apply.started","hermes.check.failed","hermes.apply.refused","hermes.cycle.finished"]' ]
	untouched
}

@test "exec: the canary tree is the exact commit, and passes before the live one" {
	ready ".checks = $(check sh -c 'git rev-parse HEAD; git status --porcelain; cat dir/change; pwd' |
	    jq -c '.[0].at = "canary"')"
	run_exec
	[ "$(verdict)" = 'a applied -' ]
	said=state/$(jq -r '.exec.repos[0].checks[0].output' out.json)
	printf '%s\nbb\n%s\n' "$(git -C a/up rev-parse main)" \
	    "$PWD/state/canary/1" | diff "$said" -
	[ ! -e state/canary ]
}

@test "exec: a failed canary leaves the live tree alone" {
	ready ".checks = $(check sh -c 'echo x >dir/change; exit 1' |
	    jq -c '.[0].at = "canary"')"
	run_exec
	[ "$(verdict)" = 'a refused check-failed' ]
	[ "$(jq -r '.events[2] | .type + " " + .data.code + " " + .data.after' out.json)" = "hermes.apply.refused check-failed $(git -C a/up rev-parse main)" ]
	untouched
	[ ! -e state/canary ]
}

@test "exec: an edit made while the checks run blocks the rollback, both stay" {
	ready ".checks = $(check sh -c 'echo mine >dir/change; exit 1')"
	run_exec
	[ "$(verdict)" = 'a rollback-blocked rollback-blocked' ]
	[ "$(cat a/co/dir/change)" = mine ]
	[ "$(git -C a/co rev-parse main)" = "$(git -C a/up rev-parse main)" ]
	[ "$(git -C a/co status --porcelain --untracked-files=no)" = \
	    ' M dir/change' ]
	[ "$(jq -c '.events[2].data.paths' out.json)" = '["dir/change"]' ]
	closed a/co/.git
}

@test "exec: git status during a check does not block the rollback" {
	ready ".checks = $(check sh -c 'touch same; git status >/dev/null; exit 1')"
	run_exec
	[ "$(verdict)" = 'a rolled-back check-failed' ]
	untouched
}

@test "exec: what is written to an old file that somebody held open is kept" {
	mkfifo go
	ready ".checks = $(check sh -c "echo late >$PWD/go; cat $PWD/over")"
	mkfifo over
	(
		exec 7>>a/co/dir/change
		read -r line <go
		echo "$line" >&7
		echo written >over
	) 3>&- &
	sleep 0.2
	run_exec
	[ "$(verdict)" = 'a applied -' ]
	[ "$(cat a/co/dir/change)" = bb ]
	[ "$(cat a/co/.git/hermes/kept-1/*)" = "$(printf 'b\nlate')" ]
	jq -e '.exec.repos[0].detail | startswith("dir/change: ")' out.json
	[ "$(jq -c '.events[] | select(.type == "hermes.apply.committed").data.paths' out.json)" = '["dir/change"]' ]
}

@test "exec: objects that are only in staging land in the checkout" {
	fixture a
	staging=$PWD/state/staging/a
	git clone -q --bare a/up "$staging"
	git -C "$staging" repack -q -a -d
	after=$(git -C a/up rev-parse main)
	git -C a/co remote remove origin
	rm a/co/.git/FETCH_HEAD
	git -C a/co reflog expire --expire=all --all
	git -C a/co gc -q --prune=now
	run -128 git -C a/co cat-file -t "$after"
	plan "$(jq -n --arg p "$PWD" --arg after "$after" \
	    --arg before "$(git -C a/co rev-parse main)" '
		{ repo_key: "a", path: ($p + "/a/co"), branch: "main",
		  before: $before, after: $after, token: 1,
		  staging: ($p + "/state/staging/a") }')"
	run_exec
	[ "$(verdict)" = 'a applied -' ]
	rm -r "$staging"
	git -C a/co fsck --strict
	[ -z "$(git -C a/co status --porcelain --untracked-files=no)" ]
}

@test "exec: no user.name is needed" {
	ready
	env -u GIT_AUTHOR_NAME -u GIT_AUTHOR_EMAIL -u GIT_COMMITTER_NAME \
	    -u GIT_COMMITTER_EMAIL hermes-exec -s state <doc.json >out.json
	[ "$(verdict)" = 'a applied -' ]
}

@test "exec: a linked worktree is moved, the main one is not" {
	fixture m
	git -C m/co switch -q -c side
	mkdir a
	git -C m/co worktree add -q "$PWD/a/co" main
	jq -n --arg p "$PWD" --arg b "$(git -C a/co rev-parse main)" \
	    --arg after "$(git -C m/up rev-parse main)" '
		[{ repo_key: "a", path: ($p + "/a/co"), branch: "main",
		   before: $b, after: $after, token: 1,
		   common_dir: ($p + "/m/co/.git") }]' | "$gate" state >doc.json
	run_exec
	[ "$(verdict)" = 'a applied -' ]
	[ -z "$(git -C a/co status --porcelain)" ]
	[ "$(git -C m/co rev-parse HEAD)" = "$(git -C m/up rev-parse main~)" ]
	[ "$(git -C a/co rev-parse HEAD)" = "$(git -C m/up rev-parse main)" ]
	git -C a/co fsck --strict
	closed m/co/.git
}

@test "exec: ref-only moves a branch that nobody has checked out" {
	fixture a
	git -C a/co switch -q -c other
	"$snapshot" a/co | grep -v refs/heads/main >before
	plan "$(job a '.strategy = "ref-only"')"
	run_exec
	[ "$(verdict)" = 'a applied -' ]
	[ "$(git -C a/co rev-parse main)" = "$(git -C a/up rev-parse main)" ]
	"$snapshot" a/co | grep -v -e refs/heads/main -e refs/hermes | diff before -
	git -C a/co update-ref refs/heads/main main~
	git -C a/co switch -q main
	plan "$(job a '.token = 2 | .strategy = "ref-only"')"
	run_exec
	[ "$(verdict)" = 'a refused stale-plan' ]
}

@test "exec: a bare repository is moved by refs alone" {
	fixture m
	git clone -q --bare m/up a
	git -C a update-ref refs/heads/main main~
	jq -n --arg p "$PWD" --arg b "$(git -C a rev-parse main)" \
	    --arg after "$(git -C m/up rev-parse main)" '
		[{ repo_key: "a", path: ($p + "/a"), branch: "main",
		   before: $b, after: $after, token: 1, strategy: "ref-only",
		   common_dir: ($p + "/a") }]' | "$gate" state >doc.json
	run_exec
	[ "$(verdict)" = 'a applied -' ]
	[ "$(git -C a rev-parse main)" = "$(git -C m/up rev-parse main)" ]
}

@test "exec: a submodule's commit moves in the index alone" {
	fixture a
	one=$(git -C a/up rev-parse main~)
	git -C a/up update-index --add --cacheinfo "160000,$one,sub"
	git -C a/up commit -q -m sub
	git -C a/co fetch -q
	plan "$(job a)"
	run_exec
	[ "$(verdict)" = 'a applied -' ]
	[ -d a/co/sub ]
	[ -z "$(git -C a/co status --porcelain --untracked-files=no)" ]
	git -C a/up update-index --cacheinfo "160000,$(git -C a/up rev-parse main),sub"
	git -C a/up commit -q -m moved
	git -C a/co fetch -q
	plan "$(job a '.token = 2')"
	run_exec
	[ "$(verdict)" = 'a applied -' ]
	git -C a/up rm -q --cached sub
	git -C a/up commit -q -m gone
	git -C a/co fetch -q
	plan "$(job a '.token = 3')"
	run_exec
	[ "$(verdict)" = 'a applied -' ]
	[ ! -e a/co/sub ]
}

@test "exec: dependencies first; a failed one blocks what needs it, by name" {
	for key in a b c; do fixture "$key"; done
	plan "$(job a '.token = 1 | .turn = 1 | .depends_on = ["b"]')" \
	    "$(job b '.token = 2 | .turn = 2 | .depends_on = ["c"]')" \
	    "$(job c '.token = 3 | .turn = 3')"
	run_exec
	[ "$(verdict)" = "$(printf 'a applied -\nb applied -\nc applied -')" ]
	[ "$(jq -c '[.events[] | select(.type == "hermes.apply.committed").subject]' out.json)" = '["c","b","a"]' ]
	for key in a b c; do
		git -C $key/co reset -q --hard main~
	done
	echo edited >c/co/dir/change
	plan "$(job a '.token = 4 | .depends_on = ["b"]')" \
	    "$(job b '.token = 5 | .depends_on = ["c"]')" \
	    "$(job c '.token = 6')"
	run_exec
	[ "$(verdict)" = "$(printf 'a blocked needs\nb blocked needs\nc refused stale-plan')" ]
	[ "$(jq -r '.exec.repos[1].detail' out.json)" = 'needs c' ]
	[ "$(jq -c '.events[-1].data | [.refused_count, .blocked_count]' out.json)" = '[1,2]' ]
}

@test "exec: TERM finishes what is in hand, starts nothing, and exits 75" {
	for key in a b; do fixture "$key"; done
	plan "$(job a ".token = 1 | .checks = $(check sleep 1)")" \
	    "$(job b '.token = 2 | .depends_on = ["a"]')"
	hermes-exec -s state <doc.json >out.json 2>why 3>&- &
	sleeper=$!
	sleep 0.5
	kill -TERM $sleeper
	rc=0
	wait $sleeper || rc=$?
	[ $rc = 75 ]
	[ ! -s out.json ]
	[ "$(git -C a/co rev-parse main)" = "$(git -C a/up rev-parse main)" ]
	[ "$(git -C b/co rev-parse main)" = "$(git -C b/up rev-parse main~)" ]
	hermes-exec -R -s state >out.json
	[ "$(jq -c '[.events[].type]' out.json)" = '["hermes.apply.started","hermes.check.passed","hermes.apply.committed","hermes.cycle.recovered"]' ]
}

@test "exec: -R where nothing is open says nothing" {
	hermes-exec -R -s state >out.json
	[ "$(jq -c '[.exec, .events]' out.json)" = \
	    '[{"repos":[],"recovered":[]},[]]' ]
	[ "$(jq -r .schema out.json)" = hermes.cycle/1 ]
	valid exec <(jq .exec out.json)
}

@test "exec: a journal goes once the ledger holds its events" {
	ready
	run_exec
	hermes-exec -R -s state >again.json
	[ -e state/journals/1 ]
	[ "$(jq -c '[.events[].id]' again.json | jq length)" = 3 ]
	hermes-ledger -s state <out.json >/dev/null
	hermes-exec -R -s state >again.json
	[ ! -e state/journals/1 ]
	[ "$(jq -c .events again.json)" = '[]' ]
}

@test "exec: -R removes the journal that a killed writer had not renamed" {
	hermes-exec -R -s state >/dev/null
	mkdir -p state/journals
	echo '{"half":' >state/journals/.48.new
	hermes-exec -R -s state >out.json
	[ "$(jq -c .exec.recovered out.json)" = '[]' ]
	[ ! -e state/journals/.48.new ]
}

@test "exec: -R reports a repository that has gone, and closes it when it is back" {
	ready
	run -0 env ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -e trace=renameat2 \
	    -e inject=renameat2:signal=KILL:when=6 hermes-exec -s state <doc.json
	[ "$(jq -r '.exec.repos[0].verdict' <<<"$output")" = interrupted ]
	mv a gone
	hermes-exec -R -s state >out.json
	[ "$(jq -c '.exec.recovered[0]' out.json)" = \
	    '{"token":1,"repo_key":"a","outcome":"none","paths":[]}' ]
	mv gone a
	hermes-exec -R -s state >out.json
	[ "$(jq -c '.exec.recovered[0].outcome' out.json)" = '"before"' ]
	valid exec <(jq .exec out.json)
	untouched
}

@test "exec: -R leaves a path that somebody changed meanwhile: mixed" {
	ready
	# each new file gets its name by one, so does the journal; then the index
	files=$(git -C a/co diff --no-renames --diff-filter=AMT -z --name-only \
	    main origin/main | tr -dc '\0' | wc -c)
	run -0 env ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -e trace=renameat \
	    -e inject=renameat:signal=KILL:when=$((files + 4)) hermes-exec -s state <doc.json
	[ "$(git -C a/co rev-parse main)" = "$(git -C a/up rev-parse main~)" ]
	[ "$(cat a/co/dir/change)" = bb ]
	echo mine >a/co/dir/change
	hermes-exec -R -s state >out.json
	[ "$(jq -c '.exec.recovered[0] | [.outcome, .paths]' out.json)" = \
	    '["mixed",["dir/change"]]' ]
	[ "$(cat a/co/dir/change)" = mine ]
	[ "$(git -C a/co status --porcelain --untracked-files=no)" = \
	    ' M dir/change' ]
	closed a/co/.git
}
