# How objects come into a checkout: beside `git pull --ff-only` in a twin.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	load fleet
	here
	repo_make a
	git config --global gc.auto 0
	git config --global maintenance.auto false
	objects=src/a/.git/objects
}

# twin - from here on there is one, and a Hermes
twin() {
	cp -a src/a twin
	house_make a
}

# upgraded - both are, the one by Hermes, the other by git
upgraded() {
	hermes-cycle
	git -C twin pull -q --ff-only
	assert_equal "$(git -C src/a rev-parse main)" \
	    "$(git -C twin rev-parse main)"
	git -C src/a fsck --strict
}

# acl FILE - its access control list, if it has one
acl() {
	/usr/bin/python3 - "$1" <<'P'
import os, sys
try:
    print(os.getxattr(sys.argv[1], 'system.posix_acl_access').hex())
except OSError:
    print('none')
P
}

# born CHECKOUT - owner, group, mode and ACL of what is in its object store; a
# pack by its end alone, for two packs with the same objects need not be alike
born() {
	local file
	(cd "$1/.git/objects" && find . -mindepth 1 ! -path './info*' |
		while read -r file; do
			printf '%s %s %s\n' "$(stat -c '%U %G %A' "$file")" \
			    "$(acl "$file")" \
			    "$(sed -E 's/pack-[0-9a-f]{40}/pack/' <<<"$file")"
		done) | LC_ALL=C sort
}

# as_twin [NAME] - what an upgrade brings is as what a pull brings
as_twin() {
	twin
	git config --global fetch.unpackLimit 1
	upstream_commit a "new-${1-1}" packed
	upgraded
	diff <(born twin) <(born src/a)
}

# acl_default FOLDER... - what is made there is u::rwx, u:65534:rwx, g::rx,
# m::rwx, o::rx
acl_default() {
	/usr/bin/python3 - "$@" <<'P' || skip 'no ACLs on this file system'
import os, struct, sys
acl = struct.pack('<I', 2)
for tag, bits, who in ((1, 7, -1), (2, 7, 65534), (4, 5, -1), (16, 7, -1),
                       (32, 5, -1)):
    acl += struct.pack('<HHi', tag, bits, who)
for folder in sys.argv[1:]:
    os.setxattr(folder, 'system.posix_acl_default', acl)
P
}

@test "packs: objects have the modes that the umask leaves" {
	umask 027
	as_twin
}

@test "packs: objects have the group of a folder that hands it down" {
	[ "$(id -u)" = 0 ] || skip 'needs root'
	chgrp -R 4242 src/a
	find src/a -type d -exec chmod g+s {} +
	umask 027
	as_twin
	[ -z "$(find "$objects" -newer house ! -group 4242)" ]
}

@test "packs: core.sharedRepository is obeyed" {
	local shared
	umask 077
	for shared in group all 0640; do
		rm -rf twin house
		git -C src/a config core.sharedRepository "$shared"
		as_twin "$shared"
	done
}

@test "packs: objects have the ACL that their folder hands down" {
	acl_default "$objects" "$objects/pack" "$objects"/??
	umask 027
	as_twin
	born src/a | grep -qv ' none '
}

@test "packs: staging under another umask is not seen" {
	git config --global fetch.unpackLimit 1
	umask 022
	twin
	upstream_commit a file two
	hermes hold a -w 'look first'
	(umask 077; hermes-cycle)
	hermes unhold a -w 'go on'
	upgraded
	diff <(born twin) <(born src/a)
}
