#include "git/daemon.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/lg.h"
#include "git/patience.h"
#include "git/trouble.h"
#include "model/url.h"
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

/* The first address that answers. */
static int
connect_any(const struct addrinfo *list)
{
	const struct addrinfo *at;
	int fd, number = EHOSTUNREACH;

	for (at = list; at; at = at->ai_next) {
		fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC,
		    at->ai_protocol);
		if (fd != -1 && connect(fd, at->ai_addr, at->ai_addrlen) == 0)
			return fd;
		number = errno;
		if (fd != -1)
			close(fd);
	}

	return fail(connect_code(number), number, strerror(number));
}

static int
connect_host(const struct url *url)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	char port[16];
	int fd, rc;

	snprintf(port, sizeof(port), "%d",
	    url->port ? url->port : url_default_port(url->protocol));
	rc = getaddrinfo(url->host, port, &hints, &list);
	if (rc != 0)
		return fail("dns", rc, gai_strerror(rc));
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
		if (sent < 0 && errno == EINTR)
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

	if (!patience_wait(stream->fd, POLLIN))
		return fail(stream->heard ? "too-slow" : "timeout", 0, NULL);
	do
		got = recv(stream->fd, out, size, 0);
	while (got < 0 && errno == EINTR);
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
