// SPDX-License-Identifier: MIT
//
// The compiled manifest: what tools/manifestc writes and the supervisor reads, as member `manifest`
// of the boot archive. docs/manifest.md describes the language.
//
// A plain struct without pointers: the header, then one struct manifest_process for each process,
// servers first, each server after all servers that it calls. The checksum is the 32-bit FNV-1a hash
// of all bytes after the header. The compiler has checked what can be checked before the machine
// runs: names, ranges, and that calls between servers form no cycle.
#pragma once

#include <stdint.h>

#define MANIFEST_MAGIC	 0x7473656669766e61ul
#define MANIFEST_VERSION 2

#define MANIFEST_NAME_MAX      32 // with the final zero
#define MANIFEST_PROCESSES_MAX 64
#define MANIFEST_USES_MAX      16
#define MANIFEST_SIGNALS_MAX   8
#define MANIFEST_IRQS_MAX      8
#define MANIFEST_PORTS_MAX     8
#define MANIFEST_LADDER_MAX    8
#define MANIFEST_TRUSTS_MAX    4
#define MANIFEST_INFLIGHT_MAX  128
#define MANIFEST_THREADS_MAX   16
#define MANIFEST_ARGUMENTS_MAX 128

enum manifest_kind {
	MANIFEST_SERVER = 1,  // has an endpoint; started at boot, restarted
	MANIFEST_PROGRAM = 2, // has none; started by `start` or by whoever may spawn
	MANIFEST_DEFAULT = 3, // `program *`: what a program without an entry of its own gets
};

enum manifest_authority {	       // bits, after `may`
	MANIFEST_MAY_SPAWN = 1 << 0,   // start programs, wait for and end those it started
	MANIFEST_MAY_OBSERVE = 1 << 1, // list processes, read crash reports and the log
	MANIFEST_MAY_CONTROL = 1 << 2, // restart or end any process
	MANIFEST_MAY_POWER = 1 << 3,   // turn the machine off
	MANIFEST_MAY_MANAGE = 1 << 4,  // make, copy, load, stop and interrupt processes
	MANIFEST_MAY_HOST = 1 << 5,    // have a guest: memory and processors of a virtual machine
};

enum manifest_step {		 // of the ladder, after `restart`
	MANIFEST_RESTART = 1,	 // same ledger
	MANIFEST_FRESH = 2,	 // ledger zeroed
	MANIFEST_DEPENDANTS = 3, // FRESH, and the servers that use it are restarted too
};

enum manifest_flag {		   // bits of manifest_process.flags
	MANIFEST_PASSIVE = 1 << 0, // runs on its callers' budget
	MANIFEST_START = 1 << 1,   // a program that is started at boot, and again when it ends
	MANIFEST_POOLED = 1 << 2,  // `memory` is not promised: the most it gets of the common pool
	MANIFEST_DORMANT =
		1 << 3, // a server that runs only while somebody who uses it has woken it
};

enum manifest_irq_flag { // bits, as the flags of IRQ_GET_LINE
	MANIFEST_IRQ_LEVEL = 1 << 0,
	MANIFEST_IRQ_LOW = 1 << 1,
};

struct manifest_use {		      // a session: calls to that server
	char name[MANIFEST_NAME_MAX]; // of the grant
	uint32_t process;	      // index of the server
	uint32_t reserved;
};

struct manifest_signal { // a notification: no call, no answer
	char name[MANIFEST_NAME_MAX];
	uint32_t process; // whose notification
	uint32_t bit;
};

struct manifest_irq {
	char name[MANIFEST_NAME_MAX];
	uint32_t line;	// global system interrupt
	uint32_t flags; // enum manifest_irq_flag
};

struct manifest_port {
	char name[MANIFEST_NAME_MAX];
	uint16_t first, last;
	uint32_t reserved;
};

struct manifest_process {
	char name[MANIFEST_NAME_MAX];
	char image[MANIFEST_NAME_MAX];	  // archive member bin/IMAGE
	char provides[MANIFEST_NAME_MAX]; // interface; empty for programs
	uint32_t kind;			  // enum manifest_kind
	uint32_t flags;			  // enum manifest_flag
	uint32_t authority;		  // enum manifest_authority
	uint32_t priority;
	uint32_t budget_us, period_us; // equal: round robin
	uint32_t inflight;	       // reply objects
	uint32_t sessions;	       // most sessions at a time
	uint32_t threads;	       // most threads at a time
	uint32_t trust_count;
	uint64_t memory_bytes; // quota, ledger included
	uint64_t ledger_bytes;
	uint32_t ladder_count, use_count, signal_count, irq_count, port_count, argument_bytes;
	uint8_t ladder[MANIFEST_LADDER_MAX]; // enum manifest_step
	struct manifest_use use[MANIFEST_USES_MAX];
	struct manifest_signal signal[MANIFEST_SIGNALS_MAX];
	struct manifest_irq irq[MANIFEST_IRQS_MAX];
	struct manifest_port port[MANIFEST_PORTS_MAX];
	uint32_t trust[MANIFEST_TRUSTS_MAX];	// indices of servers that may speak for others
	char arguments[MANIFEST_ARGUMENTS_MAX]; // argument_bytes: strings, each with its zero
};

struct manifest {
	uint64_t magic;
	uint32_t version;
	uint32_t bytes; // of the whole
	uint32_t checksum;
	uint32_t process_count;
	struct manifest_process process[];
};

_Static_assert(sizeof(struct manifest) == 24, "the manifest's header is packed");
_Static_assert(sizeof(struct manifest_process) % 8 == 0, "processes stand back to back");

static inline uint32_t manifest_checksum(const void *bytes, uint64_t count)
{
	const uint8_t *byte = bytes;
	uint32_t hash = 2166136261u;

	for (uint64_t i = 0; i < count; i++)
		hash = (hash ^ byte[i]) * 16777619u;
	return hash;
}
