// SPDX-License-Identifier: MIT
//
// Random bytes.

#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>

#define GRND_NONBLOCK 1
#define GRND_RANDOM   2

__BEGIN_DECLS
// From the processor's generator where it has one; else ENOSYS.
ssize_t getrandom(void *data, size_t bytes, unsigned flags);
__END_DECLS
