// SPDX-License-Identifier: MIT
//
// The system call that only caplet-checked.elf has: walk over everything that the caller's CSpace leads
// to. OK, or BAD_ARGUMENT after a line on the console; words: slots and threads that were seen.
#pragma once

#define CHECK_NUMBER 0x636865636b // "check"
