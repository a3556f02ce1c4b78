# Each reason code that a remote leads to: a fixture of its own, real servers,
# and what hermes-reasons(7) says to do about it does it.

bats_require_minimum_version 1.5.0

setup_file() {
	load helper
	load fleet
	load answers
	load reasons
	here
	answers_start
	silence_start
	tls_start
	ssh_made
	export answers_pid local=http://localhost:${web##*:}
	echo '{"schema": "hermes.policy/1", "probe_deadline_ms": 2500,
	    "protocols": ["file", "http", "https", "ssh"]}' >policy.json
	build ask
	looked before -a staging
	treat ask
	looked after -a staging
}

teardown_file() {
	load answers
	answers_stop
	silence_stop
	kill "$tls_pid" 2>/dev/null || :
}

setup() {
	load helper
	load fleet
	load reasons
	here
	cd "$BATS_FILE_TMPDIR/here" || return
}

# tls_start - $tls answers 404, with a certificate that only it vouches for
tls_start() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
	    -addext subjectAltName=DNS:localhost \
	    -keyout key.pem -out cert.pem 2>/dev/null
	/usr/bin/python3 - 3>&- <<-'END' &
	import http.server, ssl
	class Handler(http.server.BaseHTTPRequestHandler):
	    def do_GET(self):
	        self.send_error(404)
	    def log_message(self, *_):
	        pass
	server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
	context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	context.load_cert_chain("cert.pem", "key.pem")
	server.socket = context.wrap_socket(server.socket, server_side=True)
	open("port", "w").write(str(server.server_port) + "\n")
	server.serve_forever()
	END
	export tls_pid=$!
	soon grep -qs . port
	tls=https://localhost:$(<port)
	export tls
}

# ssh_made - one that says what OpenSSH 9 says, by the host
ssh_made() {
	mkdir bin
	cat >bin/ssh <<-'END'
	#!/bin/bash
	case ${*: -2:1} in
	ssh-auth) echo 'git@x: Permission denied (publickey,password).' ;;
	hostkey-mismatch)
		echo '@  WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!  @'
		echo 'Host key verification failed.'
		;;
	hostkey-unknown)
		echo 'No ED25519 host key is known for x and you have requested strict checking.'
		echo 'Host key verification failed.'
		;;
	esac >&2
	exit 255
	END
	chmod +x bin/ssh
	export PATH=$PWD/bin:$PATH
	unset GIT_SSH GIT_SSH_COMMAND
}

# upstream_is URL - the checkout's, which is one commit behind its true one
upstream_is() {
	commit
	git -C "$DIR" remote set-url origin "$1"
}

# well - the remote is as it should be again
well() {
	git -C "$DIR" remote set-url origin "$URL"
}

@test "ask: every code has a remote that leads to it, and no more than that" {
	expected ask | diff - <(told before)
}

@test "ask: the class is the endpoint's" {
	holding ask before
	jq -r '.probe.repos[] | "\(.repo_key) \(.endpoints[0].class)"' \
	    before.json >classes
	awk '$1 != $2' classes | diff - /dev/null
}

@test "ask: what the page says to do clears the code, or it passes by itself" {
	cleared ask after
	diff - hopeless <<-'END'
	hostkey-mismatch
	hostkey-unknown
	ssh-auth
	END
}
