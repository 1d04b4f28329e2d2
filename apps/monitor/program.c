// SPDX-License-Identifier: MIT
//
// Running programs: the supervisor starts them and tells how they ended.
#include <stdio.h>
#include <string.h>
#include <caplet/system.h>
#include "monitor.h"

#define ARGUMENTS_BYTES 300 // what supervisor.spawn takes

// Strings one behind the other, each with its zero byte. -> bytes, 0 if they do not fit
static uint64_t arguments_pack(int argc, char **argv, char to[ARGUMENTS_BYTES])
{
	uint64_t at = 0;

	for (int i = 0; i < argc; i++) {
		size_t bytes = strlen(argv[i]) + 1;

		if (bytes > ARGUMENTS_BYTES - at)
			return 0;
		memcpy(to + at, argv[i], bytes);
		at += bytes;
	}
	return at;
}

static int end_status(const char *name, uint32_t end, int32_t status)
{
	switch (end) {
	case SUPERVISOR_END_EXIT: return status;
	case SUPERVISOR_END_CRASH:
		// The console has shown the report already, as part of the log.
		printf("%s crashed (report %d)\n", name, status);
		return STATUS_CRASHED;
	case SUPERVISOR_END_IMAGE:
		printf("%s: the image is not a program\n", name);
		return STATUS_NOT_RUNNABLE;
	default: printf("%s was killed\n", name); return status ? 128 + status : STATUS_KILLED;
	}
}

int program_run(int argc, char **argv)
{
	char arguments[ARGUMENTS_BYTES];
	uint64_t bytes = arguments_pack(argc, argv, arguments), process, ended;
	uint32_t end;
	int32_t result;
	status_t status;

	if (bytes == 0 || strlen(argv[0]) > 31)
		return failure_print(argv[0], "name or arguments are too long"),
		       STATUS_NOT_RUNNABLE;
	status = supervisor_spawn(&supervisor_session, argv[0], arguments, bytes, &process);
	if (status == SUPERVISOR_NO_PROGRAM)
		return failure_print(argv[0], "not a command, nor a program of the archive"),
		       STATUS_UNKNOWN_COMMAND;
	interrupts_aim(status == STATUS_OK ? process : 0);
	if (status == STATUS_OK)
		status = supervisor_wait(&supervisor_session, process, &ended, &end, &result);
	interrupts_aim(0);
	if (status != STATUS_OK)
		return failure_print(argv[0], supervisor_error_name(status)), STATUS_NOT_RUNNABLE;
	return end_status(argv[0], end, result);
}
