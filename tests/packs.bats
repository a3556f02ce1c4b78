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

# as_twin [NAME] - what an upgrade brings is as what a pull brings, as packs and loose
as_twin() {
	twin
	upstream_commit a "file-${1-1}" loose
	upgraded
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
		git config --global fetch.unpackLimit 100
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

# counted CHECKOUT - how many objects are loose, how many packs there are
counted() {
	git -C "$1" count-objects -v |
		grep -E '^(count|in-pack|packs|prune-packable|garbage):'
}

# grown SETTING... - an upgrade under these settings, counted as the twin's is
grown() {
	local setting
	rm -rf twin house
	for setting; do
		git config --global "${setting%=*}" "${setting#*=}"
	done
	twin
	upstream_commit a file "$*"
	upstream_commit a other "$*" # two commits: six objects
	upgraded
	diff <(counted twin) <(counted src/a)
}

@test "packs: a fetch is loose or a pack as fetch.unpackLimit says" {
	grown fetch.unpackLimit=1
	grown fetch.unpackLimit=5
	grown fetch.unpackLimit=6
	grown fetch.unpackLimit=7
	grown fetch.unpackLimit=100
	grown fetch.unpackLimit=0
	grown fetch.unpackLimit=-1 transfer.unpackLimit=2
	git config --global --unset fetch.unpackLimit
	git -C src/a config transfer.unpackLimit 1k
	grown user.name=A
}

@test "packs: what a delta stands on, and is here, does not count" {
	seq 1 3000 >work/a/big
	git -C work/a add big
	upstream_commit a
	git -C src/a pull -q
	git -C up/a.git gc -q
	seq 1 3001 >work/a/big
	grown fetch.unpackLimit=6
	seq 1 3002 >work/a/big
	grown fetch.unpackLimit=7
}

@test "packs: an object that is here already is not written again" {
	git -C work/a checkout -q -b aside
	upstream_commit a file aside
	git -C work/a push -q origin aside
	git -C src/a fetch -q origin aside
	git -C src/a repack -q -d
	twin
	git -C work/a checkout -q main
	git -C work/a merge -q --no-ff -m merged aside
	git -C work/a push -q origin main
	upgraded
	diff <(counted twin) <(counted src/a)
}

# pruned WHEN - a check at that point takes what is loose, as a prune would
pruned() {
	rm -rf house
	git -C src/a repack -q -a -d
	house_make a
	repo_set a "{\"checks\": [{\"argv\": [\"sh\", \"-c\",
	    \"rm -r $PWD/$objects/??\"], \"at\": \"$1\"}]}"
	upstream_commit a file "$1"
	hermes-cycle
	git -C src/a fsck --strict
	assert_equal "$(git -C src/a rev-parse main)" \
	    "$(git -C up/a.git rev-parse main)"
	[ "$(find "$objects" -path '*/??/*' | wc -l)" = 3 ]
}

@test "packs: loose objects that a prune takes beside an apply come again" {
	pruned canary
	pruned health
}

@test "packs: where a gc is at work, no prune of it can take them" {
	twin
	echo '1 elsewhere' >src/a/.git/gc.pid
	upstream_commit a
	upgraded
	assert_equal "$(counted src/a | tr '\n' ' ')" \
	    'count: 6 in-pack: 3 packs: 1 prune-packable: 3 garbage: 0 '
	[ -z "$(find src/a/.git -name '*.keep')" ]
}

packs() {
	(cd "$objects/pack" && ls -- *.pack) | sed 's/\.pack$//' | sort
}

# of_hermes COUNT - so many packs, which Hermes is said to have left
of_hermes() {
	local i
	git config --global fetch.unpackLimit 1
	for ((i = 0; i < $1; i++)); do
		upstream_commit a file "text $i"
		git -C src/a pull -q --ff-only
	done
	mkdir -m 700 src/a/.git/hermes
	packs >src/a/.git/hermes/packs
}

@test "packs: Hermes' own are joined when there are more than twenty" {
	of_hermes 19
	house_make a
	upstream_commit a
	hermes-cycle
	[ "$(packs | wc -l)" = 20 ]
	diff <(packs) <(sort src/a/.git/hermes/packs)
	upstream_commit a file three
	hermes-cycle
	[ "$(packs | wc -l)" = 1 ]
	grep -qxF "$(packs)" src/a/.git/hermes/packs
	[ "$(counted src/a | grep garbage)" = 'garbage: 0' ]
	[ "$(stat -c %a "$objects/pack"/*.pack)" = 444 ]
	checkout_whole src/a
	upstream_commit a file four
	hermes-cycle
	diff <(packs) <(sort src/a/.git/hermes/packs)
}

@test "packs: nobody else's is joined, whatever the list says" {
	local kept
	of_hermes 30
	mapfile -t kept < <(packs)
	touch "$objects/pack/${kept[0]}".{keep,promisor} \
	    "$objects/pack/${kept[1]}.promisor" "$objects/pack/${kept[2]}.bitmap"
	printf '%s.idx\n' "${kept[3]}" "${kept[4]}" |
		git -C src/a multi-pack-index write --stdin-packs
	sed -i "/${kept[5]}/d" src/a/.git/hermes/packs
	printf '%s\n' ../../config pack-0 '' "pack-$(printf '0%.0s' {1..40})" \
	    "${kept[6]}.pack" "$(printf 'x%.0s' {1..9999})" \
	    >>src/a/.git/hermes/packs
	printf 'a\0b' >>src/a/.git/hermes/packs
	house_make a
	upstream_commit a
	hermes-cycle
	[ "$(packs | wc -l)" = 7 ]
	for i in 0 1 2 3 4 5; do
		[ -e "$objects/pack/${kept[i]}.idx" ]
	done
	rm "$objects/pack"/*.bitmap
	git -C src/a fsck
}

@test "packs: a list that is no file, or a gc at work, puts the joining off" {
	of_hermes 21
	house_make a
	echo '1 elsewhere' >src/a/.git/gc.pid
	upstream_commit a
	hermes-cycle
	[ "$(packs | wc -l)" = 22 ]
	rm src/a/.git/gc.pid src/a/.git/hermes/packs
	mkfifo src/a/.git/hermes/packs
	upstream_commit a file three
	hermes-cycle
	[ "$(packs | wc -l)" = 23 ]
	[ "$(git -C src/a rev-parse main)" = "$(git -C up/a.git rev-parse main)" ]
}

@test "packs: killed while they are joined, all is there and nothing is left" {
	"$top/tests/kill.sh" 40 join
	AT='^renameat (3|4)' "$top/tests/kill.sh" 1 join # the list, too
}

# synced_first FILE - by that trace: what is put in place was synced before
synced_first() {
	awk '/ link\(".*\/loose\/objects\// { synced = 0 }
	    / openat\(.*"born\/copy", .*O_CREAT/ { copy = 0 }
	    / syncfs\(/ { synced = 1 }
	    / fsync\(/ { copy = 1 }
	    / linkat\(.*"loose\/objects\// { n++; bad += !synced }
	    / renameat2\(.*"born\/copy"/ { n++; bad += !copy }
	    END { print n, "put in place,", bad + 0, "before a sync"
		exit bad || n < 60 }' "$1"
}

@test "packs: many loose objects are on the disk before they have their names" {
	local i kind
	house_make a
	for kind in linked copied; do
		[ $kind = linked ] || find src/a/.git -type d -exec chmod g+s {} +
		for i in {1..60}; do echo "$kind $i" >"work/a/file-$i"; done
		upstream_commit a file $kind
		strace -f -o trace -e trace=link,linkat,renameat2,openat,fsync,syncfs \
		    hermes-cycle
		synced_first trace
		checkout_whole src/a
	done
}

@test "packs: they are joined whatever pack.* the user has" {
	local i
	for ((i = 0; i < 22; i++)); do
		head -c 100000 /dev/urandom >"work/a/large-$i"
		git -C work/a add "large-$i"
	done
	of_hermes 22
	git config --global pack.packSizeLimit 1m
	git config --global pack.indexVersion 1
	house_make a
	upstream_commit a
	hermes-cycle
	[ "$(packs | wc -l)" = 1 ]
	checkout_whole src/a
}

@test "packs: those that are not joined in time are waited for once" {
	of_hermes 22
	house_make a
	mkdir fake
	cat >fake/git <<-F
	#!/bin/sh
	case " \$* " in *" --stdin-packs "*) echo x >>'$PWD/tried'; sleep 100 ;; esac
	exec $(command -v git) "\$@"
	F
	chmod +x fake/git
	for i in 1 2; do
		upstream_commit a file "slow $i"
		PATH=$PWD/fake:$PATH hermes-cycle
	done
	[ "$(wc -l <tried)" = 1 ]
	[ "$(wc -l <src/a/.git/hermes/packs)" = 1 ]
	[ "$(packs | wc -l)" = 24 ]
	checkout_whole src/a
}

@test "packs: a .keep that will not go leaves the apply open, not the .keep" {
	local nth
	of_hermes 22
	git config --global fetch.unpackLimit 100
	house_make a
	upstream_commit a
	cp -a src src.old
	cp -a house house.old
	strace -f -o trace -e trace=unlinkat hermes-cycle
	nth=$(awk '/pack-.*\.keep"/ && !at { at = $1 } /unlinkat\(/ { n[$1]++ }
	    at && !said { said = 1; print n[at] }' trace)
	rm -r src house
	mv src.old src
	mv house.old house
	strace -f -o trace -e trace=unlinkat -e "inject=unlinkat:error=EIO:when=$nth" \
	    hermes-cycle || :
	grep -q 'pack-.*\.keep.*INJECTED' trace
	hermes-cycle
	[ -z "$(find src/a/.git -name '*.keep')" ]
	checkout_whole src/a
}

@test "packs: half of one that cannot be put in place does not stay" {
	local nth
	git config --global fetch.unpackLimit 1
	house_make a
	upstream_commit a
	cp -a src src.old
	cp -a house house.old
	strace -f -o trace -e trace=linkat hermes-cycle
	nth=$(awk '/linkat\(/ { n[$1]++ }
	    /pack-.*\.idx"/ { print n[$1]; exit }' trace)
	rm -r src house
	mv src.old src
	mv house.old house
	strace -f -o trace -e trace=linkat -e "inject=linkat:error=EIO:when=$nth" \
	    hermes-cycle || :
	grep -q 'pack-.*\.idx.*INJECTED' trace
	[ "$(counted src/a | grep garbage)" = 'garbage: 0' ]
	checkout_whole src/a
}
