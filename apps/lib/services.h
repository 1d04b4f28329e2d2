// SPDX-License-Identifier: MIT
//
// Commands on services, crash reports and power, for the monitor, where they are built in, and
// for the programs of these names. Each takes its arguments as main does and gives its exit status:
// 0, 1 if it failed, 2 if the arguments are wrong.
#pragma once

#include <stdint.h>

int svc_run(int argc, char **argv);
int poweroff_run(int argc, char **argv);
int reboot_run(int argc, char **argv);

// The report with that number, as it was logged.
void crash_print(uint32_t serial);

// The word for a state of supervisor.idl.
const char *state_name(uint32_t state);

// Prints WHAT: WHY. -> 1
int failure_print(const char *what, const char *why);
