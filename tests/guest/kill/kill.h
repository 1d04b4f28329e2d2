// SPDX-License-Identifier: MIT
//
// A course is what a client does with a server from a known state back to that state. Each
// returns NULL if everything was as it is without any death, else what was not.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct fs_client;

// With tmpfs; NULL: there is none.
struct fs_client *fs_session(void);

const char *fs_course(uint32_t number);
const char *path_course(uint32_t number);
const char *vfs_course(uint32_t number);
const char *tmpfs_course(uint32_t number);
const char *console_course(uint32_t number);
const char *timer_course(uint32_t number);
const char *pager_course(uint32_t number);
const char *supervisor_course(uint32_t number);

// At the end of a part, for check-output: how many lines the console has been given.
void console_course_end(void);

// Leaves the course if the call's status is another.
#define STEP(call, expected)                                                                       \
	do {                                                                                       \
		if ((call) != (expected))                                                          \
			return #call;                                                              \
	} while (0)
