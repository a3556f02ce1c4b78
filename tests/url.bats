# lib/model/url: what is a URL, what is refused by name, what may be shown.
# shellcheck shell=bash

setup() {
	load helper
	here
	unit=${BUILD:-$top/build}/unit/url
}

# is LINE EXPECTED
is() {
	assert_equal "$1 = $(printf '%s\n' "$1" | "$unit")" "$1 = $2"
}

redacted() {
	assert_equal "$(printf '%s\n' "$1" | "$unit" -r)" "$2"
}

@test "url: the forms that git knows" {
	is /srv/git/lib.git 'file - - 0 /srv/git/lib.git /srv/git/lib.git'
	is ../up.git 'file - - 0 ../up.git ../up.git'
	is ./odd:name 'file - - 0 ./odd:name ./odd:name'
	is ././-odd 'file - - 0 ./-odd ./-odd'
	is file:///srv/lib 'file - - 0 /srv/lib /srv/lib'
	is git://git.example.org/lib 'git - git.example.org 0 /lib git://git.example.org/lib'
	is http://example.org:8080/a 'http - example.org 8080 /a http://example.org:8080/a'
	is https://example.org/a/b.git 'https - example.org 0 /a/b.git https://example.org/a/b.git'
	is ssh://git@example.org:2222/a 'ssh git example.org 2222 /a ssh://git@example.org:2222/a'
	is ssh://example.org/~me/a 'ssh - example.org 0 ~me/a ssh://example.org/~me/a'
	is git@example.org:a/b.git 'ssh git example.org 0 a/b.git git@example.org:a/b.git'
	is example.org:/a 'ssh - example.org 0 /a example.org:/a'
	is 'me@[::1]:a' 'ssh me ::1 0 a me@[::1]:a'
	is 'https://[2001:DB8::1]:8443/a' 'https - 2001:db8::1 8443 /a https://[2001:db8::1]:8443/a'
}

@test "url: the same place has one spelling" {
	is HTTPS://Example.ORG:443/A 'https - example.org 0 /A https://example.org/A'
	is ssh://example.org:22/a 'ssh - example.org 0 /a ssh://example.org/a'
	is file:///x 'file - - 0 /x /x'
	is file://localhost/x 'file - - 0 /x /x'
	is file:///a%20b 'file - - 0 /a b /a b'
	is /a//b/./c/ 'file - - 0 /a/b/c /a/b/c'
	is / 'file - - 0 / /'
	is . 'file - - 0 . .'
	is ./ 'file - - 0 . .'
	is ../../x/ 'file - - 0 ../../x ../../x'
	is '/a?b#c' 'file - - 0 /a?b#c /a?b#c'
}

@test "url: users and passwords are refused, but the plain user of ssh" {
	is https://me:secret@example.org/a 'refused: holds a password'
	is https://:@example.org/a 'refused: holds a password'
	is ssh://git:secret@example.org/a 'refused: holds a password'
	is git:secret@example.org:a 'refused: holds a password'
	is https://token@example.org/a 'refused: holds a user name, which belongs in credential.username'
	is git://me@example.org/a 'refused: holds a user, and git:// knows none'
	is https://a@b@example.org/a 'refused: holds a user name, which belongs in credential.username'
	is ssh://@example.org/a 'refused: its user is empty'
	is 'ssh://a$b@example.org/a' 'refused: its user holds a character that none may'
}

@test "url: queries and fragments are refused" {
	is https://example.org/a?token=x 'refused: holds a query or a fragment'
	is https://example.org/a#x 'refused: holds a query or a fragment'
	is https://example.org?x 'refused: holds a query or a fragment'
}

@test "url: remote helpers and unknown protocols are refused" {
	is 'ext::sh -c touch% /tmp/x' 'refused: asks for a remote helper'
	is fd::7 'refused: asks for a remote helper'
	is https::https://example.org/a 'refused: asks for a remote helper'
	is ftp://example.org/a 'refused: its protocol is none that Hermes speaks'
	is git+ssh://example.org/a 'refused: its protocol is none that Hermes speaks'
	is ://example.org/a 'refused: its protocol is none that Hermes speaks'
}

@test "url: what looks like an option is refused" {
	is -oProxyCommand=x 'refused: looks like an option'
	is --upload-pack=x 'refused: looks like an option'
	is ssh://-oProxyCommand=x/a 'refused: its host looks like an option'
	is ssh://-l@example.org/a 'refused: its user looks like an option'
	is me@-oProxyCommand=x:a 'refused: its host looks like an option'
	is example.org:-x 'refused: its path looks like an option'
}

@test "url: broken hosts, ports, paths and escapes are refused" {
	is '' 'refused: is empty'
	is https:///a 'refused: its host is empty'
	is https://exa%6dple.org/a 'refused: its host holds a character that none may'
	is 'https://exa mple.org/a' 'refused: its host holds a character that none may'
	is 'https://example.org\@evil.org/a' 'refused: holds a user name, which belongs in credential.username'
	is https://example.org:x/a 'refused: its port is no number'
	is https://example.org:65536/a 'refused: its port is above 65535'
	is https://example.org:99999999999999999999/a 'refused: its port is above 65535'
	is https://example.org:0/a 'refused: its port is 0'
	is https://example.org 'refused: its path is empty'
	is https://example.org// 'refused: its path is empty'
	is example.org: 'refused: its path is empty'
	is file://example.org/x 'refused: a file has no host'
	is file://x 'refused: its path is empty'
	is git://example.org/a%0ab 'refused: holds an escape that none may'
	is https://example.org/a%0Ab 'refused: holds an escape that none may'
	is ssh://example.org/a%00b 'refused: holds an escape that none may'
	is https://example.org/%zz 'refused: holds an escape that none may'
	is https://example.org/% 'refused: holds an escape that none may'
	is "$(printf 'https://example.org/a\rb')" 'refused: holds a control character'
	is "$(printf '/a\tb')" 'refused: holds a control character'
	is "$(printf '/a\xff')" 'refused: is not UTF-8'
	is 'file:///a%ff' 'refused: is not UTF-8'
	is 'https://[a.org]/a' 'refused: its host is no address, but in brackets'
	is '[::1' 'refused: its host holds a character that none may'
}

@test "url: a refusal never holds the value" {
	for url in 'https://u:s3cret@h/p' 'https://s3cret@h/p' 'u:s3cret@h:p' \
		'https://h/p?s3cret' 's3cret::x' 's3cret://h/p' \
		'https://s3cret!/p' 'https://h:s3cret/p'; do
		printf '%s\n' "$url" | "$unit" >out
		grep -q '^refused: ' out
		run -1 grep s3cret out
	done
}

@test "url: of any text secrets are cut out" {
	redacted https://me:s3cret@example.org/a https://example.org/a
	redacted https://s3cret@example.org/a https://example.org/a
	redacted 'https://example.org/a?token=s3cret' https://example.org/a
	redacted https://me:s3/cr@et@example.org/a https://example.org/a
	redacted ssh://git@example.org/a ssh://git@example.org/a
	redacted ssh://git:s3cret@example.org/a ssh://example.org/a
	redacted git@example.org:a git@example.org:a
	redacted me:s3cret@example.org:a 'me:***@example.org:a'
	redacted "fatal: unable to access 'https://u:p@h.org/x?t=1': odd" \
		"fatal: unable to access 'https://h.org/x': odd"
	redacted "$(printf 'a\tb\033[1m')" 'a b [1m'
	redacted 'https://example.org/@scope/a' 'https://example.org/@scope/a'
	redacted 'https://example.org:8443/a@b' 'https://example.org:8443/a@b'
	redacted /srv/git/lib.git /srv/git/lib.git
	redacted '' ''
}
