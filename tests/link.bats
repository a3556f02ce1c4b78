# A filter links what it uses and no more: libgit2's start-up is 4.8 ms.

setup() {
	load helper
	here
}

@test "link: only what touches repositories loads libgit2 and libcurl" {
	local program
	for program in $(find "${PATH%%:*}" -name 'hermes-*' | sort); do
		ldd "$program" | grep -oE 'lib(git2|curl)[-.]' || :
		if ldd "$program" | grep -qE 'lib(git2|curl)[-.]'; then
			echo "${program##*/}"
		fi
	done | grep hermes- >found
	printf '%s\n' hermes-exec hermes-probe | diff - found
}

@test "link: what needs no hash and no JSON parser does not load them either" {
	ldd "$(command -v hermes-show)" >show
	run -1 grep -E 'libgit2|libcurl|libssl' show
}
