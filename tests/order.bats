# Depth, cycles and `after` (A1). Depths are checked against tsort(1).

setup() {
	load helper
	here
	unit=${BUILD:-$top/build}/unit
}

order() { # COUNT EDGE...
	printf '%s\n' "${@:2}" | "$unit/order" "$1" >out
}

says() {
	assert_equal "$(cat out)" "$(printf '%s\n' "$@")"
}

@test "order: depth is the longest way down" {
	order 4 '3 needs 1' '3 needs 2' '2 needs 1' '1 needs 0'
	says '0: 0 0' '1: 1 0' '2: 2 0' '3: 3 0'
}

@test "order: a cycle shares one depth and one number" {
	order 5 '1 needs 2' '2 needs 1' '2 needs 0' '3 needs 1' '4 needs 4'
	says '0: 0 0' '1: 1 1' '2: 1 1' '3: 2 0' '4: 0 2'
}

@test "order: cycles are numbered by their lowest member" {
	order 4 '3 needs 2' '2 needs 3' '1 needs 0' '0 needs 1'
	says '0: 0 1' '1: 0 1' '2: 0 2' '3: 0 2'
}

@test "order: after orders like needs" {
	order 2 '0 after 1'
	says '0: 1 0' '1: 0 0'
}

@test "order: an after that contradicts is dropped and is no cycle" {
	order 3 '0 needs 1' '1 needs 2' '2 after 0'
	says '0: 2 0' '1: 1 0' '2: 0 0' 'dropped 2 0'
	order 2 '0 after 1' '1 after 0'
	says '0: 0 0' '1: 0 0' 'dropped 0 1' 'dropped 1 0'
}

@test "order: the order of the edges decides nothing" {
	local seed
	for seed in 1 2 3 4 5; do
		awk -v s=$seed 'BEGIN { srand(s); for (i = 0; i < 400; i++)
			print int(rand() * 200), rand() < 0.7 ? "needs" : "after",
			    int(rand() * 200) }' >edges
		"$unit/order" 200 <edges | grep -v dropped >one
		shuf --random-source=edges edges | "$unit/order" 200 |
		    grep -v dropped >two
		cmp one two
	done
}

@test "order: what is needed is less deep, in any graph without cycles" {
	awk 'BEGIN { srand(7); for (i = 0; i < 3000; i++) {
		a = int(rand() * 1000); b = int(rand() * 1000)
		if (a > b) print a, rand() < 0.7 ? "needs" : "after", b } }' >edges
	awk '{ print $3, $1 }' edges | tsort >/dev/null
	"$unit/order" 1000 <edges >out
	awk -F'[: ]+' 'NR == FNR { depth[$1] = $2; if ($3) exit 1; next }
		{ split($0, e, " "); if (depth[e[1]] <= depth[e[3]]) exit 1
		  if (depth[e[1]] == depth[e[3]] + 1) exact[e[1]] = 1
		  has[e[1]] = 1 }
		END { for (i in has) if (!(i in exact)) exit 1
		  for (i in depth) if (!(i in has) && depth[i]) exit 1 }' out edges
}

@test "order: a chain of a hundred thousand needs no stack" {
	seq 1 99999 | awk '{ print $1, "needs", $1 - 1 }' >edges
	bash -c 'ulimit -s 256; "$1" 100000 <edges' - "$unit/order" >out
	assert_equal "$(tail -n 1 out)" '99999: 99999 0'
}
