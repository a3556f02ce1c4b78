# hermes-scan: find git checkouts and list them as a fleet.
# shellcheck shell=bash

setup() {
	load helper
	here
}

keys() {
	jq -c '[.repos[].repo_key]' out
}

@test "scan: checkouts, linked worktrees, submodules' owners and bare ones" {
	git init -q src/lib
	git -C src/lib commit -q --allow-empty -m one
	git -C src/lib worktree add -q ../tree
	git init -q --bare src/up.git
	git init -q src/deep/er/app
	mkdir -p src/plain/HEAD src/objects src/half/objects src/half/refs
	hermes-scan src >out
	assert_equal "$(keys)" '["deep/er/app","lib","tree","up.git"]'
	assert_equal "$(jq -r '.repos[1].path' out)" "$PWD/src/lib"
	assert_equal "$(jq -r .schema out)" hermes.fleet/1
	valid fleet out
}

@test "scan: what is found is not walked into" {
	git init -q src/app
	git init -q src/app/vendor/lib
	git init -q --bare src/app/cache.git
	hermes-scan src >out
	assert_equal "$(keys)" '["app"]'
}

@test "scan: a folder that is a checkout is its own repository" {
	git init -q lib
	hermes-scan lib >out
	assert_equal "$(keys)" '["lib"]'
	(cd lib && hermes-scan . >../out)
	assert_equal "$(keys)" '["lib"]'
	assert_equal "$(jq -r '.repos[0].path' out)" "$PWD/lib"
}

@test "scan: nothing found is an empty fleet" {
	mkdir src
	hermes-scan src >out
	assert_equal "$(jq -c .repos out)" '[]'
	valid fleet out
}

@test "scan: depth is 4 where -d does not say otherwise" {
	git init -q s/1/2/3/4
	git init -q s/1/2/3/x/5
	hermes-scan s >out
	assert_equal "$(keys)" '["1/2/3/4"]'
	hermes-scan -d 5 s >out
	assert_equal "$(keys)" '["1/2/3/4","1/2/3/x/5"]'
	hermes-scan -d 3 s >out
	assert_equal "$(keys)" '[]'
	hermes-scan -d 0 s/1/2/3/4 >out
	assert_equal "$(keys)" '["4"]'
	run -64 hermes-scan -d -1 s
	run -64 hermes-scan -d 65 s
	run -64 hermes-scan -d x s
}

@test "scan: no link is followed below the folder, but to the folder" {
	git init -q real/lib
	mkdir src
	ln -s ../real src/link
	ln -s ../../real/lib src/lib
	ln -s loop src/loop
	hermes-scan src >out
	assert_equal "$(keys)" '[]'
	ln -s real entry
	hermes-scan entry >out
	assert_equal "$(jq -c '[.repos[]|.repo_key,.path]' out)" \
		"[\"lib\",\"$PWD/real/lib\"]"
}

@test "scan: a .git that is a link is one, as git has it; a dead one is told" {
	git init -q real/lib
	mkdir -p src/app src/dead/below src/odd
	mv real/lib/.git real/lib.git
	ln -s "$PWD/real/lib.git" src/app/.git
	git -C src/app status >status
	ln -s nowhere src/dead/.git
	git init -q src/dead/below/inner
	ln -s .git src/odd/.git
	hermes-scan src >out 2>said
	assert_equal "$(keys)" '["app","dead/below/inner"]'
	assert_equal "$(sort said)" "$(printf 'hermes-scan: %s: skipped: .git is a link that leads nowhere\n' \
	    "$PWD/src/dead" "$PWD/src/odd")"
}

@test "scan: paths come from stdin where there is no folder" {
	git init -q src/a
	git init -q src/b
	printf '%s\n' src/b '' src/a/.git src/a | hermes-scan >out
	assert_equal "$(keys)" '["a","b"]'
	find src -name .git | hermes-scan >found
	hermes-scan src/a src/b >out
	cmp found out
	printf src/a | hermes-scan >out
	assert_equal "$(keys)" '["a"]'
	echo src | hermes-scan >found
	hermes-scan src >out
	cmp found out
}

@test "scan: what no key may hold becomes a dash" {
	git init -q 'src/my app'
	git init -q 'src/grüße/ä'
	git init -q 'src/x/...'
	hermes-scan src >out
	assert_equal "$(keys)" '["gr--e/-","my-app","x/---"]'
	valid fleet out
	long=$(printf '%0120d' 0)
	git init -q "deep/$long/$long"
	hermes-scan deep >out
	assert [ "$(jq -r '.repos[0].repo_key|length' out)" -le 200 ]
	valid fleet out
}

@test "scan: keys that would be alike are told apart, by folder, then by number" {
	git init -q one/lib
	git init -q two/lib
	git init -q two/app
	git init -q 'two/a b'
	git init -q 'two/a+b'
	git init -q two/a-b-2
	hermes-scan one two >out
	assert_equal "$(keys)" '["a-b","a-b-2","a-b-2-2","app","one/lib","two/lib"]'
	hermes-scan two one >again
	cmp out again
	git init -q x/one/lib
	hermes-scan one x/one >out
	assert_equal "$(keys)" '["one/lib","one/lib-2"]'
	assert_equal "$(jq -r '.repos[0].path' out)" "$PWD/one/lib"
}

@test "scan: folders that overlap list a checkout once" {
	git init -q src/a
	hermes-scan src src src/a "$PWD/src" >out
	assert_equal "$(jq -c '[.repos[].path]' out)" "[\"$PWD/src/a\"]"
}

@test "scan: a path that is not UTF-8 is left out, with one line" {
	git init -q src/good
	git init -q "$(printf 'src/b\344d')"
	git init -q "$(printf 'src/new\nline')"
	hermes-scan src >out 2>err
	assert_equal "$(keys)" '["good"]'
	assert_equal "$(cat err)" "$(printf '%s\n' \
		"hermes-scan: $PWD/src/b?d: skipped: not UTF-8" \
		"hermes-scan: $PWD/src/new?line: skipped: holds a control character")"
}

@test "scan: a folder that cannot be opened is left out, with one line" {
	[ "$(id -u)" -ne 0 ] || skip 'root opens every folder'
	git init -q src/good
	mkdir -m 0 src/shut
	hermes-scan src >out 2>err
	chmod 700 src/shut
	assert_equal "$(keys)" '["good"]'
	assert_equal "$(cat err)" \
		"hermes-scan: $PWD/src/shut: skipped: Permission denied"
}

@test "scan: a folder that is none is refused with 65, and nothing is printed" {
	touch file
	for folder in nosuch file; do
		run -65 --separate-stderr hermes-scan "$folder"
		assert_equal "$output" ''
		[[ $stderr == "hermes-scan: $folder: "* ]]
		run -65 --separate-stderr hermes-scan <<<"$folder"
		assert_equal "$output" ''
	done
}

@test "scan: empty stdin and a NUL are refused" {
	run -65 --separate-stderr hermes-scan </dev/null
	assert_equal "$output" ''
	assert_equal "$stderr" \
		'hermes-scan: stdin: empty: did the stage before fail?'
	mkdir a
	printf 'a\0b\n' >list
	run -65 --separate-stderr bash -c 'hermes-scan <list'
	assert_equal "$stderr" \
		'hermes-scan: stdin: expected a path a line, found a NUL'
}

@test "scan: what a checkout holds is neither read nor run" {
	git init -q src/a
	for name in pre-commit post-checkout fsmonitor; do
		printf '#!/bin/sh\ntouch %s/ran\n' "$PWD" >src/a/.git/hooks/$name
		chmod +x src/a/.git/hooks/$name
	done
	git -C src/a config core.fsmonitor "touch $PWD/ran"
	command -v strace >/dev/null || skip 'no strace'
	find src -printf '%p %T@ %C@\n' | sort >before
	# of a sanitized build: leaks cannot be looked for under strace
	ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=%file,%process -o trace hermes-scan src >out
	find src -printf '%p %T@ %C@\n' | sort | diff before -
	assert_not_exist ran
	assert_equal "$(grep -c execve trace)" 1
	run -1 grep -E 'open.*(O_WRONLY|O_RDWR|O_CREAT)' <(grep -v /dev/null trace)
	run -1 grep 'open.*src/a/.git' trace
}

@test "scan: the same folders twice, the same bytes" {
	for i in 3 1 2; do git init -q "src/$i"; done
	hermes-scan src >one
	hermes-scan src >two
	cmp one two
}

@test "scan: a write to a full disk fails, a wrong flag is 64, -h is 0" {
	git init -q src/a
	full hermes-scan src
	run -64 hermes-scan -x
	run -0 hermes-scan -h
	assert_line --index 0 'usage: hermes-scan [-d DEPTH] [DIR ...]'
}

@test "scan: what it lists is a fleet that Hermes takes" {
	git init -q src/a
	git init -q 'src/b c'
	hermes-scan src >out
	"${BUILD:-$top/build}/unit/config" - out >fleet
	assert_equal "$(jq -c '[.repos[].repo_key]' fleet)" '["a","b-c"]'
}
