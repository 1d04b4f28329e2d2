// SPDX-License-Identifier: MIT
//
// Device numbers: 32 bits for the kind, 32 for the number.

#pragma once

#include <sys/types.h>

#define major(device)	    ((unsigned)((dev_t)(device) >> 32))
#define minor(device)	    ((unsigned)(device))
#define makedev(kind, unit) ((dev_t)(kind) << 32 | (unsigned)(unit))
