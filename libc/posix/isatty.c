// SPDX-License-Identifier: MIT
//
// Whether a descriptor is the terminal. newlib has a function of this name, for stdio, that takes every
// character device for one; in a file of its own, this one does not meet it.

#include "files.h"

#include <errno.h>
#include <unistd.h>

int isatty(int number)
{
	struct descriptor d;

	if (!descriptor_get(number, &d))
		return 0;
	errno = ENOTTY;
	return d.kind == FILE_TERMINAL;
}

int _isatty(int number)
{
	return isatty(number);
}
