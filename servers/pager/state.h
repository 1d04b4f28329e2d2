// SPDX-License-Identifier: MIT
//
// The pager's state: plain structs in tables, indices instead of pointers, all of it in the ledger.
//
//   space    one process: its quota, its regions in the order of their addresses, its objects
//   region   a piece of an object (or of the archive) in a space
//   object   a number of pages that somebody pays for
//   page     one page of an object that has a frame; found by (object, index) in a hash table
//   mapping  one page seen through one region: a frame capability mapped in an address space
//   frame    4 KiB of memory under the pager
//
// Rules:
// - Index 0 of each table means "none". A zeroed ledger is an empty state.
// - Every word that a successor may read is changed with SET or ADD, which the journal can take
//   back, but for the contents of records that are on a free list or were never used.
// - What is in the kernel follows what is committed here: see intent.h.
//
// A frame's index is its place in the pager's CNodes, of 4096 slots each, whose slot 0 holds the
// CNode itself; so no index is a multiple of 4096. The frames of the boot archive come behind the
// others. The mapping with a frame's own index uses the frame's own capability; mappings behind those
// have a slot of their own, for frames that are mapped more than once.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <caplet/abi/types.h>
#include "journal.h"

#define SET(field, value)                                                                          \
	do {                                                                                       \
		journal_save(&(field), sizeof(field));                                             \
		(field) = (value);                                                                 \
	} while (0)
#define ADD(field, difference) SET(field, (field) + (difference))
#define SUB(field, difference) SET(field, (field) - (difference))

#define STATE_MAGIC	   0x3172656761706143ul
#define SPACE_MAX	   256u // spaces; number 0 is nobody's: it is charged with what the dead left
#define SPACE_POOL	   255u	 // no process's either: what the processes of the pool share
#define SPACE_BUCKETS	   256u	 //
#define REGIONS_PER_OBJECT 2u	 // places in their tables
#define UNTYPED_MAX	   96u	 // untypeds handed over
#define TABLE_LEVELS	   3u	 // page tables below the root
#define INTENT_MAX	   8u	 //
#define VCPU_MAX	   32u	 // processors of guests
#define VCPU_PAGES	   8u	 // that one takes
#define LEAF_SLOTS	   4096u // of the pager's CNodes

enum life {
	LIFE_FREE = 0,
	LIFE_MAKING = 1, // not yet announced to anyone: a successor throws it away
	LIFE_LIVE = 2,
	LIFE_DOOMED = 3, // to be taken apart, step by step (reap.c)
};

enum object_kind {
	KIND_SHARED = 1,  // made by object_create: has a number, may be mapped by others
	KIND_PRIVATE = 2, // what a process wrote: belongs to regions alone, each its own part
	KIND_TABLES = 3,  // the page tables of a space: index is level << 28 | table number
	KIND_ARCHIVE = 4, // the boot archive
};

enum region_flag {
	REGION_PRIVATE = 1, // copy-on-write, or anonymous: object is a KIND_PRIVATE
	REGION_GUARD = 2,   // the page below stays free
	REGION_BUFFER = 4,  // an IPC buffer
	REGION_ALONE = 8,   // a forked child does not get it
	REGION_FORKED = 16, // its pages may be shown by others, too: it has paid for slots
};

struct frame {
	uint32_t references; // pages that hold it; 0: free, or not yet carved
	uint32_t link;	     // free: the next free one; a page table: regions that need it
};

struct page {
	uint32_t object; // 0: free
	uint32_t index;	 // in the object; free: the next free one
	uint32_t frame;
	uint32_t hash_next;
	uint32_t next, previous; // in the object's list
	uint32_t mapping;	 // first of those that show it
	uint32_t reserved;
};

struct mapping {
	uint32_t page;	 // 0: free
	uint32_t region; //
	uint32_t offset; // of the page in the region
	uint32_t next;	 // of the same page; free: the next free one
};

struct object {
	uint64_t number;	 // never used again; 0 for those that have none
	uint64_t pages;		 // size
	uint64_t charged;	 // pages that the owner pays for
	uint32_t owner;		 // space; 0: nobody
	uint32_t next, previous; // in the owner's list
	uint32_t first_page;
	uint32_t resident; // pages with a frame
	uint32_t regions;  // that refer to it
	uint8_t kind;	   // enum object_kind
	uint8_t life;	   // enum life
	uint8_t flags;	   // PAGER_COMMITTED, PAGER_PINNED, PAGER_KEEP
	uint8_t held;	   // the owner has not released it
	uint32_t doomed_next;
};

struct region {
	uint64_t first; // page number of its address
	uint64_t pages;
	uint64_t object_page;	// where it begins in the object
	uint64_t backing_page;	// and in what lies behind
	uint64_t backing_bytes; // that come from there; zeroes follow
	uint32_t object;	// 0: private and never writable
	uint32_t backing;	// object behind a private one; 0: zeroes
	uint32_t space;
	uint32_t next, previous;     // in the order of addresses; doomed: next of the doomed
	uint32_t held[TABLE_LEVELS]; // page tables held, from the first on, by level - 1
	uint32_t slots;		     // charged for pages that may need a capability of their own
	uint8_t rights;		     // PAGER_READ, PAGER_WRITE, PAGER_EXECUTE
	uint8_t most_rights;	     // that protect may give
	uint8_t flags;		     // enum region_flag
	uint8_t life;		     // enum life
};

struct crash_note {
	uint64_t serial; // 0: none
	uint32_t thread, cause, label, further;
	uint64_t region_start, region_end;
	uint64_t word[6];
};

struct space {
	uint64_t process;		   // 0: free
	uint64_t quota, charged, resident; // pages
	uint32_t quota_objects, objects, regions;
	uint32_t quota_slots, slots;
	uint32_t tables; // object that holds the page tables
	uint32_t ledger; // object at LEDGER_BASE
	uint32_t table_count;
	uint32_t first_region, first_object;
	uint32_t hash_next;
	uint32_t guest;	  // space of its guest; of a guest: its owner
	uint8_t flags;	  // PAGER_MAY_PIN, PAGER_POOLED, PAGER_MAY_HOST, SPACE_GUEST
	uint8_t life;	  // enum life; DOOMED: being destroyed
	uint8_t clearing; // 1 + flags of a space_clear that is not finished
	uint8_t reserved[1];
	struct crash_note crash;
};

#define SPACE_GUEST	   128 // flag: the memory of a guest (guests.h)
#define SPACE_GUEST_NUMBER (1ul << 62)

struct vcpu_record {
	uint32_t guest; // space; 0: free
	uint32_t number;
};

// What the last uncommitted change may have done in the kernel (intent.h). Never in the journal.
struct intent {
	uint32_t count;
	uint32_t carve_first, carve_count, carve_untyped; // count 0: no carving
	struct {
		uint32_t kind, index;
	} entry[INTENT_MAX];
};

struct state {
	uint64_t magic; // STATE_MAGIC; written last of the geometry
	// Geometry: fixed at the first start.
	uint32_t frame_limit;	// frames of memory have indices below
	uint32_t archive_first; // index base of the archive's frames, a multiple of 4096
	uint32_t archive_limit; // above their last index
	uint32_t mapping_limit; // mappings have indices below
	uint32_t page_limit, object_limit, region_limit, bucket_mask;
	uint64_t frames_offset, pages_offset, mappings_offset, objects_offset, regions_offset,
		buckets_offset, end;	  // bytes from the start of this struct
	uint64_t archive_pages, capacity; // capacity: frames that may be promised
	uint32_t
		pool_leaves; // CNodes for capabilities: 0: various, then untypeds, frames, mappings
	uint32_t frame_leaves;
	uint32_t untyped_count;
	uint8_t untyped_bits[UNTYPED_MAX];

	struct intent intent;

	// Free lists, and what was never used yet.
	uint32_t frame_free, frame_carved; // carved: next index that was never used
	uint32_t page_free, page_used;
	uint32_t mapping_free, mapping_used; // those behind archive_limit
	uint32_t object_free, object_used;
	uint32_t region_free, region_used;
	uint32_t untyped_now;		       // the untyped that is being carved
	uint32_t object_doomed, region_doomed; // lists
	uint32_t archive_object;

	uint64_t object_serial, crash_serial;
	uint64_t promised; // pages: sum of the quotas
	uint64_t promised_slots;
	uint64_t frames_known, frames_used; // carved; of them in use
	uint64_t tables_used, roots_used, vcpus_used;
	uint32_t space_count, object_count, region_count;
	uint32_t mappings_extra;		   // in use, with a slot of their own
	uint64_t faults, faults_zero, faults_copy; // for people to look at: not in the journal
	uint64_t restarts, check_failures;
	// A fault that kills the pager twice is not tried a third time. Plain stores.
	uint64_t fault_now;	// thread and process of the fault being handled; 0: none
	uint64_t fault_suspect; // that was being handled at the last death
	uint64_t fault_kills;	// how often

	uint32_t space_bucket[SPACE_BUCKETS];
	struct space space[SPACE_MAX];
	struct vcpu_record vcpu[VCPU_MAX];
};

// Where the state is attached; set by state_attach.
extern struct state *state;
extern struct frame *frames;
extern struct page *page_records;
extern struct mapping *mapping_records;
extern struct object *objects;
extern struct region *regions;
extern uint32_t *page_bucket;

// What root handed over, as far as the state depends on it.
struct supply {
	uint64_t archive_pages;
	uint32_t pool_leaves;
	uint32_t untyped_count;
	uint8_t untyped_bits[UNTYPED_MAX];
};

// Lay the tables out in `bytes` of zeroes at `where`; false if they are too few.
bool state_make(void *where, uint64_t bytes, const struct supply *supply);
// Use the tables at `where`; false if they are not such.
bool state_attach(void *where, uint64_t bytes);

static inline bool frame_is_archive(uint32_t frame)
{
	return frame >= state->archive_first;
}

// That may be promised; a sixteenth of a CNode is left for capabilities that are on their way.
static inline uint64_t slots_capacity(void)
{
	return state->mapping_limit - state->archive_limit - LEAF_SLOTS / 16;
}

static inline uint64_t pages_of(uint64_t bytes)
{
	return (bytes + PAGE_SIZE - 1) >> PAGE_BITS;
}
