// SPDX-License-Identifier: MIT
//
// The part of the suite that knows nothing of where it runs: what a test says reaches standard
// output in the words of tools/run-tests.

#include "suite.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static char why[200]; // the present test failed; empty: it did not

void check_failed(const char *file, int line, const char *text)
{
	snprintf(why, sizeof(why), "%s:%d: %s", file, line, text);
}

bool prints(const char *expected, const char *format, ...)
{
	char text[400];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (strcmp(text, expected) == 0)
		return true;
	printf("expected \"%s\", got \"%s\"\n", expected, text);
	return false;
}

static unsigned passed, failed;

void tests_run(const struct test *tests)
{
	for (; tests->name != NULL; tests++) {
		why[0] = '\0';
		tests->run();
		if (why[0] == '\0') {
			printf("ok %s\n", tests->name);
			passed++;
		} else {
			printf("not ok %s: %s\n", tests->name, why);
			failed++;
		}
	}
}

int tests_end(void)
{
	printf("suite done: %u passed, %u failed\n", passed, failed);
	return failed > 0;
}
