// SPDX-License-Identifier: MIT
//
// Changing the process's name space.

#pragma once

#include <sys/cdefs.h>

#define MS_RDONLY      0x0001
#define MS_NOSUID      0x0002
#define MS_NODEV       0x0004
#define MS_NOEXEC      0x0008
#define MS_SYNCHRONOUS 0x0010
#define MS_REMOUNT     0x0020
#define MS_MANDLOCK    0x0040
#define MS_DIRSYNC     0x0080
#define MS_NOATIME     0x0400
#define MS_NODIRATIME  0x0800
#define MS_BIND	       0x1000
#define MS_MOVE	       0x2000
#define MS_REC	       0x4000
#define MS_SILENT      0x8000

#define MNT_FORCE  1
#define MNT_DETACH 2

__BEGIN_DECLS
int mount(const char *source, const char *target, const char *type, unsigned long flags,
	  const void *data);
int umount(const char *target);
int umount2(const char *target, int flags);
__END_DECLS
