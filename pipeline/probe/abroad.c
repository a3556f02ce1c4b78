#include "abroad.h"
#include <stdatomic.h>
#include <sys/mman.h>

static _Atomic bool *flags; /* shared; or NULL */
static size_t flag_count;

int
abroad_begin(size_t count, struct err *err)
{
	void *memory;

	if (count == 0)
		return 0;
	memory = mmap(NULL, count * sizeof(*flags), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return err_sys(err, EX_IOERR, "memory");
	flags = memory;
	flag_count = count;

	return 0;
}

void
abroad_end(void)
{
	if (flags)
		munmap((void *)flags, flag_count * sizeof(*flags));
	flags = NULL;
}

void
abroad_set(size_t i, bool abroad)
{
	atomic_store(&flags[i], abroad);
}

bool
abroad_is(size_t i)
{
	return atomic_load(&flags[i]);
}
