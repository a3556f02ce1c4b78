# What the policy wants signed, and what is found of it (B5).

setup_file() {
	load helper
	here
	load signed
	keys_make
}

teardown_file() {
	load signed
	keys_done
}

setup() {
	load helper
	load fleet
	load probe
	load signed
	here
	repo_make a
	fleet a
	git config --global gpg.ssh.allowedSignersFile "$keys/allowed"
	asks commit
	by ssh alice
}

@test "signature: an ssh signature by a key that is allowed is good" {
	offer -S
	verdict good
	git_takes
	assert_equal "$(of a .reason)" '"behind"'
	assert_equal "$(of a '.signature | [.policy, .format, .object, .tag,
	    .signer, .key, .keys]')" "$(jq -cn '$ARGS.positional |
	    [.[0:3], [null], .[3:]] | add' --args commit ssh \
	    "$(git_at up/a.git main)" alice@example.org \
	    "$(ssh-keygen -lf "$keys/alice.pub" | cut -d' ' -f2)" \
	    "sha256:$(sha256sum <"$keys/allowed" | cut -d' ' -f1)")"
	# of an object that the checkout has already nothing need be staged
	git -C src/a fetch -q
	probe
	assert_equal "$(of a .signature.state)" '"good"'
	# and where the policy wants none, none is looked at
	asks none
	probe
	assert_equal "$(of a .signature)" null
}

@test "signature: unsigned, and only the tip counts" {
	offer -S
	offer
	verdict unsigned
	offer -S
	verdict good
	git_takes
}

@test "signature: one over other bytes, or for another purpose, is forged" {
	offer -S
	git -C work/a cat-file commit HEAD >signed
	sed 's/^more$/mine/' signed | object commit >forged
	publish "$(cat forged)"
	verdict forged
	git_refuses
	# that of one commit, pasted to another
	offer
	git -C work/a cat-file commit HEAD >plain
	{
		sed '/^$/,$d' plain
		sed -n '/^gpgsig/,/^ -----END/p' signed
		sed -n '/^$/,$p' plain
	} | object commit >forged
	publish "$(cat forged)"
	verdict forged
	git_refuses
	# by a trusted key, over these very bytes, but not for git
	ssh-keygen -q -Y sign -n file -f "$keys/alice" <plain >sig
	pasted plain sig gpgsig | object commit >forged
	publish "$(cat forged)"
	verdict forged 'it was made for something else than git'
	git_refuses
}

@test "signature: keys that are not allowed, not any more, not yet, not for git" {
	by ssh mallory
	offer -S
	verdict untrusted
	git_refuses
	by ssh old
	offer -S
	verdict expired
	# its date says that the key was valid: dates are the signer's to choose
	GIT_COMMITTER_DATE='2019-06-01T00:00:00Z' offer -S
	git_takes
	verdict expired
	cp "$keys/allowed" allowed
	asks commit "{\"allowed_signers\": \"$PWD/allowed\"}"
	mallory=$(cat "$keys/mallory.pub")
	by ssh mallory
	offer -S
	echo "m@example.org valid-after=\"29990101\" $mallory" >>allowed
	verdict expired
	echo "m@example.org namespaces=\"file,mail\" $mallory" >allowed
	verdict untrusted 'allowed_signers does not allow it for git'
	echo "m@example.org namespaces=\"git,mail\" $mallory" >allowed
	verdict good
	# at what instant is the cycle's to say
	echo "m@example.org valid-after=\"20300101\" $mallory" >allowed
	probe -a staging -t 2031-01-01T00:00:00Z
	assert_equal "$(of a .signature.state)" '"good"'
	probe -a staging -t 2029-12-31T23:59:59Z
	assert_equal "$(of a .signature.state)" '"expired"'
	# trusted for OpenPGP only
	jq 'del(.allowed_signers)' policy.json >new
	mv new policy.json
	verdict untrusted 'an ssh key, and the policy has no allowed_signers'
}

@test "signature: a certificate's authority, and what a principal may hold" {
	cp "$keys/mallory.pub" m.pub
	cp "$keys/mallory" m
	ssh-keygen -q -s "$keys/ca" -I id -n $'bo\e[31m\tb,carol@example.org' m.pub
	git config --global user.signingKey "$PWD/m-cert.pub"
	offer -S
	ca="cert-authority $(cat "$keys/ca.pub")"
	asks commit "{\"allowed_signers\": \"$PWD/allowed\"}"
	echo "carol@example.org $ca" >allowed
	verdict good
	assert_equal "$(of a .signature.signer)" '"carol@example.org"'
	echo "bo* $ca" >allowed
	verdict good
	assert_equal "$(of a .signature.signer)" '"bo?[31m?b"'
	echo "dora@example.org $ca" >allowed
	verdict untrusted
	# the authority does not sign by itself, nor a key without certificate
	by ssh mallory
	offer -S
	echo "*@example.org $ca" >allowed
	verdict untrusted
	by ssh ca
	offer -S
	verdict untrusted
}

@test "signature: OpenPGP: good, forged, untrusted, expired, revoked" {
	by openpgp ann@example.org
	offer -S
	verdict good
	git_takes
	assert_equal "$(of a '.signature | [.format, .signer, .key, .keys]')" \
	    "[\"openpgp\",\"Ann <ann@example.org>\",\"$(fingerprint ann@example.org)\",\"sha256:$(
	    sha256sum <"$keys/ring.gpg" | cut -d' ' -f1)\"]"
	git -C work/a cat-file commit HEAD | sed 's/^more$/mine/' |
	    object commit >forged
	publish "$(cat forged)"
	says BADSIG forged
	by openpgp eve@example.org
	offer -S
	verdict untrusted
	jq 'del(.keyring)' policy.json >new
	mv new policy.json
	verdict untrusted 'an OpenPGP key, and the policy has no keyring'
	asks commit
	# signed while the key was valid, by the signer's clock
	clock 20200101T010000
	by openpgp otto@example.org
	offer -S
	git config --global --unset gpg.program
	says EXPKEYSIG expired
	# and one that its owner took back afterwards
	by openpgp ron@example.org
	offer -S
	gpg -q --batch --export ron@example.org >ron.gpg
	asks commit "{\"keyring\": \"$PWD/ron.gpg\"}"
	verdict good
	revoke ron@example.org
	gpg -q --batch --export ron@example.org >ron.gpg
	says REVKEYSIG revoked
}

@test "signature: of tags that are listed at the tip one good one will do" {
	asks tag
	offer -S
	verdict unsigned
	git -C work/a tag light
	git -C work/a tag -a -m plain plain
	git -C work/a push -q origin light plain
	verdict unsigned
	assert_equal "$(of a .signature.tag)" '"plain"'
	by ssh mallory
	git -C work/a tag -s -m evil a-first
	git -C work/a push -q origin a-first
	verdict untrusted
	by ssh alice
	git -C work/a tag -s -m good v1
	git -C work/a push -q origin v1
	verdict good
	git -C work/a verify-tag v1
	assert_equal "$(of a '.signature | [.tag, .object, .signer]')" \
	    "[\"v1\",\"$(git_at work/a v1)\",\"alice@example.org\"]"
	# it is of no commit but that one
	offer -S
	verdict unsigned
	by openpgp ann@example.org
	git -C work/a tag -s -m good v2
	git -C work/a push -q origin v2
	verdict good
	git -C work/a verify-tag v2
	# without a place to stage it is not here
	git -C src/a fetch -q --no-tags
	probe
	assert_equal "$(of a '.signature | [.state, .tag]')" \
	    '["unfetched","v2"]'
	git -C src/a fetch -q --tags
	probe
	assert_equal "$(of a '.signature | [.state, .tag]')" '["good","v2"]'
}

@test "signature: tags over the network are listed and fetched by name" {
	asks tag '{"protocols": ["git"]}'
	git_serve "$PWD/up"
	member a "{\"remotes\": [{\"url\":
	    \"git://127.0.0.1:$git_port/a.git\", \"role\": \"primary\"}]}"
	offer
	verdict unsigned
	git -C work/a tag -s -m one v1
	git -C work/a push -q origin v1
	verdict good
	assert_equal "$(of a .signature.tag)" '"v1"'
	# with the commit here, the tag alone is brought
	git -C src/a fetch -q --no-tags
	rm -rf staging
	verdict good
	git_stop
}
