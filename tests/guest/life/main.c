// SPDX-License-Identifier: MIT
//
// The suite's start and the helpers of its files. With a number: only the deaths, at each so many kill points.

#include "life_test.h"

#include <caplet/clock.h>
#include <caplet/spawn.h>
#include <caplet/system.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_PASSED = 0x10, EXIT_FAILED = 0x11 }; // as tools/run-tests wants it

void pause_ms(unsigned milliseconds)
{
	uint64_t deadline = clock_now() + milliseconds * 1000000ul;

	while (clock_now() < deadline) {
		struct timespec left = {.tv_nsec = 1000000};

		nanosleep(&left, NULL);
	}
}

pid_t child_start(const char *how, const char *more)
{
	char *argv[] = {"lifechild", (char *)how, (char *)more, NULL};

	return process_start("/bin/lifechild", argv, environ, 0);
}

int child_run(const char *how, const char *more)
{
	pid_t pid = child_start(how, more);
	int status;

	if (pid <= 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

bool server_restart(void)
{
	return supervisor_restart(&supervisor_session, "process") == STATUS_OK;
}

int main(int argc, char **argv)
{
	int status;

	if (argc > 1 && atoi(argv[1]) > 0) {
		kill_stride = (unsigned)atoi(argv[1]);
		tests_run(kill_tests);
	} else {
		tests_run(life_tests);
		tests_run(signal_suite);
		tests_run(pipe_tests);
		tests_run(kill_tests);
		tests_run(life_limits);
	}
	status = tests_end();
	fflush(stdout);
	pause_ms(100);
	(void)supervisor_power_off(&supervisor_session, status == 0 ? EXIT_PASSED : EXIT_FAILED);
	for (;;)
		pause_ms(1000);
}
