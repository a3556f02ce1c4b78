#include "note.h"
#include "base/alloc.h"
#include "json/utf8.h"
#include "model/reason.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 480

static bool
noted(const struct plan_repo *repo, const char *code)
{
	size_t i;

	for (i = 0; i < repo->code_count; i++)
		if (!strcmp(repo->codes[i], code))
			return true;

	return false;
}

/* The codes stay in the order of their ranks. */
void
note_fact(struct plan_repo *repo, const char *code)
{
	const char *own = reason_find(code)->code;
	size_t i;

	if (noted(repo, own))
		return;
	repo->codes = xgrow(repo->codes, repo->code_count, &repo->code_cap,
	    sizeof(*repo->codes));
	for (i = repo->code_count++; i > 0; i--) {
		if (reason_leading(repo->codes[i - 1], own) != own)
			break;
		repo->codes[i] = repo->codes[i - 1];
	}
	repo->codes[i] = own;
}

/*
 * One line of at most TEXT_MAX bytes, cut between characters, whatever an
 * operator, a path or another program put into it.
 */
static void
one_line(char *text)
{
	size_t i, step, len = strlen(text);
	uint32_t point;

	for (i = 0; i < len; i += step) {
		step = utf8_read(text + i, len - i, &point);
		if (!step || i + step > TEXT_MAX)
			break;
		if (point < ' ' || point == 0x7f)
			text[i] = ' ';
	}
	text[i] = '\0';
}

void
note(struct plan_repo *repo, const char *code, const char *fmt, ...)
{
	const struct reason *reason = reason_find(code);
	const char *own = reason->code;
	char text[TEXT_MAX + 8];
	va_list ap;

	note_fact(repo, own);
	if (reason->advice > repo->advice)
		repo->advice = reason->advice;
	if (repo->code && reason_leading(repo->code, own) != own)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	one_line(text);
	free(repo->why);
	repo->why = xstrdup(text);
	repo->code = own;
}
