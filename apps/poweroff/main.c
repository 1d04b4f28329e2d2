// SPDX-License-Identifier: MIT
//
// poweroff [STATUS]: turn the machine off. What it does is in apps/lib/services.c.

#include "../lib/services.h"

int main(int argc, char **argv)
{
	return poweroff_run(argc, argv);
}
