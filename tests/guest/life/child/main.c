// SPDX-License-Identifier: MIT
//
// lifechild: does what its arguments say.

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static volatile int zero;

static int crash(const char *how)
{
	if (strcmp(how, "null") == 0)
		return *(volatile int *)(uintptr_t)(zero + 8);
	if (strcmp(how, "divide") == 0)
		return 1000 / zero;
	__builtin_trap();
}

static int environment(char *expected)
{
	char *equals = strchr(expected, '=');
	const char *value;

	*equals = '\0';
	value = getenv(expected);
	return value == NULL || strcmp(value, equals + 1) != 0;
}

static void sleeper(void)
{
	struct timespec second = {.tv_sec = 1};

	for (;;)
		nanosleep(&second, NULL);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";

	if (strcmp(how, "exit") == 0)
		return atoi(argv[2]);
	if (strcmp(how, "environment") == 0)
		return environment(argv[2]);
	if (strcmp(how, "arguments") == 0)
		return argc != 3 || argv[2][0] != '\0' || argv[3] != NULL;
	if (strcmp(how, "count") == 0)
		return (argc - 2) % 251;
	if (strcmp(how, "crash") == 0)
		return crash(argv[2]);
	if (strcmp(how, "abort") == 0)
		abort();
	if (strcmp(how, "exec") == 0) {
		char *next[] = {argv[0], "exit", argv[2], NULL};

		execv("/bin/lifechild", next);
		return 100;
	}
	if (strcmp(how, "sleep") == 0)
		sleeper();
	if (strcmp(how, "spin") == 0)
		for (;;)
			zero = 0;
	return 99;
}
