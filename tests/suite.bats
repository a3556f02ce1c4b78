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
