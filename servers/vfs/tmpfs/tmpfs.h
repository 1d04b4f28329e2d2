// SPDX-License-Identifier: MIT
//
// What the two halves of the server share: tmpfs.c (names and nodes) and files.c (open files).
#pragma once

#include "volume.h"

#define HOLDER_SERVER  0u // of opens.c: what descriptions hold; sessions have those after it
#define FILE_OWN_FLAGS (FILE_READ | FILE_WRITE | FILE_APPEND | FILE_NO_WAIT)

extern struct volume volume;

// The volume, for a change in the open transaction.
struct volume *change_begin(void);

status_t files_begin(void);
