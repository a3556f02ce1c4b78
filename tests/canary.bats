# P9: what remotes, ssh, helpers and servers say back, a secret among it, is
# found nowhere afterwards, nor meanwhile in the arguments of a process.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	load fleet
	load answers
	here
}

teardown() {
	answers_stop
}

@test "canary: a cycle in which everyone shouts a secret keeps none of it" {
	local keys=(auth basic blame bomb end err helper hook login moved reason
		short ssh) key
	repo_make "${keys[@]}"
	for key in "${keys[@]}"; do
		upstream_commit "$key"
	done
	PASSWORD=me:SECRET-CANARY answers_start
	mkdir bin
	cat >bin/ssh <<-'END'
	#!/bin/sh
	echo 'SECRET-CANARY: Permission denied (https://me:SECRET-CANARY@x/)' >&2
	case $* in
	*end*) echo 'ERR SECRET-CANARY'; exit 1 ;;
	*hook*) eval "exec ${*##* work }" ;;
	esac
	exit 255
	END
	cat >bin/helper <<-'END'
	#!/bin/sh
	[ "$1" = get ] || exit 0
	echo 'SECRET-CANARY of the helper' >&2
	cat /proc/[0-9]*/cmdline | tr '\0' ' ' >>"$ARGUMENTS"
	printf 'username=me\npassword=SECRET-CANARY\n'
	END
	chmod +x bin/*
	export PATH=$PWD/bin:$PATH ARGUMENTS=$PWD/arguments
	git config --global credential.helper "$PWD/bin/helper"
	house_make "${keys[@]}"
	policy '{"protocols": ["file", "http", "ssh"], "probe_deadline_ms": 5000}'
	set -- auth "$web/401/x" basic "$web/private/basic.git" \
	    blame "$web/403/x" bomb "$web/bomb/x" end ssh://host/end \
	    err "$web/err/x" helper "$web/auth/me:other/helper.git" \
	    hook "ssh://work$PWD/up/hook.git" login "$web/login/x" \
	    moved "$web/elsewhere/x" reason "$web/503/x" short "$web/short/x" \
	    ssh ssh://host/x
	while (($#)); do
		git -C "src/$1" remote set-url origin "$2"
		shift 2
	done
	run -0 hermes-probe -v -p house/config/runtime_upgrade_policies.json \
	    -m house/state <house/config/fleet.json
	printf '%s\n' "$output" >told.probe
	hermes-cycle >told.cycle 2>&1 || [ $? = 1 ]
	jq -r '.probe.repos[] | "\(.repo_key) \(.reason)"' \
	    house/state/cycles/last.json >found
	diff - found <<-END
	auth auth-rejected
	basic behind
	blame forbidden
	bomb not-git
	end not-git
	err not-git
	helper auth-rejected
	hook behind
	login redirected
	moved redirected
	reason server-error
	short early-eof
	ssh ssh-auth
	END
	assert_equal "$(git_at src/basic)" "$(git_at up/basic.git main)"
	grep -q 'hermes-probe' arguments
	run -1 grep -arl SECRET-CANARY told.probe told.cycle house src/*/.git \
	    arguments
}
