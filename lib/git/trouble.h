/*
 * trouble - how the last conversation with a remote ended
 *
 * libgit2 hands an error's text through its smart transport and loses what
 * it meant; the transports below it (http.h, ssh.h) say it here in the words
 * of hermes-reasons(7), and who called libgit2 asks afterwards. One a
 * process: a worker speaks to one remote at a time.
 */
#ifndef GIT_TROUBLE_H
#define GIT_TROUBLE_H

#include <stddef.h>
#include <stdint.h>

struct trouble {
	const char *code;       /* static; a remote reason code; NULL: none */
	long status;            /* HTTP status or exit status of ssh; 0: none */
	int64_t retry_after_ms; /* 429 and 503; 0: not said */
	char detail[256];       /* one line; may be empty; never a remote's
				   own words (P9) */
};

void trouble_clear(void);

/* Note what went wrong; the first one noted stays. `detail` is ours, or the
 * system's; NULL where the code says it all. */
void trouble_set(const char *code, long status, const char *detail);
void trouble_retry_after(int64_t ms);

/* Borrowed; code is NULL where all went well. */
const struct trouble *trouble_last(void);

/*
 * The reason code for what git-upload-pack, a git daemon or libgit2 said, and
 * NULL where no phrase is known. The phrases are data, in this file only.
 */
const char *trouble_code_of(const char *said, size_t len);

/*
 * The reason code for how ssh ended: by its exit status first (255 is ssh's
 * own, all others are of what ran on the other side), by its words last.
 * `status` -1: a signal ended it. Never NULL.
 */
const char *trouble_code_of_ssh(int status, const char *said, size_t len);

#endif
