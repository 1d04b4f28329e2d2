// SPDX-License-Identifier: MIT
//
// Included before every file of BusyBox. It has functions itoa and utoa of its own, which are not
// those that newlib declares in <stdlib.h>; and free and uptime include <sys/sysinfo.h> on Linux
// only.

#include <stdlib.h>
#include <sys/sysinfo.h>

#define itoa busybox_itoa
#define utoa busybox_utoa
