# The tests' own footing: a failing test must fail the suite, and the helpers
# must see what they are there to see.

setup() {
	load helper
	here
}

@test "suite: a failing test fails the suite" {
	run -1 env -i PATH=/usr/bin:/bin HOME="$HOME" \
	    bats --formatter tap "$fixtures/bad.bats"
	assert_line 'ok 1 passes'
	assert_line 'not ok 2 fails in the middle'
	assert_line 'not ok 3 a run that ends with another status'
}

@test "suite: .ci/run counts what failed and exits with it" {
	mkdir -p tree/.ci bin
	cp "$top/.ci/run" tree/.ci
	cat >bin/make <<-'END'
	#!/bin/sh
	[ "$1" = check ] || exit 0
	printf '1..3\nok 1 a\nnot ok 2 b\nok 3 c # skip why\n'
	exit 1
	END
	chmod +x bin/make
	PATH=$PWD/bin:$PATH run -1 tree/.ci/run
	assert_equal "${lines[-1]}" '1 passed, 1 failed, 1 skipped'

	printf '#!/bin/sh\n[ "$1" = lint ]\n' >bin/make
	PATH=$PWD/bin:$PATH run -1 tree/.ci/run
	assert_equal "${lines[-1]}" '0 passed, 0 failed'

	printf '#!/bin/sh\n[ "$1" = lint ] || printf "1..1\\nok 1 a\\n"\n' >bin/make
	PATH=$PWD/bin:$PATH run -0 tree/.ci/run
	assert_equal "${lines[-1]}" '1 passed, 0 failed'
}

@test "suite: valid tells a sound document from another" {
	mkdir -p schema
	top=$PWD && mkdir -p state tests && mv schema state/
	cp "$BATS_TEST_DIRNAME/valid.py" tests/
	echo '{"type": "object", "required": ["a"]}' >state/schema/thing.json
	echo '{"a": 1}' >good.json
	echo '{"b": 1}' >bad.json
	printf '{"a": 1}\n{"b": 1}\n' >bad.jsonl
	valid thing good.json
	run -1 valid thing bad.json
	run -1 valid thing bad.jsonl
	assert_output "bad.jsonl:2: \$: 'a' is a required property"
}

@test "suite: what make install puts there, make uninstall takes back" {
	unset MAKEFLAGS MAKELEVEL
	make -s -C "$top" install DESTDIR="$PWD/root" PREFIX=/usr >said
	for program in hermes hermes-cycle hermes-tick hermes-probe; do
		[ -x "root/usr/bin/$program" ]
	done
	assert_equal "$(ls root/usr/bin | grep -c .)" \
	    "$(ls -d "$top"/pipeline/*/main.c "$top"/bin/* | grep -c .)"
	for page in "$top"/man/*; do
		cmp "$page" "root/usr/share/man/man${page##*.}/${page##*/}"
	done
	cmp "$top/state/schema/fleet.json" root/usr/share/hermes/schema/fleet.json
	touch root/usr/bin/other
	make -s -C "$top" uninstall DESTDIR="$PWD/root" PREFIX=/usr
	assert_equal "$(find root -type f)" root/usr/bin/other
}

@test "suite: the README and the Makefile's head name every target" {
	sed -n '1,/^PREFIX/p' "$top/Makefile" >head
	sed -n '/^\.PHONY/,/FORCE/p' "$top/Makefile" | tr -d '\\' |
	    sed 's/^\.PHONY://' | tr -s ' \t' '\n' | grep . >targets
	for target in $(grep -vxE 'all|FORCE|units|lint-.*' targets); do
		grep -qw -- "$target" head || fail "Makefile: $target"
		grep -qw -- "$target" "$top/README.md" ||
		    fail "README.md: $target"
	done
}

# bare NAME=VALUE... COMMAND... - without what this run of bats has set
bare() {
	env -i PATH="${PATH#"$BATS_LIBEXEC:"}" HOME="$HOME" TMPDIR="$TMPDIR" \
	    BUILD="$BUILD" "$@" 3>&-
}

@test "suite: a test that waits for ever fails at its deadline" {
	run -1 bare BATS_TEST_TIMEOUT=1 timeout 60 "$top/tests/check" -F tap \
	    "$fixtures/hang.bats"
	assert_line 'not ok 1 waits for ever # timeout after 1 s'
	assert_line 'ok 2 is heard of'
	assert_line 'not ok 3 waits for ever in a loop # timeout after 1 s'
}

@test "suite: a red run ends with the names of what failed" {
	run -1 bare "$top/tests/check" -F tap "$fixtures/bad.bats"
	assert_equal "$(tail -n 4 <<<"$output")" "$(printf '\nfailed:\n%s\n%s' \
	    '  fails in the middle' '  a run that ends with another status')"
	run -0 bare "$top/tests/check" -F tap -f passes "$fixtures/bad.bats"
	refute_line failed:
	# where bats ran nothing
	run -1 bare "$top/tests/check" -F tap "$PWD/none.bats"
	assert_equal "${lines[-1]}" '  bats itself, with 1'
}

# What a person's environment may name, all of it in names/, and what a program
# that heeds it leaves there or says. /dev/null is never at stake: a file of
# ours stands for it.
names_make() {
	mkdir -p names/repo names/xdg/git names/home names/sub tmp
	: >names/null
	git init -q names/repo
	printf '[user]\n\tname = hostile\n[core]\n\tautocrlf = true\n' |
	    tee names/xdg/git/config names/home/.gitconfig >names/config
}

hostile() {
	local names=$PWD/names
	umask 077
	bare GIT_DIR="$names/repo/.git" GIT_WORK_TREE="$names/repo" \
	    GIT_INDEX_FILE="$names/repo/index" GIT_CONFIG_SYSTEM="$names/config" \
	    GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=core.bare GIT_CONFIG_VALUE_0=true \
	    GIT_TRACE="$names/trace" GIT_AUTHOR_DATE=2001-01-01T00:00 \
	    GIT_SSH_COMMAND=false GIT_ASKPASS=false GIT_EDITOR=false \
	    HERMES_HOME="$names/hermes" HERMES_LOCK_FD=9 \
	    XDG_CONFIG_HOME="$names/xdg" XDG_CACHE_HOME="$names/cache" \
	    XDG_RUNTIME_DIR="$names/run" HOME="$names/home" \
	    http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 \
	    ALL_PROXY=http://127.0.0.1:1 LC_ALL=tr_TR.UTF-8 LANGUAGE=tr \
	    TZ=Asia/Kathmandu EMAIL=hostile EDITOR=false PAGER=false \
	    SSH_AUTH_SOCK="$names/agent" GNUPGHOME="$names/gpg" \
	    CDPATH="$names" GREP_OPTIONS=-v GREP_COLORS=x \
	    PYTHONPATH="$names" TMPDIR="$PWD/tmp" \
	    'BASH_FUNC_jq%%=() { echo hostile; }' "$@"
}

# names_now - all that the hostile environment names
names_now() {
	find names -printf '%p %y %m %s %T@ %l\n' | sort
	cat names/null names/config names/home/.gitconfig
}

@test "suite: tests pass in a hostile environment, and heed none of it" {
	local sample=("$fixtures/world.bats" "$top/tests/exec.bats"
		"$top/tests/http.bats" "$top/tests/signature.bats")
	local filter='^world: |to the old inodes$|^http: nothing is run|^signature: an ssh signature'
	names_make
	names_now >before
	find / /home -maxdepth 1 | sort >around
	# as make starts them, with what bats itself would heed
	echo 'git() { echo hostile; }' >rc
	hostile GIT_CONFIG_GLOBAL="$PWD/names/null" BASH_ENV="$PWD/rc" \
	    POSIXLY_CORRECT=1 timeout 250 "$top/tests/check" -F tap \
	    -f "$filter" "${sample[@]}" >said 2>&1 || fail "$(cat said)"
	[ "$(grep -c '^ok' said)" = 6 ]
	names_now | diff before -
	# one file by bats alone
	hostile GIT_CONFIG_GLOBAL="$PWD/names/null" timeout 250 \
	    bats -F tap "${sample[0]}" >said 2>&1 || fail "$(cat said)"
	[ "$(grep -c '^ok' said)" = 3 ]
	names_now | diff before -
	run -0 ls -A tmp
	assert_output ''
	find / /home -maxdepth 1 | sort | diff around -
	# and it would have been seen
	hostile GIT_CONFIG_GLOBAL="$PWD/names/null" git config --global a.b c
	run -1 diff before <(names_now)
}

# Each of make's targets that no other file here runs a part of, in its quick
# form.

@test "suite: make lint's rules that need no program" {
	bare make -s -C "$top" lint-rooms lint-filters lint-man
}

@test "suite: make deps and make clean" {
	bare "$top/tests/need" build demo check
	# nothing is missing here, so nothing is asked of the network
	bare make -s -C "$top" deps BUILD="$PWD/built" >said
	assert_equal "$(<said)" ''
	mkdir -p built/bin
	bare make -s -C "$top" clean BUILD="$PWD/built"
	assert_not_exists built
}

@test "suite: make check-harness: a switch is caught" {
	bare "$top/tests/harness.sh" TOKEN >said || fail "$(cat said)"
	assert_equal "$(tail -n 1 said)" 'harness: 1 of 1 switches caught'
}

@test "suite: make check-model: a broken variant fails" {
	command -v spin >/dev/null || skip 'no spin here'
	run -0 bare "$top/tests/model/run" model TOKEN_REUSE
	assert_output -p 'ok: TOKEN_REUSE fails'
}

@test "suite: make bench: the row that needs git alone, and a fleet" {
	bare HERMES_BENCH_SCALE=1 HERMES_BENCH_ROUNDS=1 \
	    "$top/tests/bench/apply" bench >said 2>&1 || fail "$(cat said)"
	grep -q '^hermes-exec / git merge .*  at most 1' said
	# of the turns nothing is left
	assert_not_exists bench/apply-10/turns
	bare "$top/tests/bench/fleet" bench/few 2
	assert_equal "$(wc -l <bench/few/list)" 2
	git -C bench/few/src/repo-00002 fetch -q
}
