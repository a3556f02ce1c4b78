# Commits as git reads them: those that libgit2 refuses, and walks over them.

bats_require_minimum_version 1.5.0

setup() {
	load helper
	load fleet
	load probe
	here
}

teardown() {
	git_stop
}

# odd_commit KEY HEADERS [TEXT] - one more commit upstream, whose author,
# committer and what follows them are HEADERS as printf has them
odd_commit() (
	cd "work/$1" || return
	echo "${3-two}" >file
	git add file
	# shellcheck disable=SC2059 # a format it is
	git update-ref refs/heads/main "$({
		printf 'tree %s\nparent %s\n' "$(git write-tree)" \
		    "$(git rev-parse HEAD)"
		printf "$2\n\nodd\n"
	} | git hash-object -t commit -w --literally --stdin)"
	git push -q origin main
)

# NAME HEADERS: fsck warns of each, and git pull takes it
kinds() {
	cat <<-'END'
	mail author Nobody 1334833756 -0700\ncommitter a <a@b> 1334833756 -0700
	committer author a <a@b> 1334833756 -0700\ncommitter Nobody 1334833756 -0700
	none author a <a@b> 1334833756 -0700
	author committer a <a@b> 1334833756 -0700
	neither encoding x
	negative author a <a@b> -5 +0000\ncommitter a <a@b> -5 +0000
	huge author a <a@b> 99999999999999999999999 +0000\ncommitter a <a@b> 99999999999999999999999 +0000
	words author a <a@b> now +0000\ncommitter a <a@b> then +9999
	zone author a <a@b> 1334833756\ncommitter a <a@b> 1334833756
	spaces author a<a@b>1334833756 +0000\ncommitter a<a@b>1334833756 +0000
	latin author \377\376 <a@b> 1334833756 +0000\ncommitter a <a@b> 1334833756 +0000\nencoding latin-9
	END
}

@test "history: what git pull takes for a commit is upgraded to, and from" {
	local name headers keys=()
	while read -r name headers; do
		keys+=("$name")
		repo_make "$name"
		odd_commit "$name" "$headers"
		git clone -q "src/$name" "src/twin"
		git -C src/twin pull -q --ff-only "$PWD/up/$name.git" main
		rm -rf src/twin
	done < <(kinds)
	[ ${#keys[@]} = 11 ]
	house_make "${keys[@]}"
	policy '{"max_lanes": 4}'
	hermes-cycle
	for name in "${keys[@]}"; do
		assert_equal "$name $(git_at "src/$name")" \
		    "$name $(git_at "up/$name.git" main)"
		assert_equal "$(git -C "src/$name" status --porcelain)" ''
		upstream_commit "$name" file three
	done
	hermes-cycle
	for name in "${keys[@]}"; do
		assert_equal "$name $(git_at "src/$name")" \
		    "$name $(git_at "up/$name.git" main)"
	done
	hermes-cycle
	assert_equal "$(jq -r '[.probe.repos[].reason] | unique[]' \
	    house/state/cycles/last.json)" current
}

@test "history: an index that is not HEAD's is compared with an odd commit's tree" {
	repo_make a
	odd_commit a 'author Nobody 1 -0700\ncommitter Nobody 1 -0700'
	git -C src/a pull -q --ff-only
	echo mine >src/a/mine
	git -C src/a add mine
	fleet a
	probe
	said a current staged
	assert_equal "$(of a .staged_count)" 1
}

@test "history: a canary and a rollback take an odd commit as any other" {
	repo_make a
	odd_commit a 'author Nobody 1 -0700\ncommitter Nobody 1 -0700'
	house_make a
	repo_set a '{"checks": [
	    {"at": "canary", "need": "required", "argv": ["/bin/test", "-e", "file"]},
	    {"at": "health", "need": "required", "argv": ["/bin/false"]}]}'
	before=$(git_at src/a)
	run hermes-cycle
	assert_equal "$(jq -c '.exec.repos[0] | [.verdict, .code]' \
	    house/state/cycles/last.json)" '["rolled-back","check-failed"]'
	assert_equal "$(git_at src/a)" "$before"
	assert_equal "$(git -C src/a status --porcelain)" ''
}

@test "history: over the network, too, an odd author is nobody's fault" {
	repo_make a
	odd_commit a 'author Nobody 1334833756 -0700\ncommitter a <a@b> 1334833756 -0700'
	git_serve "$PWD/up"
	git -C src/a remote set-url origin "git://127.0.0.1:$git_port/a.git"
	fleet a
	echo '{"schema": "hermes.policy/1", "protocols": ["git"]}' >policy.json
	probe -a staging
	said a behind
	git -C src/a pull -q --ff-only
	upstream_commit a file three
	probe -a staging
	said a behind
	assert_equal "$(of a .behind_count)" 1
	# what libgit2 cannot go over on its way is told for what it is
	odd_commit a 'author Nobody 1 -0700\ncommitter Nobody 1 -0700' four
	git -C src/a pull -q --ff-only
	for line in five six seven; do
		git -C src/a commit -q --allow-empty -m $line
	done
	upstream_commit a other eight
	probe -a staging
	said a unsupported-format unfetched
	assert_equal "$(of a '[.detail, .endpoints[0].class]')" \
	    '["libgit2 cannot go over its commits: failed to parse signature - malformed e-mail","ok"]'
}

# H2: dates out of order, none at all, several roots
@test "history: ahead, behind and related are what git rev-list counts" {
	local seed
	for seed in 2 5 9; do
		git init -q $seed
		(cd $seed && /usr/bin/python3 "$top/tests/generate/history.py" \
		    $seed 100 40) >pairs
		cut -d' ' -f1,2 pairs |
		    "${BUILD:-$top/build}/unit/history" $seed >counted
		cut -d' ' -f3- pairs | diff - counted
	done
}

@test "history: a commit that names no tree, or a parent that is none, is corrupt" {
	local tree
	repo_make a b
	for key in a b; do
		tree=$(git -C src/$key rev-parse 'HEAD^{tree}')
		if [ $key = a ]; then
			printf 'author a <a@b> 1 +0000\n\nx\n'
		else
			printf 'tree %s\nparent xyz\n\nx\n' "$tree"
		fi | git -C src/$key hash-object -t commit -w --literally \
		    --stdin >oid
		cp oid src/$key/.git/refs/heads/main
		run ! git -C src/$key log -1
	done
	fleet a b
	probe
	said a corrupt
	assert_equal "$(of a .detail)" '"a commit that names no tree"'
	said b corrupt
}
