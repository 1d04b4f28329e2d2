// SPDX-License-Identifier: MIT
//
// Slots are an array by cptr. A slot knows its parent and its children, what it stands for, and for
// frames and tables where they are mapped. Contents of memory are real bytes, so that tests can
// see zeroes and copies.
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <caplet/handover.h>

#include "journal.h"
#include "kernel.h"
#include "model.h"
#include "pager.h"
#include "slots.h"
#include "spaces.h"

#define POOL_LEAVES   6u
#define SLOT_COUNT    ((ROOT_SLOT_POOL + POOL_LEAVES) * LEAF_SLOTS)
#define MAPPED_MAX    4096u
#define JOURNAL_BYTES (64u * 1024)

struct model_slot {
	uint8_t type, bits, rights, level;
	bool in_list;
	uint32_t parent, first_child, next, previous; // cptrs; 0: none
	uint32_t page, used;			      // physical page; untyped: pages given out
	uint32_t vspace;			      // mapped in; 0: not mapped
	uint64_t address;
};

uint8_t model_memory[MODEL_PAGES][PAGE_SIZE];
uint8_t model_ledger[MODEL_LEDGER] __attribute__((aligned(4096)));
uint64_t model_steps, model_kill_step, model_trace_step, model_trace_count;
jmp_buf model_killed;
unsigned model_alerts;

static struct model_slot slots[SLOT_COUNT];
static uint32_t mapped[MAPPED_MAX]; // slots that are mapped
static unsigned mapped_count;
static uint8_t journal[JOURNAL_BYTES];
static size_t journal_used;

// The model itself is not killed in the middle: a call of it happens or does not.
static volatile int inside;
static volatile uint64_t trap_count; // instructions still to be executed; 0: not tracing

static int inside_enter(void)
{
	return ++inside;
}

static void inside_leave(const int *unused)
{
	inside--;
}

#define INSIDE __attribute__((cleanup(inside_leave), unused)) const int inside_now = inside_enter()

static void die(void)
{
	inside = 0;
	trap_count = 0;
	longjmp(model_killed, 1);
}

// Single steps: the processor traps after every instruction while its trap flag is set.
static void trace(bool on)
{
	if (on)
		__asm__ volatile("lea -128(%%rsp), %%rsp; pushfq; orq $0x100, (%%rsp); popfq; "
				 "lea 128(%%rsp), %%rsp" ::
					 : "memory", "cc");
	else
		__asm__ volatile("lea -128(%%rsp), %%rsp; pushfq; andq $~0x100, (%%rsp); popfq; "
				 "lea 128(%%rsp), %%rsp" ::
					 : "memory", "cc");
}

void model_trace_end(void)
{
	trap_count = 0;
	trace(false);
}

static void trapped(int signal)
{
	if (!inside && trap_count && --trap_count == 0)
		die();
}

static void step(void)
{
	if (trap_count) {
		trap_count = 0;
		trace(false);
	}
	if (++model_steps == model_kill_step)
		die();
	if (model_steps == model_trace_step) {
		trap_count = model_trace_count;
		trace(true);
	}
}

// ---- the ledger

void journal_save(void *place, size_t bytes)
{
	INSIDE;

	step();
	if (journal_used + bytes + 16 > JOURNAL_BYTES)
		abort();
	memcpy(&journal[journal_used], place, bytes);
	memcpy(&journal[journal_used + bytes], &place, 8);
	memcpy(&journal[journal_used + bytes + 8], &bytes, 8);
	journal_used += bytes + 16;
}

void journal_commit(void)
{
	INSIDE;

	step();
	journal_used = 0;
	step();
}

static void journal_play_back(void)
{
	while (journal_used) {
		void *place;
		size_t bytes;

		memcpy(&bytes, &journal[journal_used - 8], 8);
		memcpy(&place, &journal[journal_used - 16], 8);
		journal_used -= bytes + 16;
		memcpy(place, &journal[journal_used], bytes);
	}
}

void journal_abort(void)
{
	INSIDE;

	step();
	journal_play_back();
}

void model_restart(void)
{
	journal_play_back();
}

// ---- capabilities

static void child_link(uint32_t parent, uint32_t child)
{
	slots[child].parent = parent;
	slots[child].previous = 0;
	slots[child].next = slots[parent].first_child;
	if (slots[child].next)
		slots[slots[child].next].previous = child;
	slots[parent].first_child = child;
}

static void child_unlink(uint32_t child)
{
	struct model_slot *s = &slots[child];

	if (s->next)
		slots[s->next].previous = s->previous;
	if (s->previous)
		slots[s->previous].next = s->next;
	else if (s->parent)
		slots[s->parent].first_child = s->next;
}

static void unmap(uint32_t slot)
{
	if (!slots[slot].vspace)
		return;
	slots[slot].vspace = 0;
	for (unsigned i = 0; i < mapped_count; i++)
		if (mapped[i] == slot)
			mapped[i--] = mapped[--mapped_count];
}

// The last capability to an object ends what was mapped in it.
static void vspace_end(uint32_t slot)
{
	for (unsigned i = 0; i < mapped_count; i++)
		if (slots[mapped[i]].vspace == slot) {
			slots[mapped[i]].vspace = 0;
			mapped[i--] = mapped[--mapped_count];
		}
}

static void slot_empty(uint32_t slot)
{
	uint32_t parent = slots[slot].parent;

	if (!slots[slot].type)
		return;
	unmap(slot);
	if (slots[slot].type == OBJECT_VSPACE)
		vspace_end(slot);
	while (slots[slot].first_child) {
		uint32_t child = slots[slot].first_child;

		child_unlink(child);
		child_link(parent, child);
	}
	child_unlink(slot);
	slots[slot] = (struct model_slot){0};
}

static void children_empty(uint32_t slot)
{
	while (slots[slot].first_child) {
		children_empty(slots[slot].first_child);
		slot_empty(slots[slot].first_child);
	}
}

status_t kernel_retype(cptr_t untyped, enum object_type type, unsigned bits, cptr_t first,
		       unsigned count)
{
	INSIDE;
	struct model_slot *u = &slots[untyped];
	uint32_t size = 1u << (bits - PAGE_BITS), start;

	step();
	if (u->type != OBJECT_UNTYPED)
		return STATUS_WRONG_TYPE;
	for (unsigned i = 0; i < count; i++)
		if (slots[first + i].type || (first + i) % LEAF_SLOTS == 0)
			return STATUS_SLOT_OCCUPIED;
	start = u->first_child ? (u->used + size - 1) / size * size : 0;
	if (start + count * size > 1u << (u->bits - PAGE_BITS))
		return STATUS_NO_MEMORY;
	for (unsigned i = 0; i < count; i++) {
		slots[first + i].type = (uint8_t)type;
		slots[first + i].bits = (uint8_t)bits;
		slots[first + i].page = u->page + start + i * size;
		child_link((uint32_t)untyped, (uint32_t)first + i);
		if (type != OBJECT_UNTYPED)
			memset(model_memory[slots[first + i].page], 0, size * PAGE_SIZE);
	}
	u->used = start + count * size;
	step();
	return STATUS_OK;
}

status_t kernel_vspace(cptr_t untyped, cptr_t vspace, bool nested)
{
	(void)nested;
	return kernel_retype(untyped, OBJECT_VSPACE, VSPACE_BITS, vspace, 1);
}

status_t kernel_vcpu_configure(cptr_t vcpu, cptr_t vspace, cptr_t frame)
{
	INSIDE;

	step();
	return slots[vcpu].type == OBJECT_VCPU && slots[vspace].type == OBJECT_VSPACE &&
			       slots[frame].type == OBJECT_FRAME
		       ? STATUS_OK
		       : STATUS_WRONG_TYPE;
}

status_t kernel_copy(cptr_t to, cptr_t from)
{
	INSIDE;

	step();
	if (!slots[from].type)
		return STATUS_NO_CAP;
	if (slots[to].type)
		return STATUS_SLOT_OCCUPIED;
	slots[to] = slots[from];
	slots[to].vspace = slots[to].first_child = 0;
	child_link((uint32_t)from, (uint32_t)to);
	step();
	return STATUS_OK;
}

status_t kernel_mint(cptr_t to, uint64_t badge)
{
	INSIDE;

	step();
	return badge && !slots[to].type ? STATUS_OK : STATUS_SLOT_OCCUPIED;
}

void kernel_delete(cptr_t slot)
{
	INSIDE;

	step();
	slot_empty((uint32_t)slot);
	step();
}

void kernel_revoke(cptr_t slot)
{
	INSIDE;

	step();
	children_empty((uint32_t)slot);
	step();
}

bool kernel_is_empty(cptr_t slot)
{
	return !slots[slot].type;
}

// ---- mapping

status_t kernel_assign(cptr_t vspace, unsigned asid)
{
	INSIDE;

	step();
	return slots[vspace].type == OBJECT_VSPACE && asid ? STATUS_OK : STATUS_WRONG_TYPE;
}

static bool table_present(uint32_t vspace, uint64_t address, unsigned level)
{
	unsigned shift = PAGE_BITS + 9 * level;

	for (unsigned i = 0; i < mapped_count; i++) {
		const struct model_slot *s = &slots[mapped[i]];

		if (s->vspace == vspace && s->type == OBJECT_TABLE && s->level == level &&
		    s->address >> shift == address >> shift)
			return true;
	}
	return false;
}

static void map(uint32_t slot, uint32_t vspace, uint64_t address)
{
	if (mapped_count == MAPPED_MAX)
		abort();
	slots[slot].vspace = vspace;
	slots[slot].address = address;
	mapped[mapped_count++] = slot;
}

status_t kernel_table_map(cptr_t table, cptr_t vspace, vaddr_t address)
{
	INSIDE;

	step();
	if (slots[table].type != OBJECT_TABLE || slots[vspace].type != OBJECT_VSPACE)
		return STATUS_WRONG_TYPE;
	for (unsigned level = TABLE_LEVELS; level; level--) {
		if (table_present((uint32_t)vspace, address, level))
			continue;
		slots[table].level = (uint8_t)level;
		map((uint32_t)table, (uint32_t)vspace, address);
		step();
		return STATUS_OK;
	}
	return STATUS_MAPPED;
}

status_t kernel_frame_map(cptr_t frame, cptr_t vspace, vaddr_t address, unsigned rights,
			  unsigned attributes)
{
	INSIDE;
	struct model_slot *f = &slots[frame];

	step();
	if (f->type != OBJECT_FRAME || slots[vspace].type != OBJECT_VSPACE)
		return STATUS_WRONG_TYPE;
	if (f->vspace && (f->vspace != vspace || f->address != address))
		return STATUS_MAPPED;
	for (unsigned level = 1; level <= TABLE_LEVELS; level++)
		if (!table_present((uint32_t)vspace, address, level))
			return STATUS_NO_TABLE;
	for (unsigned i = 0; i < mapped_count; i++)
		if (mapped[i] != frame && slots[mapped[i]].vspace == vspace &&
		    slots[mapped[i]].address == address && slots[mapped[i]].type == OBJECT_FRAME)
			return STATUS_MAPPED;
	if (!f->vspace)
		map((uint32_t)frame, (uint32_t)vspace, address);
	f->rights = (uint8_t)rights;
	step();
	return STATUS_OK;
}

void kernel_frame_unmap(cptr_t frame)
{
	INSIDE;

	step();
	unmap((uint32_t)frame);
	step();
}

status_t kernel_physical(cptr_t frame, paddr_t *address)
{
	INSIDE;
	*address = (paddr_t)slots[frame].page << PAGE_BITS;
	return STATUS_OK;
}

void kernel_alert(void)
{
	INSIDE;

	step();
	model_alerts++;
}

status_t page_copy(cptr_t to, cptr_t from, size_t bytes)
{
	INSIDE;

	step();
	memcpy(model_memory[slots[to].page], model_memory[slots[from].page], bytes);
	step();
	return slots[to].type == OBJECT_FRAME && slots[from].type == OBJECT_FRAME ? STATUS_OK
										  : STATUS_NO_CAP;
}

status_t page_write(cptr_t to, size_t offset, const void *data, size_t bytes)
{
	INSIDE;

	step();
	memcpy(model_memory[slots[to].page] + offset, data, bytes);
	return slots[to].type == OBJECT_FRAME ? STATUS_OK : STATUS_NO_CAP;
}

status_t page_read(cptr_t from, size_t offset, void *data, size_t bytes)
{
	INSIDE;

	step();
	memcpy(data, model_memory[slots[from].page] + offset, bytes);
	return slots[from].type == OBJECT_FRAME ? STATUS_OK : STATUS_NO_CAP;
}

void page_reset(void)
{
	INSIDE;

	step();
}

// ---- the machine

void model_reset(void)
{
	struct sigaction action = {.sa_handler = trapped, .sa_flags = SA_NODEFER};

	sigaction(SIGTRAP, &action, NULL);
	inside = 0;
	trap_count = 0;
	memset(model_ledger, 0, sizeof(model_ledger));
	memset(&slots[ROOT_CPTR(ROOT_SLOT_CONTROL)], 0, 2 * LEAF_SLOTS * sizeof(slots[0]));
	memset(&slots[ROOT_CPTR(ROOT_SLOT_POOL)], 0, POOL_LEAVES * LEAF_SLOTS * sizeof(slots[0]));
	mapped_count = 0;
	journal_used = 0;
	model_steps = 0;
	model_alerts = 0;
	// Two untypeds, one of them too small to be of use, and one that ends in the middle of a batch.
	slots[slot_untyped_handed(0)] =
		(struct model_slot){.type = OBJECT_UNTYPED, .bits = 15, .page = 512};
	slots[slot_untyped_handed(2)] =
		(struct model_slot){.type = OBJECT_UNTYPED, .bits = 21, .page = 0};
	for (unsigned i = 0; i < MODEL_ARCHIVE_PAGES; i++) {
		uint32_t page = MODEL_PAGES - MODEL_ARCHIVE_PAGES + i;

		slots[HANDOVER_CPTR(ROOT_SLOT_ARCHIVE, 1 + i)] =
			(struct model_slot){.type = OBJECT_FRAME, .bits = PAGE_BITS, .page = page};
		memset(model_memory[page], 'a' + (int)i, PAGE_SIZE);
	}
}

uint8_t *model_access(uint32_t space, vaddr_t address, bool write)
{
	for (unsigned i = 0; i < mapped_count; i++) {
		const struct model_slot *s = &slots[mapped[i]];

		if (s->type == OBJECT_FRAME && s->vspace == slot_vspace(space) &&
		    s->address >> PAGE_BITS == address >> PAGE_BITS)
			return !write || s->rights & RIGHT_WRITE
				       ? &model_memory[s->page][address % PAGE_SIZE]
				       : NULL;
	}
	return NULL;
}

unsigned model_capabilities(void)
{
	unsigned count = 0;

	for (cptr_t slot = slot_pool(1 + state->frame_leaves); slot < slot_pool(state->pool_leaves);
	     slot++)
		count += slots[slot].type != 0;
	return count;
}

static const char *check_mapped(uint32_t slot)
{
	const struct model_slot *s = &slots[slot];
	uint32_t mapping, i;

	if (s->type == OBJECT_TABLE)
		return NULL;
	mapping = slot >= slot_pool(1 + 2 * state->frame_leaves)
			  ? (uint32_t)(slot - slot_pool(1 + 2 * state->frame_leaves)) +
				    state->archive_limit
		  : slot >= slot_pool(1 + state->frame_leaves)
			  ? (uint32_t)(slot - slot_pool(1 + state->frame_leaves))
			  : (uint32_t)(slot - HANDOVER_CPTR(ROOT_SLOT_ARCHIVE, 0)) +
				    state->archive_first;
	i = mapping_records[mapping].page;
	if (!i)
		return "the kernel maps what the state does not";
	const struct region *r = &regions[mapping_records[mapping].region];

	if (s->vspace != slot_vspace(r->space) ||
	    s->address != space_address(r->space, r->first + mapping_records[mapping].offset))
		return "the kernel maps it elsewhere";
	if (slots[slot_frame(page_records[i].frame)].page != s->page)
		return "the kernel maps another frame";
	if (s->rights & RIGHT_WRITE &&
	    (!(r->rights & PAGER_WRITE) || frames[page_records[i].frame].references != 1 ||
	     page_records[i].object != r->object))
		return "the kernel lets write what must not be written";
	return NULL;
}

const char *model_check(void)
{
	for (uint32_t i = 1; i < state->frame_carved; i++) {
		if (i % LEAF_SLOTS == 0)
			continue;
		if (slots[slot_frame_untyped(i)].type != OBJECT_UNTYPED)
			return "a frame that is known was carved";
		if (!frames[i].references != !slots[slot_frame(i)].type)
			return "a frame in use, and no other, has a capability";
	}
	for (uint32_t i = state->archive_limit; i < state->mapping_used; i++)
		if (!mapping_records[i].page != !slots[slot_mapping(i)].type)
			return "a further mapping in use, and no other, has a capability";
	for (uint32_t i = 1; i < SPACE_MAX; i++)
		if (!state->space[i].process != !slots[slot_vspace(i)].type)
			return "a space, and nobody else, has a root";
	for (uint32_t i = 0; i < VCPU_MAX; i++)
		if (!state->vcpu[i].guest != !slots[slot_vcpu(i)].type)
			return "a vcpu, and no other, has a capability";
	for (uint32_t i = state->frame_carved; i < state->frame_carved + 64; i++)
		if (slots[slot_frame_untyped(i)].type)
			return "a frame was carved and is not known";
	for (unsigned i = 0; i < mapped_count; i++) {
		const char *wrong = check_mapped(mapped[i]);

		if (wrong)
			return wrong;
	}
	return NULL;
}
