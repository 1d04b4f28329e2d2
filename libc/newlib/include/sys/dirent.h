// SPDX-License-Identifier: MIT
//
// Directories, for newlib's <dirent.h>, whose own version of this file is an error on purpose.
// An open directory is a file descriptor and the name last read.

#pragma once

#include <sys/types.h>

#define HAVE_NO_D_NAMLEN // newlib's scandir then measures the names itself
#define MAXNAMLEN	 255

enum { DT_UNKNOWN = 0, DT_CHR = 2, DT_DIR = 4, DT_REG = 8, DT_LNK = 10 };

struct dirent {
	ino_t d_ino;
	unsigned char d_type;
	char d_name[MAXNAMLEN + 1];
};

typedef struct {
	int dd_fd;
	long dd_position; // of the entry that readdir gives next
	struct dirent dd_entry;
} DIR;

DIR *opendir(const char *path);
DIR *fdopendir(int descriptor);
struct dirent *readdir(DIR *directory);
int readdir_r(DIR *__restrict directory, struct dirent *__restrict entry,
	      struct dirent **__restrict result);
void rewinddir(DIR *directory);
long telldir(DIR *directory);
void seekdir(DIR *directory, long position);
int closedir(DIR *directory);
int dirfd(DIR *directory);
int scandir(const char *path, struct dirent ***names, int (*select)(const struct dirent *),
	    int (*compare)(const struct dirent **, const struct dirent **));
int alphasort(const struct dirent **left, const struct dirent **right);
