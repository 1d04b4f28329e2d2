// SPDX-License-Identifier: MIT
//
// The measuring of operations, for the files of this folder.
#pragma once

#include <stdint.h>

enum { ROUNDS = 32, WARM_UP = 8 };

// Does the operation ROUNDS times after some to warm up, and keeps the least count and the most.
void measure(const char *name, void (*operation)(void));

// For what is done many times in one go: `ticks` for `count` of them, their mean, in hundredths.
void measured(const char *name, uint64_t ticks, uint64_t count);

void measure_files(void);     // files.c
void measure_processes(void); // processes.c
