# shellcheck shell=sh
#
# helper.sh - what the rows of the bench share; each sources it
#
# A tool is a function. turns() gives each tool its turn, round after round,
# and what counts is the ratio of two medians of one run: in wall time, and in
# CPU time (user and system of all that the tool began), which other work on
# the machine disturbs less. Servers that a row starts are in no tool's CPU.
# A timing never fails a row: where an aim is missed, aim() says by how much.
#
#   $HERMES_BENCH_ROUNDS  how often each tool has its turn (5)
#   $HERMES_BENCH_SCALE   permille of every size, for a quick look (1000)

# shellcheck source=tests/world.sh
. "${0%/*}/../world.sh"
bench=$(cd "${0%/*}" && pwd)
# DIR of the row, which goes from folder to folder
case ${1-} in
/*) ;;
*) set -- "$PWD/${1:?a folder is needed}" ;;
esac
case ${BUILD:=build} in
/*) built=$BUILD ;; # as make says it
*) built=$bench/../../$BUILD ;;
esac
built=$(cd "$built" && pwd)
PATH=$built/bin:$bench/../../bin:$PATH
rounds=${HERMES_BENCH_ROUNDS:-5}
export PATH LC_ALL=C GIT_CONFIG_NOSYSTEM=1

# size COUNT - so many, by the scale; at least 10
size() {
	awk -v n="$1" -v s="${HERMES_BENCH_SCALE:-1000}" \
	    'BEGIN { n = int(n * s / 1000); print n < 10 ? 10 : n }'
}

# fleet DIR COUNT - go to a fleet in DIR, made unless it is there
fleet() {
	[ -e "$1/list" ] || {
		echo "bench: making $2 checkouts in $1"
		mkdir -p "${1%/*}"
		"$bench/fleet" "$1" "$2"
	}
	cd "$1" || exit
	home
	rm -rf "$state"
}

# home - git and Hermes live in this folder
home() {
	export HOME="$PWD/author" HERMES_HOME="$PWD/hermes"
	config=$HERMES_HOME/config
	state=$HERMES_HOME/state
}

# policy MEMBERS - what the policy says
policy() {
	echo "{\"schema\":\"hermes.policy/1\"${1:+,$1}}" \
	    >"$config/runtime_upgrade_policies.json"
}

# remotes PREFIX - the upstream of each checkout, below this URL or folder
remotes() {
	while read -r path; do
		sed -i "s|^\(.*url = \).*|\1$1/${path##*/}.git|" \
		    "$path/.git/config"
	done <list
}

# until_true COMMAND... - wait for it, ten seconds at most
until_true() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || {
			echo "bench: never true: $*" >&2
			exit 1
		}
		sleep 0.1
	done
}

free_port() {
	/usr/bin/python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# serve http|https - up/ of this fleet by lighttpd, and every checkout's
# upstream there; $url is where, $port its port. https takes host.pem and
# host.key. It ends with the row.
serve() {
	port=$(free_port)
	url=$1://127.0.0.1:$port
	cat >lighttpd.conf <<-END
	server.modules = ("mod_setenv", "mod_alias", "mod_cgi")
	server.document-root = "$PWD/up"
	server.bind = "127.0.0.1"
	server.port = $port
	server.max-keep-alive-requests = 100000
	server.errorlog = "$PWD/lighttpd.log"
	alias.url = ("/" => "$(git --exec-path)/git-http-backend/")
	cgi.assign = ("" => "")
	setenv.add-environment = ("GIT_PROJECT_ROOT" => "$PWD/up",
	    "GIT_HTTP_EXPORT_ALL" => "1", "PATH" => "$PATH")
	END
	[ "$1" = http ] || cat >>lighttpd.conf <<-END
	server.modules += ("mod_openssl")
	ssl.engine = "enable"
	ssl.pemfile = "$PWD/host.pem"
	ssl.privkey = "$PWD/host.key"
	END
	PATH=$PATH:/usr/sbin lighttpd -D -f lighttpd.conf &
	served $!
	remotes "$url"
	until_true git ls-remote "$url/repo-00001.git"
}

# served PID - end it with the row
servers=
served() {
	servers="$servers $1"
	# shellcheck disable=SC2064 # as they are now
	trap "kill $servers 2>/dev/null || :" EXIT
	trap 'exit 1' HUP INT TERM
}

# arrived TOOL CHECKOUT UPSTREAM - says plain git
arrived() {
	if [ "$(git -C "$2" rev-parse HEAD)" != \
	    "$(git -C "$3" rev-parse main)" ] ||
	    ! git -C "$2" diff --quiet HEAD; then
		echo "bench: $1: $2 has not arrived" >&2
		exit 1
	fi
}

now() {
	date +%s%N
}

# A row's own replace these: before and after each turn of TOOL, unmeasured.
prepare() { :; }
inspect() { :; }

# once TOOL - adds "WALL CPU" in ms to times.TOOL
once() {
	prepare "$1"
	times >began.cpu
	began=$(now)
	"$1" >"out.$1" 2>&1 || {
		echo "bench: $1 failed:" >&2
		tail -n 5 "out.$1" >&2
		exit 1
	}
	ended=$(now)
	times >ended.cpu
	inspect "$1"
	cat began.cpu ended.cpu | awk -v wall=$((ended - began)) '
		function ms(t) {
			split(t, part, /[ms]/)
			return part[1] * 60000 + part[2] * 1000
		}
		NR == 2 { before = ms($1) + ms($2) }
		NR == 4 { print wall / 1e6, ms($1) + ms($2) - before }
	' >>"times.$1"
}

# turns TOOL... - each once unmeasured (caches, Hermes' first cycle), then
# each once a round
turns() {
	for tool; do
		once "$tool"
		rm -f "times.$tool"
	done
	round=0
	while [ $round -lt "$rounds" ]; do
		for tool; do
			once "$tool"
		done
		round=$((round + 1))
	done
}

# median TOOL COLUMN
median() {
	cut -d' ' -f"$2" "times.$1" | sort -n |
	    sed -n "$(((rounds + 1) / 2))p"
}

wall() {
	median "$1" 1
}

cpu() {
	median "$1" 2
}

# by A B - A / B, two decimals
by() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

# title TEXT - and what the numbers were taken with
title() {
	printf '\n%s; medians of %s, %s cores, load %s\n\n' "$1" "$rounds" \
	    "$(nproc)" "$(cut -d' ' -f1 /proc/loadavg)"
	printf '%-44s %9s %9s\n' '' 'wall ms' 'CPU ms'
}

# row NAME TOOL
row() {
	printf '%-44s %9.1f %9.0f\n' "$1" "$(wall "$2")" "$(cpu "$2")"
}

# aim NAME RATIO least|most BOUND - the ratio, and whether the aim is met
aim() {
	awk -v n="$1" -v r="$2" -v how="$3" -v b="$4" 'BEGIN {
		missed = how == "least" ? 1 - r / b : r / b - 1
		printf "%-44s %9.2f  at %s %s", n, r, how, b
		if (missed > 0)
			printf ": missed by %.0f %%", missed * 100
		print ""
	}'
}
