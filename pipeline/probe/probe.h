/*
 * probe - the whole run: what its parts share
 *
 * Everything here is made before the first worker is forked, or between two
 * rounds, so that workers see it as it is; they change none of it.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "base/instant.h"
#include "base/map.h"
#include "git/gitconfig.h"
#include "json/doc.h"
#include "keys.h"
#include "listing.h"
#include "model/fleet.h"
#include "model/policy.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What a worker found out about one repository. */
struct probe_repo {
	char *row; /* owned; its JSON text; NULL: not yet */
	size_t row_len;
	bool waits;   /* for the listings that it wants */
	bool again;   /* its host broke before it was looked at */
	bool warned;  /* its host is not to be asked, and its worker knows */
	bool placed;  /* device and inode are set */
	dev_t device; /* of the common dir */
	ino_t inode;
	const char *duplicate_of; /* borrowed; a repo_key; or NULL */
	const char *host;         /* borrowed; the one it waits for; or NULL */
	char *moved;              /* owned; data of upstream.moved; or NULL */
};

struct probe {
	const struct fleet *fleet;   /* borrowed */
	const struct policy *policy; /* borrowed */
	const struct keys *keys;     /* borrowed; whose signatures count */
	instant now;                 /* the cycle's */
	char *self;                  /* owned; the running program */
	char *staging; /* owned; real path of the folder; NULL: fetch nothing */
	char *desk;    /* owned; where workers may ask git (desk.h) */
	struct gitconfig user; /* the user's and the system's, without what
				  is included on conditions */
	struct map known;      /* repo_key -> its row of memory.state */
	struct map health;     /* url -> its row of memory.remote_health */
	struct map staged;     /* key on disk -> itself: what staging holds */
	char **staged_keys;    /* owned; what the map borrows */
	size_t staged_count, staged_cap;
	struct listings listings;
	struct probe_repo *repos; /* owned; one for each of the fleet's */
};

#endif
