#include "open.h"
#include "base/alloc.h"
#include "desk.h"
#include "git/endpoint.h"
#include "git/lib.h"
#include "git/rewrite.h"
#include "health.h"
#include "json/jw.h"
#include "memory.h"
#include "model/cycle.h"
#include "model/event.h"
#include "probe.h"
#include "resources.h"
#include "rounds.h"
#include "stage/cycle.h"
#include "telemetry.h"
#include "zones.h"
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SOURCE "hermes-probe"

/* A file that a person wrote: what is wrong with it is EX_CONFIG (P3). */
static int
read_file(struct doc *doc, const char *path, struct err *err)
{
	FILE *in = fopen(path, "re");
	int rc;

	if (!in)
		return err_sys(err, EX_CONFIG, "%s", path);
	rc = doc_read(doc, in, path, err);
	fclose(in);
	if (rc == -1 && err->code == EX_DATAERR)
		err->code = EX_CONFIG;

	return rc;
}

int
open_document(struct doc *in, const struct probe_options *options,
    struct err *err)
{
	const char *path = options->fleet_path;

	if (!path)
		return doc_read(in, stdin, "stdin", err);
	if (read_file(in, path, err) == -1)
		return -1;
	if (doc_is(in, "hermes.fleet/1", err) == 0)
		return 0;
	err->code = EX_CONFIG;

	return -1;
}

static int
read_policy_file(struct policy *policy, const char *path, struct err *err)
{
	struct doc file = { 0 };
	struct json *root = NULL;
	int rc = read_file(&file, path, err);

	if (rc == 0)
		root = json_parse_checked(file.bytes.data, file.bytes.len, err);
	if (!root)
		rc = -1;
	else
		rc = policy_read(policy, root, path, err);
	json_free(root);
	doc_clear(&file);

	return rc;
}

static int
read_fleet(struct doc *in, const struct policy *policy, struct fleet *fleet,
    struct err *err)
{
	const char *home = getenv("HOME");
	struct json *root;
	int rc;

	root = json_parse_checked(in->bytes.data, in->bytes.len, err);
	if (!root)
		return -1;
	rc = fleet_read(fleet, root, policy, home, in->place, err);
	json_free(root);

	return rc;
}

int
open_config(struct doc *in, const struct probe_options *options,
    struct policy *policy, struct fleet *fleet, struct keys *keys,
    struct err *err)
{
	const char *schema = json_text(doc_get(in, "schema"));
	bool cycle = schema && strcmp(schema, "hermes.cycle/1") == 0;
	const struct json *root;
	const struct zone_places places = {
		options->policy_path ? options->policy_path : "stdin: policy",
		in->place,
	};
	struct buf zones = { 0 };
	int rc;

	if (!cycle && doc_is(in, "hermes.fleet/1", err) == -1)
		return -1;
	if (options->policy_path)
		rc = read_policy_file(policy, options->policy_path, err);
	else
		rc = policy_read(policy, cycle ? doc_get(in, "policy") : NULL,
		    "stdin: policy", err);
	if (rc == -1)
		return -1;
	if (!cycle)
		rc = read_fleet(in, policy, fleet, err);
	else if (!(root = doc_need(in, "fleet", err)))
		rc = -1;
	else
		rc = fleet_read(fleet, root, policy, getenv("HOME"),
		    "stdin: fleet", err);
	if (rc == 0)
		rc = keys_read(keys, policy,
		    options->policy_path ? options->policy_path
					 : "stdin: policy",
		    fleet, in->place, err);
	if (rc == 0) /* do the zones exist? */
		rc = zones_write(policy, fleet, &places, 0, &zones, err);
	buf_clear(&zones);

	return rc;
}

/* The members before "probe". */
static int
put_head(struct doc *doc, const struct probe_options *options,
    const struct policy *policy, const struct fleet *fleet, struct err *err)
{
	struct buf zones = { 0 }, text = { 0 };
	struct cycle cycle;
	int rc;

	if (stage_cycle(doc, options->real_at, NULL, err) == -1 ||
	    cycle_get(doc, &cycle, err) == -1)
		return -1;
	rc = zones_write(policy, fleet,
	    &(struct zone_places){ "policy", "fleet" }, cycle.real_at, &zones,
	    err);
	if (rc == 0) {
		policy_write(policy, buf_text(&zones), &text);
		doc_put(doc, "policy", &text);
		fleet_write(fleet, &text);
		doc_put(doc, "fleet", &text);
		rc = memory_add(doc, options->memory, err);
	}
	buf_clear(&zones);
	buf_clear(&text);

	return rc;
}

static void
index_rows(struct map *map, const struct json *rows, const char *key)
{
	const struct json *row;

	for (row = json_first(rows); row; row = json_next(row))
		if (json_get_text(row, key))
			map_put(map, json_get_text(row, key), (void *)row);
}

static void
list_staged(struct probe *probe)
{
	DIR *dir = opendir(probe->staging);
	struct dirent *entry;
	char *key;

	while (dir && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		key = xstrdup(entry->d_name);
		probe->staged_keys =
		    xgrow(probe->staged_keys, probe->staged_count,
			&probe->staged_cap, sizeof(*probe->staged_keys));
		probe->staged_keys[probe->staged_count++] = key;
		map_put(&probe->staged, key, key);
	}
	if (dir)
		closedir(dir);
}

/* Who can write there could have it lead elsewhere. */
static int
check_folder(const char *path, struct err *err)
{
	struct stat st;

	if (stat(path, &st) == -1)
		return err_sys(err, EX_CONFIG, "%s", path);
	if (st.st_uid != geteuid())
		return err_set(err, EX_CONFIG,
		    "%s: expected a folder of ours, found owner %ju", path,
		    (uintmax_t)st.st_uid);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(err, EX_CONFIG,
		    "%s: others may write to it, found mode %04o", path,
		    (unsigned)(st.st_mode & 07777));

	return 0;
}

/* An absolute folder to stage in, made where it is missing. */
static int
make_staging(struct probe *probe, const struct probe_options *options,
    struct err *err)
{
	char *path;
	int rc = -1;

	if (!options->staging && !options->state)
		return 0;
	path = options->staging ? xstrdup(options->staging)
				: xasprintf("%s/staging", options->state->path);
	if (mkdir(path, 0700) == -1 && errno != EEXIST)
		err_sys(err, EX_IOERR, "%s", path);
	else if (!(probe->staging = realpath(path, NULL)))
		err_sys(err, EX_IOERR, "%s", path);
	else if ((rc = check_folder(probe->staging, err)) == 0)
		list_staged(probe);
	free(path);

	return rc;
}

static int
begin(struct probe *probe, struct doc *doc, const struct probe_options *options,
    struct err *err)
{
	const struct json *memory = doc_get(doc, "memory");
	struct cycle cycle;

	if (cycle_get(doc, &cycle, err) == -1)
		return -1;
	probe->now = cycle.real_at;
	breaker_begin(&probe->listings.breaker,
	    json_get(memory, "remote_health"), cycle.real_at);
	rewrite_user_config(&probe->user, NULL);
	if (make_staging(probe, options, err) == -1 || git_start(err) == -1 ||
	    endpoint_start(err) == -1)
		return -1;
	probe->desk = desk_choose(probe->staging);
	probe->self = realpath("/proc/self/exe", NULL);
	index_rows(&probe->known, json_get(json_get(memory, "state"), "repos"),
	    "repo_key");
	index_rows(&probe->health,
	    json_get(json_get(memory, "remote_health"), "remotes"), "url");

	return 0;
}

static void
put_probe(struct doc *doc, const struct probe *probe,
    const struct resources *resources)
{
	struct buf text = { 0 };
	int64_t host_count;
	struct jw jw;
	size_t i;

	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_array(&jw, "repos");
	for (i = 0; i < probe->fleet->count; i++)
		jw_raw(&jw, NULL, probe->repos[i].row, probe->repos[i].row_len);
	jw_end(&jw);
	listing_write_hosts(&probe->listings, &jw);
	resources_write(resources, "resources", &jw);
	jw_bool(&jw, "offline", listing_offline(&probe->listings, &host_count));
	jw_end(&jw);
	doc_put(doc, "probe", &text);
}

static void
tell_started(struct doc *doc, const struct probe *probe)
{
	const struct event event = { .source = SOURCE,
		.type = "hermes.cycle.started" };
	struct buf data = { 0 };
	struct jw jw;

	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_int(&jw, "repo_count", (int64_t)probe->fleet->count);
	jw_text(&jw, "policy_digest",
	    json_get_text(doc_get(doc, "policy"), "digest"));
	jw_end(&jw);
	event_add(doc, &event, &data);
	buf_clear(&data);
}

static void
tell_moved(struct doc *doc, const struct probe *probe)
{
	struct event event = { .source = SOURCE,
		.type = "hermes.upstream.moved" };
	struct buf data = { 0 };
	size_t i;

	for (i = 0; i < probe->fleet->count; i++) {
		if (!probe->repos[i].moved)
			continue;
		event.subject = probe->fleet->repos[i].repo_key;
		buf_puts(&data, probe->repos[i].moved);
		event_add(doc, &event, &data);
	}
	buf_clear(&data);
}

static void
tell_pressure(struct doc *doc, const struct resources *resources,
    const char *before)
{
	const struct event event = { .source = SOURCE,
		.type = "hermes.pressure.changed" };
	const char *class = resources_class_name(resources->class);
	struct buf data = { 0 };
	struct jw jw;

	if (!before)
		before = "none";
	if (strcmp(before, class) == 0)
		return;
	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_text(&jw, "from", before);
	jw_text(&jw, "to", class);
	jw_text(&jw, "reason", resources->reason);
	jw_end(&jw);
	event_add(doc, &event, &data);
	buf_clear(&data);
}

/* What is known now goes into the document, into events, and into STATE. */
static int
report(struct doc *doc, const struct probe *probe,
    const struct probe_options *options, struct err *err)
{
	const char *before =
	    json_get_text(json_get(doc_get(doc, "memory"), "state"),
		"pressure");
	struct resources resources = { 0 };
	struct cycle cycle;

	resources_read(&resources, "",
	    options->memory ? options->memory->path : NULL);
	resources_classify(&resources, before);
	put_probe(doc, probe, &resources);
	tell_started(doc, probe);
	tell_moved(doc, probe);
	tell_pressure(doc, &resources, before);
	if (health_note(doc, probe, options->state, err) == -1 ||
	    cycle_get(doc, &cycle, err) == -1)
		return -1;

	return options->state ? resources_keep(&resources, options->state,
				    cycle.real_at, err)
			      : 0;
}

static void
clear(struct probe *probe)
{
	size_t i;

	for (i = 0; probe->repos && i < probe->fleet->count; i++) {
		free(probe->repos[i].row);
		free(probe->repos[i].moved);
	}
	free(probe->repos);
	for (i = 0; i < probe->staged_count; i++)
		free(probe->staged_keys[i]);
	free(probe->staged_keys);
	free(probe->staging);
	free(probe->desk);
	free(probe->self);
	gitconfig_clear(&probe->user);
	map_clear(&probe->known);
	map_clear(&probe->health);
	map_clear(&probe->staged);
	listings_clear(&probe->listings);
}

int
open_cycle(struct doc *doc, const struct probe_options *options,
    const struct policy *policy, const struct fleet *fleet,
    const struct keys *keys, struct err *err)
{
	struct probe probe = { .fleet = fleet, .policy = policy, .keys = keys };
	int rc;

	if (put_head(doc, options, policy, fleet, err) == -1)
		return -1;
	rc = begin(&probe, doc, options, err);
	progress_begin(&probe.listings.progress, options->watched,
	    fleet->count);
	if (rc == 0)
		rc = rounds_run(&probe, err);
	progress_end(&probe.listings.progress);
	if (rc == 0)
		rc = report(doc, &probe, options, err);
	clear(&probe);
	git_stop();

	return rc;
}
