// SPDX-License-Identifier: MIT
//
// A volume on the host, with an undo log of its own kind that can be cut off at any of its steps.
//
// host_run runs a change as the server loop would: begin, change, commit. With host.cut = k it stops
// dead at the k-th step of the log (each save is three: before it, half written, whole), as if the
// server were killed there; the volume is then rolled back, as its successor would.
#pragma once

#include <setjmp.h>
#include "../../../servers/vfs/tmpfs/volume.h"

struct host {
	uint8_t *memory;
	uint64_t bytes;
	struct volume volume;
	uint64_t now;
	uint32_t cut;	     // 0: never
	uint32_t step;	     // of the present transaction
	uint32_t most_saved; // bytes of log that any transaction used
	jmp_buf killed;
};

extern struct host host;

void host_open(uint64_t bytes, uint32_t holders);
void host_close(void);
// For tests that do without host_run: commits what was changed, begins the next transaction.
void host_begin(void);
// False if it was cut off and rolled back.
bool host_run(void (*change)(void *), void *argument);
