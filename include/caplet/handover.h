// SPDX-License-Identifier: MIT
//
// What root hands the pager and the supervisor beside the common layout (caplet/layout.h): a page
// of facts at HANDOVER_BASE and three kinds of CNodes in their root CNodes.
//
// - The *control CNode* holds capabilities that only these two have. Root fills it once; a restart
//   leaves it alone, and so does the runtime's sweep, which knows the dynamic CNode only.
// - The pager's *archive CNodes* hold one 4 KiB frame capability for each page of the boot archive
//   in order (readable, executable, never writable): page p in CNode p / 4095, slot 1 + p % 4095.
// - *Pool CNodes* are empty but for slot 0 and belong to their owner: the pager keeps the capabilities
//   of frames there, the supervisor those of processes. They survive restarts like the ledger,
//   which says what is in them.
//
// Each of these CNodes has 4096 slots and holds a capability to itself in slot 0, so that
// (HANDOVER_CPTR(slot, 0), index, DYNAMIC_CNODE_BITS) names a slot for CNode methods and
// HANDOVER_CPTR(slot, index) is the capability in it.
//
// Root calls neither of the two, ever. It watches their heartbeats, and is the handler of their
// faults.
#pragma once

#include <caplet/abi/boot.h>
#include <caplet/layout.h>

#define HANDOVER_CPTR(slot, index) (ROOT_CPTR(slot) | (cptr_t)(index))

// Slots of the root CNode, pager and supervisor only.
enum handover_root_slot {
	ROOT_SLOT_CONTROL = 32,
	ROOT_SLOT_ARCHIVE = 33, // + i, pager only; up to 15: archives to 240 MiB
	ROOT_SLOT_POOL = 64,	// + i: handover.pool_cnodes of them
	HANDOVER_POOL_MAX = 192,
	HANDOVER_ARCHIVE_MAX = 15,
};

// Slots of the control CNodes.
enum pager_control_slot {
	PAGER_CONTROL_SELF = 0,
	PAGER_CONTROL_VSPACE = 1,     // the pager's own address space, for passing windows
	PAGER_CONTROL_ASID = 2,	      // ASID_CONTROL
	PAGER_CONTROL_SUPERVISOR = 3, // the supervisor's notification, badge NOTIFY_CRASH
	PAGER_CONTROL_UNTYPED = 16,   // + i: the untypeds of struct handover
};

enum supervisor_control_slot {
	SUPERVISOR_CONTROL_SELF = 0,
	SUPERVISOR_CONTROL_IRQ = 1,    // IRQ_CONTROL
	SUPERVISOR_CONTROL_IOPORT = 2, // IOPORT_CONTROL
	SUPERVISOR_CONTROL_PAGER = 3,  // the pager's endpoint without badge, to mint from
	SUPERVISOR_CONTROL_ROOT = 4,   // root's endpoint, for enum root_request
	SUPERVISOR_CONTROL_THREAD = 5, // the supervisor's own thread: the authority over priorities
	SUPERVISOR_CONTROL_TICKER = 6, // a second thread of the supervisor, configured, not started
	SUPERVISOR_CONTROL_TICK = 7,   // its notification, badge NOTIFY_TICK, for the ticker
	SUPERVISOR_CONTROL_WORK = 8,   // its notification, badge NOTIFY_WORK, for itself
	SUPERVISOR_CONTROL_IOMMU = 9,  // IOMMU_CONTROL, if there is an IOMMU
	SUPERVISOR_CONTROL_UNTYPED = 16, // + i: for kernel objects, the untypeds of struct handover
	SUPERVISOR_CONTROL_SCHED = 128,	 // + CPU number
};

// Bits of the supervisor's notification.
#define NOTIFY_CRASH (1ul << 16) // the pager has a crash to tell
#define NOTIFY_TICK  (1ul << 17) // a tenth of a second has passed
#define NOTIFY_PAGER (1ul << 18) // root has restarted the pager
#define NOTIFY_WORK  (1ul << 19) // something is to be done that a call decided

// One-way messages to root, by label.
enum root_request {
	ROOT_POWER_OFF = 1, // word 0: exit status where the machine can show one
	ROOT_PRINT = 2,	    // words: up to 64 bytes of text, zero padded, for the serial line
	ROOT_REBOOT = 3,
	ROOT_RESTART = 4, // word 0: PROCESS_PAGER or PROCESS_SUPERVISOR ends, as if it had crashed,
			  // word 1: at that kill point from now (tests), 0: at once,
			  // word 2: serial number; the same as the last time: it was done already
};

// Process numbers that are fixed; all others are from PROCESS_FIRST on and never used twice.
enum {
	PROCESS_PAGER = 1,
	PROCESS_SUPERVISOR = 2,
	PROCESS_FIRST = 16,
};

// Badges of the pager's endpoint. A plain session's badge is the process number. A capability to a
// memory object has OBJECT and the object's number; the fault handler of a thread has FAULT, the
// thread's number (8 bits) from THREAD_SHIFT on, and the process number below.
#define PAGER_BADGE_OBJECT	 (1ul << 62)
#define PAGER_BADGE_FAULT	 (1ul << 63)
#define PAGER_BADGE_THREAD_SHIFT 48
#define PAGER_BADGE_PROCESS	 ((1ul << PAGER_BADGE_THREAD_SHIFT) - 1)

// Address space identifiers below this one are root's, the pager's and the supervisor's.
#define HANDOVER_ASID_FIRST 8

// Addresses in the pager and the supervisor; read-only.
#define HANDOVER_BASE	      0x0000000ff0020000ul // struct handover
#define HANDOVER_ARCHIVE_BASE 0x0000000800000000ul // the boot archive; supervisor only

// What root makes for the pager, by the memory it hands over: of five pool CNodes two hold the 4 KiB
// untypeds of frames, two the frames, one further capabilities to frames mapped more than once. With
// less the pager uses less of the memory.
static inline uint64_t handover_pager_pool(uint64_t memory_bytes)
{
	uint64_t cnodes = memory_bytes / PAGE_SIZE / 4095 * 5 / 2 + 6;

	return cnodes < HANDOVER_POOL_MAX ? cnodes : HANDOVER_POOL_MAX;
}
static inline uint64_t handover_pager_ledger(uint64_t memory_bytes)
{
	return memory_bytes / 50 + 0x180000;
}

#define HANDOVER_MAGIC 0x7265766f646e6168ul // "handover"

struct handover_untyped {
	paddr_t paddr;
	uint8_t size_bits;
	uint8_t kind; // enum boot_untyped_kind
	uint8_t reserved[6];
};

// The two processes that root looks after. Root writes, ten times a second.
struct handover_service {
	uint64_t memory_bytes; // image, stack, ledger, pages of facts, pool CNodes
	uint64_t consumed_us;  // of its thread, since boot
	char last_end[32];     // why it was restarted the last time; empty: never
};

struct handover {
	uint64_t magic;
	uint32_t size; // of this struct in bytes
	uint32_t cpu_count;
	uint64_t tsc_hz;
	uint64_t entry_tsc, root_tsc, calibration; // as in struct boot_info
	uint64_t archive_bytes;
	uint64_t archive_pages;
	uint64_t memory_bytes; // all RAM the kernel gave, what root kept included
	uint64_t root_bytes;   // RAM that root kept for itself, the pager's and supervisor's images
	uint64_t kernel_text_bytes;
	paddr_t rsdp_paddr;
	uint32_t pool_cnodes; // pool CNodes of this process
	uint32_t untyped_count;
	uint32_t iommu_line; // as in struct boot_info
	uint32_t reserved;
	struct handover_untyped untyped[BOOT_MAX_UNTYPED + 32];
	struct handover_service service[2]; // supervisor only: the pager's and its own
	char command_line[256];
};

_Static_assert(sizeof(struct handover) <= PAGE_SIZE, "the handover is one page");
