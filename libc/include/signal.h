// SPDX-License-Identifier: MIT
//
// newlib's <signal.h>, and what si_code says of a fault of the process's own. The numbers are Linux's.

#pragma once

#include_next <signal.h>

#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define FPE_INTDIV  1
#define ILL_ILLOPN  2
#define BUS_ADRALN  1
#define TRAP_BRKPT  1
