// SPDX-License-Identifier: MIT
//
// svc: services as a person sees them. What it does is in apps/lib/services.c, which the monitor shares.

#include "../lib/services.h"

int main(int argc, char **argv)
{
	return svc_run(argc, argv);
}
