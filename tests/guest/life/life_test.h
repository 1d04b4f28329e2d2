// SPDX-License-Identifier: MIT
//
// The tests of POSIX processes: what their files share. lifechild does what its arguments say.
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "../libc/suite.h"

extern const struct test life_tests[], signal_suite[], pipe_tests[], life_limits[], kill_tests[];

// Starts lifechild with up to two words. -> pid
pid_t child_start(const char *how, const char *more);
// The same, and its end -> as wait gives it; -1: it could not be started.
int child_run(const char *how, const char *more);
void pause_ms(unsigned milliseconds);
// Restarts the process server; or has it restarted at so many kill points from now.
bool server_restart(void);
// Every how many kill points the server dies; what `make kill` sets to 1.
extern unsigned kill_stride;
