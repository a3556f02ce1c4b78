# Which member of a federation is used (A7): federation_select.

setup() {
	load helper
	here
	unit=${BUILD:-$top/build}/unit
}

select_from() { # MEMBER...
	printf '%s\n' "$@" | "$unit/federation" >out
	# in any other order: the same answer
	printf '%s\n' "$@" | tac | "$unit/federation" >again
	cmp out again
}

chose() { # STATE MEMBER ASK
	assert_equal "$(sed -n 2,3p out)" "$1 $2"$'\n'"ask $3"
	assert_not_equal "$(sed -n 4p out)" ''
}

@test "federation: the primary is asked first, the others not at all" {
	select_from 'mirror m not-asked - - 0 0' 'primary p not-asked - - 0 0'
	assert_equal "$(head -n 1 out)" 'p m'
	chose primary - p
	select_from 'mirror m not-asked - - 0 0' 'primary p ok t - 1 0'
	chose primary p -
}

@test "federation: a primary that is down hands over, by role" {
	select_from 'primary p refused - - 0 1' 'fallback f not-asked - - 0 0' \
	    'cache c not-asked - - 0 0' 'mirror m not-asked - - 0 0' \
	    'origin o not-asked - - 0 0'
	assert_equal "$(head -n 1 out)" 'p o m c f'
	chose promoted - o
	select_from 'primary p refused - - 0 1' 'origin o dns - - 0 1' \
	    'mirror m ok t p 1 0' 'cache c ok t p 1 0'
	chose promoted m -
}

@test "federation: of one role the URL decides, not the order" {
	select_from 'primary p refused - - 0 1' 'mirror b ok t p 1 0' \
	    'mirror a ok t p 1 0'
	chose promoted a -
}

@test "federation: a steady member comes before one that failed lately" {
	select_from 'primary p refused - - 0 1' 'origin o ok t p 1 1' \
	    'cache c ok t p 3 0'
	chose promoted c -
}

@test "federation: a stale mirror is never used (F3)" {
	select_from 'primary p refused - - 0 1' 'mirror m ok t s 3 0' \
	    'fallback f ok u p 3 0'
	chose promoted f -
	select_from 'primary p refused - - 0 1' 'mirror m ok t s 3 0'
	chose down - -
}

@test "federation: a forked mirror is never used (F4)" {
	select_from 'primary p refused - - 0 1' 'mirror m ok t d 3 0'
	chose down - -
}

@test "federation: what the primary does not vouch for comes last (F4)" {
	select_from 'primary p refused - - 0 1' 'origin o ok t u 3 0' \
	    'fallback f not-asked - - 0 0'
	chose promoted - f
	select_from 'primary p refused - - 0 1' 'origin o ok t u 3 0' \
	    'fallback f ok v p 1 1'
	chose promoted f -
	select_from 'primary p refused - - 0 1' 'origin o ok t u 3 0' \
	    'fallback f refused - - 0 1'
	chose promoted o -
}

@test "federation: a mirror that lists nothing is never used" {
	select_from 'primary p timeout - - 0 1' 'mirror m empty-advert - - 0 1'
	chose down - -
	select_from 'primary p timeout - - 0 1' 'mirror m ok - - 1 0'
	chose down - -
}

@test "federation: all down, or none at all, is down" {
	select_from 'primary p refused - - 0 3' 'mirror m refused - - 0 3'
	chose down - -
	"$unit/federation" </dev/null >out
	chose down - -
}

@test "federation: a primary comes back after three good probes (F5)" {
	select_from 'primary p ok t - 1 3' 'mirror m not-asked - l 3 0'
	chose promoted - m
	select_from 'primary p ok t - 2 3' 'mirror m ok t lp 3 0'
	chose promoted m -
	select_from 'primary p ok t - 3 0' 'mirror m not-asked - l 3 0'
	chose primary p -
}

@test "federation: a shaky primary with news is used at once (F5)" {
	select_from 'primary p ok u - 1 1' 'mirror m ok t lp 3 0'
	chose primary p -
	select_from 'primary p ok u - 1 1' 'mirror m refused - l 0 1'
	chose primary p -
}

@test "federation: a shaky primary that never was replaced is used" {
	select_from 'primary p ok t - 1 2' 'mirror m not-asked - - 3 0'
	chose primary p -
}

@test "federation: health counts up to three and forgets after three" {
	assert_equal "$("$unit/federation" -h)" '0 good, 0 bad'
	assert_equal "$("$unit/federation" -h + + + + +)" '3 good, 0 bad'
	assert_equal "$("$unit/federation" -h + - - - -)" '0 good, 3 bad'
	assert_equal "$("$unit/federation" -h - + +)" '2 good, 1 bad'
	assert_equal "$("$unit/federation" -h - + + +)" '3 good, 0 bad'
}
