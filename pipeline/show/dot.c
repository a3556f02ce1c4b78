#include "dot.h"
#include "json/shape.h"
#include <string.h>

#define TEXT(n)                                                                \
	{                                                                      \
		.name = n, .type = JSON_STRING, .flags = SHAPE_NEED            \
	}
#define LIST(n, shape)                                                         \
	{                                                                      \
		.name = n, .type = JSON_ARRAY, .flags = SHAPE_NEED,            \
		.each = JSON_OBJECT, .each_members = shape                     \
	}

static const struct shape node_shape[] = {
	TEXT("id"),
	TEXT("type"),
	TEXT("label"),
	{ 0 },
};
static const struct shape edge_shape[] = {
	TEXT("from"),
	TEXT("to"),
	TEXT("type"),
	{ 0 },
};
static const struct shape topo_shape[] = {
	LIST("nodes", node_shape),
	LIST("edges", edge_shape),
	{ 0 },
};

/* How a type is drawn; the first is for a type that is not known here. */
struct look {
	const char *type;
	const char *attributes;
};

static const struct look node_looks[] = {
	{ "", "" },
	{ "cycle", " shape=doubleoctagon" },
	{ "endpoint", " shape=ellipse" },
	{ "host", " shape=house" },
	{ "lane", " shape=cds" },
	{ "lease", " shape=note" },
	{ "repo", " shape=box style=bold" },
	{ NULL, NULL },
};

static const struct look edge_looks[] = {
	{ "", "" },
	{ "after", " style=dashed" },
	{ "blocks", " style=bold arrowhead=tee" },
	{ "depends_on", " style=bold" },
	{ "promoted_to", " style=bold arrowhead=vee" },
	{ "shares_budget", " style=dotted dir=none" },
	{ NULL, NULL },
};

static const char *
look_of(const struct look *looks, const char *type)
{
	const struct look *at;

	for (at = looks + 1; at->type != NULL; at++)
		if (strcmp(at->type, type) == 0)
			return at->attributes;
	return looks->attributes;
}

/* A quoted string. Control characters are shown by their number, as in the
 * table; an ampersand would begin an entity. */
static void
quote(struct buf *out, const char *text)
{
	const unsigned char *c;

	buf_putc(out, '"');
	for (c = (const unsigned char *)text; *c != '\0'; c++)
		if (*c < ' ' || *c == 0x7f)
			buf_printf(out, "\\\\u%04x", *c);
		else if (*c == '&')
			buf_puts(out, "&amp;");
		else {
			if (*c == '"' || *c == '\\')
				buf_putc(out, '\\');
			buf_putc(out, (char)*c);
		}
	buf_putc(out, '"');
}

static void
nodes_write(const struct json *nodes, struct buf *out)
{
	const struct json *at;

	for (at = json_first(nodes); at != NULL; at = json_next(at)) {
		buf_putc(out, '\t');
		quote(out, json_get_text(at, "id"));
		buf_puts(out, " [label=");
		quote(out, json_get_text(at, "label"));
		buf_printf(out, "%s]\n",
		    look_of(node_looks, json_get_text(at, "type")));
	}
}

static void
edges_write(const struct json *edges, struct buf *out)
{
	const struct json *at;

	for (at = json_first(edges); at != NULL; at = json_next(at)) {
		buf_putc(out, '\t');
		quote(out, json_get_text(at, "from"));
		buf_puts(out, " -> ");
		quote(out, json_get_text(at, "to"));
		buf_puts(out, " [label=");
		quote(out, json_get_text(at, "type"));
		buf_printf(out, "%s]\n",
		    look_of(edge_looks, json_get_text(at, "type")));
	}
}

static int
graph_write(const struct json *topo, const char *place, struct buf *out,
    struct err *err)
{
	if (shape_check(topo, topo_shape, 0, place, EX_DATAERR, err) == -1)
		return -1;
	buf_puts(out, "digraph hermes {\n\trankdir=LR\n");
	nodes_write(json_get(topo, "nodes"), out);
	edges_write(json_get(topo, "edges"), out);
	buf_puts(out, "}\n");

	return 0;
}

/* A view: the graph is at the top. */
static int
view_write(struct doc *doc, struct buf *out, struct err *err)
{
	struct buf bytes = { 0 };
	struct json *view;
	int rc = -1;

	doc_bytes(doc, &bytes);
	view = json_parse_checked(bytes.data, bytes.len, err);
	if (view != NULL)
		rc = graph_write(view, "stdin", out, err);
	json_free(view);
	buf_clear(&bytes);

	return rc;
}

int
dot_write(struct doc *doc, struct buf *out, struct err *err)
{
	const struct json *topo = doc_get(doc, "topo");

	if (topo == NULL && doc_get(doc, "nodes") != NULL)
		return view_write(doc, out, err);
	if (topo == NULL || json_type(topo) != JSON_OBJECT)
		return err_set(err, EX_DATAERR,
		    "stdin: topo: expected an object, found %s: run "
		    "hermes-topo first",
		    topo == NULL ? "nothing" : json_type_name(json_type(topo)));

	return graph_write(topo, "stdin: topo", out, err);
}
