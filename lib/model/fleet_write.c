/* The writing half of fleet.h. */
#include "json/jw.h"
#include "model/fleet.h"
#include <string.h>

static void
remotes_write(const struct fleet_repo *repo, struct jw *jw)
{
	const struct fleet_remote *remote;
	size_t i;

	jw_array(jw, "remotes");
	for (i = 0; i < repo->remote_count; i++) {
		remote = &repo->remotes[i];
		jw_object(jw, NULL);
		if (remote->remote != NULL)
			jw_text(jw, "remote", remote->remote);
		else
			jw_text(jw, "url", remote->url);
		jw_text(jw, "role", remote->role);
		jw_end(jw);
	}
	jw_end(jw);
}

static void
checks_write(const struct fleet_repo *repo, struct jw *jw)
{
	const struct fleet_check *check;
	size_t i;

	jw_array(jw, "checks");
	for (i = 0; i < repo->check_count; i++) {
		check = &repo->checks[i];
		jw_object(jw, NULL);
		jw_list(jw, "argv", &check->argv);
		jw_text(jw, "at", check->at);
		jw_text(jw, "need", check->need);
		jw_int(jw, "timeout_s", check->timeout_s);
		jw_end(jw);
	}
	jw_end(jw);
}

static void
repo_write(const struct fleet_repo *repo, struct jw *jw)
{
	jw_object(jw, NULL);
	jw_text(jw, "repo_key", repo->repo_key);
	jw_text(jw, "path", repo->path);
	jw_text(jw, "branch", repo->branch);
	jw_list(jw, "depends_on", &repo->depends_on);
	jw_list(jw, "after", &repo->after);
	jw_list(jw, "groups", &repo->groups);
	remotes_write(repo, jw);
	checks_write(repo, jw);
	jw_raw(jw, "policy", repo->policy, strlen(repo->policy));
	jw_bool(jw, "trust_config", repo->trust_config);
	jw_end(jw);
}

void
fleet_write(const struct fleet *fleet, struct buf *out)
{
	struct jw jw;
	size_t i;

	jw_init(&jw, out);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", "hermes.fleet/1");
	jw_array(&jw, "repos");
	for (i = 0; i < fleet->count; i++)
		repo_write(&fleet->repos[i], &jw);
	jw_end(&jw);
	jw_end(&jw);
}
