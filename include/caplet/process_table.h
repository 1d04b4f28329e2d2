// SPDX-License-Identifier: MIT
//
// What the process server shows of its processes: a memory object that it writes and the name space server
// maps and reads for /proc. The process server calls the other one, so it could not be asked.
//
// A row is written by one and read by others at any time: the writer makes its sequence odd, writes, and makes
// it even; a reader that sees an odd one, or another after than before, reads again, and after some tries takes
// what it has: the writer may have died, and its successor writes all rows anew.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PROCESS_TABLE_ROWS  512
#define PROCESS_TABLE_BYTES 0x6000ul

struct process_row {
	uint32_t sequence;
	int32_t pid;
	uint64_t process; // number in the system; 0: the row is empty
	int32_t parent, group, session;
	uint32_t state; // process.idl: STATE_...
	uint64_t reserved;
};

struct process_table {
	struct process_row row[PROCESS_TABLE_ROWS];
};

_Static_assert(sizeof(struct process_table) <= PROCESS_TABLE_BYTES, "it fits in its pages");

static inline void process_row_write(struct process_row *row, const struct process_row *from)
{
	uint32_t sequence = __atomic_load_n(&row->sequence, __ATOMIC_RELAXED) | 1;

	__atomic_store_n(&row->sequence, sequence, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	row->pid = from->pid;
	row->process = from->process;
	row->parent = from->parent;
	row->group = from->group;
	row->session = from->session;
	row->state = from->state;
	__atomic_store_n(&row->sequence, sequence + 1, __ATOMIC_RELEASE);
}

// False: empty.
static inline bool process_row_read(const struct process_row *row, struct process_row *to)
{
	for (unsigned i = 0; i < 4; i++) {
		uint32_t before = __atomic_load_n(&row->sequence, __ATOMIC_ACQUIRE);

		*to = *(const volatile struct process_row *)row;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (before % 2 == 0 && __atomic_load_n(&row->sequence, __ATOMIC_RELAXED) == before)
			break;
	}
	return to->process != 0;
}
