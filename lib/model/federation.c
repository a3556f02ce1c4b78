#include "model/federation.h"
#include <string.h>

static const char *const roles[] = { "primary", "origin", "mirror", "cache",
	"fallback" };

int
federation_role(const char *role)
{
	int i;

	for (i = 0; i < (int)(sizeof(roles) / sizeof(*roles)); i++)
		if (role && !strcmp(role, roles[i]))
			return i;

	return -1;
}

bool
federation_role_known(const char *role)
{
	return federation_role(role) != -1;
}

const char *
federation_state_name(enum federation_state state)
{
	static const char *const names[] = { "primary", "promoted", "down" };

	return names[state];
}

const char *
federation_backing_name(enum federation_backing backing)
{
	static const char *const names[] = { "same", "part", "ahead",
		"unknown" };

	return names[backing];
}

void
federation_health_note(struct federation_health *health, bool good)
{
	if (!good) {
		health->good_count = 0;
		if (health->bad_count < FEDERATION_GOOD_COUNT)
			health->bad_count++;
		return;
	}
	if (health->good_count < FEDERATION_GOOD_COUNT)
		health->good_count++;
	if (health->good_count == FEDERATION_GOOD_COUNT)
		health->bad_count = 0;
}

static bool
primary(const struct federation_member *member)
{
	return federation_role(member->role) == 0;
}

static bool
steady(const struct federation_member *member)
{
	return member->health.bad_count == 0;
}

static bool
asked(const struct federation_member *member)
{
	return strcmp(member->class, "not-asked") != 0;
}

/* F3, F4 */
static bool
usable(const struct federation_member *member)
{
	return !strcmp(member->class, "ok") && member->tip && !member->stale &&
	       (primary(member) || member->proof != FEDERATION_DISPROVED);
}

/* F1, F2: below 0 where `a` is wanted more. */
static int
compare(const struct federation_member *a, const struct federation_member *b)
{
	if (primary(a) != primary(b))
		return primary(a) ? -1 : 1;
	if (steady(a) != steady(b))
		return steady(a) ? -1 : 1;
	if (federation_role(a->role) != federation_role(b->role))
		return federation_role(a->role) - federation_role(b->role);

	return strcmp(a->url, b->url);
}

/* Few members: insertion, which needs no context for its comparison. */
void
federation_order(const struct federation_member *members, size_t count,
    size_t *order)
{
	size_t i, k;

	for (i = 0; i < count; i++) {
		for (k = i;
		     k > 0 && compare(&members[i], &members[order[k - 1]]) < 0;
		     k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
}

/* Of two stand-ins: is `a` wanted more? F4 comes first. */
static bool
stands_better(const struct federation_member *a,
    const struct federation_member *b)
{
	bool unbacked = a->proof == FEDERATION_UNBACKED;

	if (unbacked != (b->proof == FEDERATION_UNBACKED))
		return !unbacked;

	return compare(a, b) < 0;
}

/* The most wanted member that is not the primary: usable, or not asked. */
static const struct federation_member *
stand_in(const struct federation_member *members, size_t count)
{
	const struct federation_member *best = NULL;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct federation_member *m = &members[i];

		if (primary(m) || (asked(m) && !usable(m)))
			continue;
		if (!best || stands_better(m, best))
			best = m;
	}

	return best;
}

/* F5: the member used last time, while the primary `p` is shaky. */
static const struct federation_member *
last_used(const struct federation_member *members, size_t count,
    const struct federation_member *p)
{
	size_t i;

	for (i = 0; i < count; i++) {
		const struct federation_member *m = &members[i];

		if (!m->last || primary(m))
			continue;
		if (!asked(m) || (usable(m) && !strcmp(m->tip, p->tip)))
			return m;
	}

	return NULL;
}

static struct federation_choice
choose(enum federation_state state, const struct federation_member *member,
    const char *why)
{
	struct federation_choice choice = { state, member, NULL, why };

	if (member && !asked(member)) {
		choice.member = NULL;
		choice.ask = member;
	}

	return choice;
}

struct federation_choice
federation_select(const struct federation_member *members, size_t count)
{
	const struct federation_member *p = NULL, *other;
	size_t i;

	for (i = 0; i < count; i++)
		if (primary(&members[i]) && (!p || compare(&members[i], p) < 0))
			p = &members[i];
	if (p && !asked(p))
		return choose(FEDERATION_PRIMARY, p, "the primary comes first");
	if (p && usable(p)) {
		other = steady(p) ? NULL : last_used(members, count, p);
		if (other)
			return choose(FEDERATION_PROMOTED, other,
			    "the primary is not steady yet and the member "
			    "used last has the same tip");
		return choose(FEDERATION_PRIMARY, p, "the primary answers");
	}
	other = stand_in(members, count);
	if (other)
		return choose(FEDERATION_PROMOTED, other,
		    "the primary is not usable and this member is the "
		    "healthiest that is");

	return choose(FEDERATION_DOWN, NULL, "no member is usable");
}
