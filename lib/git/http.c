#include "git/http.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "git/access.h"
#include "git/credential.h"
#include "git/http_code.h"
#include "git/http_lines.h"
#include "git/http_setup.h"
#include "git/lg.h"
#include "git/patience.h"
#include "git/redirect.h"
#include "git/trouble.h"
#include "model/url.h"
#include "proc/host.h"
#include <curl/curl.h>
#include <git2/errors.h>
#include <git2/sys/transport.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REDIRECTS_MAX 5
#define CONNECT_MS 15000
#define STEP_MS 1000
#define ADVERT_MAX ((size_t)64 << 20) /* half a million branches */
#define REFUSAL_MAX ((size_t)1 << 20)
#define DRAIN_MS 200
#define BUFFER_MAX ((size_t)1 << 20) /* held before libgit2 asks for more */

struct http {
	git_smart_subtransport base; /* first: libgit2's view of this */
	char *url;                   /* owned; without a slash at its end */
	struct credential credential;
	bool asked;   /* for the credential */
	long methods; /* of authentication that the host takes; 0: not known */
};

struct stream {
	git_smart_subtransport_stream base; /* likewise */
	struct http *http;                  /* borrowed */
	bool post;
	CURL *easy;
	struct curl_slist *headers;
	struct buf request;
	struct buf answer;
	size_t answer_at;
	long status;
	bool typed;  /* the answer's Content-Type is git's */
	bool paused; /* the buffer is full */
	bool running, ended;
	bool fresh; /* no kept connection for this */
	bool again; /* a kept one was of no use: dial with fresh */
	size_t received;
};

/* Noted for trouble_last(), and for who only looks at libgit2. */
static int
fail(const char *code, long status, const char *detail)
{
	trouble_set(code, status, detail);
	git_error_set_str(GIT_ERROR_HTTP, code);
	return -1;
}

/* Not what a refusal says, and not more than anyone has to say. */
static size_t
take_bytes(char *bytes, size_t size, size_t count, void *ctx)
{
	struct stream *stream = ctx;
	size_t len = size * count;
	long status = 0;

	if (stream->answer.len - stream->answer_at > BUFFER_MAX) {
		stream->paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	stream->received += len;
	curl_easy_getinfo(stream->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 200)
		return stream->received > REFUSAL_MAX ? 0 : len;
	if (!stream->post && stream->received > ADVERT_MAX)
		return 0;
	if (stream->post)
		patience_came(len);
	buf_add(&stream->answer, bytes, len);
	return len;
}

static void
set_common(struct stream *stream, const char *url)
{
	CURL *easy = stream->easy;
	struct http *http = stream->http;

	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L); /* H1 */
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* nor wait for DNS */
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
	    (long)patience_left_ms(CONNECT_MS));
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_bytes);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, stream);
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
	/* libcurl sends a password unasked only where one method is left */
	curl_easy_setopt(easy, CURLOPT_HTTPAUTH,
	    http->methods != 0 ? http->methods : (long)CURLAUTH_ANY);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, (long)stream->fresh);
	http_setup(easy, access_used());
	if (http->credential.user != NULL) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, http->credential.user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD,
		    http->credential.password);
	}
}

static void
set_request(struct stream *stream)
{
	CURL *easy = stream->easy;
	const char *accept =
	    stream->post
		? "Accept: application/x-git-upload-pack-result"
		: "Accept: application/x-git-upload-pack-advertisement";

	stream->headers = curl_slist_append(NULL, accept);
	if (stream->post) {
		stream->headers = curl_slist_append(stream->headers,
		    "Content-Type: application/x-git-upload-pack-request");
		stream->headers = curl_slist_append(stream->headers, "Expect:");
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
		    buf_text(&stream->request));
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)stream->request.len);
	}
	stream->headers = http_headers(stream->headers, access_used());
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, stream->headers);
}

/* An answer that is as good as read is read to its end: only then is its
 * connection kept. */
static void
drain(struct stream *stream)
{
	int64_t until = host_monotonic_ms() + patience_left_ms(DRAIN_MS);
	int active = 1;

	stream->answer_at = stream->answer.len; /* read, all of it */
	while (!stream->paused && host_monotonic_ms() < until &&
	       stream->received <= ADVERT_MAX) {
		curl_multi_perform(http_lines(), &active);
		if (active == 0)
			return;
		curl_multi_poll(http_lines(), NULL, 0, DRAIN_MS / 4, NULL);
	}
}

static void
hang_up(struct stream *stream)
{
	if (stream->easy != NULL) {
		if (stream->running && !stream->ended && stream->status == 200)
			drain(stream);
		if (stream->running)
			curl_multi_remove_handle(http_lines(), stream->easy);
		curl_easy_cleanup(stream->easy);
	}
	curl_slist_free_all(stream->headers);
	stream->easy = NULL;
	stream->headers = NULL;
	stream->running = false;
}

static int
dial(struct stream *stream)
{
	char *url = xasprintf("%s%s", stream->http->url,
	    stream->post ? "/git-upload-pack"
			 : "/info/refs?service=git-upload-pack");

	stream->easy = http_line_new();
	if (patience_left_ms(1) == 0) { /* libcurl takes 0 for no end */
		free(url);
		return fail("too-slow", 0, NULL);
	}
	if (stream->easy == NULL) {
		free(url);
		return fail("early-eof", 0, "libcurl: out of memory");
	}
	set_common(stream, url);
	set_request(stream);
	free(url);
	stream->status = 0;
	stream->typed = stream->ended = stream->paused = false;
	stream->received = 0;
	buf_reset(&stream->answer);
	stream->answer_at = 0;
	curl_multi_add_handle(http_lines(), stream->easy);
	stream->running = true;
	return 0;
}

static void
note_type(struct stream *stream)
{
	long methods = 0;
	const char *type = NULL;
	const char *want = stream->post
			       ? "application/x-git-upload-pack-result"
			       : "application/x-git-upload-pack-advertisement";

	curl_easy_getinfo(stream->easy, CURLINFO_RESPONSE_CODE,
	    &stream->status);
	curl_easy_getinfo(stream->easy, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(stream->easy, CURLINFO_HTTPAUTH_AVAIL, &methods);
	if (methods != 0)
		stream->http->methods = methods;
	stream->typed =
	    type != NULL && strncasecmp(type, want, strlen(want)) == 0;
}

/* Nonsense on a kept connection may be what an answer before left there. */
static bool
stale(const struct stream *stream)
{
	long connects = 1;

	curl_easy_getinfo(stream->easy, CURLINFO_NUM_CONNECTS, &connects);
	return connects == 0 && stream->received == 0 && !stream->fresh;
}

static int
finish(struct stream *stream, CURLcode result)
{
	stream->ended = true;
	if (result == CURLE_OK ||
	    (stream->status != 0 && stream->status != 200))
		return 0; /* a refusal is one, however its page ends */
	if (result != CURLE_OPERATION_TIMEDOUT && stale(stream)) {
		stream->again = true;
		return -1;
	}
	return fail(http_code_of_curl(stream->easy, result), stream->status,
	    result == CURLE_WRITE_ERROR          ? "its answer is too long"
	    : result == CURLE_OPERATION_TIMEDOUT ? NULL
						 : curl_easy_strerror(result));
}

/* Let libcurl work until there is something to read or nothing to come. */
static int
pump(struct stream *stream)
{
	int active, left;
	int64_t left_ms;
	CURLMsg *message;

	if (stream->paused && stream->answer_at == stream->answer.len) {
		stream->paused = false;
		curl_easy_pause(stream->easy, CURLPAUSE_CONT);
	}
	while (!stream->ended && stream->answer_at == stream->answer.len) {
		if (curl_multi_perform(http_lines(), &active) != CURLM_OK)
			return fail("early-eof", 0, "libcurl: multi");
		while ((message = curl_multi_info_read(http_lines(), &left)))
			if (message->msg == CURLMSG_DONE &&
			    message->easy_handle == stream->easy) {
				note_type(stream);
				return finish(stream, message->data.result);
			}
		if (stream->answer_at != stream->answer.len)
			break;
		left_ms = patience_left_ms(STEP_MS);
		if (left_ms == 0) {
			note_type(stream);
			return finish(stream, CURLE_OPERATION_TIMEDOUT);
		}
		curl_multi_poll(http_lines(), NULL, 0, (int)left_ms, NULL);
	}
	note_type(stream);
	return 0;
}

/* H1: 0 where http->url moved within its host; else `redirected`. */
static int
follow(struct stream *stream)
{
	struct http *http = stream->http;
	const char *target = NULL;
	char *url, *detail = NULL;

	if (!access_true(access_used(), ACCESS_REDIRECTS, true))
		return fail("redirected", stream->status,
		    "http.followRedirects is false");
	curl_easy_getinfo(stream->easy, CURLINFO_REDIRECT_URL, &target);
	url = redirect_follow(http->url, target, &detail);
	if (url == NULL) {
		fail("redirected", stream->status, detail);
		free(detail);
		return -1;
	}
	free(http->url);
	http->url = url;
	return 0;
}

/* H2: 0 where there is a password to try now. */
static int
authenticate(struct stream *stream)
{
	struct http *http = stream->http;
	enum credential_found found;
	struct url url;
	const char *why;

	if (http->asked) {
		credential_judge(&http->credential, false);
		return fail("auth-rejected", stream->status, NULL);
	}
	http->asked = true;
	if (url_parse(&url, http->url, &why) == -1)
		return fail("unsupported-url", 0, why);
	found = credential_fill(&http->credential, &url);
	url_clear(&url);
	if (found == CREDENTIAL_FOUND)
		return 0;

	return fail(found == CREDENTIAL_REFUSED ? "auth-rejected"
						: "auth-missing",
	    stream->status, NULL);
}

static int
refused(struct stream *stream)
{
	long status = stream->status, retry_ms;
	const char *code =
	    http_code_of_status(status, stream->http->credential.user != NULL);

	retry_ms = http_retry_after_ms(stream->easy, status);
	if (retry_ms > 0) {
		code = "rate-limited";
		trouble_retry_after(retry_ms);
	}
	return fail(code, status, NULL);
}

static int
judge(struct stream *stream)
{
	if (stream->status != 200)
		return refused(stream);
	credential_judge(&stream->http->credential, true);
	if (!stream->typed)
		return fail("not-git", stream->status, NULL);
	if (stream->ended && stream->received == 0)
		return fail(stream->post ? "early-eof" : "empty-advert",
		    stream->status, NULL);
	return 0;
}

/* 1: dial again, 0: here is the answer. */
static int
consider(struct stream *stream, int *redirects)
{
	if (stream->status / 100 == 3 && !stream->post &&
	    (*redirects)++ < REDIRECTS_MAX)
		return follow(stream) == -1 ? -1 : 1;
	if (stream->status == 401)
		return authenticate(stream) == -1 ? -1 : 1;
	return judge(stream);
}

/* Dial until there is an answer that is neither a redirect nor a 401. */
static int
converse(struct stream *stream)
{
	int redirects = 0, result;

	do {
		hang_up(stream);
		stream->again = false;
		if (dial(stream) == -1)
			return -1;
		if (pump(stream) == 0)
			result = consider(stream, &redirects);
		else
			result = stream->again ? 1 : -1;
		stream->fresh |= stream->again;
	} while (result == 1);
	return result;
}

static int
stream_read(git_smart_subtransport_stream *base, char *buffer, size_t size,
    size_t *read)
{
	struct stream *stream = (struct stream *)base;
	size_t len;

	*read = 0;
	if (stream->easy == NULL && converse(stream) == -1)
		return -1;
	if (stream->answer_at == stream->answer.len) {
		buf_reset(&stream->answer);
		stream->answer_at = 0;
		if (!stream->ended && pump(stream) == -1)
			return -1;
	}
	len = stream->answer.len - stream->answer_at;
	if (len > size)
		len = size;
	if (len > 0)
		memcpy(buffer, stream->answer.data + stream->answer_at, len);
	stream->answer_at += len;
	*read = len;
	return 0;
}

static int
stream_write(git_smart_subtransport_stream *base, const char *bytes, size_t len)
{
	buf_add(&((struct stream *)base)->request, bytes, len);
	return 0;
}

static void
stream_free(git_smart_subtransport_stream *base)
{
	struct stream *stream = (struct stream *)base;

	hang_up(stream);
	buf_clear(&stream->request);
	buf_clear(&stream->answer);
	free(stream);
}

static int
http_action(git_smart_subtransport_stream **out, git_smart_subtransport *base,
    const char *url, git_smart_service_t service)
{
	struct http *http = (struct http *)base;
	struct stream *stream;
	size_t len = strlen(url);

	if (service != GIT_SERVICE_UPLOADPACK_LS &&
	    service != GIT_SERVICE_UPLOADPACK)
		return fail("forbidden", 0, "hermes only fetches");
	if (http->url == NULL) {
		while (len > 0 && url[len - 1] == '/')
			len--;
		http->url = xstrndup(url, len);
	}
	stream = xcalloc(1, sizeof *stream);
	stream->base.subtransport = base;
	stream->base.read = stream_read;
	stream->base.write = stream_write;
	stream->base.free = stream_free;
	stream->http = http;
	stream->post = service == GIT_SERVICE_UPLOADPACK;
	*out = &stream->base;
	return 0;
}

static int
http_close(git_smart_subtransport *base)
{
	(void)base;
	return 0;
}

static void
http_free(git_smart_subtransport *base)
{
	struct http *http = (struct http *)base;

	credential_clear(&http->credential);
	free(http->url);
	free(http);
}

static int
http_new(git_smart_subtransport **out, git_transport *owner, void *param)
{
	struct http *http = xcalloc(1, sizeof *http);

	(void)owner;
	(void)param;
	http->base.action = http_action;
	http->base.close = http_close;
	http->base.free = http_free;
	*out = &http->base;
	return 0;
}

int
http_register(struct err *err)
{
	static git_smart_subtransport_definition definition = { http_new, 1,
		NULL };

	if (git_transport_register("http", git_transport_smart, &definition) <
		0 ||
	    git_transport_register("https", git_transport_smart, &definition) <
		0)
		return lg_err(err, EX_SOFTWARE, "libgit2: http");
	return 0;
}
