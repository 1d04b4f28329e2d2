// SPDX-License-Identifier: MIT
//
// Directories: a descriptor, and a piece of the list that its server gave last. A position is the
// cookie of the entry before.

#include "files.h"

#include <caplet/fs_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct directory {
	DIR base; // what programs see
	uint64_t at, bytes;
	_Alignas(8) char entries[2048];
};

static struct directory *of(DIR *base)
{
	return (struct directory *)base;
}

static DIR *directory_make(int number)
{
	struct directory *directory = calloc(1, sizeof(*directory));

	if (directory == NULL)
		return NULL;
	directory->base.dd_fd = number;
	return &directory->base;
}

DIR *opendir(const char *path)
{
	int number = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = number >= 0 ? directory_make(number) : NULL;

	if (number >= 0 && directory == NULL)
		close(number);
	return directory;
}

DIR *fdopendir(int number)
{
	struct descriptor d;

	if (!descriptor_get(number, &d))
		return NULL;
	if (d.kind != FILE_DIRECTORY) {
		errno = ENOTDIR;
		return NULL;
	}
	return directory_make(number);
}

int closedir(DIR *base)
{
	int result = close(base->dd_fd);

	free(base);
	return result;
}

int dirfd(DIR *base)
{
	return base->dd_fd;
}

// The next piece. False: nothing more, or errno.
static bool directory_fill(struct directory *directory)
{
	struct file_client *session;
	struct descriptor d;
	uint64_t bytes = 0;

	if (!descriptor_get(directory->base.dd_fd, &d))
		return false;
	session = file_session(d.server);
	if (session == NULL ||
	    file_result(file_read_directory(session, d.file, directory->entries,
					    sizeof(directory->entries), &bytes)) != 0)
		return false;
	directory->at = 0;
	directory->bytes = bytes;
	return bytes > 0;
}

struct dirent *readdir(DIR *base)
{
	static const unsigned char types[] = {
		[FILE_REGULAR] = DT_REG,  [FILE_DIRECTORY] = DT_DIR, [FILE_SYMLINK] = DT_LNK,
		[FILE_TERMINAL] = DT_CHR, [FILE_DEVICE] = DT_CHR,
	};
	struct directory *directory = of(base);
	const struct fs_entry *entry;

	if (directory->at >= directory->bytes && !directory_fill(directory))
		return NULL;
	entry = (const struct fs_entry *)(directory->entries + directory->at);
	if (directory->bytes - directory->at < sizeof(*entry) || entry->bytes < sizeof(*entry) ||
	    entry->bytes > directory->bytes - directory->at ||
	    sizeof(*entry) + entry->name_bytes >= entry->bytes) {
		errno = EIO;
		return NULL;
	}
	directory->at += entry->bytes;
	base->dd_position = (long)entry->cookie;
	base->dd_entry.d_ino = entry->node;
	base->dd_entry.d_type = entry->kind < sizeof(types) ? types[entry->kind] : DT_UNKNOWN;
	memcpy(base->dd_entry.d_name, entry->name, entry->name_bytes);
	base->dd_entry.d_name[entry->name_bytes] = '\0';
	return &base->dd_entry;
}

int readdir_r(DIR *restrict base, struct dirent *restrict entry, struct dirent **restrict result)
{
	int saved = errno, error;

	errno = 0;
	*result = readdir(base);
	error = errno;
	errno = saved;
	if (*result == NULL)
		return error;
	*entry = **result;
	*result = entry;
	return 0;
}

long telldir(DIR *base)
{
	return base->dd_position;
}

void seekdir(DIR *base, long position)
{
	of(base)->at = of(base)->bytes = 0;
	base->dd_position = position;
	(void)lseek(base->dd_fd, position, SEEK_SET);
}

void rewinddir(DIR *base)
{
	seekdir(base, 0);
}

int alphasort(const struct dirent **left, const struct dirent **right)
{
	return strcoll((*left)->d_name, (*right)->d_name);
}

static void names_free(struct dirent **names, size_t count)
{
	while (count > 0)
		free(names[--count]);
	free(names);
}

int scandir(const char *path, struct dirent ***result, int (*select)(const struct dirent *),
	    int (*compare)(const struct dirent **, const struct dirent **))
{
	struct dirent **names = NULL, *entry;
	DIR *directory = opendir(path);
	size_t count = 0, room = 0;

	if (directory == NULL)
		return -1;
	while ((entry = readdir(directory)) != NULL) {
		if (select != NULL && !select(entry))
			continue;
		if (count == room) {
			struct dirent **more =
				realloc(names, (room = 2 * room + 16) * sizeof(*names));

			if (more == NULL)
				break;
			names = more;
		}
		names[count] = malloc(sizeof(*entry));
		if (names[count] == NULL)
			break;
		*names[count++] = *entry;
	}
	closedir(directory);
	if (entry != NULL) {
		names_free(names, count);
		errno = ENOMEM;
		return -1;
	}
	if (compare != NULL && count > 0)
		qsort(names, count, sizeof(*names), (int (*)(const void *, const void *))compare);
	*result = names;
	return (int)count;
}
