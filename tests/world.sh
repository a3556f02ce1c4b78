# shellcheck shell=sh
#
# world.sh - sourced: of all that the caller's environment says, a short list
# is left
#
# The one place for it: helper.bash (a .bats file run alone), the Makefile (all
# that `make` runs) and every script here that can be run alone begin with it.
# HOME, TZ, the locale and git's names are for who sources this to set.
umask 022
# shellcheck disable=SC2013 # words they are
for world_name in $(awk 'BEGIN { for (name in ENVIRON) print name }'); do
	case $world_name in
	# where programs are found, and how they are built
	PATH | CC | AR | CFLAGS | CPPFLAGS | LDFLAGS | PKG_CONFIG_PATH | \
	    PKG_CONFIG_LIBDIR | LD_LIBRARY_PATH | BUILD | JOBS | CI) ;;
	# where a run may write, and what it writes to
	HOME | TMPDIR | TERM | PWD | OLDPWD | SHLVL) ;;
	# the tests' own
	BATS | BATS_*) ;;
	*SAN_OPTIONS) ;;
	# what a person asks of one script: see its head
	INJECT | AT | LAYOUT | WAYS | KEEP | SWEEP | HERMES_BENCH_ROUNDS | \
	    HERMES_BENCH_SCALE | HERMES_BENCH_DECIDE) ;;
	# no name of a variable: a shell function of bash's, see below
	[!A-Za-z_]* | *[!A-Za-z0-9_]*) ;;
	*) unset "$world_name" ;;
	esac
done
unset world_name
if [ -n "${BASH_VERSION-}" ]; then
	# shellcheck disable=SC3044 # bash
	for world_name in $(declare -Fx | cut -d ' ' -f 3); do
		case $world_name in
		bats_*) ;;
		*) unset -f "$world_name" ;;
		esac
	done
	unset world_name
fi
