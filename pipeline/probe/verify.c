#include "verify.h"
#include "base/alloc.h"
#include "git/patience.h"
#include "proc/child.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATIENCE_MS 60000
#define GRACE_MS 100
#define OUTPUT_MAX ((size_t)64 << 10)
#define PRINCIPALS_MAX 16
#define TEXT_MAX 200 /* of who signed */
#define SIGNATURE_FD "/proc/self/fd/4"
#define KEYS_FD "/proc/self/fd/5"

struct task {
	struct verdict *verdict;
	const struct signature *signature;
	int fds[2]; /* 4 and 5 of the child: the signature, the keys */
	char time[sizeof("-Overify-time=YYYYMMDDHHMMSS")];
	struct child_result result;
};

static void
judge(struct task *task, enum signature_state state, const char *detail)
{
	task->verdict->state = state;
	task->verdict->detail = detail;
}

/* What is shown of who signed: no line, no escape, no end of it. */
static char *
shown(const char *text, size_t len)
{
	char *copy = xstrndup(text, len < TEXT_MAX ? len : TEXT_MAX);
	char *at;

	for (at = copy; *at != '\0'; at++)
		if (iscntrl((unsigned char)*at))
			*at = '?';

	return copy;
}

/* False where the child did not say anything that counts. */
static bool
run(struct task *task, const char *const *argv)
{
	char *path = xasprintf("PATH=%s", getenv("PATH") ? getenv("PATH") : "");
	const char *const env[] = { path, "LC_ALL=C", "TZ=UTC", "HOME=/",
		NULL };
	struct child_options options = { .argv = argv,
		.env = env,
		.cwd = "/",
		.input = buf_text(&task->signature->payload),
		.input_len = task->signature->payload.len,
		.fds = task->fds,
		.fd_count = 2,
		.deadline_ms = patience_left_ms(PATIENCE_MS),
		.grace_ms = GRACE_MS,
		.output_max = OUTPUT_MAX,
		.restrict_privileges = true };
	struct err err;
	bool ran = false;

	child_result_clear(&task->result);
	if (options.deadline_ms < 1)
		judge(task, SIGNATURE_TIMEOUT, NULL);
	else if (child_run(&options, &task->result, &err) == -1)
		judge(task, SIGNATURE_TIMEOUT, "no process could be started");
	else if (task->result.not_started)
		judge(task, SIGNATURE_MISSING_TOOL, argv[0]);
	else if (task->result.timed_out)
		judge(task, SIGNATURE_TIMEOUT, argv[0]);
	else if (task->result.signal != 0 || task->result.out_cut)
		judge(task, SIGNATURE_MALFORMED, "its verifier broke on it");
	else
		ran = true;
	free(path);

	return ran;
}

static bool
said(const struct task *task, const char *words)
{
	return strstr(buf_text(&task->result.err), words) != NULL;
}

/* ssh */

/* "... with ED25519 key SHA256:..." */
static void
take_key(struct task *task)
{
	const char *at = buf_text(&task->result.out), *found = NULL;

	while ((at = strstr(at, " key SHA256:")))
		found = at += 5;
	if (found && !task->verdict->key)
		task->verdict->key = shown(found, strcspn(found, " \n"));
}

/* Is it over this, for git, by whomever? */
static bool
ssh_holds(struct task *task)
{
	const char *const argv[] = { "ssh-keygen", "-Y", "check-novalidate",
		"-n", "git", "-s", SIGNATURE_FD, NULL };

	if (!run(task, argv))
		return false;
	if (task->result.exit_code == 0)
		take_key(task);
	else if (said(task, "namespace does not match"))
		judge(task, SIGNATURE_FORGED,
		    "it was made for something else than git");
	else if (said(task, "incorrect signature"))
		judge(task, SIGNATURE_FORGED, NULL);
	else
		judge(task, SIGNATURE_MALFORMED, "ssh-keygen does not take it");

	return task->result.exit_code == 0;
}

/* May this principal sign for git, and now? */
static bool
ssh_trusts(struct task *task, const char *principal)
{
	const char *const argv[] = { "ssh-keygen", "-Y", "verify", "-n", "git",
		"-f", KEYS_FD, "-I", principal, "-s", SIGNATURE_FD, task->time,
		NULL };

	if (!run(task, argv))
		return false;
	if (task->result.exit_code == 0) {
		judge(task, SIGNATURE_GOOD, NULL);
		task->verdict->signer = shown(principal, strlen(principal));
		return true;
	}
	if (said(task, "not permitted for use in signature namespace"))
		judge(task, SIGNATURE_UNTRUSTED,
		    "allowed_signers does not allow it for git");

	return false;
}

static void
ssh_find(struct task *task)
{
	const char *const argv[] = { "ssh-keygen", "-Y", "find-principals",
		"-f", KEYS_FD, "-s", SIGNATURE_FD, task->time, NULL };
	char *list, *at, *next = NULL;
	int count = 0;

	if (!run(task, argv))
		return;
	judge(task, SIGNATURE_UNTRUSTED, NULL);
	if (task->result.exit_code != 0 &&
	    (said(task, "key has expired") ||
		said(task, "key is not yet valid")))
		judge(task, SIGNATURE_EXPIRED, NULL);
	if (task->result.exit_code != 0)
		return;
	list = xstrdup(buf_text(&task->result.out));
	for (at = strtok_r(list, "\n", &next);
	     at && count++ < PRINCIPALS_MAX && !ssh_trusts(task, at);
	     at = strtok_r(NULL, "\n", &next))
		continue;
	free(list);
}

/* OpenPGP */

/* The verdicts of which there must be one, as git has it. */
static const struct {
	const char *word;
	enum signature_state state;
} words[] = {
	{ "GOODSIG ", SIGNATURE_GOOD },
	{ "BADSIG ", SIGNATURE_FORGED },
	{ "ERRSIG ", SIGNATURE_UNSUPPORTED },
	{ "EXPSIG ", SIGNATURE_EXPIRED },
	{ "EXPKEYSIG ", SIGNATURE_EXPIRED },
	{ "REVKEYSIG ", SIGNATURE_REVOKED },
};

struct status {
	size_t count; /* of verdicts */
	enum signature_state state;
	bool valid;  /* VALIDSIG was said */
	bool inside; /* what is signed came with the signature */
};

/* VALIDSIG ends with the primary key's fingerprint. */
static void
take_fingerprint(struct verdict *verdict, const char *line)
{
	const char *last = strrchr(line, ' ');

	if (last && last[1 + strspn(last + 1, "0123456789ABCDEF")] == '\0')
		verdict->key = shown(last + 1, strlen(last + 1));
}

static void
read_status(struct verdict *verdict, struct status *status, const char *line)
{
	const char *user;
	size_t i, len;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++) {
		len = strlen(words[i].word);
		if (strncmp(line, words[i].word, len) != 0)
			continue;
		status->count++;
		status->state = words[i].state;
		user = strchr(line + len, ' ');
		if (user && status->state == SIGNATURE_GOOD && !verdict->signer)
			verdict->signer = shown(user + 1, strlen(user + 1));
	}
	if (strncmp(line, "VALIDSIG ", 9) == 0 && !verdict->key) {
		status->valid = true;
		take_fingerprint(verdict, line);
	}
	if (strncmp(line, "NO_PUBKEY ", 10) == 0)
		status->state = SIGNATURE_UNTRUSTED;
	if (strncmp(line, "PLAINTEXT", 9) == 0)
		status->inside = true;
}

static void
gpg_verify(struct task *task)
{
	const char *const argv[] = { "gpgv", "--homedir", "/nonexistent",
		"--status-fd", "1", "--keyring", KEYS_FD, SIGNATURE_FD, "-",
		NULL };
	static const char prefix[] = "[GNUPG:] ";
	struct status status = { .state = SIGNATURE_MALFORMED };
	char *at = NULL, *next = NULL;

	if (!run(task, argv))
		return;
	if (task->result.out.len > 0)
		at = strtok_r(task->result.out.data, "\n", &next);
	for (; at; at = strtok_r(NULL, "\n", &next))
		if (strncmp(at, prefix, sizeof(prefix) - 1) == 0)
			read_status(task->verdict, &status,
			    at + sizeof(prefix) - 1);
	if (status.count > 1 || status.inside)
		judge(task, SIGNATURE_MALFORMED,
		    "it is not one detached signature");
	else if (status.count == 0)
		judge(task, SIGNATURE_MALFORMED, "gpgv does not take it");
	else if (status.state == SIGNATURE_GOOD &&
		 (!status.valid || task->result.exit_code != 0))
		judge(task, SIGNATURE_MALFORMED, "gpgv does not vouch for it");
	else
		judge(task, status.state, NULL);
}

static int
memory_of(const struct buf *bytes)
{
	int fd = memfd_create("signature", MFD_CLOEXEC);

	if (fd != -1 &&
	    pwrite(fd, bytes->data, bytes->len, 0) != (ssize_t)bytes->len) {
		close(fd);
		return -1;
	}

	return fd;
}

static void
hand_over(struct task *task, const struct keys_file *keys, instant now)
{
	char text[INSTANT_SIZE] = "", *to = task->time;
	const char *at;

	to = stpcpy(to, "-Overify-time=");
	instant_format(now, text);
	for (at = text; *at != '\0' && *at != '.'; at++)
		if (isdigit((unsigned char)*at))
			*to++ = *at;
	*to = '\0';
	task->verdict->keys = keys->hash;
	task->fds[1] = keys->fd;
	task->fds[0] = memory_of(&task->signature->text);
	if (task->fds[0] == -1)
		judge(task, SIGNATURE_TIMEOUT, "out of memory");
	else if (task->signature->format == SIGNATURE_OPENPGP)
		gpg_verify(task);
	else if (ssh_holds(task))
		ssh_find(task);
	if (task->fds[0] != -1)
		close(task->fds[0]);
}

void
verify(struct verdict *verdict, const struct signature *signature,
    const struct keys_pair *keys, instant now)
{
	struct task task = { .verdict = verdict, .signature = signature };
	bool ssh = signature->format == SIGNATURE_SSH;
	const struct keys_file *file =
	    ssh ? keys->allowed_signers : keys->keyring;

	*verdict = (struct verdict){ .format = signature->format };
	if (signature->fault)
		judge(&task, SIGNATURE_MALFORMED, signature->fault);
	else if (signature->format == SIGNATURE_NONE)
		judge(&task, SIGNATURE_UNSIGNED, NULL);
	else if (signature->format == SIGNATURE_X509)
		judge(&task, SIGNATURE_UNSUPPORTED, "an X.509 signature");
	else if (signature->format == SIGNATURE_OTHER)
		judge(&task, SIGNATURE_UNSUPPORTED,
		    "neither ssh nor a detached OpenPGP signature");
	else if (!file)
		judge(&task, SIGNATURE_UNTRUSTED,
		    ssh ? "an ssh key, and the policy has no allowed_signers"
			: "an OpenPGP key, and the policy has no keyring");
	else
		hand_over(&task, file, now);
	child_result_clear(&task.result);
}

void
verdict_clear(struct verdict *verdict)
{
	free(verdict->signer);
	free(verdict->key);
	*verdict = (struct verdict){ 0 };
}
