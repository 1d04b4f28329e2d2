// SPDX-License-Identifier: MIT
//
// newlib's select, with room for as many descriptors as a process can have.

#pragma once

#ifndef FD_SETSIZE
#define FD_SETSIZE 256
#endif

#include_next <sys/select.h>
