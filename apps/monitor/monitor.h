// SPDX-License-Identifier: MIT
//
// The monitor: a prompt, a handful of commands that look at the system, and everything else is
// the name of a program in the boot archive. It needs the console and the supervisor only, so it
// also serves when the rest of the system does not.
#pragma once

#include "../lib/services.h"
#include <stdint.h>
#include <caplet/protocol.h>

#define WORDS_MAX 32 // of a line

#define STATUS_UNKNOWN_COMMAND 127
#define STATUS_NOT_RUNNABLE    126
#define STATUS_KILLED	       137
#define STATUS_CRASHED	       139

struct command {
	const char *name, *arguments, *what;
	int (*run)(int argc, char **argv); // -> exit status
	int most;			   // arguments that it takes
};

// Each file's commands, an entry without name at the end.
extern const struct command service_commands[], file_commands[];

// ^C ends this process from now on; 0: none.
void interrupts_aim(uint64_t process);
void interrupts_begin(void);
// Runs a program of the archive and waits for its end. -> its exit status
int program_run(int argc, char **argv);
