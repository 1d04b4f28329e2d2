// SPDX-License-Identifier: MIT
//
// What can be asked of an open file beside its bytes: position, size, attributes.

#include "files.h"

#include <caplet/clock.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static struct timespec time_from(uint64_t nanoseconds)
{
	return (struct timespec){.tv_sec = (time_t)(nanoseconds / NANOSECONDS_PER_SECOND),
				 .tv_nsec = (long)(nanoseconds % NANOSECONDS_PER_SECOND)};
}

void stat_from(struct stat *to, unsigned server, const struct file_stat *from)
{
	static const mode_t kinds[] = {
		[FILE_REGULAR] = S_IFREG, [FILE_DIRECTORY] = S_IFDIR, [FILE_SYMLINK] = S_IFLNK,
		[FILE_PIPE] = S_IFIFO,	  [FILE_TERMINAL] = S_IFCHR,  [FILE_DEVICE] = S_IFCHR,
	};

	*to = (struct stat){
		.st_dev = server + 1,
		.st_ino = from->node,
		.st_mode = (from->mode & 07777) |
			   (from->kind < sizeof(kinds) / sizeof(kinds[0]) ? kinds[from->kind] : 0),
		.st_nlink = (nlink_t)from->links,
		.st_size = (off_t)from->size,
		.st_atim = time_from(from->accessed),
		.st_mtim = time_from(from->modified),
		.st_ctim = time_from(from->changed),
		.st_blksize = 4096,
		.st_blocks = (blkcnt_t)(from->blocks / 512),
	};
	if (S_ISCHR(to->st_mode))
		to->st_rdev = to->st_dev << 32 | (unsigned)from->node;
}

int fstat(int number, struct stat *result)
{
	struct file_stat found = {.kind = FILE_TERMINAL, .mode = 0666, .links = 1};
	struct file_client *session = NULL;
	struct descriptor d;

	if (!descriptor_get(number, &d))
		return -1;
	if (d.kind != FILE_TERMINAL) // stdio asks for its streams before anybody else does anything
		session = file_session(d.server);
	if (session != NULL && file_result(file_stat(session, d.file, &found)) != 0)
		return -1;
	stat_from(result, d.server, &found);
	return 0;
}

off_t lseek(int number, off_t offset, int whence)
{
	struct file_client *session;
	struct descriptor d;
	uint64_t position;

	_Static_assert(SEEK_SET == FILE_FROM_START && SEEK_CUR == FILE_FROM_HERE &&
			       SEEK_END == FILE_FROM_END,
		       "they are passed on");
	if (!descriptor_get(number, &d))
		return -1;
	session = d.kind != FILE_TERMINAL && d.kind != FILE_PIPE ? file_session(d.server) : NULL;
	if (session == NULL) {
		errno = ESPIPE;
		return -1;
	}
	if (file_result(file_seek(session, d.file, offset, (uint32_t)whence, &position)) != 0)
		return -1;
	return (off_t)position;
}

// A file whose server can be asked; NULL and errno: there is none.
static struct file_client *asked(int number, struct descriptor *d)
{
	struct file_client *session;

	if (!descriptor_get(number, d))
		return NULL;
	session = file_session(d->server);
	if (session == NULL || d->kind == FILE_TERMINAL) {
		errno = EINVAL;
		return NULL;
	}
	return session;
}

int ftruncate(int number, off_t size)
{
	struct descriptor d;
	struct file_client *session = asked(number, &d);

	if (session == NULL)
		return -1;
	if (size < 0) {
		errno = EINVAL;
		return -1;
	}
	return file_result(file_truncate(session, d.file, (uint64_t)size));
}

int fsync(int number)
{
	struct descriptor d;
	struct file_client *session = asked(number, &d);

	return session != NULL ? file_result(file_sync(session, d.file)) : -1;
}

int fdatasync(int number)
{
	return fsync(number);
}

int fchmod(int number, mode_t mode)
{
	struct descriptor d;
	struct file_client *session = asked(number, &d);

	if (session == NULL)
		return -1;
	return file_result(file_set_attributes(session, d.file, FILE_SET_MODE, mode & 07777, 0, 0));
}

// There is one owner, number 0, and every file is that one's.
int fchown(int number, uid_t owner, gid_t group)
{
	struct descriptor d;

	return descriptor_get(number, &d) ? 0 : -1;
}
