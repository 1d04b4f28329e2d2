// SPDX-License-Identifier: MIT
//
// posix_memalign, on which newlib's aligned_alloc is built, by way of newlib's own memalign.

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

int posix_memalign(void **memory, size_t alignment, size_t bytes)
{
	if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0)
		return EINVAL;
	*memory = memalign(alignment, bytes);
	return *memory != NULL ? 0 : ENOMEM;
}
