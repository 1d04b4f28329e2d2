// SPDX-License-Identifier: MIT
//
// The unit tests of the portable kernel, one group for each file of tests.

#include "unit.h"

int main(void)
{
	int failed = cap_tests() + cspace_tests() + untyped_tests() + refill_tests() +
		     vspace_tests() + world_tests();

	return failed != 0;
}
