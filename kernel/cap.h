// SPDX-License-Identifier: MIT
//
// Capabilities and the slots they lie in.
//
//   empty --cap_insert--> held --(cap_move: to another slot)--> held --delete--> empty
//                          `--(last capability to a cnode, thread, ...)--> zombie --> empty
//
// A capability is 16 bytes: type, rights, the object's address and one word that depends on the
// type. A slot is 32 bytes: a capability and its node in the derivation tree (derive.h).
//
// Rules:
// - A slot is empty (all zero) or holds one capability and is in the derivation list.
// - Only derive.c changes the list; a capability is put into a slot by the functions there.
// - A ZOMBIE is what is left of the last capability to an object whose destruction takes more than
//   one bounded step (destroy.h). It is no longer of use to anyone and cannot be copied or moved.
// - Rights are never added: every copy is made by cap_derive.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <caplet/abi/object.h>
#include <caplet/abi/types.h>
#include "arch.h"
#include "status.h"

// Types that only the kernel sees.
enum {
	CAP_EMPTY = 0,
	CAP_ZOMBIE = OBJECT_TYPE_COUNT,
	CAP_TYPE_COUNT,
};

// May be read as two words.
struct __attribute__((may_alias)) cap {
	uint64_t type : 5; // enum object_type, CAP_EMPTY or CAP_ZOMBIE
	// log2 of the size in bytes; cnode: of the number of slots; zombie: the type it was
	uint64_t bits : 6;
	uint64_t rights : 4; // enum right
	uint64_t device : 1; // untyped, frame: device memory
	// of the object in the kernel; untyped, frame: physical; irq: line; sched_control: CPU number
	int64_t address : 48;
	union {
		uint64_t word;
		uint64_t badge; // endpoint, notification
		struct {
			uint64_t guard_bits : 6;
			uint64_t guard : 58;
		} cnode;
		struct {
			uint64_t watermark : 44; // first free byte / 16
			uint64_t clean : 20;	 // see untyped.h
		} untyped;
		struct mapped {
			uint64_t asid : 12; // space it is mapped in; 0: nowhere
			uint64_t level : 2; // table: of its entries
			uint64_t tag : 10; // frame: of the table it is mapped through, see vspace.h
			int64_t page : 40; // virtual address / 4096, with its sign
		} map;			   // frame, table
		struct {
			uint64_t format; // enum vspace_format
		} vspace;
		struct {
			uint32_t first, last;
		} ioport;
		uint64_t remaining; // zombie: slots that still have to be emptied
	};
};

struct slot {
	struct cap cap;
	struct slot *previous;	   // in the derivation list, which is the tree in preorder
	uint64_t revocable : 1;	   // an original: what is derived from it follows it
	uint64_t first_badged : 1; // begins a family of capabilities with one badge
	uint64_t decoded : 1; // a slot of a thread, which keeps what it says in another form too
	uint64_t : 13;
	int64_t next_address : 48;
};

_Static_assert(sizeof(struct cap) == 16, "a capability is two words");
_Static_assert(sizeof(struct slot) == 1 << SLOT_BITS, "a slot is 32 bytes");

// Is it of that type, with at least those rights? One comparison.
static inline bool cap_is(const struct cap *cap, unsigned type, unsigned rights)
{
	uint16_t head = *(const uint16_t *)(const void *)cap; // type, bits, rights, device
	uint16_t mask = 0x1f | rights << 11;

	return (head & mask) == (type | rights << 11);
}

static inline void *cap_object(struct cap cap)
{
	return (void *)(intptr_t)cap.address;
}

// Of an interrupt, a CPU, a range of ports.
static inline uint64_t cap_number(struct cap cap)
{
	return (uint64_t)cap.address;
}

static inline paddr_t cap_paddr(struct cap cap)
{
	return (paddr_t)cap.address & 0xffffffffffff;
}

static inline struct slot *slot_next(const struct slot *slot)
{
	return (struct slot *)(intptr_t)slot->next_address;
}

static inline bool slot_is_empty(const struct slot *slot)
{
	return slot->cap.type == CAP_EMPTY;
}

struct cap cap_make(enum object_type type, unsigned bits, void *object);
struct cap cap_make_physical(enum object_type type, unsigned bits, paddr_t paddr, bool device);
struct cap cap_make_number(enum object_type type, uint64_t number);

static inline bool cap_is_memory(const struct cap *cap)
{
	const uint32_t others = 1u << CAP_EMPTY | 1u << OBJECT_IRQ | 1u << OBJECT_IOPORT |
				1u << OBJECT_IRQ_CONTROL | 1u << OBJECT_IOPORT_CONTROL |
				1u << OBJECT_ASID_CONTROL | 1u << OBJECT_SCHED_CONTROL |
				1u << OBJECT_IOMMU_CONTROL | 1u << OBJECT_REQUESTER;

	return !(others >> cap->type & 1);
}

// Do `a` and `b` name the same object, so that neither is the last while the other exists?
static inline bool cap_same_object(const struct cap *a, const struct cap *b)
{
	return a->type == b->type && a->address == b->address && a->type != OBJECT_UNTYPED &&
	       a->type != CAP_EMPTY && (a->type != OBJECT_FRAME || a->bits == b->bits);
}

// Does what `a` stands for contain what `b` stands for? (untyped: by range; controls: by type)
static inline bool cap_covers(const struct cap *a, const struct cap *b)
{
	if (a->type == OBJECT_UNTYPED) {
		bool physical = b->type == OBJECT_UNTYPED || b->type == OBJECT_FRAME;
		paddr_t start = physical ? cap_paddr(*b) : virt_to_phys(cap_object(*b));
		// Objects do not overlap: the size matters only where one may be a part of the other.
		return cap_is_memory(b) && (start - cap_paddr(*a)) >> a->bits == 0 &&
		       (!physical || b->bits <= a->bits);
	}
	return (a->type == OBJECT_IRQ_CONTROL && b->type == OBJECT_IRQ) ||
	       (a->type == OBJECT_IOPORT_CONTROL && b->type == OBJECT_IOPORT) ||
	       (a->type == OBJECT_IOMMU_CONTROL && b->type == OBJECT_REQUESTER) ||
	       cap_same_object(a, b);
}

// May it be copied at all, and with at most `rights`? The copy has nothing mapped.
enum status cap_derive(const struct slot *source, unsigned rights, struct cap *copy);
// The physical range of the object, 0 bytes for those that are not memory.
uint64_t cap_bytes(struct cap cap, paddr_t *start);
