# One code, several states: each is told by what it is, and what the page says
# of that very state clears it, for good. Plain git is asked what is so.

setup() {
	load helper
	load fleet
	load probe
	load reasons
	here
}

# named KEY CODE DETAIL - what the probe found leads, and names the thing
named() {
	assert_equal "$1: $(of "$1" '[.reason, .detail]')" \
	    "$1: $(jq -cn --arg c "$2" --arg d "$3" '[$c, $d]')"
}

# sentence KEY TEXT - what the plan of out.json says of it
sentence() {
	hermes-plan <out.json >plan.json
	assert_equal "$(jq -r --arg key "$1" '.plan.repos[] |
	    select(.repo_key == $key).text' plan.json)" "$1: $2"
}

# git_reads KEY - plain git has nothing against the repository
git_reads() {
	git -C "src/$1" rev-parse HEAD >/dev/null
}

@test "kinds: an extension is read, ignored or refused as git does it" {
	local key
	repo_make sha1 noop precious upper old oldsha unknown
	for key in sha1 noop precious upper unknown; do
		git -C src/$key config core.repositoryFormatVersion 1
	done
	git -C src/sha1 config extensions.objectFormat sha1
	git -C src/noop config extensions.noop-v1 1
	git -C src/noop config extensions.noop 1
	git -C src/precious config extensions.preciousObjects true
	git -C src/old config extensions.future yes
	git -C src/upper config extensions.objectFormat SHA1 || :
	git -C src/oldsha config extensions.objectFormat sha1
	git -C src/unknown config extensions.future yes
	for key in sha1 noop precious old; do
		git_reads $key
		upstream_commit $key
	done
	for key in upper oldsha unknown; do
		run ! git_reads $key
	done
	git -C src/sha1 fsck
	fleet sha1 noop precious upper old oldsha unknown
	probe -a staging
	for key in sha1 noop precious old; do
		said $key behind
	done
	named upper unsupported-format 'extensions.objectformat = SHA1'
	named oldsha unsupported-format \
	    'extensions.objectformat = sha1, in a repository of version 0'
	named unknown unsupported-format 'extensions.future = yes'
	sentence unknown 'is kept in a way that Hermes leaves alone (extensions.future = yes)'
}

@test "kinds: refStorage = files, which newer gits write, is what it says" {
	repo_make files
	git -C src/files config core.repositoryFormatVersion 1
	git -C src/files config extensions.refStorage files
	fleet files
	probe
	said files current
}

@test "kinds: core.bare by accident leaves branch and files alone until it is mended" {
	local DIR=$PWD/src/own
	repo_make own worktree left other
	git -C src/own config core.bare true
	git -C src/other config core.bare true
	git -C src/other config extensions.worktreeConfig true
	git -C src/other config --worktree core.bare false
	git -C src/worktree config extensions.worktreeConfig true
	git -C src/worktree config --worktree core.bare true
	git -C src/left config core.bare true
	for key in own worktree left; do
		upstream_commit $key
		run ! git -C src/$key pull -q --ff-only
	done
	git -C src/other pull -q --ff-only # git goes by config.worktree
	fleet own worktree left other
	probe -a staging
	named own unsupported-format 'core.bare is true in a checkout'
	named left unsupported-format 'core.bare is true in a checkout'
	named worktree unsupported-format \
	    'core.bare is true in config.worktree, and not in config'
	named other unsupported-format \
	    'core.bare is false in config.worktree, and not in config'
	hermes-plan <out.json >plan.json
	assert_equal "$(jq -c '[.plan.repos[] | [.recommendation, .strategy]] |
	    unique' plan.json)" '[["block","manual"]]'
	advice unsupported-format core.bare
	DIR=$PWD/src/other
	advice unsupported-format core.bare
	git -C src/worktree config --worktree core.bare false
	rm src/left/.git/index
	probe -a staging
	said own behind
	said worktree behind
	said left behind
	said other current
	assert_equal "$(of left .bare)" true
	git -C src/own pull -q --ff-only
}

@test "kinds: a .git folder that is bare, beside worktrees, is a repository" {
	repo_make a
	mkdir src/b
	git clone -q --bare up/a.git src/b/.git
	git -C src/b branch -q other
	git -C src/b worktree add -q tree other
	fleet b
	member b '{"remotes": [{"remote": "origin", "role": "primary"}]}'
	probe
	said b current
	assert_equal "$(of b .bare)" true
}

@test "kinds: a bare repository with an index is the git dir of a worktree" {
	repo_make a
	upstream_commit a .profile mine
	git clone -q --bare up/a.git src/dots
	git -C src/dots config remote.origin.fetch '+refs/heads/*:refs/remotes/origin/*'
	git -C src/dots fetch -q
	git -C src/dots branch -q -u origin/main
	mkdir person
	git --git-dir=src/dots --work-tree=person checkout -q
	upstream_commit a .profile newer
	cp -a src/dots src/false
	git -C src/false config core.bare false
	cp -a src/dots src/away
	git -C src/away config core.bare false
	git -C src/away config core.worktree "$PWD/person"
	fleet dots false away
	probe -a staging
	named dots unsupported-format 'bare, with the index of a worktree elsewhere'
	named false unsupported-format 'bare, with the index of a worktree elsewhere'
	named away unsupported-format 'core.worktree names another folder'
	DIR=src/dots TREE=person
	git --git-dir=$DIR --work-tree=$TREE pull -q --ff-only
	assert_equal "$(cat person/.profile)" newer
	rm src/dots/index
	probe -a staging
	said dots current
}

@test "kinds: /dev/null, nothing and no file are no excludes and no attributes" {
	local key
	repo_make null link empty gone fifo zero
	mknod fifo p
	ln -s /dev/null nothing
	printf '[core]\n\texcludesFile = /dev/null\n\tattributesFile = /dev/null\n' \
	    >>src/null/.git/config
	git -C src/link config core.excludesFile "$PWD/nothing"
	git -C src/link config core.attributesFile "$PWD/nothing"
	git -C src/empty config core.excludesFile ''
	git -C src/empty config core.attributesFile ''
	git -C src/gone config core.excludesFile "$PWD/none"
	git -C src/gone config core.attributesFile "$PWD/none"
	git -C src/fifo config core.attributesFile "$PWD/fifo"
	git -C src/zero config core.excludesFile /dev/zero
	for key in null link empty gone fifo zero; do
		upstream_commit $key
		[ $key = fifo ] || [ $key = zero ] || git -C src/$key status >/dev/null
	done
	house_make null link empty gone fifo zero
	hermes-cycle || [ $? = 1 ]
	for key in null link empty gone; do
		assert_equal "$(git_at src/$key)" "$(git_at up/$key.git main)"
		assert_equal "$(git -C src/$key status --porcelain)" ''
	done
	cp house/state/cycles/last.json out.json
	named fifo unsupported-format 'core.attributesFile names no file'
	named zero unsupported-format 'core.excludesFile names no file'
}

@test "kinds: what is advised for a split index holds past the next git" {
	local DIR=$PWD/src/a
	repo_make a b
	upstream_commit a
	upstream_commit b
	git config --global core.splitIndex true
	git -C src/a update-index --split-index
	git -C src/b update-index --split-index
	fleet a b
	probe -a staging
	named a unsupported-format 'split index'
	git -C src/b update-index --no-split-index # alone it does not hold
	touch src/b/new
	git -C src/b add new
	git -C src/b reset -q
	advice unsupported-format core.splitIndex
	advice unsupported-format split-index
	touch src/a/new
	git -C src/a add new
	git -C src/a reset -q
	probe -a staging
	said a behind
	named b unsupported-format 'split index'
}

# entries CODE - the members that the page has for an entry
entries() {
	page_cure "$1" | grep -v '^\$' | sed "s/REMOTE/origin/g"
}

@test "kinds: a mirror, and what is bare, follow what their entry says" {
	local key
	repo_make a
	git clone -q --mirror up/a.git src/mirror
	git clone -q --bare up/a.git src/bare
	git clone -q --bare up/a.git src/local
	git -C src/local config branch.main.remote .
	git -C src/local config branch.main.merge refs/heads/other
	upstream_commit a
	house_make mirror bare local
	hermes-cycle || [ $? = 1 ]
	cp house/state/cycles/last.json out.json
	named mirror unsupported-format \
	    'a mirror of origin, and its entry names no remotes'
	named bare no-upstream 'the repository is bare'
	named local no-upstream 'follows a local branch'
	run ! git -C src/mirror branch -q -u origin/main
	repo_set mirror "{$(entries unsupported-format)}"
	repo_set bare "{$(entries no-upstream)}"
	hermes-cycle || [ $? = 1 ]
	for key in mirror bare; do
		assert_equal "$(git_at src/$key main)" "$(git_at up/a.git main)"
	done
	hermes-cycle || [ $? = 1 ]
	cp house/state/cycles/last.json out.json
	said mirror current
	said bare current
}

@test "kinds: a user name in a URL is what is wrong, and has its place" {
	local DIR=$PWD/src/a REMOTE=origin HOST=127.0.0.1 NAME=someone
	local URL=https://127.0.0.1:9/team/r.git
	repo_make a
	git -C src/a remote set-url origin https://someone@127.0.0.1:9/team/r.git
	fleet a
	probe
	named a unsupported-url \
	    'holds a user name, which belongs in credential.username'
	sentence a "remote https://127.0.0.1:9/team/r.git unsupported-url: $(
	    of a .detail | tr -d '"')"
	run -1 grep someone out.json plan.json
	advice unsupported-url ''
	probe
	said a refused
	printf 'protocol=https\nhost=127.0.0.1\n\n' |
	    GIT_ASKPASS=/bin/true git credential fill >filled
	grep -qx 'username=someone' filled
}

@test "kinds: how a remote failed is told with what there is to say of it" {
	local blob
	repo_make a
	upstream_commit a
	blob=$(git -C up/a.git rev-parse main:file)
	rm "up/a.git/objects/${blob:0:2}/${blob:2}"
	fleet a
	probe -a staging
	hermes-plan <out.json >plan.json
	[[ $(jq -r '.plan.repos[0].text' plan.json) == \
	    "a: remote $PWD/up/a.git incomplete: object not found - "*"($blob)" ]]
}

# as USER... - by another user, who has src and what is found by PATH
as_user() {
	setpriv --reuid 4343 --regid 4343 --clear-groups env HOME="$PWD/person" \
	    "$@"
}

by_user() {
	[ "$(id -u)" = 0 ] || skip "needs root, to be two users"
	mkdir person
	git config --file person/.gitconfig safe.directory '*'
	git config --global safe.directory '*'
	chown -R 4343:4343 src up work person fleet.json .
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/test{,/*} 2>/dev/null || :
	as_user test -w src || skip 'another user has no way into this folder'
}

# closed - out.json, seen by that user
closed() {
	as_user hermes-probe -a staging <fleet.json >out.json
	valid cycle out.json
}

@test "kinds: an index of root's is told before anything is begun" {
	local DIR=src/a USER=4343
	repo_make a b
	upstream_commit a
	fleet a b
	by_user
	chown 0 src/{a,b}/.git/index
	closed
	named a foreign-owner "$PWD/src/a/.git/index is owned by uid 0"
	sentence a "is not open to this user ($PWD/src/a/.git/index is owned by uid 0)"
	# nothing to do is nothing to say
	assert_equal "$(jq -r '.plan.repos[1].recommendation' plan.json)" none
	advice foreign-owner chown
	closed
	said a behind
}

@test "kinds: what may not be read, or written to, is closed, and not damaged" {
	local key file USER=4343
	declare -A is=([head]=HEAD [config]=config [index]=index
	    [ref]=refs/heads/main [dir]=. [object]=objects [pack]=objects/pack
	    [writes]=objects/pack [log]=logs/refs/heads/main)
	repo_make "${!is[@]}"
	git -C src/pack repack -qad
	for key in "${!is[@]}"; do
		upstream_commit "$key"
	done
	fleet "${!is[@]}"
	by_user
	file=$(git -C src/object rev-parse 'HEAD^{tree}')
	is[object]=objects/${file:0:2}/${file:2}
	is[pack]=objects/pack/$(ls src/pack/.git/objects/pack | grep pack$)
	for key in "${!is[@]}"; do
		file=src/$key/.git/${is[$key]}
		case $key in
		writes | log) chown 0 "$file" && chmod go-w "$file" ;;
		*) chmod 0 "$file" ;;
		esac
	done
	git -C src/object read-tree --empty
	git -C src/object reset -q 2>/dev/null || :
	chown -R 4343 src/object/.git/index
	closed
	for key in "${!is[@]}"; do
		assert_equal "$key $(of "$key" .reason)" "$key \"foreign-owner\""
		[[ $(of "$key" .detail) == *"$PWD/src/$key/.git"*": Permission denied"* ]] ||
		    fail "$key: $(of "$key" .detail)"
	done
	for key in "${!is[@]}"; do
		DIR=src/$key
		advice foreign-owner DIR
	done
	closed
	for key in "${!is[@]}"; do
		[ $key = object ] || said "$key" behind
	done
}

@test "kinds: a project's clone that has taken another's place is followed as it is" {
	repo_make a b
	house_make a
	hermes-cycle
	rm -rf src/a
	git clone -q up/b.git src/a
	upstream_commit b
	hermes-cycle
	assert_equal "$(git_at src/a)" "$(git_at up/b.git main)"
}
