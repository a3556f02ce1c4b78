# Every command of every page's EXAMPLES, run in a house with a past. That it
# runs is asked here; what it says is asked by the program's own tests.

setup() {
	load helper
	load fleet
	here
}

# world - ~/src, ~/.hermes after a cycle, STATE, and each stage's document
world() {
	local policy=.hermes/config/runtime_upgrade_policies.json
	cd "$HOME" || return
	repo_make lib web website
	touch src/lib/Makefile
	hermes init src >init.said
	hermes-cycle
	ln -s .hermes/state state
	ln -s .hermes/state STATE
	ln -s .hermes/state/*.json .
	cp $policy policy.json
	upstream_commit lib
	cp .hermes/config/fleet.json fleet.json
	hermes-probe -f fleet.json -p $policy -s state >probe.json
	hermes-plan -s state <probe.json >plan.json
	hermes-lease -s state -o $$ <plan.json >lease.json
	hermes-topo -s state <lease.json >topo.json
	hermes-gate -s state <topo.json >gate.json
	cp gate.json out.json
	cp .hermes/state/cycles/last.json last.json
	cp .hermes/state/runtime_events.jsonl .
	echo told >state/tick.told
	ssh-keygen -q -t ed25519 -N '' -f grace
	mkdir -p .config/git
	git init -q
}

# runs PAGE - each of its commands, in its order, in a world of its own
runs() {
	local page=${1##*/}
	mkdir "$BATS_TEST_TMPDIR/$page"
	/usr/bin/python3 "$fixtures/commands.py" "$1" "$BATS_TEST_TMPDIR/$page"
	rm -rf "$HOME" && cp -a "$BATS_TEST_TMPDIR/world" "$HOME"
	cd "$HOME" || return
	sed -i "s|/tmp/staging|$HOME/staging|" "$BATS_TEST_TMPDIR/$page"/* || :
	# in one shell: what a command sets the next one may use
	bash -o pipefail -s "$BATS_TEST_TMPDIR/$page"/*.sh <<-'END'
		for file; do
			[ -e "$file" ] || continue
			. "$file" >out 2>&1 || cat "$file" out
			echo "${file%/*}" >>../ran
		done
	END
}

@test "examples: those of every page run as they stand" {
	local page
	(world)
	cp -a "$HOME" "$BATS_TEST_TMPDIR/world"
	for page in "$top"/man/*; do
		runs "$page" >>"$BATS_TEST_TMPDIR/failed"
	done
	run cat "$BATS_TEST_TMPDIR/failed"
	assert_output ''
	# a page that has none of them had none to find
	for page in "$top"/man/*; do
		if grep -qE '^(\.Dl )?\$ ' "$page"; then
			grep -q "/${page##*/}$" "$BATS_TEST_TMPDIR/ran" ||
			    fail "$page: no command of it was run"
		fi
	done
	[ "$(wc -l <"$BATS_TEST_TMPDIR/ran")" -gt 40 ]
}
