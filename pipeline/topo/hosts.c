#include "hosts.h"
#include "base/alloc.h"
#include "json/jw.h"
#include <stdlib.h>
#include <string.h>

static int
compare(const void *a, const void *b)
{
	const struct host_use *left = a, *right = b;
	int order = strcmp(left->host, right->host);

	if (!order)
		order = strcmp(left->repo_key, right->repo_key);

	return order ? order : strcmp(left->url, right->url);
}

void
hosts_read(struct hosts *hosts, const struct json *probe_repos)
{
	const struct json *row, *at;

	for (row = json_first(probe_repos); row; row = json_next(row))
		for (at = json_first(json_get(row, "endpoints")); at;
		     at = json_next(at)) {
			if (!json_get_text(at, "host"))
				continue;
			hosts->uses = xgrow(hosts->uses, hosts->count,
			    &hosts->cap, sizeof(*hosts->uses));
			hosts->uses[hosts->count++] = (struct host_use){
				.host = json_get_text(at, "host"),
				.repo_key = json_get_text(row, "repo_key"),
				.url = json_get_text(at, "url"),
			};
		}
	if (hosts->count)
		qsort(hosts->uses, hosts->count, sizeof(*hosts->uses), compare);
}

size_t
hosts_end(const struct hosts *hosts, size_t from)
{
	size_t end = from;

	while (end < hosts->count &&
	       !strcmp(hosts->uses[end].host, hosts->uses[from].host))
		end++;

	return end;
}

bool
hosts_shared(const struct hosts *hosts, size_t from, size_t end)
{
	return strcmp(hosts->uses[from].repo_key,
	    hosts->uses[end - 1].repo_key);
}

/* The repositories or the URLs of one host, each once; both are sorted. */
static void
repos_write(const struct hosts *hosts, size_t from, size_t end, struct jw *jw)
{
	const char *last = NULL;

	jw_array(jw, "repo_keys");
	for (; from < end; from++)
		if (!last || strcmp(last, hosts->uses[from].repo_key)) {
			last = hosts->uses[from].repo_key;
			jw_text(jw, NULL, last);
		}
	jw_end(jw);
}

static void
endpoints_write(const struct hosts *hosts, size_t from, size_t end,
    struct jw *jw)
{
	const struct host_use *use;

	jw_array(jw, "endpoints");
	for (; from < end; from++) {
		use = &hosts->uses[from];
		jw_object(jw, NULL);
		jw_text(jw, "repo_key", use->repo_key);
		jw_text(jw, "url", use->url);
		jw_end(jw);
	}
	jw_end(jw);
}

void
hosts_write(const struct hosts *hosts, const struct json *budgets,
    struct buf *out)
{
	const char *host;
	size_t from, end;
	struct jw jw;

	jw_init(&jw, out);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", "hermes.federation_topology_state/1");
	jw_array(&jw, "hosts");
	for (from = 0; from < hosts->count; from = end) {
		end = hosts_end(hosts, from);
		host = hosts->uses[from].host;
		jw_object(&jw, NULL);
		jw_text(&jw, "host", host);
		jw_int(&jw, "budget",
		    json_get_int(budgets, host,
			json_get_int(budgets, "default", 4)));
		jw_bool(&jw, "shares_budget", hosts_shared(hosts, from, end));
		repos_write(hosts, from, end, &jw);
		endpoints_write(hosts, from, end, &jw);
		jw_end(&jw);
	}
	jw_end(&jw);
	jw_end(&jw);
	buf_putc(out, '\n');
}

void
hosts_clear(struct hosts *hosts)
{
	free(hosts->uses);
	*hosts = (struct hosts){ 0 };
}
