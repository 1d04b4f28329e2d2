// SPDX-License-Identifier: MIT
//
// The process tests: what their files share. A test starts processchild with words that say how it
// is to end, and looks at how it ended.
#pragma once

#include <caplet/client.h>
#include <caplet/system.h>

#include "../libc/suite.h"

extern const struct test end_tests[];
extern const struct test wait_tests[];
extern const struct test limit_tests[];
extern const struct test service_tests[];
extern const struct test thread_tests[];

struct ending {
	uint32_t end; // SUPERVISOR_END_...
	int32_t status;
};

// Starts processchild with up to two arguments. 0: it could not be started.
uint64_t child_start(const char *how, const char *more);
struct ending child_run(const char *how, const char *more);
// The same of a program that may itself start programs.
struct ending spawner_run(const char *how);

// The first line of the last crash report, and whether a later line holds some text.
bool report_first_line(uint32_t serial, char text[160]);
bool report_holds(uint32_t serial, const char *text);

void pause_ms(uint64_t milliseconds);
bool service_facts(const char *name, struct supervisor_service *facts, char reason[100]);
