/*
 * hosts - which hosts serve which repositories
 */
#ifndef TOPO_HOSTS_H
#define TOPO_HOSTS_H

#include "base/buf.h"
#include "json/value.h"
#include <stdbool.h>
#include <stddef.h>

struct host_use {
	const char *host; /* all borrowed from the document */
	const char *repo_key;
	const char *url;
};

struct hosts {
	struct host_use *uses; /* owned; sorted by host, repo_key, url */
	size_t count, cap;
};

/* Every endpoint that has a host, of the probe's rows. */
void hosts_read(struct hosts *hosts, const struct json *probe_repos);

/* The uses of one host are uses[from] .. uses[its end - 1]. */
size_t hosts_end(const struct hosts *hosts, size_t from);

/* Does more than one repository use the host whose uses stand there? */
bool hosts_shared(const struct hosts *hosts, size_t from, size_t end);

/* federation_topology_state.json; `budgets` is policy.remote_budgets. */
void hosts_write(const struct hosts *hosts, const struct json *budgets,
    struct buf *out);

void hosts_clear(struct hosts *hosts);

#endif
