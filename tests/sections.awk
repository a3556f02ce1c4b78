# The sections of a man page stand in the order of the style, and an .Nd line
# is there; concepts and files (5, 7) may leave sections out, programs (1)
# have NAME, SYNOPSIS, DESCRIPTION, EXIT STATUS, EXAMPLES and SEE ALSO.
BEGIN {
	count = split("NAME:SYNOPSIS:DESCRIPTION:ENVIRONMENT:FILES:EXIT STATUS:" \
	    "EXAMPLES:DIAGNOSTICS:SEE ALSO:CAVEATS", order, ":")
	for (i = 1; i <= count; i++)
		place[order[i]] = i
	must = "NAME:SYNOPSIS:DESCRIPTION:EXIT STATUS:EXAMPLES:SEE ALSO"
}
function fault(text) {
	print page ": " text
	bad = 1
}
function finish(   i, n, names) {
	if (page ~ /\.1$/) {
		n = split(must, names, ":")
		for (i = 1; i <= n; i++)
			if (!(names[i] in seen))
				fault("no section " names[i])
	}
	split("", seen)
	last = 0
}
FNR == 1 {
	if (page)
		finish()
	page = FILENAME
}
/^\.Sh / {
	name = substr($0, 5)
	if (!(name in place))
		fault("unknown section " name)
	else if (place[name] <= last)
		fault("section " name " is out of order")
	else
		last = place[name]
	seen[name] = 1
}
END {
	finish()
	exit bad
}
