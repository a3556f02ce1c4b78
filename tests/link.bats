# A filter links what it uses and no more: libgit2's start-up is 4.8 ms.

setup() {
	load helper
	here
	folder=$(dirname "$(command -v hermes-plan)")
	if ldd "$folder/hermes-plan" | grep -q libasan; then
		skip 'a sanitizer build links more'
	fi
}

@test "link: only what touches repositories loads libgit2 and libcurl" {
	local program
	for program in $(find "$folder" -name 'hermes-*' | sort); do
		ldd "$program" >linked
		if grep -qE 'lib(git2|curl)[-.]' linked; then
			echo "${program##*/}"
		fi
	done >found
	printf '%s\n' hermes-exec hermes-probe | diff - found
}

@test "link: the others start with libc, JSON and SHA-256 alone" {
	local program
	for program in plan gate ledger project show; do
		ldd "$folder/hermes-$program" | awk '{ print $1 }'
	done | sed 's|.*/||; s/\.so.*//' | sort -u >found
	run -1 grep -vxE 'linux-vdso|ld-linux.*|libc|libm|libcjson|libnettle' found
}
