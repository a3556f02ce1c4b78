#include "git/daemon.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/lg.h"
#include "git/patience.h"
#include "git/trouble.h"
#include "model/url.h"
#include "proc/host.h"
#include <errno.h>
#include <git2/sys/transport.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PKT_MAX 4096
#define CONNECT_MS 15000
#define RESOLVE_MS 15000

struct stream {
	git_smart_subtransport_stream base; /* first: libgit2's view of this */
	struct daemon *daemon;              /* borrowed */
	int fd;
	bool heard; /* something came */
};

struct daemon {
	git_smart_subtransport base; /* first, likewise */
	struct stream *stream;       /* borrowed; the one conversation */
};

static int
fail(const char *code, long status, const char *detail)
{
	trouble_set(code, status, detail);
	git_error_set_str(GIT_ERROR_NET, code);

	return -1;
}

static const char *
connect_code(int number)
{
	switch (number) {
	case ECONNREFUSED:
		return "refused";
	case ETIMEDOUT:
		return "timeout";
	default:
		return "unreachable";
	}
}

/* Wait until it stands. 0, or the number of what went wrong. */
static int
connect_end(int fd, int64_t most_ms)
{
	int number = 0;
	socklen_t size = sizeof(number);

	if (!patience_wait_ms(fd, POLLOUT, most_ms))
		return ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) == -1)
		return errno;

	return number;
}

static int
connect_one(const struct addrinfo *at, int64_t most_ms, int *number)
{
	int fd = socket(at->ai_family,
	    at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol);

	if (fd == -1) {
		*number = errno;
		return -1;
	}
	*number = 0;
	if (connect(fd, at->ai_addr, at->ai_addrlen) == -1)
		*number =
		    errno == EINPROGRESS ? connect_end(fd, most_ms) : errno;
	if (*number == 0)
		return fd;
	close(fd);

	return -1;
}

/* The first address that answers; each has its share of what time is left. */
static int
connect_any(const struct addrinfo *list)
{
	int fd, number = EHOSTUNREACH, count = 0;
	const struct addrinfo *at;

	for (at = list; at; at = at->ai_next)
		count++;
	for (at = list; at; at = at->ai_next) {
		fd = connect_one(at, patience_left_ms(CONNECT_MS) / count--,
		    &number);
		if (fd != -1)
			return fd;
	}

	return fail(connect_code(number), number, strerror(number));
}

/*
 * The name's addresses, or NULL. The resolver has a time of its own that may
 * be longer than ours: then it is left to itself, and what it writes to with
 * it.
 */
static struct addrinfo *
resolve(const char *host, const char *port)
{
	static const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	static const struct addrinfo plain = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST };
	int64_t end = host_monotonic_ms() + patience_left_ms(RESOLVE_MS), left;
	struct gaicb *request;
	const struct gaicb *list[1];
	struct addrinfo *found;
	int rc;

	if (getaddrinfo(host, port, &plain, &found) == 0)
		return found;
	request = xcalloc(1, sizeof(*request));
	list[0] = request;
	request->ar_name = xstrdup(host);
	request->ar_service = xstrdup(port);
	request->ar_request = &hints;
	rc = getaddrinfo_a(GAI_NOWAIT, &request, 1, NULL);
	while (rc == 0 && (rc = gai_error(request)) == EAI_INPROGRESS &&
	       (left = end - host_monotonic_ms()) > 0) {
		const struct timespec step = { left / 1000,
			left % 1000 * 1000000 };

		gai_suspend(list, 1, &step);
		rc = 0;
	}
	if (rc == EAI_INPROGRESS) {
		fail("dns", 0, "the name is not resolved in time");
		return NULL;
	}
	found = request->ar_result;
	free((char *)request->ar_name);
	free((char *)request->ar_service);
	free(request);
	if (rc != 0)
		fail("dns", rc, gai_strerror(rc));

	return rc == 0 ? found : NULL;
}

static int
connect_host(const struct url *url)
{
	struct addrinfo *list;
	char port[16];
	int fd;

	snprintf(port, sizeof(port), "%d",
	    url->port ? url->port : url_default_port(url->protocol));
	list = resolve(url->host, port);
	if (!list)
		return -1;
	fd = connect_any(list);
	freeaddrinfo(list);

	return fd;
}

static int
send_all(int fd, const char *bytes, size_t len)
{
	ssize_t sent;

	while (len > 0) {
		sent = send(fd, bytes, len, MSG_NOSIGNAL);
		if (sent < 0 && errno == EAGAIN && !patience_wait(fd, POLLOUT))
			return fail("too-slow", 0, NULL);
		if (sent < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (sent < 0)
			return fail("early-eof", errno, strerror(errno));
		bytes += sent;
		len -= (size_t)sent;
	}

	return 0;
}

/* One pkt-line: the service and the path, NUL, the host, NUL. */
static int
send_request(int fd, const struct url *url)
{
	struct buf line = { 0 }, packet = { 0 };
	int rc;

	buf_printf(&line, "git-upload-pack %s", url->path);
	buf_putc(&line, '\0');
	buf_printf(&line, strchr(url->host, ':') ? "host=[%s]" : "host=%s",
	    url->host);
	if (url->port)
		buf_printf(&line, ":%d", url->port);
	buf_putc(&line, '\0');
	buf_printf(&packet, "%04zx", line.len + 4);
	buf_add(&packet, line.data, line.len);
	rc = line.len > PKT_MAX
		 ? fail("unsupported-url", 0, "the path is too long")
		 : send_all(fd, packet.data, packet.len);
	buf_clear(&line);
	buf_clear(&packet);

	return rc;
}

static int
stream_read(git_smart_subtransport_stream *base, char *out, size_t size,
    size_t *len)
{
	struct stream *stream = (struct stream *)base;
	const char *code;
	ssize_t got;

	do {
		if (!patience_wait(stream->fd, POLLIN))
			return fail(stream->heard ? "too-slow" : "timeout", 0,
			    NULL);
		got = recv(stream->fd, out, size, 0);
	} while (got < 0 && (errno == EINTR || errno == EAGAIN));
	if (got < 0)
		return fail("early-eof", errno, strerror(errno));
	if (got == 0)
		return fail("early-eof", 0,
		    stream->heard ? "hung up in the middle"
				  : "hung up without a word");
	code = stream->heard ? NULL : trouble_code_of(out, (size_t)got);
	if (code)
		trouble_set(code, 0, NULL);
	stream->heard = true;
	patience_came((size_t)got);
	*len = (size_t)got;

	return 0;
}

static int
stream_write(git_smart_subtransport_stream *base, const char *bytes, size_t len)
{
	return send_all(((struct stream *)base)->fd, bytes, len);
}

static void
stream_free(git_smart_subtransport_stream *base)
{
	struct stream *stream = (struct stream *)base;

	if (stream->fd != -1)
		close(stream->fd);
	stream->daemon->stream = NULL;
	free(stream);
}

static int
open_stream(struct daemon *daemon, const char *text)
{
	struct stream *stream;
	struct url url;
	const char *why;
	int fd;

	if (url_parse(&url, text, &why) == -1)
		return fail("unsupported-url", 0, why);
	fd = connect_host(&url);
	if (fd != -1 && send_request(fd, &url) == -1) {
		close(fd);
		fd = -1;
	}
	url_clear(&url);
	if (fd == -1)
		return -1;
	stream = xcalloc(1, sizeof(*stream));
	stream->base.subtransport = &daemon->base;
	stream->base.read = stream_read;
	stream->base.write = stream_write;
	stream->base.free = stream_free;
	stream->daemon = daemon;
	stream->fd = fd;
	daemon->stream = stream;

	return 0;
}

static int
daemon_action(git_smart_subtransport_stream **out, git_smart_subtransport *base,
    const char *url, git_smart_service_t service)
{
	struct daemon *daemon = (struct daemon *)base;

	if (service != GIT_SERVICE_UPLOADPACK_LS &&
	    service != GIT_SERVICE_UPLOADPACK)
		return fail("forbidden", 0, "hermes only fetches");
	if (!daemon->stream && open_stream(daemon, url) == -1)
		return -1;
	*out = &daemon->stream->base;

	return 0;
}

static int
daemon_close(git_smart_subtransport *base)
{
	(void)base;

	return 0;
}

static void
daemon_free(git_smart_subtransport *base)
{
	free(base);
}

static int
daemon_new(git_smart_subtransport **out, git_transport *owner, void *param)
{
	struct daemon *daemon = xcalloc(1, sizeof(*daemon));

	(void)owner;
	(void)param;
	daemon->base.action = daemon_action;
	daemon->base.close = daemon_close;
	daemon->base.free = daemon_free;
	*out = &daemon->base;

	return 0;
}

int
daemon_register(struct err *err)
{
	static git_smart_subtransport_definition definition = { daemon_new, 0,
		NULL };

	if (git_transport_register("git", git_transport_smart, &definition) < 0)
		return lg_err(err, EX_SOFTWARE, "libgit2: git");

	return 0;
}
