// SPDX-License-Identifier: MIT
//
// Setting the times of files, in all the forms that history has left.

#include "files.h"

#include <caplet/clock.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <utime.h>

struct change {
	uint32_t set;
	uint64_t accessed, modified;
};

static bool time_take(const struct timespec *from, uint64_t now, uint32_t bit, uint64_t *to,
		      uint32_t *set)
{
	if (from != NULL && from->tv_nsec == UTIME_OMIT)
		return true;
	*set |= bit;
	*to = now;
	if (from == NULL || from->tv_nsec == UTIME_NOW)
		return true;
	*to = (uint64_t)from->tv_sec * NANOSECONDS_PER_SECOND + (uint64_t)from->tv_nsec;
	return from->tv_nsec >= 0 && from->tv_nsec < (long)NANOSECONDS_PER_SECOND;
}

static bool change_make(const struct timespec *times, struct change *change)
{
	struct timespec now = {0};

	*change = (struct change){0};
	clock_gettime(CLOCK_REALTIME, &now);
	change->accessed = (uint64_t)now.tv_sec * NANOSECONDS_PER_SECOND + (uint64_t)now.tv_nsec;
	if (time_take(times, change->accessed, FILE_SET_ACCESSED, &change->accessed,
		      &change->set) &&
	    time_take(times != NULL ? times + 1 : NULL,
		      (uint64_t)now.tv_sec * NANOSECONDS_PER_SECOND + (uint64_t)now.tv_nsec,
		      FILE_SET_MODIFIED, &change->modified, &change->set))
		return true;
	errno = EINVAL;
	return false;
}

int futimens(int number, const struct timespec *times)
{
	struct file_client *session;
	struct change change;
	struct descriptor d;

	if (!descriptor_get(number, &d) || !change_make(times, &change))
		return -1;
	session = file_session(d.server);
	if (session == NULL || d.kind == FILE_TERMINAL)
		return 0;
	return file_result(file_set_attributes(session, d.file, change.set, 0, change.accessed,
					       change.modified));
}

int utimensat(int directory, const char *path, const struct timespec *times, int flags)
{
	struct vfs_client *vfs = vfs_session();
	struct change change;

	if (vfs == NULL || (directory != AT_FDCWD && path[0] != '/')) {
		errno = ENOSYS;
		return -1;
	}
	if (!change_make(times, &change))
		return -1;
	return file_result(vfs_set_path_attributes(vfs, change.set, 0, change.accessed,
						   change.modified, !(flags & AT_SYMLINK_NOFOLLOW),
						   path, strlen(path)));
}

static const struct timespec *specs(const struct timeval *values, struct timespec to[2])
{
	if (values == NULL)
		return NULL;
	for (int i = 0; i < 2; i++)
		to[i] = (struct timespec){.tv_sec = values[i].tv_sec,
					  .tv_nsec = values[i].tv_usec * 1000};
	return to;
}

int utimes(const char *path, const struct timeval *times)
{
	struct timespec to[2];

	return utimensat(AT_FDCWD, path, specs(times, to), 0);
}

int lutimes(const char *path, const struct timeval *times)
{
	struct timespec to[2];

	return utimensat(AT_FDCWD, path, specs(times, to), AT_SYMLINK_NOFOLLOW);
}

int futimes(int number, const struct timeval *times)
{
	struct timespec to[2];

	return futimens(number, specs(times, to));
}

int utime(const char *path, const struct utimbuf *times)
{
	struct timespec to[2];

	if (times == NULL)
		return utimensat(AT_FDCWD, path, NULL, 0);
	to[0] = (struct timespec){.tv_sec = times->actime};
	to[1] = (struct timespec){.tv_sec = times->modtime};
	return utimensat(AT_FDCWD, path, to, 0);
}
