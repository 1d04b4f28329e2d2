// SPDX-License-Identifier: MIT
//
// How full a file system is, in the form that Linux programs know; <sys/statvfs.h> is POSIX's.

#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>

typedef struct {
	int val[2];
} fsid_t;

struct statfs {
	long f_type;
	long f_bsize;
	fsblkcnt_t f_blocks; // in units of f_bsize
	fsblkcnt_t f_bfree;
	fsblkcnt_t f_bavail;
	unsigned long f_files;
	unsigned long f_ffree;
	fsid_t f_fsid;
	long f_namelen;
	long f_frsize;
	long f_flags;
};

__BEGIN_DECLS
int statfs(const char *path, struct statfs *status);
int fstatfs(int descriptor, struct statfs *status);
__END_DECLS
