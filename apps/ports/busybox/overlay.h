// SPDX-License-Identifier: MIT
//
// Included before every file of BusyBox, after its platform.h. It has functions itoa and utoa of its own,
// which are not those that newlib declares in <stdlib.h>; free and uptime include <sys/sysinfo.h> on
// Linux only; and newlib's printf knows no %m, which platform.h takes for granted.

#include <stdlib.h>
#include <sys/sysinfo.h>

#undef HAVE_PRINTF_PERCENTM

#define itoa busybox_itoa
#define utoa busybox_utoa
