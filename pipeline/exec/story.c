#include "story.h"
#include "json/jw.h"
#include "store/journal.h"
#include <string.h>

static void
story_text(const struct apply *apply, bool done, struct buf *out)
{
	const char *events;
	struct jw jw;
	size_t len;

	jw_init(&jw, out);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", JOURNAL_SCHEMA);
	jw_int(&jw, "token", apply->token);
	jw_text(&jw, "cycle", apply->cycle);
	jw_text(&jw, "repo_key", apply->repo_key);
	jw_text(&jw, "path", apply->path);
	jw_any_text(&jw, "git_dir", target_git_dir(apply->target));
	jw_any_text(&jw, "common_dir", target_common_dir(apply->target));
	jw_text(&jw, "strategy", apply->strategy);
	jw_text(&jw, "branch", apply->branch);
	jw_text(&jw, "before", apply->before);
	jw_text(&jw, "after", apply->after);
	jw_text(&jw, "role", apply->role);
	jw_text(&jw, "url", apply->url);
	jw_int(&jw, "owed_count", apply->owed_count);
	jw_bool(&jw, "done", done);
	events = doc_raw(&apply->said, "events", &len);
	if (events != NULL) {
		jw_raw(&jw, "events", events, len);
	} else {
		jw_array(&jw, "events");
		jw_end(&jw);
	}
	jw_end(&jw);
	buf_putc(out, '\n');
}

int
story_write(const struct apply *apply, bool done, struct err *err)
{
	struct buf text = { 0 };
	int rc;

	story_text(apply, done, &text);
	rc = journal_write(apply->state, apply->name, &text, err);
	buf_clear(&text);

	return rc;
}
