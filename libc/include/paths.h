// SPDX-License-Identifier: MIT
//
// Where things lie.

#pragma once

#include_next <paths.h>

#define _PATH_TTY     "/dev/tty"
#define _PATH_CONSOLE "/dev/console"
#define _PATH_TMP     "/tmp/"
#define _PATH_VI      "/bin/vi"
#define _PATH_DEFPATH "/bin"
#define _PATH_STDPATH "/bin"
#define _PATH_MOUNTED "/proc/mounts"
#define _PATH_MNTTAB  "/etc/fstab"
