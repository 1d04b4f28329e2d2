// SPDX-License-Identifier: MIT
//
// newlib's <sys/stat.h>, and what it declares for other systems only.

#pragma once

#include_next <sys/stat.h>

#ifndef UTIME_NOW
#define UTIME_NOW  0x3fffffffL
#define UTIME_OMIT 0x3ffffffeL
#endif

__BEGIN_DECLS
int lstat(const char *__restrict path, struct stat *__restrict status);
int mknod(const char *path, mode_t mode, dev_t device);
__END_DECLS
