# Loaded by every .bats file: `setup() { load helper; here; }`

bats_require_minimum_version 1.5.0
for lib in bats-support bats-assert bats-file; do
	load "/usr/lib/bats/$lib/load"
done

# An empty directory to be in; $fixtures is tests/NAME of NAME.bats. Of the
# caller's environment a short list is left (world.sh); what a file's setup_file
# has exported behind its own here() is left to its tests.
here() {
	if [ "${BATS_WORLD-}" != "$BATS_RUN_TMPDIR $BATS_TEST_FILENAME" ]; then
		# shellcheck source=tests/world.sh
		. "${BASH_SOURCE[0]%/*}/world.sh"
	fi
	export BATS_WORLD="$BATS_RUN_TMPDIR $BATS_TEST_FILENAME"
	# in setup_file there is none, or that of a test that runs bats
	case ${BATS_TEST_TMPDIR-} in
	"$BATS_RUN_TMPDIR"/*) ;;
	*) export BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR ;;
	esac
	top=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
	fixtures=${BATS_TEST_FILENAME%.bats}
	export top fixtures BUILD=${BUILD:-$top/build}
	export HOME=$BATS_TEST_TMPDIR/home TMPDIR=$BATS_TEST_TMPDIR/tmp TERM=dumb
	export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org
	export GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.org
	export TZ=UTC LC_ALL=C
	# the folders of a new repository, and no sample of a hook in them
	export GIT_TEMPLATE_DIR=$BATS_RUN_TMPDIR/template
	mkdir -p "$HOME" "$TMPDIR" "$BATS_TEST_TMPDIR/here" \
	    "$GIT_TEMPLATE_DIR/hooks" "$GIT_TEMPLATE_DIR/info"
	git config --global init.defaultBranch main
	cd "$BATS_TEST_TMPDIR/here" || return
}

# valid SCHEMA FILE... - each FILE holds against state/schema/SCHEMA.json;
# of a .jsonl file, each line.
valid() {
	/usr/bin/python3 "$top/tests/valid.py" "$top/state/schema" "$@"
}

# soon COMMAND... - it holds within ten seconds
soon() {
	for _ in {1..500}; do
		if "$@"; then
			return
		fi
		sleep 0.02
	done
	fail "not within ten seconds: $*"
}

# broken FILTER [ARG...] - refuses every broken input of P7 with 65, one line
# on stderr that names the place, and no output.
broken() {
	local name
	for name in "$top"/tests/broken/*; do
		run -65 --separate-stderr bash -c '"${@:2}" <"$1"' - "$name" "$@"
		assert_equal "$output" ''
		# shellcheck disable=SC2154 # bats sets stderr
		assert_equal "$(printf '%s\n' "$stderr" | wc -l)" 1
		[[ $stderr == "$1: stdin: "* ]] || fail "${name##*/}: $stderr"
	done
}

# A write to a full disk fails: `full FILTER... <input`.
full() {
	run -74 bash -c '"$@" >/dev/full' - "$@"
}
