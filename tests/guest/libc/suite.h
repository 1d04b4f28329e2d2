// SPDX-License-Identifier: MIT
//
// The suite of libc: tests are functions that CHECK; the first check that fails names its line.
#pragma once

#include <stdbool.h>

struct test {
	const char *name;
	void (*run)(void);
};

// Each file's tests, ended by a name of NULL.
extern const struct test thread_tests[];
extern const struct test file_tests[];
extern const struct test memory_tests[];
extern const struct test text_tests[];
extern const struct test float_tests[];
extern const struct test pthread_tests[];
extern const struct test system_tests[];
extern const struct test library_tests[];

// Runs the tests of a list, and counts.
void tests_run(const struct test *tests);

// Prints the last line; returns the status to end with.
int tests_end(void);

// Notes the failure of the present test. `text` is what was expected.
void check_failed(const char *file, int line, const char *text);

// Whether the printed form of the arguments is what is expected.
bool prints(const char *expected, const char *format, ...);

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			check_failed(__FILE__, __LINE__, #condition);                              \
			return;                                                                    \
		}                                                                                  \
	} while (0)
