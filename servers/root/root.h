// SPDX-License-Identifier: MIT
//
// Root, the first task: what its parts share.
//
// Root starts with everything the machine has. It keeps a little memory, builds the pager and the
// supervisor out of the boot archive, hands the pager nearly all memory and the supervisor the
// control over interrupts, ports and processor time, and then does three things: it handles the
// faults of these two, watches their heartbeats, and restarts them. It never calls anybody, so
// nothing can make it wait. When it cannot go on it says why on the serial line and turns the
// machine off (emergency.c).
//
//	kernel.c     the kernel's methods as functions
//	memory.c     objects and pages out of the largest piece of memory
//	archive.c    the boot archive's pages
//	service.c    building and restarting the two services
//	handover.c   what they get beside the common layout
//	watch.c      the loop
//	emergency.c  serial line and power
#pragma once

#include <caplet/abi/boot.h>
#include <caplet/abi/fault.h>
#include <caplet/archive.h>
#include <caplet/handover.h>
#include <caplet/image.h>
#include <caplet/kernel.h>
#include <caplet/process.h>

// ---- kernel.c ----------------------------------------------------------------------------------

#define ROOT_DEPTH 64 // bits of an index in root's own CSpace: slot number and cptr are the same

// A slot: in root's own CNode, or in another one that root holds a capability to.
struct slot {
	cptr_t cnode;
	uint64_t index;
	uint64_t depth;
};
struct slot slot_own(cptr_t cap);
struct slot slot_in(cptr_t cnode, uint64_t index, unsigned bits);

void kernel_retype(cptr_t untyped, unsigned type, unsigned size_bits, cptr_t cnode, uint64_t first,
		   uint64_t count);
void kernel_copy(struct slot to, struct slot from, unsigned rights);
void kernel_mint(struct slot to, struct slot from, unsigned rights, uint64_t badge);
void kernel_move(struct slot to, struct slot from);
void kernel_delete(struct slot slot);
void kernel_must(uint64_t status, const char *what); // root_stop unless OK

// ---- memory.c ----------------------------------------------------------------------------------

void memory_init(const struct boot_info *info);
void memory_check(void);			    // root_stop if there is none
cptr_t memory_slot(void);			    // an empty slot of root's own
cptr_t memory_object(unsigned type, unsigned bits); // a new object, in a slot of root's own
cptr_t memory_cnode(unsigned bits);		    // a CNode that holds itself in slot 0
cptr_t memory_carve(unsigned bits);		    // an untyped of 2^bits bytes
void memory_stash(cptr_t cap);			    // out of the way, never to be named again
cptr_t memory_frame(unsigned bits);		    // a frame; to be stashed before the next
void memory_page(struct slot frame, cptr_t vspace, vaddr_t address, unsigned rights,
		 unsigned attributes); // maps a copy of a frame's capability
uint64_t memory_used(void);	       // bytes of the large piece that are spent
uint64_t memory_total(void);

// The untypeds for the pager: whatever root did not spend. Moves them into the control CNode and
// lists them.
void memory_give_rest(struct handover *handover, cptr_t control);

// ---- archive.c ---------------------------------------------------------------------------------

void archive_init(const struct boot_info *info);
const uint8_t *archive_bytes(uint64_t offset, uint64_t bytes);	// mapped here, readable
struct archive_member archive_member_find(const char *name);	// root_stop if there is none
cptr_t archive_cnode(unsigned index);				// of frames in order; 0: none
bool archive_map(cptr_t vspace, vaddr_t base, vaddr_t address); // one page, read-only, elsewhere

// ---- service.c ---------------------------------------------------------------------------------

// What the services' pages look like from here: page V of service s is also at window + V.
#define ROOT_ASID	       1 // the kernel gave root this one
#define SERVICE_WINDOW(number) ((uint64_t)(number) << 40)

struct service_plan {
	const char *name;
	const char *member; // of the archive
	uint64_t process;
	unsigned priority, maximum_priority;
	unsigned inflight, sessions;
	unsigned budget_us, period_us;
};

struct service {
	const struct service_plan *plan;
	uint64_t window;
	struct image image;
	struct archive_member member;
	uint64_t ledger_bytes;
	uint64_t memory_bytes; // mapped for it
	cptr_t vspace, root_cnode, cspace, dynamic, control, endpoint, notification, schedctx;
	cptr_t thread, ticker; // ticker: 0 if it has none
	cptr_t reply[16];
	struct process_info *info;
	struct handover *handover;
	struct handover_service *told; // what the supervisor sees of it
	// Watching.
	uint64_t heartbeat;   // last seen
	uint64_t stalled_us;  // CPU time consumed since it moved
	bool kill_asked;      // a kill point of its ledger is armed
	unsigned waits;	      // ticks spent waiting for a notification since it moved
	unsigned crashes;     // since it last ran well for a while
	unsigned quiet_ticks; // since the last crash
};

void service_build(struct service *service, const struct service_plan *plan,
		   const struct boot_info *info, uint64_t ledger_bytes);
void service_start(struct service *service);
void service_restart(struct service *service);
void *service_view(const struct service *service, vaddr_t address); // its memory, seen from here
void service_page(struct service *service, vaddr_t address, unsigned bits, unsigned rights,
		  unsigned attributes);
void ticker_entry(void); // libc/runtime/ticker.S
void thread_start(cptr_t thread, vaddr_t entry, vaddr_t stack, uint64_t argument);
cptr_t ticker_make(cptr_t cspace, cptr_t vspace, unsigned priority, unsigned period_us);

// ---- handover.c --------------------------------------------------------------------------------

void handover_common(struct handover *handover, const struct boot_info *info);
void handover_pager(struct service *pager, const struct service *supervisor,
		    const struct boot_info *info);
void handover_supervisor(struct service *supervisor, const struct service *pager,
			 const struct boot_info *info, cptr_t root_endpoint);

// ---- watch.c, emergency.c ----------------------------------------------------------------------

#define ROOT_BADGE_REQUEST 3 // of the supervisor's messages; faults: the process number

extern cptr_t root_endpoint;
void watch_init(struct service *pager, struct service *supervisor);
_Noreturn void watch_run(struct service *pager, struct service *supervisor);

#define ROOT_TICK_US 100000

void emergency_init(void);
void emergency_print(const char *text);
void emergency_number(uint64_t value); // in hexadecimal
void emergency_decimal(uint64_t value);
_Noreturn void emergency_power_off(uint64_t status);
_Noreturn void emergency_reboot(void);

// Says why root cannot go on, and ends the machine.
_Noreturn void root_stop(const char *what, const char *which);
