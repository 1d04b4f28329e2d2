// SPDX-License-Identifier: MIT
//
// The two test servers, and the script that a client works through while they are killed.
#pragma once

#include <caplet/server.h>

extern const struct server probe_server, below_server;

#define SCRIPT_RESULTS 56
#define PROBE_NOBODY   4711ul // a process that never connects

struct script {
	uint64_t result[SCRIPT_RESULTS];
	unsigned count;
	int failed_line; // of script.c; 0: all calls succeeded
	status_t failed_status;
};

// Calls of every kind, from reset to disconnect. What it gives depends on nothing but the servers.
bool script_run(struct script *script);
