// SPDX-License-Identifier: MIT
//
// What a process is told at its start: one read-only page at PROCESS_INFO_BASE, written by the
// supervisor (by root for the supervisor and the pager). The entry point finds its address in rdi.
#pragma once

#include <stdint.h>
#include <caplet/layout.h>

#define PROCESS_INFO_MAGIC  0x317373656c706163ul
#define PROCESS_NAME_MAX    32
#define PROCESS_GRANTS_MAX  48
#define PROCESS_ARGS_MAX    1024
#define PROCESS_TRUSTED_MAX 4

enum start_mode {
	START_FRESH = 0,   // the ledger is empty (zeroes)
	START_RESTART = 1, // the ledger is what the predecessor left
};

enum grant_kind {
	GRANT_SESSION = 1, // endpoint capability of a server, badge: this process
	GRANT_IRQ = 2,
	GRANT_IOPORT = 3,
	GRANT_NOTIFICATION = 4, // to signal
	GRANT_MEMORY = 5,	// memory object of the pager (badged pager endpoint)
};

struct process_grant {
	char name[PROCESS_NAME_MAX]; // as in the manifest: interface or device name
	uint32_t kind;		     // enum grant_kind
	uint32_t reserved;
	cptr_t cap;
	uint64_t detail; // irq: line; ioport: first << 16 | last; memory: bytes
};

struct process_info {
	uint64_t magic;
	uint64_t process; // never reused; the badge of all sessions of this process
	char name[PROCESS_NAME_MAX];
	uint32_t start_mode; // enum start_mode
	uint32_t restarts;   // number of starts before this one
	uint64_t ledger_bytes;
	uint32_t inflight; // reply objects from ROOT_SLOT_REPLY on
	uint32_t sessions; // most sessions that it may serve
	uint64_t tsc_hz;
	uint64_t entry_tsc; // rdtsc at the kernel's first instruction
	uint32_t
		blameless; // not 0: the start before this one was ended on request, not by a fault of its own
	uint32_t slots;			       // of the dynamic CNode
	uint64_t trusted[PROCESS_TRUSTED_MAX]; // process numbers that the manifest names; 0: none
	uint64_t block_bytes; // at PROCESS_BLOCK_BASE (caplet/block.h); 0: the arguments are here
	uint32_t argument_count;
	uint32_t grant_count;
	struct process_grant grant[PROCESS_GRANTS_MAX];
	char arguments[PROCESS_ARGS_MAX]; // argument_count strings, each ends with a zero byte
};

_Static_assert(sizeof(struct process_info) <= PAGE_SIZE, "process information is one page");

static inline const struct process_info *process_info(void)
{
	return (const struct process_info *)PROCESS_INFO_BASE;
}

// The grant of that kind and name, or NULL. (libc/runtime)
const struct process_grant *process_grant(enum grant_kind kind, const char *name);
