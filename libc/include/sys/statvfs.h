// SPDX-License-Identifier: MIT
//
// How full a file system is.

#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>

#define ST_RDONLY 1
#define ST_NOSUID 2

struct statvfs {
	unsigned long f_bsize;
	unsigned long f_frsize;
	fsblkcnt_t f_blocks; // in units of f_frsize
	fsblkcnt_t f_bfree;
	fsblkcnt_t f_bavail;
	unsigned long f_files;
	unsigned long f_ffree;
	unsigned long f_favail;
	unsigned long f_fsid;
	unsigned long f_flag;
	unsigned long f_namemax;
};

__BEGIN_DECLS
int statvfs(const char *path, struct statvfs *status);
int fstatvfs(int descriptor, struct statvfs *status);
__END_DECLS
