// SPDX-License-Identifier: MIT
//
// The ledger: the memory of a server that survives it, at LEDGER_BASE.
//
// Rules
// - What lies in the ledger holds no pointer but into the ledger itself or a session's window: both are
//   at the same addresses in every life of the server.
// - Before bytes change, ledger_change() saves their old contents in the undo log; then they are
//   changed as ordinary memory. ledger_commit() makes everything since the last commit final, by
//   one store. A server that dies in between finds, at its next start, the ledger as it was at
//   the last commit: the runtime plays the log back before anything else.
// - The server loop commits after every request, notification and callback, and rolls back what a
//   handler changed before it failed. A handler therefore only calls ledger_change().
// - Bytes that no committed state refers to yet (a fresh block, to be linked in later) need no log.
// - What a dying server's wild stores may have hit is found by ledger_check() of the server, by
//   the checksums of records, and by the header's own check; damage is answered by a FRESH start.
#pragma once

#include <stddef.h>

#include <caplet/kill_point.h>
#include <caplet/process.h>
#include <caplet/protocol.h>

#define LEDGER_MAGIC	    0x3172656764656c63ul
#define LEDGER_LAYOUT	    1
#define LEDGER_REGIONS_MAX  16
#define LEDGER_SUSPECTS_MAX 8
#define LEDGER_LOG_DEFAULT  (64 * 1024ul)
#define LEDGER_LOG_OFFSET   PAGE_SIZE // the log lies behind the header
#define LEDGER_FOOTER_BITS  20	      // of an entry's footer: its length; above them its place
#define LEDGER_KILL_HANGS   (1ul << 63)
#define LEDGER_CHANGE_MAX   ((1ul << 20) - 1) // bytes of one change

enum ledger_phase {
	LEDGER_STARTING = 0, // not yet through init
	LEDGER_SERVING = 1,  // in the server loop
	LEDGER_STOPPED = 2,  // asked to stop, and did
	LEDGER_DAMAGED = 3,  // the runtime refuses the contents: start FRESH
};

struct ledger_region {
	char name[24];
	uint32_t version;   // of the layout, the server's own numbering
	uint32_t operation; // not 0: the operation that was in progress
	uint64_t offset;    // from LEDGER_BASE
	uint64_t bytes;
};

// A request that killed the server: twice, and it is answered POISONED.
struct ledger_suspect {
	uint64_t badge; // 0: free
	uint64_t ticket;
	uint64_t kills;
};

// The first page. The supervisor reads it (through the pager) to judge the server's health; only
// the server writes it, but for kill_armed.
struct ledger_header {
	uint64_t magic;
	uint32_t layout;
	uint32_t header_bytes;
	uint64_t bytes;	    // of the whole ledger
	uint64_t log_bytes; // the log begins behind the header
	uint64_t checksum;  // of the fields above

	uint64_t log_used; // 0: no transaction is open

	uint64_t heartbeat;   // counts turns of the server loop
	uint64_t phase;	      // enum ledger_phase
	uint64_t starts;      // since the last FRESH one
	char last_words[128]; // why it gave up, if it knew

	// The request being served; badge 0: none.
	uint64_t current_badge;
	uint64_t current_ticket;
	uint64_t current_label;
	struct ledger_suspect suspect[LEDGER_SUSPECTS_MAX];

	uint64_t kill_count; // kill points passed, in the variant that has them
	uint64_t kill_armed; // die at this one, or hang with LEDGER_KILL_HANGS; 0: never

	// Of the time-stamp counter, in this order.
	uint64_t killed_ticks;	// when a kill point took effect the last time
	uint64_t serving_ticks; // when the server loop was reached the last time

	uint64_t initialised; // init(FRESH) has been committed
	uint64_t free_offset; // where the next region goes
	uint64_t high_offset; // nothing above was ever written
	uint64_t region_count;
	struct ledger_region region[LEDGER_REGIONS_MAX];
};

_Static_assert(sizeof(struct ledger_header) <= PAGE_SIZE, "the header is one page");

static inline struct ledger_header *ledger_header(void)
{
	return (struct ledger_header *)LEDGER_BASE;
}

// Lay out an empty ledger, or check the old one and undo what was not committed. *mode is what the
// supervisor said; a RESTART that finds no finished init(FRESH) becomes FRESH.
// BAD_LEDGER: damaged, another layout, or too small. server_run() does this.
status_t ledger_open(enum start_mode *mode, uint64_t bytes, uint64_t log_bytes);

// Save the old contents of bytes that are about to change. A transaction that outgrows the log is a
// bug of the server and ends it.
void ledger_change_bytes(void *place, size_t bytes);
_Noreturn void ledger_refuse(void);

// Most changes are of a word or a few: with a length that the compiler knows they are saved where they
// are made. The entry counts when log_used covers it; the fences keep the compiler's order, the
// processor keeps that of stores.
enum { LEDGER_SHORT = 32 };

static inline __attribute__((always_inline)) void ledger_change_short(void *place, size_t bytes)
{
	struct ledger_header *header = ledger_header();
	uint64_t offset, footer, padded = (bytes + 7) & ~7ul, used, end;
	uint8_t *entry;

	// Else each instruction would carry the whole address.
	__asm__("" : "+r"(header));
	offset = (uint64_t)place - (uint64_t)header;
	used = header->log_used;
	end = used + padded + 8;
	entry = (uint8_t *)header + LEDGER_LOG_OFFSET + used;
	footer = offset << LEDGER_FOOTER_BITS | bytes;
	if (__builtin_expect(offset > header->bytes - bytes || end > header->log_bytes, 0))
		ledger_refuse();
	kill_point();
	copy_stepwise(entry, place, bytes);
	copy_stepwise(entry + padded, &footer, 8);
	kill_point();
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n(&header->log_used, end, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	kill_point();
}

static inline __attribute__((always_inline)) void ledger_change(void *place, size_t bytes)
{
	if (__builtin_constant_p(bytes) && bytes > 0 && bytes <= LEDGER_SHORT)
		ledger_change_short(place, bytes);
	else
		ledger_change_bytes(place, bytes);
}

// Save, then copy the new contents there.
void ledger_store(void *place, const void *from, size_t bytes);

// Save and assign: ledger_set(&node->size, size).
#define ledger_set(place, value)                                                                   \
	do {                                                                                       \
		ledger_change((place), sizeof(*(place)));                                          \
		*(place) = (value);                                                                \
	} while (0)

void ledger_commit(void);
void ledger_rollback(void);

// Is anything uncommitted?
static inline bool ledger_changed(void)
{
	return ledger_header()->log_used != 0;
}

// A named piece of the ledger: found again after a restart, else made, page aligned and zeroed.
// Never freed. NULL if it does not fit, or is there with another version or size; then
// ledger_region_find tells what is there, for a server that knows how to convert it.
void *ledger_region(const char *name, uint32_t version, uint64_t bytes);
struct ledger_region *ledger_region_find(const char *name);

// For regions that are changed in place without a log (live structs): note which operation is in
// progress, so that a successor that finds it can repair or redo. 0: none.
static inline void ledger_operation(struct ledger_region *region, uint32_t operation)
{
	__atomic_store_n(&region->operation, operation, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

// Records: small state kept twice with number and checksum, written alternately outside of
// transactions. A torn or overwritten copy is recognised and the other one is read.
#define LEDGER_RECORD_BYTES(bytes) (2 * (16 + (((bytes) + 7) & ~7ul)))

void ledger_record_write(void *record, const void *value, size_t bytes);
bool ledger_record_read(const void *record, void *value, size_t bytes); // false: neither copy holds

// Die with a reason that the supervisor will show.
_Noreturn void server_panic(const char *reason);
