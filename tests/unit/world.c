// SPDX-License-Identifier: MIT
//
// The small world: setting it up, acting in it, finding all that is in it. See world.h.

#include "world.h"

#include "cnode.h"
#include "derive.h"
#include "endpoint.h"
#include "entry.h"
#include "object.h"
#include "reply.h"
#include "sched.h"
#include "schedctx.h"
#include "untyped.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NODE_PADDR = HOST_FREE_PADDR,	      // 2^CNODE_BITS slots: 2 KiB
	ROOT_PADDR = HOST_FREE_PADDR + 0x800, // the root thread
	SCHEDCTX_PADDR = HOST_FREE_PADDR + 0x1000,
	MAX_OBJECTS = 64,
	MAX_SLOTS = 512,
	MAX_REFILLS = 8,
	GRANULE = 32,
	DEAD = 0xdd,
};

struct thread *world_root;
bool world_free_choice;

// What the last scan found.
static struct slot *slot_list[MAX_SLOTS];
static struct thread *thread_list[MAX_OBJECTS];
static struct endpoint *endpoint_list[MAX_OBJECTS];
static struct notification *notification_list[MAX_OBJECTS];
static struct reply *reply_list[MAX_OBJECTS];
static struct schedctx *schedctx_list[MAX_OBJECTS];
static struct invariants_world scanned = {
	.slot = slot_list,
	.thread = thread_list,
	.endpoint = endpoint_list,
	.notification = notification_list,
	.reply = reply_list,
	.schedctx = schedctx_list,
};
static bool live[WORLD_BYTES / GRANULE];  // belongs to an object
static bool clean[WORLD_BYTES / GRANULE]; // zero by what an untyped capability knows of it

// ---- setting up ------------------------------------------------------------------------------------

static struct slot *put(cptr_t slot, struct slot *before, struct cap cap)
{
	struct slot *place = world_slot(slot);

	if (before)
		derive_insert(before, place, cap, true);
	else
		derive_insert_first(place, cap);
	return place;
}

static struct cap root_cnode_cap(void)
{
	struct cap cap = cap_make(OBJECT_CNODE, CNODE_BITS, phys_to_virt(NODE_PADDR));

	cap.cnode.guard_bits = 64 - CNODE_BITS;
	return cap;
}

void world_setup(void)
{
	struct slot *last;
	struct cap cap;

	host_reset();
	refill_minimum = 10;
	sched_init_cpu(cpu_self(), 0);
	world_root = phys_to_virt(ROOT_PADDR);
	last = put(CNODE_SLOT, NULL, root_cnode_cap());
	cap = object_make(OBJECT_THREAD, ROOT_PADDR, THREAD_BITS, 0, false);
	last = put(ROOT_SLOT, last, cap);
	last = put(SCHED_CONTROL_SLOT, last,
		   (struct cap){.type = OBJECT_SCHED_CONTROL, .rights = RIGHT_ALL});
	cap = cap_make_physical(OBJECT_UNTYPED, UNTYPED_BITS, WORLD_UNTYPED_PADDR, false);
	last = put(UNTYPED_SLOT, last, cap);
	cap = object_make(OBJECT_SCHEDCTX, SCHEDCTX_PADDR, SCHEDCTX_MIN_BITS, 0, false);
	last = put(ROOT_SCHEDCTX_SLOT, last, cap);

	struct schedctx *s = phys_to_virt(SCHEDCTX_PADDR);

	derive_insert(world_slot(CNODE_SLOT), &world_root->slot[THREAD_SLOT_CSPACE],
		      root_cnode_cap(), false);
	thread_decode(world_root);
	world_root->priority = PRIORITY;
	world_root->max_priority = PRIORITY_COUNT - 1;
	refill_configure(s, SLICE, SLICE, 2, arch_now());
	schedctx_bind(s, world_root);
	thread_resume(world_root);
	sched_leave();
	if (cpu_self()->current != world_root)
		abort();
	world_root->arch.kind = FRAME_SHORT;
}

struct slot *world_slot(cptr_t slot)
{
	return &((struct slot *)phys_to_virt(NODE_PADDR))[slot];
}

void *world_object(cptr_t slot)
{
	return cap_object(world_slot(slot)->cap);
}

bool world_holds(cptr_t slot, enum object_type type)
{
	return world_slot(slot)->cap.type == type;
}

// Any runnable thread may be the next to act: make it current.
static bool make_current(struct thread *t)
{
	for (unsigned i = 0; i < 16 && cpu_self()->current != t; i++)
		if (!world_free_choice || t->state != THREAD_RUNNING || !world_slice())
			return false;
	return cpu_self()->current == t;
}

bool world_sys(struct thread *t, uint64_t number, cptr_t cap, uint64_t info, cptr_t reply,
	       cptr_t send_to, unsigned count, const uint64_t *words)
{
	if (arch_frame_kind(t) == FRAME_PENDING || !make_current(t))
		return false;
	t->arch.kind = FRAME_SHORT;
	memset(&t->msg, 0, sizeof(t->msg));
	t->msg.badge = cap;
	t->msg.info = info;
	t->msg.aux = reply;
	t->msg.third = send_to;
	for (unsigned i = 0; i < count && i < MSG_REG_WORDS; i++)
		t->msg.words[i] = words[i];
	entry_syscall(t, number);
	return true;
}

bool world_fault(struct thread *t)
{
	if (arch_frame_kind(t) == FRAME_PENDING || !make_current(t))
		return false;
	t->arch.kind = FRAME_FULL;
	kernel_fault_page(0x1000, 0);
	return true;
}

void world_must(cptr_t cap, uint32_t method, unsigned count, const uint64_t *words)
{
	world_run(world_root);
	if (!world_sys(world_root, SYS_CALL, cap, msg_make(method, 0, count), 0, 0, count, words) ||
	    world_root->msg.status != STATUS_OK) {
		fprintf(stderr, "setup: method 0x%x: status %lu\n", method,
			(unsigned long)world_root->msg.status);
		abort();
	}
}

void world_make(cptr_t slot, enum object_type type, unsigned bits)
{
	MUST(UNTYPED_SLOT, UNTYPED_RETYPE, type, bits, CNODE_SLOT, 0, 0, slot, 1);
}

struct thread *world_thread(cptr_t slot, cptr_t schedctx)
{
	world_make(slot, OBJECT_THREAD, THREAD_BITS);
	struct thread *t = world_object(slot);

	derive_insert(world_slot(CNODE_SLOT), &t->slot[THREAD_SLOT_CSPACE], root_cnode_cap(),
		      false);
	thread_decode(t);
	MUST(slot, THREAD_SET_SCHED, PRIORITY, PRIORITY, ROOT_SLOT);
	if (!world_holds(schedctx, OBJECT_SCHEDCTX))
		world_make(schedctx, OBJECT_SCHEDCTX, SCHEDCTX_MIN_BITS);
	MUST(SCHED_CONTROL_SLOT, SCHED_CONFIGURE, schedctx, SLICE, SLICE, 0, 0);
	MUST(schedctx, SCHEDCTX_BIND, slot);
	MUST(slot, THREAD_RESUME, 0);
	t->arch.kind = FRAME_SHORT; // as if it had entered the kernel before
	return t;
}

void world_run(struct thread *t)
{
	for (unsigned i = 0; i < 16 && cpu_self()->current != t; i++)
		world_slice();
	if (cpu_self()->current != t) {
		fprintf(stderr, "setup: a thread does not become current\n");
		abort();
	}
}

void world_buffer(struct thread *t, cptr_t frame, unsigned offset)
{
	struct cap copy;

	if (cap_derive(world_slot(frame), RIGHT_ALL, &copy) != STATUS_OK)
		abort();
	derive_insert(world_slot(frame), &t->slot[THREAD_SLOT_BUFFER], copy, false);
	thread_place_buffer(t, offset);
}

// ---- time -------------------------------------------------------------------------------------------

bool world_pass(ticks_t ticks)
{
	host->now += ticks;
	if (host->now < host->deadline)
		return true;
	host->deadline = UINT64_MAX;
	kernel_timer();
	return true;
}

bool world_slice(void)
{
	struct cpu *cpu = cpu_self();

	if (cpu->current == &cpu->idle)
		return false;
	return world_pass(SLICE);
}

bool world_continue(unsigned number)
{
	world_scan();
	if (number >= scanned.threads)
		return false;
	struct thread *t = thread_list[number];

	if (arch_frame_kind(t) != FRAME_PENDING || !make_current(t))
		return false;
	kernel_continue();
	return true;
}

// ---- what there is -----------------------------------------------------------------------------------

static void mark_live(const void *start, uint64_t bytes)
{
	uint64_t first = virt_to_phys(start) / GRANULE,
		 last = (virt_to_phys(start) + bytes - 1) / GRANULE;

	for (uint64_t i = first; i <= last && i < WORLD_BYTES / GRANULE; i++)
		live[i] = true;
}

static void add(void *list, unsigned *count, void *object, uint64_t bytes)
{
	void **objects = list;

	mark_live(object, bytes);
	for (unsigned i = 0; i < *count; i++)
		if (objects[i] == object)
			return;
	if (*count == MAX_OBJECTS)
		abort();
	objects[(*count)++] = object;
}

static void add_slots(struct slot *slots, uint64_t count)
{
	mark_live(slots, count * sizeof(*slots));
	for (uint64_t i = 0; i < scanned.slots; i++)
		if (slot_list[i] == slots)
			return;
	if (scanned.slots + count > MAX_SLOTS)
		abort();
	for (uint64_t i = 0; i < count; i++)
		slot_list[scanned.slots++] = &slots[i];
}

static void mark_clean(struct cap untyped)
{
	paddr_t start = cap_paddr(untyped);
	paddr_t mark = start + untyped_watermark(&untyped);
	paddr_t end = start + untyped_clean_end(&untyped);

	for (paddr_t p = (mark + GRANULE - 1) & -GRANULE; p + GRANULE <= end && p < WORLD_BYTES;
	     p += GRANULE)
		clean[p / GRANULE] = true;
}

static void add_capability(struct cap cap)
{
	void *object = cap_object(cap);

	switch (cap.type) {
	case OBJECT_CNODE: add_slots(object, 1ul << cap.bits); break;
	case OBJECT_THREAD:
		add(thread_list, &scanned.threads, object, 1 << THREAD_BITS);
		add_slots(((struct thread *)object)->slot, THREAD_SLOT_COUNT);
		break;
	case OBJECT_ENDPOINT:
		add(endpoint_list, &scanned.endpoints, object, 1 << ENDPOINT_BITS);
		break;
	case OBJECT_NOTIFICATION:
		add(notification_list, &scanned.notifications, object, 1 << NOTIFICATION_BITS);
		break;
	case OBJECT_REPLY: add(reply_list, &scanned.replies, object, 1 << REPLY_BITS); break;
	case OBJECT_SCHEDCTX:
		add(schedctx_list, &scanned.schedctxs, object, 1 << SCHEDCTX_MIN_BITS);
		break;
	case OBJECT_FRAME: mark_live(phys_to_virt(cap_paddr(cap)), 1ul << cap.bits); break;
	case OBJECT_UNTYPED: mark_clean(cap); break;
	case CAP_ZOMBIE:
		// A thread that is going: only its slots are left. The memory around them is dead, but
		// an endpoint or notification still has its queue.
		if (cap.bits == OBJECT_CNODE || cap.bits == OBJECT_THREAD)
			add_slots(object,
				  cap.bits == OBJECT_THREAD ? THREAD_SLOT_COUNT : cap.remaining);
		else if (cap.bits == OBJECT_ENDPOINT)
			add(endpoint_list, &scanned.endpoints, object, 1 << ENDPOINT_BITS);
		else if (cap.bits == OBJECT_NOTIFICATION)
			add(notification_list, &scanned.notifications, object,
			    1 << NOTIFICATION_BITS);
		break;
	default: break;
	}
}

const struct invariants_world *world_scan(void)
{
	struct slot *slot = world_slot(CNODE_SLOT);

	memset(live, 0, sizeof(live));
	memset(clean, 0, sizeof(clean));
	scanned.slots = scanned.threads = scanned.endpoints = scanned.notifications = 0;
	scanned.replies = scanned.schedctxs = 0;
	while (slot->previous)
		slot = slot->previous;
	for (; slot; slot = slot_next(slot))
		add_capability(slot->cap);
	return &scanned;
}

// ---- normal form ----------------------------------------------------------------------------------------

static bool all_bytes(const void *start, uint64_t bytes, uint8_t value)
{
	const uint64_t *words = start, pattern = 0x0101010101010101ul * value;

	for (uint64_t i = 0; i < bytes / 8; i++)
		if (words[i] != pattern)
			return false;
	return true;
}

static const char *free_memory_canonical(void)
{
	for (paddr_t p = WORLD_UNTYPED_PADDR; p < WORLD_BYTES; p += GRANULE) {
		bool zero = clean[p / GRANULE];

		if (live[p / GRANULE] && zero)
			return "memory of an object counts as free";
		if (live[p / GRANULE])
			continue;
		if (zero && !all_bytes(phys_to_virt(p), GRANULE, 0))
			return "memory that counts as zeroed is not zero";
		if (!zero)
			memset(phys_to_virt(p), DEAD, GRANULE);
	}
	return NULL;
}

static void thread_canonical(struct thread *t)
{
	uint64_t aux = t->msg.aux; // of a caller: the generation that it will be told

	bool sends = t->state == THREAD_SENDING || t->state == THREAD_FAULTED;

	memset(t->arch.general, 0, sizeof(t->arch.general));
	if (!t->queued && !t->endpoint && !t->notification)
		t->next = t->previous = NULL;
	if (t->state != THREAD_FAULTED)
		t->fault = 0;
	if (!sends) {
		t->send_badge = 0;
		t->is_call = false;
		t->send_rights = 0;
	}
	if (t->pending || sends)
		return;
	memset(&t->msg, 0, sizeof(t->msg));
	t->msg.aux = t->state == THREAD_CALLING ? aux : 0;
}

static void schedctx_canonical(struct schedctx *s)
{
	s->used = s->used_asked = s->used_timeout = s->used_info = 0;
	struct refill pieces[MAX_REFILLS] = {0};

	for (unsigned i = 0; i < s->count; i++)
		pieces[i] = s->refill[(s->head + i) % s->limit];
	for (unsigned i = 0; i < s->limit; i++)
		s->refill[i] = pieces[i];
	s->head = 0;
	if (!s->throttled) {
		s->release_left = s->release_right = s->release_up = NULL;
		s->release_rank = 0;
	}
}

// Move the clock back to where it stood at setup, and all that is to happen with it.
static void time_canonical(void)
{
	struct cpu *cpu = cpu_self();
	uint64_t passed = host->now - HOST_START;

	host->now -= passed;
	cpu->since -= passed;
	if (cpu->deadline != UINT64_MAX)
		cpu->deadline -= passed;
	if (host->deadline != UINT64_MAX)
		host->deadline -= passed;
	for (unsigned i = 0; i < scanned.schedctxs; i++) {
		struct schedctx *s = schedctx_list[i];

		schedctx_canonical(s);
		if (s->round_robin)
			continue;
		for (unsigned j = 0; j < s->count; j++)
			s->refill[(s->head + j) % s->limit].time -= passed;
	}
}

// Who of the runnable threads comes next is a free choice: the order of the run queue means nothing.
static void choice_canonical(void)
{
	struct thread *sorted[MAX_OBJECTS];
	unsigned count = 0;

	for (unsigned i = 0; i < scanned.threads; i++) {
		struct thread *t = thread_list[i];
		unsigned at = count;

		if (!t->queued && cpu_self()->current != t)
			continue;
		for (count++; at > 0 && sorted[at - 1] > t; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = t;
	}
	for (unsigned i = 0; i < count && cpu_self()->current != sorted[0]; i++)
		world_slice();
	for (unsigned i = 1; i < count; i++) {
		sched_stop(sorted[i]);
		sched_wake(sorted[i]);
	}
}

const char *world_canonical(void)
{
	world_scan();
	if (world_free_choice)
		choice_canonical();
	for (unsigned i = 0; i < scanned.threads; i++)
		thread_canonical(thread_list[i]);
	for (unsigned i = 0; i < scanned.endpoints; i++)
		endpoint_list[i]->generation = 0;
	for (unsigned i = 0; i < scanned.replies; i++)
		if (reply_list[i]->state != REPLY_CALLER)
			reply_list[i]->grant = 0;
	time_canonical();
	host->points = host->preempt_at = host->flushes = 0;
	return free_memory_canonical();
}
