// SPDX-License-Identifier: MIT
//
// Threads here cannot be cancelled from outside, so the state in which they could is a variable
// that newlib's streams save and restore and nobody reads.

#include <errno.h>
#include <pthread.h>
#include <stddef.h>

static __thread int state = PTHREAD_CANCEL_ENABLE;

int pthread_setcancelstate(int new_state, int *old_state)
{
	if (new_state != PTHREAD_CANCEL_ENABLE && new_state != PTHREAD_CANCEL_DISABLE)
		return EINVAL;
	if (old_state != NULL)
		*old_state = state;
	state = new_state;
	return 0;
}
