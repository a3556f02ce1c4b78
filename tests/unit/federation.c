/*
 * federation - stdin's members, one a line: role url class tip flags good bad
 * (tip "-": none; flags of s stale, l last, p proved, u unbacked, d disproved,
 * "-"):
 * their order, then what is chosen
 *
 * federation -h [+|-]... - what a URL's health is after good and bad probes
 */
#include "model/federation.h"
#include <stdio.h>
#include <string.h>

#define MEMBERS 16

struct line {
	char role[16], url[64], class[32], tip[48], flags[8];
};

static int
health(char *argv[])
{
	struct federation_health known = { 0, 0 };

	for (; *argv; argv++)
		federation_health_note(&known, !strcmp(*argv, "+"));
	printf("%d good, %d bad\n", known.good_count, known.bad_count);

	return 0;
}

static enum federation_proof
proof(const char *flags)
{
	if (strchr(flags, 'd'))
		return FEDERATION_DISPROVED;
	if (strchr(flags, 'u'))
		return FEDERATION_UNBACKED;

	return strchr(flags, 'p') ? FEDERATION_PROVED : FEDERATION_UNPROVED;
}

int
main(int argc, char *argv[])
{
	struct federation_member members[MEMBERS] = { 0 };
	struct federation_choice choice;
	struct line lines[MEMBERS];
	size_t order[MEMBERS], count = 0, i;
	struct line *l = lines;

	if (argc > 1)
		return health(argv + 2);
	while (count < MEMBERS &&
	       scanf("%15s %63s %31s %47s %7s %d %d", l->role, l->url, l->class,
		   l->tip, l->flags, &members[count].health.good_count,
		   &members[count].health.bad_count) == 7) {
		members[count].role = l->role;
		members[count].url = l->url;
		members[count].class = l->class;
		members[count].tip = strcmp(l->tip, "-") ? l->tip : NULL;
		members[count].stale = strchr(l->flags, 's') != NULL;
		members[count].last = strchr(l->flags, 'l') != NULL;
		members[count].proof = proof(l->flags);
		count++;
		l++;
	}
	federation_order(members, count, order);
	for (i = 0; i < count; i++)
		printf("%s%s", i ? " " : "", members[order[i]].url);
	choice = federation_select(members, count);
	printf("\n%s %s\nask %s\n%s\n", federation_state_name(choice.state),
	    choice.member ? choice.member->url : "-",
	    choice.ask ? choice.ask->url : "-", choice.why);

	return 0;
}
