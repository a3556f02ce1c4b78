#include "world.h"
#include "base/alloc.h"
#include "json/jw.h"
#include "model/cycle.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* L9: what the operator said of leases, by the state view. */
static void
break_leases(struct world *world, const struct json *view)
{
	const struct json *row = json_first(json_get(view, "repos"));
	const struct json *said;
	struct lease_word word;

	for (; row; row = json_next(row)) {
		said = json_get(row, "lease_broken");
		if (json_type(said) != JSON_OBJECT)
			continue;
		word = (struct lease_word){
			.seq = json_get_int(said, "seq", 0),
			.token = json_get_int(said, "token", 0),
			.why = json_get_text(said, "why"),
			.author = json_get_text(said, "author"),
		};
		if (json_get_text(row, "repo_key"))
			lease_break(&world->table,
			    json_get_text(row, "repo_key"), &word);
	}
}

int
world_of_document(struct world *world, struct doc *doc, struct err *err)
{
	const struct json *file = json_get(doc_get(doc, "memory"), "leases");
	char *place;
	struct cycle cycle;
	int rc;

	if (cycle_get(doc, &cycle, err) == -1)
		return -1;
	world->dry = true;
	world->now = (struct lease_now){ cycle.real_at, cycle.boot_ms,
		cycle.boot_id, cycle.host };
	place = xasprintf("%s: memory.leases", doc->place);
	if (json_type(file) == JSON_NULL)
		file = NULL;
	rc = lease_read(&world->table, file, place, err);
	lease_judge(&world->table, &world->now, NULL);
	break_leases(world, json_get(doc_get(doc, "memory"), "state"));
	free(place);

	return rc;
}

static int
read_leases(struct world *world, const struct state *state, struct err *err)
{
	char *place = xasprintf("%s/" LEASE_FILE, state->path);
	struct json *file = NULL;
	struct buf text = { 0 };
	int rc = state_read(state, LEASE_FILE, &text, err);

	world->no_file = rc == 0;
	if (rc == 1) {
		file = json_parse(text.data, text.len, place, err);
		rc = file ? lease_read(&world->table, file, place, err) : -1;
	}
	json_free(file);
	buf_clear(&text);
	free(place);

	return rc;
}

/* One that is damaged or gone costs no more than a denial said again. */
static void
read_agents(struct world *world, const struct state *state)
{
	struct buf text = { 0 };
	struct err err;

	if (state_read(state, AGENT_FILE, &text, &err) == 1)
		world->agents = json_parse(text.data, text.len, "agents", &err);
	buf_clear(&text);
}

/* A parent that died leaves us to another, who lives for ever. */
static int
find_holder(struct world *world, pid_t pid, struct err *err)
{
	pid_t parent = getppid();

	if (pid == 0 && getsid(parent) != getsid(0))
		return err_set(err, EX_DATAERR,
		    "holder: the parent is of another session, or gone: say "
		    "-o PID");
	if (pid == 0)
		pid = parent;
	world->holder = (struct lease_holder){ world->host, pid,
		host_process_start(pid), world->clock.boot_id };
	if (!world->holder.start_ticks)
		return err_set(err, EX_DATAERR, "holder: no process %" PRId64,
		    (int64_t)pid);

	return 0;
}

int
world_of_state(struct world *world, const struct state *state, pid_t pid,
    struct err *err)
{
	if (host_now(&world->clock, err) == -1 ||
	    host_name(world->host, err) == -1)
		return -1;
	world->now = (struct lease_now){ world->clock.real_at,
		world->clock.boot_ms, world->clock.boot_id, world->host };
	if (find_holder(world, pid, err) == -1)
		return -1;
	read_agents(world, state);

	return read_leases(world, state, err);
}

static bool
holder_exists(const struct lease_holder *holder)
{
	return host_process_start((pid_t)holder->pid) == holder->start_ticks;
}

/* It may be damaged or gone: the document's memory was checked by probe, this
 * only adds to it. */
static void
read_view(struct world *world, const struct state *state)
{
	struct buf text = { 0 };
	struct err err;

	if (state_read(state, "auto_safe_upgrade_state.json", &text, &err) == 1)
		world->view = json_parse(text.data, text.len, "view", &err);
	buf_clear(&text);
}

/* L4: every token is in the lease file, in a journal, or in the ledger, which
 * is known by its views. */
static int
check_tokens(const struct world *world, const struct state *state, int64_t seq,
    struct err *err)
{
	if (!world->no_file || seq >= world->ledger.seq)
		return 0;

	return err_set(err, EX_DATAERR,
	    "%s/" LEASE_FILE ": gone, and the views are behind the ledger: run "
	    "hermes-project first",
	    state->path);
}

int
world_judge(struct world *world, struct doc *doc, const struct state *state,
    struct err *err)
{
	const struct json *memory = json_get(doc_get(doc, "memory"), "state");
	int64_t seq = json_get_int(memory, "seq", 0), view_seq;

	if (ledger_head(state, &world->ledger, err) == -1 ||
	    unfinished_read(&world->unfinished, state, err) == -1)
		return -1;
	read_view(world, state);
	view_seq = json_get_int(world->view, "seq", 0);
	if (check_tokens(world, state, view_seq > seq ? view_seq : seq, err) ==
	    -1)
		return -1;
	lease_token_seen(&world->table,
	    unfinished_last_token(&world->unfinished));
	lease_token_seen(&world->table, json_get_int(memory, "last_token", 0));
	lease_token_seen(&world->table,
	    json_get_int(world->view, "last_token", 0));
	lease_judge(&world->table, &world->now, holder_exists);
	break_leases(world,
	    view_seq >= seq && world->view ? world->view : memory);

	return 0;
}

int
world_fresh(const struct world *world, struct doc *doc, int64_t ttl_ms,
    struct err *err)
{
	struct cycle cycle;
	int64_t age_ms;

	if (cycle_get(doc, &cycle, err) == -1)
		return -1;
	age_ms = world->now.boot_ms - cycle.boot_ms;
	if (strcmp(cycle.boot_id, world->now.boot_id))
		return err_set(err, EX_DATAERR,
		    "%s: cycle.now.boot_id: of another boot: run hermes-probe "
		    "again",
		    doc->place);
	if (age_ms < 0 || age_ms > ttl_ms)
		return err_set(err, EX_DATAERR,
		    "%s: cycle.now.boot_ms: expected an age of 0 to %" PRId64
		    " ms, found %" PRId64 ": run hermes-probe again",
		    doc->place, ttl_ms, age_ms);

	return 0;
}

static int
by_holder(const void *a, const void *b)
{
	const struct lease *const *left = a, *const *right = b;
	const struct lease_holder *l = &(*left)->holder;
	const struct lease_holder *r = &(*right)->holder;
	int order = strcmp(l->host, r->host);

	if (!order)
		order = (l->pid > r->pid) - (l->pid < r->pid);
	if (!order)
		order = (l->start_ticks > r->start_ticks) -
			(l->start_ticks < r->start_ticks);
	if (!order)
		order = strcmp(l->boot_id, r->boot_id);

	return order ? order : strcmp((*left)->repo_key, (*right)->repo_key);
}

static void
agent_write(struct jw *jw, struct lease **leases, size_t *i, size_t count)
{
	const struct lease *lease, *first = leases[*i];

	jw_object(jw, NULL);
	lease_holder_write(jw, &first->holder);
	jw_array(jw, "reservations");
	for (; *i < count; (*i)++) {
		lease = leases[*i];
		if (!lease_is_held_by(lease, &first->holder))
			break;
		jw_object(jw, NULL);
		jw_text(jw, "repo_key", lease->repo_key);
		jw_int(jw, "token", lease->token);
		jw_text(jw, "cycle", lease->cycle);
		jw_instant(jw, "expires_at", lease->expires_at);
		jw_end(jw);
	}
	jw_end(jw);
	jw_end(jw);
}

static void
agents_write(const struct world *world, const struct buf *waiting,
    struct buf *out)
{
	const struct lease_table *table = &world->table;
	struct lease **sorted = xcalloc(table->count + 1, sizeof(*sorted));
	size_t i, count = 0;
	struct jw jw;

	for (i = 0; i < table->count; i++)
		if (!table->leases[i]->gone)
			sorted[count++] = table->leases[i];
	qsort(sorted, count, sizeof(*sorted), by_holder);

	jw_init(&jw, out);
	jw_object(&jw, NULL);
	jw_text(&jw, "schema", "hermes.agent_coordination_state/1");
	jw_array(&jw, "agents");
	for (i = 0; i < count;)
		agent_write(&jw, sorted, &i, count);
	jw_end(&jw);
	jw_raw(&jw, "waiting", waiting->data, waiting->len);
	jw_end(&jw);
	free(sorted);
}

int
world_keep(const struct world *world, const struct state *state,
    const struct buf *waiting, struct err *err)
{
	struct buf text = { 0 };
	int rc;

	lease_write(&world->table, &text);
	buf_putc(&text, '\n');
	rc = state_write(state, LEASE_FILE, text.data, text.len, err);
	buf_reset(&text);
	if (rc != -1) {
		agents_write(world, waiting, &text);
		buf_putc(&text, '\n');
		rc = state_write(state, AGENT_FILE, text.data, text.len, err);
	}
	buf_clear(&text);

	return rc == -1 ? -1 : 0;
}

void
world_clear(struct world *world)
{
	lease_clear(&world->table);
	unfinished_clear(&world->unfinished);
	json_free(world->view);
	json_free(world->agents);
	world->view = world->agents = NULL;
}
