# The same fleet, however it is written down, is decided the same (P2, P8).
# `make check-sweep` sweeps a thousand made-up fleets, make check 40; SEED is
# the first one's.

setup() {
	load helper
	here
	count=40
	[[ ${SWEEP-} != [0-9]* ]] || count=$SWEEP
}

@test "determinism: permuted fleets are decided the same, others are not" {
	"$top/tests/generate/determinism.py" "${SEED-1}" "$count" >said ||
	    fail "$(cat said)"
	[ -z "${SWEEP-}" ] || sed 's/^/# /' said >&3
	grep -q "^$count fleets: " said
}

@test "determinism: a made-up fleet is a document as hermes-probe makes it" {
	for seed in 1 2 3 4 5; do
		/usr/bin/python3 "$top/tests/generate/fleets.py" $seed 12 \
		    >$seed.json
		hermes-plan <$seed.json >plan.json
		hermes-lease <plan.json >lease.json
		hermes-topo <lease.json >topo.json
		hermes-gate <topo.json >$seed.json
	done
	valid cycle ?.json
}

@test "determinism: a sweep that finds something fails" {
	mkdir bin
	printf '#!/bin/sh\nhermes=%s/hermes-plan\n%s\n' "$BUILD/bin" \
	    '"$hermes" | sed "s/\"decision_hash\":\"sha256:..../&f/"' \
	    >bin/hermes-plan
	chmod +x bin/hermes-plan
	PATH=$PWD/bin:$PATH run -1 "$top/tests/generate/determinism.py" 1 2
	assert_line --partial 'seed 1: hash by hand'
}
