# Run by suite.bats, in a hostile environment: what is left of it?

# what a test is told: neither bats' own nor of the list
world() {
	awk 'BEGIN { for (name in ENVIRON) print name }' | sort |
	    grep -vxE 'PATH|HOME|TMPDIR|TERM|PWD|OLDPWD|SHLVL|_|BUILD|CI|BATS|BATS_.*' |
	    grep -vxE 'CC|AR|.*FLAGS|PKG_CONFIG_.*|LD_LIBRARY_PATH|JOBS|.*SAN_OPTIONS' |
	    grep -vE '^BASH_FUNC_bats_' | xargs
}

setup_file() {
	load ../helper
	here
	world >seen
	export own=mine seen=$PWD/seen
	git config --global user.name mine
	[ "$(git config user.name)" = mine ]
	[ "$HOME" -ef "$BATS_FILE_TMPDIR/home" ]
}

setup() {
	load ../helper
	here
}

@test "world: in setup_file what the tests set is all that is set" {
	assert_equal "$(<"$seen")" \
	    'GIT_AUTHOR_EMAIL GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_NAME GIT_CONFIG_NOSYSTEM GIT_TEMPLATE_DIR LC_ALL TZ fixtures top'
}

@test "world: in a test, too, and what setup_file has exported" {
	assert_equal "$(world)" \
	    'GIT_AUTHOR_EMAIL GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_NAME GIT_CONFIG_NOSYSTEM GIT_TEMPLATE_DIR LC_ALL TZ fixtures own seen top'
	[ "$own" = mine ]
}

@test "world: git, cd, grep, umask and a function are as they should be" {
	git config --global user.email mine
	[ "$(git config --list --name-only | xargs)" = \
	    'init.defaultbranch user.email' ]
	mkdir sub
	[ "$(cd sub && pwd)" = "$PWD/sub" ]
	[ "$(printf 'a\nb\n' | grep a)" = a ]
	[ "$(umask)" = 0022 ]
	[ "$(type -t jq)" = file ]
	[[ $HOME == "$BATS_TEST_TMPDIR"/* && $TMPDIR == "$BATS_TEST_TMPDIR"/* ]]
}
