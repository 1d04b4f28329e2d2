// SPDX-License-Identifier: MIT
//
// What every unit test includes: cmocka in the order that it wants, and the model machine.
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arch_host.h"

// Each file of tests is a group; returns how many failed.
int cap_tests(void);
int cspace_tests(void);
int untyped_tests(void);
int refill_tests(void);
int vspace_tests(void);
int world_tests(void);

static inline int unit_reset(void **state)
{
	host_reset();
	return 0;
}
