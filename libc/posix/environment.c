// SPDX-License-Identifier: MIT
//
// Forgetting the environment. newlib's setenv copies the list when it first grows it, so pointing
// at an empty one is enough.

#include <stdlib.h>
#include <unistd.h>

int clearenv(void)
{
	environ[0] = NULL;
	return 0;
}
