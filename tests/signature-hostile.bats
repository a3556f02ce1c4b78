# Signatures as somebody with push rights on a mirror would make them, and
# what may go wrong around them.

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

@test "signature: a tag speaks of the commit and by the name that it signs" {
	asks tag
	offer
	git -C work/a tag -s -m good v1
	tag=$(git_at work/a v1)
	git -C up/a.git fetch -q "$PWD/work/a" v1
	git -C up/a.git update-ref refs/tags/v9 "$tag"
	verdict malformed 'the tag object has another name than its ref'
	git -C up/a.git update-ref -d refs/tags/v9
	# a tag of a tag
	git -C work/a -c advice.nestedTag=false tag -s -m outer outer v1
	git -C work/a push -q origin outer
	verdict malformed 'the tag does not name the commit itself'
	git -C up/a.git update-ref -d refs/tags/outer
	# another text in it, and another commit
	git -C work/a cat-file tag v1 >signed
	sed 's/^good$/evil/' signed | object tag >forged
	git -C work/a push -q origin "$(cat forged):refs/tags/v1"
	verdict forged
	run -1 git -C work/a verify-tag "$(cat forged)"
	offer
	sed "s/^object .*/object $(git_at work/a)/" signed | object tag >forged
	git -C work/a push -qf origin "$(cat forged):refs/tags/v1"
	verdict forged
	# a block of an earlier signature is part of what the later one signs
	git -C work/a tag -f -s -F "$PWD/signed" v1 >/dev/null
	git -C work/a push -qf origin v1
	verdict good
	git -C work/a verify-tag v1
}

@test "signature: shapes that git does not write are not taken" {
	offer -S
	git -C work/a cat-file commit HEAD >signed
	sed -n '/^gpgsig/,/^ -----END/p' signed >header
	# two of them
	sed '/^committer/r header' signed | object commit >odd
	publish "$(cat odd)"
	verdict malformed 'the commit has more than one'
	# a header for another hash is no part of what is signed
	sed 's/^gpgsig/gpgsig-sha256/' header >other
	sed '/^committer/r other' signed | object commit >odd
	publish "$(cat odd)"
	verdict good
	git_takes
	# one in the message, and one in a header that git wraps
	sed '/^gpgsig/,/^ -----END/d' signed >plain
	cat plain header | object commit >odd
	publish "$(cat odd)"
	verdict unsigned
	git_refuses
	{ echo 'mergetag object x'; sed 's/^/ /' header; } >other
	sed '/^committer/r other' plain | object commit >odd
	publish "$(cat odd)"
	verdict unsigned
	git_refuses
	# other kinds
	printf -- '-----BEGIN %s-----\nx\n-----END-----\n' 'SIGNED MESSAGE' >sig
	pasted plain sig gpgsig | object commit >odd
	publish "$(cat odd)"
	verdict unsupported 'an X.509 signature'
	assert_equal "$(of a .signature.format)" '"x509"'
	for kind in 'PGP MESSAGE' 'NEW SIGNATURE'; do
		printf -- '-----BEGIN %s-----\nx\n' "$kind" >sig
		pasted plain sig gpgsig | object commit >odd
		publish "$(cat odd)"
		verdict unsupported \
		    'neither ssh nor a detached OpenPGP signature'
	done
	# no sense in it, and too much of it
	for kind in SSH PGP; do
		printf -- '-----BEGIN %s SIGNATURE-----\nAAAA\n-----END %s SIGNATURE-----\n' \
		    $kind $kind >sig
		pasted plain sig gpgsig | object commit >odd
		publish "$(cat odd)"
		verdict malformed \
		    "$([ $kind = SSH ] && echo ssh-keygen || echo gpgv) does not take it"
	done
	{ echo '-----BEGIN SSH SIGNATURE-----'; head -c 70000 /dev/zero |
	    tr '\0' A; echo; } >sig
	pasted plain sig gpgsig | object commit >odd
	publish "$(cat odd)"
	verdict malformed 'it is longer than 64 KiB'
}

@test "signature: OpenPGP that brings its own text, or two verdicts" {
	by openpgp ann@example.org
	offer
	git -C work/a cat-file commit HEAD >plain
	# a good signature, over something else that comes with it
	echo harmless | gpg -q --batch -u ann@example.org -sa |
	    sed 's/PGP MESSAGE/PGP SIGNATURE/' >sig
	pasted plain sig gpgsig | object commit >odd
	publish "$(cat odd)"
	verdict malformed 'gpgv does not take it'
	# two in one block: one by a stranger
	rm sig
	gpg -q --batch -u ann@example.org -u eve@example.org -ab -o sig plain
	pasted plain sig gpgsig | object commit >odd
	publish "$(cat odd)"
	verdict malformed 'it is not one detached signature'
}

@test "signature: who verifies is not installed, or does not end" {
	mkdir bin
	for tool in hermes-probe gpgv; do
		ln -s "$(command -v $tool)" bin/
	done
	offer -S
	PATH=$PWD/bin run -0 "$PWD/bin/hermes-probe" -p policy.json -a staging \
	    <fleet.json
	jq -e '.probe.repos[0].signature |
	    .state == "missing-tool" and .detail == "ssh-keygen"' <<<"$output"
	by openpgp ann@example.org
	offer -S
	rm bin/gpgv
	PATH=$PWD/bin run -0 "$PWD/bin/hermes-probe" -p policy.json -a staging \
	    <fleet.json
	jq -e '.probe.repos[0].signature |
	    .state == "missing-tool" and .detail == "gpgv"' <<<"$output"
	printf '#!/bin/sh\nexec sleep 60.%s\n' $$ >bin/gpgv
	chmod +x bin/gpgv
	asks commit '{"probe_deadline_ms": 1500}'
	PATH=$PWD/bin:$PATH probe -a staging
	assert_equal "$(of a '[.reason, .signature.state]')" \
	    '["behind","timeout"]'
	assert_equal "$(pgrep -fxc "sleep 60.$$" || :)" 0
}

@test "signature: the verifiers get descriptors and write nothing" {
	offer -S
	git -C src/a fetch -q
	everything src up "$keys" "$HOME" >before
	mkdir bin
	for tool in ssh-keygen gpgv; do
		cat >bin/$tool <<-END
		#!/bin/sh
		{ echo "\$@"; env; pwd; ls -l /proc/self/fd; } >>$PWD/saw
		exec $(command -v $tool) "\$@"
		END
		chmod +x bin/$tool
	done
	GIT_DIR=/x GNUPGHOME=/x SSH_AUTH_SOCK=/x PATH=$PWD/bin:$PATH probe
	assert_equal "$(of a .signature.state)" '"good"'
	grep -qx 'PWD=/' saw
	run -1 grep -E '^(GIT_|GNUPG|SSH_|HERMES)' saw
	run -1 grep -F "$keys" saw
	assert_equal "$(grep -o 'memfd:[a-z]*' saw | sort -u | tr '\n' ' ')" \
	    'memfd:input memfd:keys memfd:signature '
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq \
	    -e trace=openat,open,creat,mkdir,rename,unlink,link \
	    -o calls hermes-probe -p policy.json <fleet.json >out.json
	run -1 grep -E 'O_CREAT|O_WRONLY|O_RDWR|creat\(|mkdir|rename|unlink|link\(' \
	    <(grep -v /dev/ calls)
	everything src up "$keys" "$HOME" >after
	diff before after
}

@test "signature: keys that others could change are refused" {
	asks commit '{"allowed_signers": null, "keyring": null}'
	refused 'policy.json: require_signature: commit: expected allowed_signers or keyring beside it, found none'
	asks commit '{"keyring": "ring.gpg"}'
	refused 'policy.json: keyring: expected an absolute path or null, found "ring.gpg"'
	k=$PWD/k
	asks none "{\"allowed_signers\": \"$k\"}"
	refused "policy.json: allowed_signers: $k: No such file or directory"
	: >k
	refused "policy.json: allowed_signers: $k: empty"
	cp "$keys/allowed" k
	hermes-probe -c -p policy.json <fleet.json
	chmod g+w k
	refused "policy.json: allowed_signers: $k: writable by others: $k"
	chmod g-w k
	mkdir d
	mv k d/k
	ln -s d/k k
	chmod o+w d
	refused "policy.json: allowed_signers: $k: writable by others: $PWD/d"
	chmod o-w d
	hermes-probe -c -p policy.json <fleet.json
	mv d src/a/d
	ln -sf src/a/d/k k
	refused "policy.json: allowed_signers: $k: an upstream commit could change it: it is in the checkout of a"
	rm k
	mkdir k
	refused "policy.json: allowed_signers: $k: not a regular file"
	rmdir k
	mkfifo k
	refused "policy.json: allowed_signers: $k: not a regular file"
	gpg -q --batch --armor --export ann@example.org >ring
	asks none "{\"keyring\": \"$PWD/ring\"}"
	refused "policy.json: keyring: $PWD/ring: armored: expected what gpg --export writes without --armor"
	# one repository's own
	asks none
	member a '{"policy": {"keyring": "/nowhere/k"}}'
	refused 'stdin: a: policy.keyring: /nowhere/k: No such file or directory'
	asks none '{"allowed_signers": null, "keyring": null}'
	member a '{"policy": {"require_signature": "tag"}}'
	refused 'stdin: repos[0].policy.require_signature: tag: expected allowed_signers or keyring beside it, found none'
}

@test "signature: a repository's own keys stand for the fleet's, not beside them" {
	repo_make b
	fleet a b
	by openpgp ann@example.org
	offer -S
	asks none
	echo "m@example.org $(cat "$keys/mallory.pub")" >allowed
	member a "{\"policy\": {\"require_signature\": \"commit\",
	    \"allowed_signers\": \"$PWD/allowed\"}}"
	upstream_commit b
	verdict untrusted 'an OpenPGP key, and the policy has no keyring'
	assert_equal "$(of b .signature)" null
	by ssh alice
	offer -S
	verdict untrusted
	by ssh mallory
	offer -S
	verdict good
}

@test "signature: of what was tampered with nothing is good that git refuses" {
	offer -S
	git -C work/a cat-file commit HEAD >signed
	taken=0
	for seed in {1..12}; do
		/usr/bin/python3 "$top/tests/signature/mutate.py" "$seed" <signed |
		    object commit >odd
		publish "$(cat odd)"
		probe -a staging
		[ "$(of a .signature.state)" = '"good"' ] || continue
		git_takes
		taken=$((taken + 1))
	done
	[ "$taken" -gt 0 ]
}
