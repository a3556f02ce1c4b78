# hermes-probe: workers that crash, hang or are killed cost their repository
# alone, and a signal leaves nobody and nothing behind.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	load fleet
	load probe
	load answers
	here
}

teardown() {
	answers_stop
	silence_stop
	git_stop
}

# meddled TRICK - a probe whose first look at src/bad ends so, by strace
meddled() {
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o traced -e trace=openat \
	    -P "$PWD/src/bad/.git/config" -e "inject=openat:$1" \
	    hermes-probe -p policy.json <fleet.json >out.json 3>&-
	valid cycle out.json
}

# alone - every process of the probe is gone
alone() {
	awk '{ print $1 }' traced | sort -u | while read -r pid; do
		assert_not_exists "/proc/$pid/exe"
	done
}

six() {
	repo_make a b bad c d e
	fleet a b bad c d e
	echo '{"schema": "hermes.policy/1", "probe_deadline_ms": 1500}' \
	    >policy.json
}

others_current() {
	assert_equal "$(jq -c '[.probe.repos[] | select(.repo_key != "bad").reason]' \
	    out.json)" '["current","current","current","current","current"]'
}

@test "probe: a worker that crashes costs its repository only" {
	six
	for signal in SEGV KILL ABRT; do
		meddled "signal=$signal"
		assert_equal "$(of bad '[.reason, .detail]')" \
		    '["corrupt","the worker that looked at it died"]'
		others_current
		alone
	done
}

@test "probe: a worker that stops costs its repository, at its deadline" {
	six
	SECONDS=0
	meddled signal=STOP
	((SECONDS <= 10))
	assert_equal "$(of bad '[.reason, .detail]')" \
	    '["overrun","did not end in time"]'
	others_current
	alone
}

@test "probe: no worker may have more memory than the page says" {
	six
	grep -q '2 GiB of memory' "$top/man/hermes-probe.1"
	[[ ${BUILD-} != *asan* ]] || skip 'a sanitizer needs more'
	strace -f -qq -o traced -e trace=prlimit64,setrlimit \
	    hermes-probe <fleet.json >out.json
	awk '/RLIMIT_DATA, {rlim_cur=2097152\*1024, rlim_max=2097152\*1024}/ {
	    print $1 }' traced | sort -u >limited
	[ "$(wc -l <limited)" -ge 2 ]
}

@test "probe: a worker that wants more memory costs its repository only" {
	[[ ${BUILD-} != *asan* ]] || skip 'a sanitizer needs more'
	six
	head -c 160M /dev/zero >work/bad/big
	git -C work/bad -c core.bigFileThreshold=1g add big
	git -C work/bad commit -q -m big
	git -C work/bad push -q origin main
	mkdir -m 700 S
	# who is root may not go beyond it either
	ulimit -d 100000
	probe -s S
	assert_equal "$(of bad '[.reason, .detail, .endpoints[0].class]')" \
	    '["overrun","Out of memory","ok"]'
	others_current
	assert_equal "$(ls S/staging)" ''
	hermes-plan <out.json >plan.json
	jq -e '.plan.repos[] | select(.repo_key == "bad") |
	    .recommendation == "defer" and .reason == "overrun"' plan.json
}

# fetching - a probe with -s that is in the middle of a fetch: $probe
fetching() {
	repo_make lib well
	git -C up/lib.git config http.uploadpack true
	upstream_commit lib
	upstream_commit well
	fleet lib well
	remotes lib primary "$web/pack/hang/lib.git"
	jq -n '{schema: "hermes.policy/1", probe_deadline_ms: 30000,
	    protocols: ["file", "http"]}' >policy.json
	mkdir -m 700 S
	env --default-signal=INT \
	    hermes-probe -p policy.json -s S <fleet.json >out.json 2>said 3>&- &
	probe=$!
	soon test -e S/staging/lib/packed-refs
	soon test -e S/staging/well/refs/staged/tip
}

@test "probe: INT, TERM and HUP leave no child, no answer and no half staging" {
	local signal status pids
	mkdir up
	answers_start
	for signal in INT TERM HUP; do
		rm -rf S up work src
		fetching
		pids=$(pgrep -P $probe)
		kill -$signal $probe
		status=0
		wait $probe || status=$?
		assert_equal "$signal $status" "$signal 75"
		assert_equal "$(cat out.json)" ''
		assert_equal "$(wc -l <said)" 1
		for pid in $pids; do
			assert_not_exists "/proc/$pid/exe"
		done
		assert_equal "$(ls S/staging)" well
	done
	# the next one goes on from there
	remotes lib primary "$PWD/up/lib.git"
	probe -s S
	said lib behind
	said well behind
}

# gone PID... - none of them runs; one that nobody has waited for does not
gone() {
	[ -z "$(ps -o state= -p "${*// /,}" | grep -v Z)" ]
}

@test "probe: KILL leaves no worker, and no ssh" {
	local pids
	repo_make a b
	for key in a b; do
		git -C src/$key remote set-url origin ssh://$key.invalid/x
	done
	mkdir bin
	printf '#!/bin/sh\nexec sleep 100\n' >bin/ssh
	chmod +x bin/ssh
	fleet a b
	PATH=$PWD/bin:$PATH hermes-probe <fleet.json >out.json 3>&- &
	probe=$!
	soon eval '[ "$(pgrep -P "$(pgrep -d, -P $probe)" -x sleep | wc -l)" = 2 ]'
	pids=$(pgrep -d ' ' -P $probe)
	pids="$pids $(pgrep -d ' ' -P "${pids// /,}")"
	kill -KILL $probe
	wait $probe || :
	# shellcheck disable=SC2086 # several
	soon gone $pids
}

@test "probe: a fetch past its deadline leaves no half staging" {
	repo_make lib
	git -C up/lib.git config http.uploadpack true
	upstream_commit lib
	answers_start
	fleet lib
	remotes lib primary "$web/pack/hang/lib.git"
	jq -n '{schema: "hermes.policy/1", probe_deadline_ms: 1000,
	    protocols: ["file", "http"]}' >policy.json
	mkdir -m 700 S
	probe -s S
	assert_equal "$(of lib .endpoints[0].class)" '"timeout"'
	assert_equal "$(ls S/staging)" ''
}

@test "probe: an upstream by path that never answers is the remote's timeout" {
	local tree
	repo_make lib
	upstream_commit lib
	tree=up/lib.git/objects/$(git -C up/lib.git rev-parse 'main^{tree}' |
	    sed 's,..,&/,')
	rm -f "$tree"
	mkfifo "$tree"
	fleet lib
	echo '{"schema": "hermes.policy/1", "probe_deadline_ms": 1000}' \
	    >policy.json
	mkdir -m 700 S
	probe -s S
	said lib timeout
	assert_equal "$(ls S/staging)" ''
}

# changing - what is opened to be written, made, moved or removed, in calls
changing() {
	grep -vE ' = -1 ' calls |
	    grep -E 'O_WRONLY|O_RDWR|O_CREAT|(creat|mkdir|unlink|rename|link|symlink|chmod|chown|truncate|utimens|setxattr|mknod)[a-z0-9]*\(' |
	    grep -vE '"/dev/null"|readlink|memfd'
}

# programs - what was run, with its first words
programs() {
	grep -v ' = -1 ' calls |
	    sed -n 's/.*execve("[^"]*", \[\([^]]*\)\].*/\1/p' | tr -d '",' |
	    sed 's,^[^ ]*/,,' | cut -d' ' -f1-3 | sort -u
}

@test "probe: by every transport, no trace without -s, and no program but two" {
	repo_make path git http locked ssh
	git_serve "$PWD/up"
	answers_start
	mkdir bin
	cp "$(type -P false)" bin/ssh
	export PATH=$PWD/bin:$PATH
	git -C up/http.git config http.uploadpack true
	git -C src/git remote set-url origin "git://127.0.0.1:$git_port/git.git"
	git -C src/http remote set-url origin "$web/ok/http.git"
	git -C src/locked remote set-url origin "$web/auth/me:x/locked.git"
	git -C src/ssh remote set-url origin ssh://host.invalid/ssh.git
	for key in path git http locked ssh; do
		upstream_commit $key
	done
	mkdir -m 700 S
	fleet path git http locked ssh
	echo '{"schema": "hermes.policy/1",
	    "protocols": ["file", "git", "http", "ssh"]}' >policy.json
	everything src "$HOME" >before
	for state in '-m S' '-s S'; do
		# shellcheck disable=SC2086 # two words
		ASAN_OPTIONS=detect_leaks=0 strace -f -y -qq -s 200 -o calls \
		    -e trace=%file,ftruncate,fchmod,fchown,fsetxattr \
		    hermes-probe -p policy.json $state <fleet.json >out.json 3>&-
		valid cycle out.json
		everything src "$HOME" | diff before -
		assert_equal "$(programs)" \
		    "$(printf 'git credential fill\nhermes-probe -p policy.json\nssh -oBatchMode=yes -oStrictHostKeyChecking=yes')"
		assert_equal "$(of ssh .reason) $(of locked .reason)" \
		    '"early-eof" "auth-missing"'
		if [ "$state" = '-m S' ]; then
			run changing
			assert_output ''
			assert_equal "$(ls -A S)" ''
		else
			changing | grep -vE "[\"<]($PWD/)?S[/\">]" >elsewhere || :
			diff elsewhere /dev/null
		fi
	done
	git_stop
	assert_equal "$(of http '[.reason, .behind_count]')" '["behind",1]'
	assert_equal "$(of git '[.reason, .behind_count]')" '["behind",1]'
}
