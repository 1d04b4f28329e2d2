// SPDX-License-Identifier: MIT
//
// A stream's own lock, for programs that read or write several pieces without others between.

#include <stdio.h>
#include <sys/lock.h>

void flockfile(FILE *stream)
{
	__retarget_lock_acquire_recursive(stream->_lock);
}

int ftrylockfile(FILE *stream)
{
	return __retarget_lock_try_acquire_recursive(stream->_lock) ? 0 : -1;
}

void funlockfile(FILE *stream)
{
	__retarget_lock_release_recursive(stream->_lock);
}
