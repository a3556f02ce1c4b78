/*
 * history REPO - for each pair of commits on stdin `AHEAD BEHIND RELATED`, as
 * change_relate() has them
 */
#include "git/change.h"
#include <stdio.h>

int
main(int argc, char *argv[])
{
	char before[OID_SIZE], tip[OID_SIZE];
	struct change_relation relation;
	struct err err;

	if (argc != 2 || git_start(&err) == -1)
		return 1;
	while (scanf("%40s %40s", before, tip) == 2)
		if (change_relate(&relation, argv[1], before, tip, &err) == -1)
			printf("%s\n", err.text);
		else
			printf("%lld %lld %d\n",
			    (long long)relation.ahead_count,
			    (long long)relation.behind_count, relation.related);
	git_stop();

	return 0;
}
