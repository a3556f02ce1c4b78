#include "word.h"
#include "base/alloc.h"
#include "json/jw.h"
#include "model/cycle.h"
#include "model/event.h"
#include "model/fleet.h"
#include "model/url.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WHY_MAX 4096
#define OID_LEN 40

/* What a word must and may have, as option letters; `about`: one of these. */
static const struct rule {
	const char *name;
	const char *about;
	const char *must;
	const char *may;
} rules[] = {
	{ "commit.cleared", "r", "w", "o" },
	{ "cycle.failed", "", "fn", "w" },
	{ "hold.cleared", "rgH", "w", "" },
	{ "hold.set", "rgH", "w", "x" },
	{ "lease.broken", "r", "w", "k" },
	{ "repo.retired", "r", "w", "" },
};

#define RULE_COUNT (sizeof(rules) / sizeof(*rules))

static const struct rule *
find_rule(const char *name, struct err *err)
{
	size_t i;

	for (i = 0; i < RULE_COUNT; i++)
		if (strcmp(rules[i].name, name) == 0)
			return &rules[i];
	err_set(err, EX_USAGE,
	    "expected commit.cleared, cycle.failed, hold.cleared, hold.set, "
	    "lease.broken or repo.retired, found \"%.80s\"",
	    name);
	return NULL;
}

/* What the word is about: exactly one thing. */
static int
check_about(const struct rule *rule, const struct word *word, struct err *err)
{
	const char *letter;
	int count = 0;

	for (letter = rule->about; *letter != '\0'; letter++)
		count += word->given[(unsigned char)*letter] != NULL;
	if (count == 1 || *rule->about == '\0')
		return 0;

	return err_set(err, EX_USAGE, "%s: %s: %s", rule->name,
	    rule->about[1] != '\0' ? "-r, -g or -H" : "-r",
	    count > 0 ? "only one of them" : "missing");
}

static int
check_options(const struct rule *rule, const struct word *word, struct err *err)
{
	const char *letter;
	int c;

	if (check_about(rule, word, err) == -1)
		return -1;
	for (letter = rule->must; *letter != '\0'; letter++)
		if (word->given[(unsigned char)*letter] == NULL)
			return err_set(err, EX_USAGE, "%s: -%c: missing",
			    rule->name, *letter);
	for (c = 1; c <= UCHAR_MAX; c++)
		if (word->given[c] != NULL && strchr(rule->about, c) == NULL &&
		    strchr(rule->must, c) == NULL &&
		    strchr(rule->may, c) == NULL)
			return err_set(err, EX_USAGE, "%s: -%c: not for it",
			    rule->name, c);
	return 0;
}

/* A whole number from min to max; -1 where it is none. */
static int64_t
number(const char *text, int64_t min, int64_t max)
{
	long long n;
	char *end;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' ||
	    n < min || n > max)
		return -1;
	return n;
}

/* `+N` and a unit, from `now`. */
static int
parse_span(const char *text, instant now, instant *out)
{
	static const char units[] = "smhd";
	static const int64_t unit_ms[] = { 1000, 60000, 3600000, 86400000 };
	const char *unit;
	long long n;
	char *end;

	if (text[0] != '+' || text[1] < '0' || text[1] > '9')
		return -1;
	errno = 0;
	n = strtoll(text + 1, &end, 10);
	if (errno != 0 || *end == '\0' || end[1] != '\0' ||
	    (unit = strchr(units, *end)) == NULL || n > 1000000000)
		return -1;
	*out = now + n * unit_ms[unit - units];
	return 0;
}

static int
put_expiry(struct jw *jw, const char *text, instant now, struct err *err)
{
	char plain[INSTANT_SIZE];
	instant at;

	if ((parse_span(text, now, &at) == -1 &&
		instant_parse(text, &at) == -1) ||
	    instant_format(at, plain) == -1)
		return err_set(err, EX_USAGE,
		    "-x: expected an instant or +N[smhd], found \"%.80s\"",
		    text);
	if (at <= now)
		return err_set(err, EX_USAGE,
		    "-x: expected an instant to come, found %s", plain);
	jw_text(jw, "expires_at", plain);
	return 0;
}

static int
put_number(struct jw *jw, const char *name, char letter, const char *text,
    int64_t max, struct err *err)
{
	int64_t n = number(text, 1, max);

	if (n == -1)
		return err_set(err, EX_USAGE,
		    "-%c: expected 1 to %lld, found \"%.80s\"", letter,
		    (long long)max, text);
	jw_int(jw, name, n);
	return 0;
}

static int
put_oid(struct jw *jw, const char *text, struct err *err)
{
	if (strlen(text) != OID_LEN ||
	    strspn(text, "0123456789abcdef") != OID_LEN)
		return err_set(err, EX_USAGE,
		    "-o: expected 40 hex digits, found \"%.80s\"", text);
	jw_text(jw, "oid", text);
	return 0;
}

static int
put_text(struct jw *jw, const char *name, char letter, const char *text,
    struct err *err)
{
	size_t len = strlen(text);

	if (len == 0 || len > WHY_MAX)
		return err_set(err, EX_USAGE,
		    "-%c: expected 1 to %d bytes, found %zu", letter, WHY_MAX,
		    len);
	jw_bytes(jw, name, text, len);
	return 0;
}

/* The members of data, each by its option; what the word is about is the
 * subject instead. */
static const struct member {
	char letter;
	const char *name;
} members[] = {
	{ 'f', "stage" },
	{ 'n', "exit_code" },
	{ 'o', "oid" },
	{ 'k', "token" },
	{ 'w', "why" },
	{ 'x', "expires_at" },
};

static int
put_member(struct jw *jw, const struct member *member, const char *text,
    instant now, struct err *err)
{
	if (text == NULL) {
		jw_null(jw, member->name);
		return 0;
	}
	switch (member->letter) {
	case 'k':
		return put_number(jw, member->name, 'k', text, JSON_INT_MAX,
		    err);
	case 'n':
		return put_number(jw, member->name, 'n', text, 255, err);
	case 'o':
		return put_oid(jw, text, err);
	case 'x':
		return put_expiry(jw, text, now, err);
	default:
		return put_text(jw, member->name, member->letter, text, err);
	}
}

static int
put_data(struct buf *data, const struct rule *rule, const struct word *word,
    instant now, struct err *err)
{
	const char *text;
	struct jw jw;
	size_t i;

	jw_init(&jw, data);
	jw_object(&jw, NULL);
	for (i = 0; i < sizeof(members) / sizeof(*members); i++) {
		if (strchr(rule->must, members[i].letter) == NULL &&
		    strchr(rule->may, members[i].letter) == NULL)
			continue;
		text = word->given[(unsigned char)members[i].letter];
		if (put_member(&jw, &members[i], text, now, err) == -1)
			return -1;
	}
	jw_text(&jw, "author", word->author);
	jw_end(&jw);
	return 0;
}

/* A host as it stands in a URL, in lower case; owned, or NULL. */
static char *
host_of(const char *text)
{
	const char *colon = strchr(text, ':');
	bool six = colon != strrchr(text, ':');
	char *whole = xasprintf(six ? "ssh://[%s]/x" : "ssh://%s/x", text);
	struct url url = { 0 };
	const char *why;
	char *host = NULL;

	if (url_parse(&url, whole, &why) == 0 && url.user == NULL &&
	    (colon == NULL || six) && strcmp(url.path, "/x") == 0)
		host = xstrdup(url.host);
	url_clear(&url);
	free(whole);

	return host;
}

/* `*subject` is the caller's to free; NULL where the word has none. */
static int
subject_of(const struct word *word, char **subject, struct err *err)
{
	const char *repo = word->given['r'], *group = word->given['g'];
	const char *host = word->given['H'];
	char *plain;

	*subject = NULL;
	if (repo != NULL && !fleet_key_valid(repo))
		return err_set(err, EX_USAGE,
		    "-r: expected a repo_key, found \"%.80s\"", repo);
	if (group != NULL && !fleet_key_valid(group))
		return err_set(err, EX_USAGE,
		    "-g: expected a group, found \"%.80s\"", group);
	if (repo != NULL) {
		*subject = xstrdup(repo);
	} else if (group != NULL) {
		*subject = xasprintf("group:%s", group);
	} else if (host != NULL) {
		plain = host_of(host);
		if (plain == NULL)
			return err_set(err, EX_USAGE,
			    "-H: expected a host, found \"%.80s\"", host);
		*subject = xasprintf("host:%s", plain);
		free(plain);
	}

	return 0;
}

int
word_add(struct doc *doc, const struct word *word, struct err *err)
{
	const struct rule *rule = find_rule(word->name, err);
	char *subject;
	struct buf data = { 0 }, type = { 0 };
	struct cycle cycle;
	int rc;

	if (rule == NULL || check_options(rule, word, err) == -1 ||
	    cycle_get(doc, &cycle, err) == -1 ||
	    subject_of(word, &subject, err) == -1)
		return -1;
	rc = put_data(&data, rule, word, cycle.real_at, err);
	if (rc == 0) {
		buf_printf(&type, "hermes.%s", rule->name);
		event_add(doc,
		    &(struct event){ .source = "hermes-event",
			.type = buf_text(&type),
			.subject = subject,
			.more = word->given['f'] },
		    &data);
	}
	buf_clear(&data);
	buf_clear(&type);
	free(subject);
	return rc;
}
