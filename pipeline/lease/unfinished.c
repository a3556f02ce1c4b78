#include "unfinished.h"

int
unfinished_read(struct unfinished *unfinished, const struct state *state,
    struct err *err)
{
	struct journals *journals = &unfinished->journals;
	struct journal *journal;
	size_t i;

	if (journals_read(journals, state, err) == -1)
		return -1;
	for (i = 0; i < journals->count; i++) {
		journal = &journals->list[i];
		if (journal->done)
			continue;
		map_put(&unfinished->open,
		    json_get_text(journal->root, "repo_key"), journal);
		map_put(&unfinished->open,
		    json_get_text(journal->root, "common_dir"), journal);
	}

	return 0;
}

const struct journal *
unfinished_on(const struct unfinished *unfinished, const char *repo_key,
    const char *common_dir)
{
	const struct journal *journal = map_get(&unfinished->open, repo_key);

	return journal ? journal : map_get(&unfinished->open, common_dir);
}

int64_t
unfinished_last_token(const struct unfinished *unfinished)
{
	const struct journals *journals = &unfinished->journals;

	return journals->count ? journals->list[journals->count - 1].token : 0;
}

void
unfinished_clear(struct unfinished *unfinished)
{
	map_clear(&unfinished->open);
	journals_clear(&unfinished->journals);
}
