# scene.bash - one apply to be disturbed: sourced by kill.sh and power.sh
#
# The caller sets $top, an empty folder, and may set $state. The checkout is
# $top/work/co, its document $top/doc.json; $top/before and $top/after are what
# is exact. Kinds: apply, rollback (a health check says no), undo, ref-only, join
# (an apply at whose end packs are joined).
# shellcheck disable=SC2034 # the callers use what is set here

export HOME=$top/home GIT_CONFIG_NOSYSTEM=1 LC_ALL=C TZ=UTC
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org
export GIT_COMMITTER_NAME=C GIT_COMMITTER_EMAIL=c@example.org
export ASAN_OPTIONS=detect_leaks=0 # it cannot, under ptrace
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${state=$top/work/state}" "${token=7}"
co=$top/work/co
export top state
export GIT_TEMPLATE_DIR=$top/template # no sample of a hook
mkdir -p "$HOME" "$GIT_TEMPLATE_DIR/hooks" "$GIT_TEMPLATE_DIR/info"

execute() {
	hermes-exec -s "$state" <"$top/doc.json"
}
export -f execute

# scene_tags - what a fetch would follow, as the probe hands it on
scene_tags() {
	git -C "$top/staging" for-each-ref refs/tags \
		--format='{"name":"%(refname:lstrip=2)","oid":"%(objectname)"}' |
		jq -s .
}

# scene_document KIND - $top/doc.json for the checkout as it stands
scene_document() {
	local check=true strategy=fast-forward to
	to=$(git -C "$top/staging" rev-parse main)
	case $1 in
	rollback) check=false ;;
	undo) strategy=rollback to=$(git -C "$co" rev-parse main~) ;;
	ref-only) strategy=ref-only ;;
	esac
	jq -n --arg path "$co" --arg check "$check" --arg strategy "$strategy" \
		--arg staging "$state/staging/co" --argjson token "$token" \
		--arg before "$(git -C "$co" rev-parse main)" --arg after "$to" \
		--argjson tags "$(scene_tags)" '
		[{ repo_key: "co", path: $path, branch: "main",
		   before: $before, after: $after, token: $token,
		   staging: (if $strategy == "rollback" then null
			     else $staging end), strategy: $strategy,
		   endpoint: { name: "origin", url: null, role: "primary" },
		   upstream: { remote: "origin", ref: "refs/heads/main" },
		   tags: $tags,
		   checks: [{ argv: [$check], at: "health", need: "required",
			      timeout_s: 20 }] }]' |
		"$here/gate-doc" "$state" >"$top/doc.json"
}

# scene_state - STATE with nothing but what the probe fetched
scene_state() {
	mkdir -p "$state/staging"
	chmod 700 "$state"
	cp -a "$top/staging" "$state/staging/co"
}

# scene_refs - what goes along with the branch: tags, a tracking ref, ORIG_HEAD
scene_refs() {
	git -C "$top/work/up" tag -a -m one v1
	git -C "$top/work/up" tag light
	git -C "$co" update-ref ORIG_HEAD origin/main
	git -C "$co" update-ref refs/remotes/origin/main main
	git -C "$co" pack-refs --all
	rm -rf "$top/staging"
	git clone -q --bare "$top/work/up" "$top/staging"
	git -C "$top/staging" repack -q -a -d
}

# scene_packs - as many packs of Hermes' own as are joined, and one comes
scene_packs() {
	local i pack=.git/objects/pack
	(cd "$co" && mkdir -m 700 .git/hermes &&
		git config fetch.unpackLimit 1 && git repack -q -a -d &&
		for ((i = 0; i < 20; i++)); do
			echo "$i" | git hash-object -w --stdin |
				git pack-objects -q "$pack/pack" |
				sed 's/^/pack-/'
		done >.git/hermes/packs && git prune-packed)
}

# scene KIND - into $top/work, with what is exact; nothing is applied yet
scene() {
	rm -rf "${top:?}/work" "$state"
	"$here/fixture" "$top/work"
	scene_refs
	case $1 in
	undo)
		scene_state
		token=6 scene_document apply
		execute >/dev/null
		git -C "$co" pack-refs --all
		rm -rf "$state"
		;;
	ref-only) git -C "$co" checkout -q -b other ;;
	join) scene_packs ;;
	esac
	cp -a "$top/work" "$top/pristine"
	look >"$top/before"
	scene_state
	scene_document "${1/rollback/apply}"
	execute >/dev/null
	look >"$top/after"
	rm -rf "${top:?}/work" "$state"
	mv "$top/pristine" "$top/work"
}

# close_all - what the next cycle does first; twice, for the journals
close_all() {
	local i
	for i in 1 2; do
		hermes-exec -R -s "$state" >"$top/recovered.json" &&
			hermes-ledger -s "$state" <"$top/recovered.json" \
				>"$top/ledger.json" &&
			hermes-project -s "$state" <"$top/ledger.json" \
				>/dev/null || return
	done
}

# look - a snapshot, whatever the tokens are
look() {
	"$here/snapshot" "$co" 2>&1 | sed 's#\(hermes/rollback/\)[0-9]*#\17#'
}

# ends END... - is the checkout exactly at one of these (before, after)?
ends() {
	local end
	look >"$top/now"
	for end; do
		! cmp -s "$top/now" "$top/$end" || return 0
	done
	diff "$top/$end" "$top/now" | head -20
	return 1
}

# left - nothing of ours is: no lock, no folder, no journal, no process
left() {
	local found
	found=$(cd "$co/.git" && find . -name '*.lock' -o -name '*.keep' \
		-o -name 'tmp_*' -o -name 'packed-refs.*' \
		-o -path './hermes/*' ! -name lock ! -name packs ! -name 'refs-*')
	found+=$(find "$state" -path '*/journals/*' -o -path '*/canary/*' \
		-o -path '*/.*.new')
	found+=$(pgrep -f -- "-s $state")
	found+=$(git -C "$co" count-objects -v | grep '^garbage: [^0]')
	[ -z "$found" ] || {
		echo "left: $found"
		return 1
	}
}

# told - the ledger is whole and its last word on the checkout is true
told() {
	local word
	hermes-ledger -V -s "$state" >"$top/verified.json" || return
	word=$(jq -r 'select(.subject == "co") |
		.type[7:] + " " + (.data.outcome // "")' \
		"$state/runtime_events.jsonl" | grep -E '^(apply|rollback)' |
		tail -n 1)
	case $word in
	'apply.committed '* | 'apply.recovered after' | 'rollback.blocked '*)
		ends after
		;;
	'apply.rolled-back '* | 'apply.refused '*) ends before ;;
	'apply.recovered before' | '') ends before ;;
	*)
		echo "the ledger's last word is: $word"
		return 1
		;;
	esac
}

# exact - after close_all: as before or as after, as the ledger says, sound
exact() {
	told && left || return
	git -C "$co" fsck --strict >"$top/fsck" 2>&1 || {
		cat "$top/fsck"
		return 1
	}
}
