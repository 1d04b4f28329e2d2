// SPDX-License-Identifier: MIT
//
// The suite of the servers: its lists of tests and its session with fs.
#pragma once

#include <fs.h>
#include "../libc/suite.h"

extern const struct test fs_tests[], content_tests[], console_tests[], timer_tests[], fuzz_tests[],
	vfs_tests[];

extern struct fs_client fs;

// A directory of its own for each test, empty; 0 if it could not be made.
uint64_t directory_fresh(void);
// A new file in it.
uint64_t file_make(uint64_t directory, const char *name);
