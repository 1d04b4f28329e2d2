// SPDX-License-Identifier: MIT
//
// reboot: start the machine anew. What it does is in apps/lib/services.c.

#include "../lib/services.h"

int main(int argc, char **argv)
{
	return reboot_run(argc, argv);
}
