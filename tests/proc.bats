# lib/proc: children with a deadline, workers, and nothing left of them.
# shellcheck shell=bash

setup() {
	load helper
	here
	unit=${BUILD:-$top/build}/unit
	mark=mark-$$-$RANDOM$RANDOM
	nap=600.$RANDOM$RANDOM
}

# No process is left whose command line holds the mark.
none_left() {
	run -1 pgrep -f "$mark"
}

pool() {
	"$unit/pool" -m "$mark" "$@" >out
}

child() {
	"$unit/child" "$@" >out
}

@test "pool: every job is answered once, in whatever order" {
	pool -j 1000 -w 4 -a 4
	assert_equal "$(wc -l <out)" 1000
	assert_equal "$(awk '$2 != "done"' out)" ''
}

@test "pool: more workers than jobs, and no job at all" {
	pool -j 2 -w 8
	assert_equal "$(wc -l <out)" 2
	pool -j 0
	assert_equal "$(cat out)" ''
}

@test "pool: a job that hangs costs itself only" {
	pool -j 40 -w 2 -a 8 -d 300 0:hang 20:hang
	assert_equal "$(awk '$2 == "timeout" { print $1 }' out | xargs)" '0 20'
	assert_equal "$(grep -c ' done ' out)" 38
	none_left
}

@test "pool: jobs behind a slow one are taken back by who has nothing to do" {
	pool -j 8 -w 2 -a 8 -d 5000 0:slow
	first=$(awk '$1 == 0 { print $4 }' out)
	assert_equal "$(awk -v p="$first" '$4 == p' out | wc -l)" 1
}

@test "pool: a worker that crashes costs its job only, and is replaced" {
	pool -j 40 -w 2 -a 8 -d 2000 3:crash 7:crash 39:crash
	assert_equal "$(awk '$2 == "died" { print $1 }' out | xargs)" '3 7 39'
	assert_equal "$(grep -c ' done ' out)" 37
}

@test "pool: a worker that ends or writes nonsense likewise" {
	pool -j 12 -w 2 -a 4 -d 2000 3:exit 7:nonsense
	assert_equal "$(awk '$2 == "died" { print $1 }' out | xargs)" '3 7'
	assert_equal "$(grep -c ' done ' out)" 10
}

@test "pool: a worker that is hungry for memory costs its job only" {
	[[ ${BUILD-} != *asan* ]] || skip 'a sanitizer needs more'
	pool -j 12 -w 2 -a 4 -d 5000 -M 100 3:hungry 2>err
	assert_equal "$(awk '$2 == "died" { print $1 }' out | xargs)" 3
	assert_equal "$(grep -c ' done ' out)" 11
}

@test "pool: an answer of megabytes arrives whole" {
	pool -j 8 -w 2 -d 5000 1:big 2:big
	assert_equal "$(awk '$3 > 3145728 { print $1 }' out | xargs)" '1 2'
}

@test "pool: ready() caps what runs at once, and may refuse a job" {
	pool -j 30 -w 6 -a 1 -c 2 -d 5000 4:slow 5:slow 9:never
	assert_equal "$(tail -n 1 out)" 'most 2'
	assert_equal "$(awk '$2 == "skipped" { print $1 }' out)" 9
	assert_equal "$(grep -c ' done ' out)" 29
}

@test "pool: a grandchild in a session of its own does not stay" {
	pool -j 6 -w 2 -d 2000 1:orphan 2:orphan 3:crash
	assert_equal "$(grep -c ' done ' out)" 5
	none_left
}

@test "pool: TERM and HUP end it with 75 and leave nobody" {
	for signal in TERM HUP; do
		"$unit/pool" -m "$mark" -j 8 -w 4 -d 60000 0:hang 1:hang \
			2:orphan 3:hang >out 2>err &
		pid=$!
		until pgrep -f "sleep 600; : $mark" >/dev/null; do
			sleep 0.05
		done
		kill -"$signal" "$pid"
		rc=0
		wait "$pid" || rc=$?
		assert_equal "$rc" 75
		assert_equal "$(cat out)" ''
		none_left
	done
}

@test "pool: workers do not outlive a parent that is killed" {
	"$unit/pool" -m "$mark" -j 4 -w 4 -d 60000 0:hang 1:hang 2:hang &
	pid=$!
	until [ "$(pgrep -fc "$mark")" -ge 4 ]; do sleep 0.05; done
	kill -9 "$pid"
	wait "$pid" || :
	for _ in $(seq 40); do
		pgrep -f "$mark" >/dev/null || break
		sleep 0.05
	done
	none_left
}

@test "child: exit status, signal and both outputs" {
	child sh -c 'echo one; echo two >&2; exit 3'
	assert_equal "$(sed 's/ ms=.*//' out)" "$(printf '%s\n' \
		'exit=3 signal=0' 'out: one' '' 'err: two' '')"
	child sh -c 'kill -SEGV $$'
	assert_equal "$(sed -n '1s/ ms=.*//p' out)" 'exit=-1 signal=11'
}

@test "child: merged output keeps its order" {
	child -M sh -c 'echo 1; echo 2 >&2; echo 3'
	assert_equal "$(sed 1d out)" "$(printf 'out: 1\n2\n3\n\nerr: ')"
}

@test "child: what cannot be run is 127 or 126, as in a shell" {
	child hermes-no-such-program
	assert_equal "$(sed -n '1s/ ms=.*//p' out)" \
		'exit=127 signal=0 not-started'
	grep -qx 'err: hermes-no-such-program: No such file or directory' out
	touch plain
	child ./plain
	assert_equal "$(sed -n '1s/ ms=.*//p' out)" \
		'exit=126 signal=0 not-started'
	child -c /no/such true
	assert_equal "$(sed -n '1s/ ms=.*//p' out)" \
		'exit=126 signal=0 not-started'
	grep -qx 'err: /no/such: No such file or directory' out
}

@test "child: past its deadline it gets TERM, after the grace KILL" {
	child -d 200 sleep 600
	assert_equal "$(sed -n '1s/ ms=.*//p' out)" \
		'exit=-1 signal=15 timed-out'
	child -d 200 -g 100 sh -c 'trap "" TERM; while :; do sleep 1; done'
	assert_equal "$(sed -n '1s/ ms=.*//p' out)" 'exit=-1 signal=9 timed-out'
	child -d 200 sh -c "trap 'echo bye; exit 4' TERM; while :; do sleep 0.05; done"
	assert_equal "$(sed -n '1s/ ms=.*//p' out)" 'exit=4 signal=0 timed-out'
	grep -qx 'out: bye' out
}

@test "child: a grandchild that holds the pipe does not hold us" {
	SECONDS=0
	child sh -c "sh -c 'sleep 600; : $mark' & echo done"
	grep -qx 'out: done' out
	assert_equal "$(sed -n '1s/ ms=.*//p' out)" 'exit=0 signal=0'
	child -d 300 sh -c "sh -c 'trap \"\" TERM; sleep 600; : $mark'"
	[ "$SECONDS" -lt 10 ]
	none_left
}

@test "child: with subreaper not even a session of its own escapes" {
	child -S sh -c "setsid sh -c 'setsid sleep 600; : $mark' & setsid sh -c 'sleep 600; : $mark' & exit 5"
	assert_equal "$(sed -n '1s/ ms=.*//p' out)" 'exit=5 signal=0'
	none_left
	child -S -d 300 sh -c "setsid sh -c 'trap \"\" TERM; sleep $nap; : $mark' & sleep $nap"
	grep -q timed-out out
	none_left
	run -1 pgrep -fx "sleep $nap"
}

@test "child: output is capped and the rest thrown away" {
	child -m 1000 sh -c 'head -c 5000000 /dev/zero | tr "\0" x; echo end >&2'
	assert_equal "$(sed -n '1s/ ms=.*//p' out)" 'exit=0 signal=0 cut'
	assert_equal "$(sed -n 's/^out: //p' out | tr -d '\n' | wc -c)" 1000
	grep -qx 'err: end' out
}

@test "child: stdin is empty or what was given, no descriptor comes along" {
	child cat
	assert_equal "$(sed 1d out)" "$(printf 'out: \nerr: ')"
	child -i 'to be read' cat
	grep -qx 'out: to be read' out
	exec 7</dev/null
	child ls /proc/self/fd # 3 is what it reads that folder by
	exec 7<&-
	assert_equal "$(sed '1d; s/^out: //; /^err/d' out | xargs)" '0 1 2 3'
}

@test "child: folder and environment are as asked" {
	mkdir sub
	child -c "$PWD/sub" pwd
	grep -qx "out: $PWD/sub" out
	child -e ONLY=this env
	assert_equal "$(sed -n '2,3p' out)" "$(printf 'out: ONLY=this\n')"
}

@test "child: restricted, it can gain no privileges and leaves no core" {
	child -R sh -c 'grep NoNewPrivs /proc/self/status; ulimit -c'
	grep -qx "out: NoNewPrivs:	1" out
	grep -qx 0 out
}

@test "child: signals are as a program expects them" {
	trap '' PIPE
	child sh -c 'grep SigIgn /proc/self/status'
	trap - PIPE
	# 32 and 33 are the C library's own: nobody can set them.
	left=$(sed -n 's/^out: SigIgn:	/0x/p' out)
	assert_equal "$((left & ~0x180000000))" 0
}
