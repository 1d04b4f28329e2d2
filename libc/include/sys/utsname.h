// SPDX-License-Identifier: MIT
//
// The name of the system.

#pragma once

#include <sys/cdefs.h>

#define _UTSNAME_LENGTH 65
#define SYS_NMLN	_UTSNAME_LENGTH

struct utsname {
	char sysname[_UTSNAME_LENGTH];
	char nodename[_UTSNAME_LENGTH];
	char release[_UTSNAME_LENGTH];
	char version[_UTSNAME_LENGTH];
	char machine[_UTSNAME_LENGTH];
	char domainname[_UTSNAME_LENGTH];
};

__BEGIN_DECLS
int uname(struct utsname *name);
__END_DECLS
