# Keys, and commits and tags signed by real git: `load signed` after `load
# fleet` and `load probe`. What git says of each is asked of git, in a
# repository of its own.

# keys_make - $keys: ssh keys, a $GNUPGHOME, and the two files of those allowed
keys_make() {
	keys=$BATS_FILE_TMPDIR/keys
	export keys GNUPGHOME=$keys/gnupg
	mkdir -m 700 "$keys" "$GNUPGHOME"
	for name in alice mallory old ca; do
		ssh-keygen -q -t ed25519 -N '' -C '' -f "$keys/$name"
	done
	{
		echo "# who may sign"
		echo "alice@example.org $(cat "$keys/alice.pub")"
		echo "old@example.org valid-before=\"20200101\" $(cat "$keys/old.pub")"
	} >"$keys/allowed"
	key_of 'Ann <ann@example.org>' 2y
	key_of 'Eve <eve@example.org>' 2y
	key_of 'Ron <ron@example.org>' 2y
	key_of 'Otto <otto@example.org>' 1d --faked-system-time 20200101T000000
	gpg -q --batch --export ann@example.org otto@example.org \
	    >"$keys/ring.gpg"
}

keys_done() {
	gpgconf --kill all
}

# key_of USER EXPIRY [OPTION...]
key_of() {
	gpg -q --batch --passphrase '' "${@:3}" \
	    --quick-gen-key "$1" ed25519 sign "$2" 2>/dev/null
}

revoke() {
	local fpr
	fpr=$(fingerprint "$1")
	sed 's/^:---/---/' "$GNUPGHOME/openpgp-revocs.d/$fpr.rev" |
	    gpg -q --batch --import 2>/dev/null
}

fingerprint() {
	gpg --batch --list-keys --with-colons "$1" |
	    awk -F: '/^fpr/ { print $10; exit }'
}

# asks WHAT [JSON] - the policy wants that, with both files of keys
asks() {
	jq -n --arg what "$1" --arg keys "$keys" --argjson more "${2-{\}}" '{
	    schema: "hermes.policy/1", require_signature: $what,
	    allowed_signers: "\($keys)/allowed",
	    keyring: "\($keys)/ring.gpg" } + $more' >policy.json
}

# by FORMAT KEY - who signs from now on
by() {
	git config --global gpg.format "$1"
	case $1 in
	ssh) git config --global user.signingKey "$keys/$2" ;;
	*) git config --global user.signingKey "$2" ;;
	esac
}

# offer [OPTION...] - one more commit upstream: `offer -S` signs it
offer() {
	echo "$RANDOM $RANDOM" >work/a/file
	git -C work/a commit -q "$@" -am more
	publish HEAD
}

publish() {
	git -C work/a push -qf origin "$1:refs/heads/main"
}

# object TYPE - of stdin, in the author's repository; its id
object() {
	git -C work/a hash-object -t "$1" -w --stdin --literally
}

# verdict STATE [DETAIL] - the probe's of the tip
verdict() {
	probe -a staging
	assert_equal "$(of a '.signature | [.state, .detail]')" \
	    "$(jq -cn '[$ARGS.positional[0], $ARGS.positional[1]]' --args "$@")"
	assert_equal "$(of a .signature.commit)" \
	    "\"$(git_at up/a.git main)\""
}

git_takes() {
	git -C work/a verify-commit "$(git_at up/a.git main)" 2>git.err ||
	    fail "$(cat git.err)"
}

git_refuses() {
	run -1 git -C work/a verify-commit "$(git_at up/a.git main)"
}

# pasted COMMIT SIGNATURE HEADER - the commit with that header
pasted() {
	sed '/^$/,$d' "$1"
	sed "1s/^/$3 /; 2,\$s/^/ /" "$2"
	sed -n '/^$/,$p' "$1"
}

# clock TIME - what time it is for gpg
clock() {
	printf '#!/bin/sh\nexec gpg --faked-system-time %s "$@"\n' \
	    "$1" >clock
	chmod +x clock
	git config --global gpg.program "$PWD/clock"
}

# says STATUS STATE - git's verifier, and the probe
says() {
	git -C work/a verify-commit --raw "$(git_at up/a.git main)" \
	    2>git.err || :
	grep -q "^\[GNUPG:\] $1 " git.err || fail "$(cat git.err)"
	verdict "$2"
}

# refused TEXT - the configuration, for TEXT
refused() {
	run -78 --separate-stderr hermes-probe -c -p policy.json <fleet.json
	assert_equal "$stderr" "hermes-probe: $1"
	run -78 hermes-probe -p policy.json -a staging <fleet.json
}
