#include "git/keyring.h"
#include "base/hash.h"
#include "git/patience.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SLOT_COUNT 64 /* keys; a probe that meets more asks more often */
#define STEP_MS 5

enum state { UNUSED, NONE, HELD, TAKEN };

/* Everything but `state` is written under the slot's lock, before it. */
struct slot {
	_Atomic int state;
	_Atomic int refused_count;
	char key[HASH_HEX_SIZE];
	struct keyring_entry entry;
};

static struct slot *slots; /* shared; NULL: no keyring */
static int locks = -1;     /* byte i locks slot i; of a process, so that its
			      death unlocks */

void
keyring_begin(void)
{
	size_t size = SLOT_COUNT * sizeof(*slots);
	void *memory;

	if (slots)
		return;
	locks = memfd_create("keyring", MFD_CLOEXEC);
	if (locks == -1)
		return;
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return;
	madvise(memory, size, MADV_DONTDUMP);
	mlock2(memory, size, MLOCK_ONFAULT);
	slots = memory;
}

static bool
lock(size_t i, short type)
{
	struct flock range = { .l_type = type,
		.l_whence = SEEK_SET,
		.l_start = (off_t)i,
		.l_len = 1 };

	return fcntl(locks, F_SETLK, &range) == 0;
}

static enum keyring_found
answer(const struct slot *slot, int state, struct keyring_entry *entry)
{
	if (state == NONE)
		return KEYRING_NONE;
	if (state == HELD && atomic_load(&slot->refused_count) >= KEYRING_TRIES)
		return KEYRING_REFUSED;
	*entry = slot->entry;

	return KEYRING_FOUND;
}

/* Is the slot the key's, or to be had? -1: another's, 0: had, 1: to be had
 * (only with the lock). */
static int
look(const struct slot *slot, const char *key, int state)
{
	if (state == UNUSED)
		return 1;

	return strcmp(slot->key, key) == 0 ? 0 : -1;
}

static void
pause_briefly(void)
{
	poll(NULL, 0, STEP_MS);
}

/* 1: `slot` is locked and ours to fill, 0: it holds the key, -1: another. */
static int
take_slot(size_t i, const char *key)
{
	struct slot *slot = &slots[i];
	int found;

	for (;;) {
		found = look(slot, key, atomic_load(&slot->state));
		if (found != 1)
			return found;
		if (lock(i, F_WRLCK))
			break;
		if (patience_left_ms(STEP_MS) == 0)
			return -2;
		pause_briefly();
	}
	found = look(slot, key, atomic_load(&slot->state));
	if (found == 1)
		memcpy(slot->key, key, sizeof(slot->key));
	else
		lock(i, F_UNLCK);

	return found;
}

/* A key may be long, and a secret: its hash stands for it. */
static size_t
name(const char *key, char out[HASH_HEX_SIZE])
{
	struct hash hash;

	hash_init(&hash);
	hash_add(&hash, key, strlen(key));
	hash_hex(&hash, out);

	return (size_t)(out[0] + 16 * out[1]) % SLOT_COUNT;
}

enum keyring_found
keyring_get(const char *key, struct keyring_entry *entry)
{
	char hex[HASH_HEX_SIZE];
	size_t at, i;
	int found;

	if (!slots)
		return KEYRING_ASK;
	at = name(key, hex);
	for (i = 0; i < SLOT_COUNT; i++, at = (at + 1) % SLOT_COUNT) {
		found = take_slot(at, hex);
		if (found == -2)
			return KEYRING_BUSY;
		if (found == 1)
			return KEYRING_ASK;
		if (found == 0)
			return answer(&slots[at], atomic_load(&slots[at].state),
			    entry);
	}

	return KEYRING_ASK;
}

/* The slot of `key`, whatever its state; or NULL. */
static struct slot *
find(const char *key, size_t *at)
{
	char hex[HASH_HEX_SIZE];
	size_t i;

	if (!slots)
		return NULL;
	*at = name(key, hex);
	for (i = 0; i < SLOT_COUNT; i++, *at = (*at + 1) % SLOT_COUNT)
		if (strcmp(slots[*at].key, hex) == 0)
			return &slots[*at];

	return NULL;
}

void
keyring_put(const char *key, const char *user, const char *password)
{
	size_t at;
	struct slot *slot = find(key, &at);
	bool held = user && password && strlen(user) < KEYRING_TEXT_MAX &&
		    strlen(password) < KEYRING_TEXT_MAX;

	if (!slot || atomic_load(&slot->state) != UNUSED)
		return;
	if (held) {
		snprintf(slot->entry.user, KEYRING_TEXT_MAX, "%s", user);
		snprintf(slot->entry.password, KEYRING_TEXT_MAX, "%s",
		    password);
	}
	atomic_store(&slot->state, held ? HELD : NONE);
	lock(at, F_UNLCK);
}

void
keyring_judge(const char *key, bool taken)
{
	size_t at;
	struct slot *slot = find(key, &at);
	int held = HELD;

	if (slot && taken)
		atomic_compare_exchange_strong(&slot->state, &held, TAKEN);
	else if (slot)
		atomic_fetch_add(&slot->refused_count, 1);
}
