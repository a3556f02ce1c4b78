# Windows (A5): their text, the zone's facts, DST. Expected instants are what
# date(1) says.

setup() {
	load helper
	here
	unit=${BUILD:-$top/build}/unit
}

# berlin NOW [-a|-d WINDOW]... - in 2025, with both changes of the year
berlin() {
	"$unit/window" "$1" 3600 -c 2025-03-30T01:00:00Z 7200 \
	    -c 2025-10-26T01:00:00Z 3600 "${@:2}" >out
}

at() { # 'TZ="Europe/Berlin" 2025-03-03 09:00' -> an instant
	date -u -d "$1" +%Y-%m-%dT%H:%M:%S.000Z
}

says() {
	assert_equal "$(cat out)" "$1"
}

@test "window: what is no window is refused, what is one is read" {
	local text
	for text in '' ' ' Mon- Mo 'Mon 9:00-17:00' 'Mon 09:00' '09:00-09:00' \
	    'Mon 09:00-25:00' 'Mon 09:60-10:00' 'Mon  09:00-10:00' 'Mon ' \
	    '24:00-01:00' 'Mon,' 'Mon-Fri 09:00-17:00 ' 'Monday' '-' '09:00-'; do
		run -65 "$unit/window" 2025-03-03T10:00:00Z 0 -a "$text"
	done
	for text in Mon mon-fri Mon,Wed 'Fri-Mon 22:00-02:00' '00:00-24:00' \
	    'Sat,Sun 09:00-17:00' '22:00-00:00' 'Mon-Tue,Thu-Fri 09:00-10:00'; do
		"$unit/window" 2025-03-03T10:00:00Z 0 -a "$text"
	done
}

@test "window: the first minute is inside, the last is not" {
	berlin "$(at 'TZ="Europe/Berlin" 2025-03-03 08:59:59')" \
	    -a 'Mon-Fri 09:00-17:00'
	says "opens $(at 'TZ="Europe/Berlin" 2025-03-03 09:00')"
	berlin "$(at 'TZ="Europe/Berlin" 2025-03-03 09:00')" \
	    -a 'Mon-Fri 09:00-17:00'
	says open
	berlin "$(at 'TZ="Europe/Berlin" 2025-03-03 16:59:59')" \
	    -a 'Mon-Fri 09:00-17:00'
	says open
	berlin "$(at 'TZ="Europe/Berlin" 2025-03-03 17:00')" \
	    -a 'Mon-Fri 09:00-17:00'
	says "opens $(at 'TZ="Europe/Berlin" 2025-03-04 09:00')"
}

@test "window: a weekend is waited out" {
	berlin "$(at 'TZ="Europe/Berlin" 2025-03-07 18:00')" \
	    -a 'Mon-Fri 09:00-17:00'
	says "opens $(at 'TZ="Europe/Berlin" 2025-03-10 09:00')"
}

@test "window: one that wraps past midnight belongs to the day it starts on" {
	berlin "$(at 'TZ="Europe/Berlin" 2025-03-08 01:30')" -a 'Fri 22:00-02:00'
	says open
	berlin "$(at 'TZ="Europe/Berlin" 2025-03-07 01:30')" -a 'Fri 22:00-02:00'
	says "opens $(at 'TZ="Europe/Berlin" 2025-03-07 22:00')"
	berlin "$(at 'TZ="Europe/Berlin" 2025-03-08 02:00')" -a 'Fri 22:00-02:00'
	says "opens $(at 'TZ="Europe/Berlin" 2025-03-14 22:00')"
}

@test "window: a range of days may wrap past Sunday" {
	berlin 2025-03-09T12:00:00Z -a Fri-Mon
	says open
	berlin 2025-03-05T12:00:00Z -a Fri-Mon
	says "opens $(at 'TZ="Europe/Berlin" 2025-03-07 00:00')"
}

@test "window: deny wins over allow, and its end opens" {
	berlin "$(at 'TZ="Europe/Berlin" 2025-03-03 12:10')" \
	    -a 'Mon-Fri 09:00-17:00' -d '12:00-13:00'
	says "opens $(at 'TZ="Europe/Berlin" 2025-03-03 13:00')"
	berlin "$(at 'TZ="Europe/Berlin" 2025-03-03 13:00')" \
	    -a 'Mon-Fri 09:00-17:00' -d '12:00-13:00'
	says open
	berlin 2025-03-03T11:10:00Z -d '12:00-13:00'
	says "opens 2025-03-03T12:00:00.000Z"
	berlin 2025-03-03T12:00:00Z -a Mon -d Mon
	says never
}

@test "window: without any it is always open" {
	berlin 2025-03-03T12:00:00Z
	says open
}

@test "window: of the hour that is skipped nothing is open (W2)" {
	berlin 2025-03-30T00:30:00Z -a '02:00-02:30'
	says "opens $(at 'TZ="Europe/Berlin" 2025-03-31 02:00')"
	berlin 2025-03-30T00:59:00Z -a '02:15-05:00'
	says "opens 2025-03-30T01:00:00.000Z"
	berlin 2025-03-30T01:00:00Z -a '02:15-05:00'
	says open
}

@test "window: the hour that comes twice is open both times (W2)" {
	berlin 2025-10-26T00:30:00Z -a '02:15-02:45'
	says open
	berlin 2025-10-26T01:30:00Z -a '02:15-02:45'
	says open
	berlin 2025-10-26T00:50:00Z -a '02:15-02:45'
	says "opens 2025-10-26T01:15:00.000Z"
}

@test "window: years before the Epoch are days too" {
	"$unit/window" 1969-12-31T23:30:00Z 0 -a 'Wed 23:00-24:00' >out
	says open
}
