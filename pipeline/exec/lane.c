#include "lane.h"
#include "base/alloc.h"
#include "base/map.h"
#include "json/jw.h"
#include "model/event.h"
#include "proc/caught.h"
#include "proc/reap.h"
#include "run.h"
#include "stage/progress.h"
#include "store/io.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum stand { STAND_WAITING, STAND_RUNNING, STAND_DONE };

/* A job as the parent sees it. */
struct lane {
	struct job *job; /* borrowed */
	enum stand stand;
	pid_t pid;
	int fd;
	struct buf answer; /* {"schema","events"?,"result"} */
	struct buf result; /* the element of exec.repos */
	enum verdict verdict;
};

struct lanes {
	struct lane *list;
	size_t count;
	size_t running;
	struct map by_key;
	struct doc *doc;
	struct progress progress;
};

static enum verdict
verdict_find(const char *name)
{
	enum verdict verdict;

	for (verdict = VERDICT_APPLIED; verdict < VERDICT_INTERRUPTED;
	     verdict++)
		if (name != NULL && strcmp(verdict_name(verdict), name) == 0)
			return verdict;

	return VERDICT_INTERRUPTED;
}

/* In the child: the whole apply, its answer down the pipe. */
static _Noreturn void
work(struct job *job, int fd)
{
	struct apply *apply = &job->apply;
	struct buf text = { 0 };
	size_t at = 0;
	ssize_t sent;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run_apply(apply);
	run_result(apply, &text);
	doc_put(&apply->said, "result", &text);
	buf_reset(&text);
	doc_bytes(&apply->said, &text);
	while (at < text.len) {
		sent = write(fd, text.data + at, text.len - at);
		if (sent == -1 && errno != EINTR)
			_exit(EX_IOERR);
		at += sent > 0 ? (size_t)sent : 0;
	}
	_exit(0);
}

static int
start(struct lanes *lanes, struct lane *lane, struct err *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		return err_sys(err, EX_IOERR, "pipe");
	fflush(NULL);
	lane->pid = fork();
	if (lane->pid == 0) {
		close(ends[0]);
		work(lane->job, ends[1]);
	}
	close(ends[1]);
	if (lane->pid == -1) {
		close(ends[0]);
		return err_sys(err, EX_IOERR, "fork");
	}
	lane->fd = ends[0];
	lane->stand = STAND_RUNNING;
	lanes->running++;
	progress_ask(&lanes->progress, lane->job->apply.repo_key);

	return 0;
}

/* A verdict that no child gave: L1, L3. */
static void
settle(struct lane *lane, enum verdict verdict, const char *code,
    const char *detail)
{
	struct apply *apply = &lane->job->apply;

	apply_stop(apply, verdict, code, "%s", detail);
	buf_reset(&lane->result);
	run_result(apply, &lane->result);
	lane->verdict = verdict;
	lane->stand = STAND_DONE;
}

static void
take_answer(struct lanes *lanes, struct lane *lane, const struct json *answer)
{
	const struct json *result = json_get(answer, "result"), *event;
	struct buf text = { 0 };
	struct jw jw;

	jw_init(&jw, &lane->result);
	jw_value(&jw, NULL, result);
	lane->verdict = verdict_find(json_get_text(result, "verdict"));
	lane->stand = STAND_DONE;
	for (event = json_first(json_get(answer, "events")); event != NULL;
	     event = json_next(event)) {
		jw_init(&jw, &text);
		jw_value(&jw, NULL, event);
		doc_append(lanes->doc, "events", &text);
	}
	buf_clear(&text);
}

static void
finish(struct lanes *lanes, struct lane *lane)
{
	struct json *answer;
	struct err err;
	char why[64];
	int status = 0;

	close(lane->fd);
	while (waitpid(lane->pid, &status, 0) == -1 && errno == EINTR)
		continue;
	lanes->running--;
	answer =
	    json_parse(buf_text(&lane->answer), lane->answer.len, "lane", &err);
	if (answer != NULL && json_get(answer, "result") != NULL) {
		take_answer(lanes, lane, answer);
	} else {
		if (WIFSIGNALED(status))
			snprintf(why, sizeof(why), "signal %d ended it",
			    WTERMSIG(status));
		else
			snprintf(why, sizeof(why), "it exited with %d",
			    WEXITSTATUS(status));
		settle(lane, VERDICT_INTERRUPTED, "interrupted", why);
	}
	progress_answered(&lanes->progress, lane->job->apply.repo_key);
	progress_done(&lanes->progress);
	json_free(answer);
	buf_clear(&lane->answer);
}

static bool
is_named(const struct json *list, const char *key)
{
	const struct json *at;

	for (at = json_first(list); at != NULL; at = json_next(at))
		if (strcmp(json_text(at), key) == 0)
			return true;

	return false;
}

/* L4: going back, the same the other way round. */
static const char *
waits_back(const struct lanes *lanes, const struct lane *lane, bool *failed)
{
	const char *key = lane->job->apply.repo_key;
	const struct lane *other;
	size_t i;

	for (i = 0; i < lanes->count; i++) {
		other = &lanes->list[i];
		if (other == lane || !apply_goes_back(&other->job->apply) ||
		    !is_named(other->job->depends_on, key))
			continue;
		*failed = other->stand == STAND_DONE &&
			  other->verdict != VERDICT_APPLIED;
		if (*failed || other->stand != STAND_DONE)
			return other->job->apply.repo_key;
	}

	return NULL;
}

/* Of what the job depends on, the first that has not been applied: NULL with
 * *failed false: it may begin. */
static const char *
waits_for(const struct lanes *lanes, const struct lane *lane, bool *failed)
{
	const struct json *at;
	const struct lane *other;

	*failed = false;
	if (apply_goes_back(&lane->job->apply))
		return waits_back(lanes, lane, failed);
	for (at = json_first(lane->job->depends_on); at != NULL;
	     at = json_next(at)) {
		other = map_get(&lanes->by_key, json_text(at));
		if (other == NULL || other == lane)
			continue;
		*failed = other->stand == STAND_DONE &&
			  other->verdict != VERDICT_APPLIED;
		if (*failed || other->stand != STAND_DONE)
			return json_text(at);
	}

	return NULL;
}

/* Said by name, so that the fold knows what the next plan will find (E4). */
static void
say_blocked(struct lanes *lanes, const struct apply *apply, const char *key)
{
	struct event event = { .source = "hermes-exec",
		.type = "hermes.apply.refused",
		.subject = apply->repo_key,
		.more = apply->name };
	struct buf data = { 0 };
	struct jw jw;

	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	jw_int(&jw, "token", apply->token);
	jw_text(&jw, "branch", apply->branch);
	jw_text(&jw, "before", apply->before);
	jw_text(&jw, "after", apply->after);
	jw_text(&jw, "code", apply->code);
	jw_text(&jw, "detail", apply->detail);
	jw_text(&jw, "needs", key);
	jw_end(&jw);
	event_add(lanes->doc, &event, &data);
	buf_clear(&data);
}

static void
block(struct lanes *lanes, struct lane *lane, const char *key)
{
	char *why = xasprintf("needs %s", key);

	settle(lane, VERDICT_BLOCKED, "needs", why);
	progress_done(&lanes->progress);
	say_blocked(lanes, &lane->job->apply, key);
	free(why);
}

/* Begin what may; true where anything changed. */
static bool
begin(struct lanes *lanes, int64_t lane_count, struct err *err)
{
	struct lane *lane;
	const char *key;
	bool failed, changed = false;
	size_t i;

	for (i = 0; i < lanes->count; i++) {
		lane = &lanes->list[i];
		if (lane->stand != STAND_WAITING)
			continue;
		key = waits_for(lanes, lane, &failed);
		if (failed) {
			block(lanes, lane, key);
			changed = true;
		} else if (key == NULL && lanes->running < (size_t)lane_count) {
			if (start(lanes, lane, err) == -1)
				settle(lane, VERDICT_FAILED, "filesystem",
				    err->text);
			changed = true;
		}
	}

	return changed;
}

static void
read_answer(struct lanes *lanes, struct lane *lane)
{
	char block[65536];
	ssize_t len = read(lane->fd, block, sizeof(block));

	if (len > 0)
		buf_add(&lane->answer, block, (size_t)len);
	else if (len == 0 || errno != EINTR)
		finish(lanes, lane);
}

static void
wait_for_one(struct lanes *lanes, const sigset_t *mask)
{
	struct pollfd *polled = xcalloc(lanes->count, sizeof(*polled));
	struct lane **who = xcalloc(lanes->count, sizeof(*who));
	size_t i, count = 0;

	for (i = 0; i < lanes->count; i++)
		if (lanes->list[i].stand == STAND_RUNNING) {
			polled[count] =
			    (struct pollfd){ .fd = lanes->list[i].fd,
				    .events = POLLIN };
			who[count++] = &lanes->list[i];
		}
	if (ppoll(polled, count, NULL, mask) > 0)
		for (i = 0; i < count; i++)
			if (polled[i].revents != 0)
				read_answer(lanes, who[i]);
	free(polled);
	free(who);
}

static void
run_all(struct lanes *lanes, int64_t lane_count, int *signal)
{
	struct caught caught;
	struct err err;
	size_t i;

	caught_begin(&caught);
	for (;;) {
		while (caught_signal() == 0 && begin(lanes, lane_count, &err))
			continue;
		if (lanes->running == 0)
			break;
		wait_for_one(lanes, &caught.wait);
	}
	*signal = caught_signal(); /* L2 */
	caught_end(&caught);
	for (i = 0; *signal == 0 && i < lanes->count; i++)
		if (lanes->list[i].stand == STAND_WAITING)
			settle(&lanes->list[i], VERDICT_BLOCKED,
			    "dependency-cycle", "waits for itself");
}

static void
say_finished(struct lanes *lanes)
{
	static const struct {
		const char *name;
		unsigned verdicts;
	} counts[] = {
		{ "applied_count", 1u << VERDICT_APPLIED },
		{ "refused_count", 1u << VERDICT_REFUSED },
		{ "rolled_back_count", 1u << VERDICT_ROLLED_BACK },
		{ "failed_count", 1u << VERDICT_FAILED |
				      1u << VERDICT_INTERRUPTED |
				      1u << VERDICT_ROLLBACK_BLOCKED },
		{ "blocked_count", 1u << VERDICT_BLOCKED },
	};
	struct event event = { .source = "hermes-exec",
		.type = "hermes.cycle.finished" };
	struct buf data = { 0 };
	struct jw jw;
	size_t i, k;
	int64_t count;

	jw_init(&jw, &data);
	jw_object(&jw, NULL);
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		count = 0;
		for (k = 0; k < lanes->count; k++)
			if (counts[i].verdicts & (1u << lanes->list[k].verdict))
				count++;
		jw_int(&jw, counts[i].name, count);
	}
	jw_end(&jw);
	event_add(lanes->doc, &event, &data);
	buf_clear(&data);
}

static int
by_key(const void *a, const void *b)
{
	const struct lane *one = a, *two = b;

	return strcmp(one->job->apply.repo_key, two->job->apply.repo_key);
}

static void
put_exec(struct lanes *lanes)
{
	struct buf text = { 0 };
	struct jw jw;
	size_t i;

	if (lanes->count > 0)
		qsort(lanes->list, lanes->count, sizeof(lanes->list[0]),
		    by_key);
	jw_init(&jw, &text);
	jw_object(&jw, NULL);
	jw_array(&jw, "repos");
	for (i = 0; i < lanes->count; i++)
		jw_raw(&jw, NULL, buf_text(&lanes->list[i].result),
		    lanes->list[i].result.len);
	jw_end(&jw);
	jw_array(&jw, "recovered");
	jw_end(&jw);
	jw_end(&jw);
	doc_put(lanes->doc, "exec", &text);
	say_finished(lanes);
	buf_clear(&text);
}

static void
lanes_init(struct lanes *lanes, struct jobs *jobs, struct doc *doc)
{
	size_t i;

	*lanes = (struct lanes){ .count = jobs->count, .doc = doc };
	lanes->list = xcalloc(jobs->count + 1, sizeof(lanes->list[0]));
	for (i = 0; i < jobs->count; i++) {
		lanes->list[i].job = &jobs->list[i];
		map_put(&lanes->by_key, jobs->list[i].apply.repo_key,
		    &lanes->list[i]);
	}
}

static void
lanes_clear(struct lanes *lanes)
{
	size_t i;

	for (i = 0; i < lanes->count; i++) {
		buf_clear(&lanes->list[i].answer);
		buf_clear(&lanes->list[i].result);
	}
	free(lanes->list);
	map_clear(&lanes->by_key);
}

int
lane_run(struct jobs *jobs, struct doc *doc, FILE *watched, struct err *err)
{
	struct lanes lanes;
	struct reap reap;
	int signal = 0;

	lanes_init(&lanes, jobs, doc);
	progress_begin(&lanes.progress, watched, jobs->count);
	reap_adopt(&reap);
	run_all(&lanes, jobs->lane_count < 1 ? 1 : jobs->lane_count, &signal);
	reap_orphans(&reap); /* L5 */
	progress_end(&lanes.progress);
	if (signal == 0)
		put_exec(&lanes);
	lanes_clear(&lanes);
	if (signal != 0)
		return err_set(err, EX_TEMPFAIL,
		    "signal %d: stopped; what was done is in the journals",
		    signal);

	return 0;
}

int
lane_refuse(struct jobs *jobs, struct doc *doc, struct err *err)
{
	struct lanes lanes;
	size_t i;

	(void)err;
	lanes_init(&lanes, jobs, doc);
	for (i = 0; i < lanes.count; i++)
		settle(&lanes.list[i], VERDICT_REFUSED, "dry-run",
		    "without -s nothing is done");
	put_exec(&lanes);
	lanes_clear(&lanes);

	return 0;
}
