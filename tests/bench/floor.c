/*
 * floor - the least that any tool can do: open, status, list, compare
 *
 * For each path on stdin a worker opens the repository, takes its status,
 * lists the upstream of its branch and compares the tips, with libgit2 and
 * nothing around it. Workers share nothing but a counter. The bench divides
 * by this. Prints how many repositories were current.
 */
#include <git2.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS 4

struct shared {
	atomic_size_t next;
	atomic_size_t current;
};

static int
listed(git_repository *repo, const char *branch, git_oid *tip)
{
	const git_remote_head **heads;
	git_remote *remote = NULL;
	size_t count, i;
	int found = -1;

	if (git_remote_lookup(&remote, repo, "origin") == 0 &&
	    git_remote_connect(remote, GIT_DIRECTION_FETCH, NULL, NULL, NULL) ==
		0 &&
	    git_remote_ls(&heads, &count, remote) == 0)
		for (i = 0; i < count; i++)
			if (strcmp(heads[i]->name, branch) == 0) {
				*tip = heads[i]->oid;
				found = 0;
			}
	git_remote_free(remote);

	return found;
}

static int
current(const char *path)
{
	git_status_options options;
	git_status_list *status = NULL;
	git_repository *repo = NULL;
	git_reference *head = NULL;
	git_oid tip;
	int same = 0;

	git_status_options_init(&options, GIT_STATUS_OPTIONS_VERSION);
	options.flags = GIT_STATUS_OPT_INCLUDE_UNTRACKED;
	if (git_repository_open_ext(&repo, path, GIT_REPOSITORY_OPEN_NO_SEARCH,
		NULL) == 0 &&
	    git_status_list_new(&status, repo, &options) == 0 &&
	    git_status_list_entrycount(status) == 0 &&
	    git_repository_head(&head, repo) == 0 &&
	    listed(repo, git_reference_name(head), &tip) == 0)
		same = git_oid_equal(&tip, git_reference_target(head));
	git_reference_free(head);
	git_status_list_free(status);
	git_repository_free(repo);

	return same;
}

static void
work(struct shared *shared, char **paths, size_t count)
{
	size_t i;

	git_libgit2_init();
	while ((i = atomic_fetch_add(&shared->next, 1)) < count)
		if (current(paths[i]))
			atomic_fetch_add(&shared->current, 1);
	_exit(0);
}

int
main(void)
{
	struct shared *shared;
	char **paths = NULL, *line = NULL;
	size_t count = 0, room = 0;
	ssize_t len;
	int i;

	while ((len = getline(&line, &room, stdin)) > 0) {
		line[len - 1] = '\0';
		paths = realloc(paths, (count + 1) * sizeof(*paths));
		paths[count++] = strdup(line);
	}
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < WORKERS; i++)
		if (fork() == 0)
			work(shared, paths, count);
	while (wait(NULL) != -1)
		;
	printf("%zu of %zu current\n", atomic_load(&shared->current), count);

	return atomic_load(&shared->current) == count ? 0 : 1;
}
