// SPDX-License-Identifier: MIT
//
// The invariants of a running system: caplet-checked.elf is the kernel with one more system call,
// CHECK_NUMBER, that looks for all there is and asks invariants_check(). The kernel's sources know
// nothing of it; the linker puts this file between the entry and kernel_syscall (--wrap).
//
// All there is: what the caller's CSpace leads to, the objects behind those capabilities with the slots
// they hold, and the neighbours of every slot in the derivation list, until nothing new comes.
#include "check.h"
#include "cnode.h"
#include "invariants.h"
#include "panic.h"
#include "thread.h"
#include "vcpu.h"

enum { MAX_SLOTS = 8192, MAX_OBJECTS = 1024 };

struct answer __wrap_kernel_syscall(uint64_t number, struct thread *thread);
struct answer __real_kernel_syscall(uint64_t number, struct thread *thread);

struct list {
	void *item[MAX_OBJECTS];
	unsigned count;
};

static struct slot *slots[MAX_SLOTS];
static unsigned slot_count;
static struct list objects[CAP_TYPE_COUNT];
static const char *wrong;

static void add_slot(struct slot *slot)
{
	for (unsigned i = 0; i < slot_count; i++) {
		if (slots[i] == slot) {
			return;
		}
	}
	if (slot_count == MAX_SLOTS) {
		wrong = "more slots than the walk can hold";
		return;
	}
	slots[slot_count++] = slot;
}

static void add_slots(struct slot *slot, uint64_t count)
{
	for (; count > 0; count--, slot++) {
		if (!slot_is_empty(slot)) {
			add_slot(slot);
		} else if (slot->previous || slot->next_address || slot->cap.word) {
			wrong = "D1: an empty slot is not all zero";
		}
	}
}

// False: it is known already.
static bool add_object(struct cap cap)
{
	struct list *list = &objects[cap.type];
	void *object = cap_object(cap);

	for (unsigned i = 0; i < list->count; i++) {
		if (list->item[i] == object) {
			return false;
		}
	}
	if (list->count == MAX_OBJECTS) {
		wrong = "more objects than the walk can hold";
		return false;
	}
	list->item[list->count++] = object;
	return true;
}

static void add_behind(struct cap cap)
{
	switch (cap.type) {
	case OBJECT_ENDPOINT:
	case OBJECT_NOTIFICATION:
	case OBJECT_REPLY:
	case OBJECT_SCHEDCTX: add_object(cap); break;
	case OBJECT_CNODE:
		if (add_object(cap)) {
			add_slots(((struct cnode *)cap_object(cap))->slot, 1ul << cap.bits);
		}
		break;
	case OBJECT_THREAD:
		if (add_object(cap)) {
			add_slots(((struct thread *)cap_object(cap))->slot, THREAD_SLOT_COUNT);
		}
		break;
	case OBJECT_VCPU:
		if (add_object(cap)) {
			add_slots(((struct vcpu *)cap_object(cap))->slot, VCPU_SLOT_COUNT);
		}
		break;
	case CAP_ZOMBIE:
		if (cap.bits == OBJECT_CNODE || cap.bits == OBJECT_THREAD ||
		    cap.bits == OBJECT_VCPU) {
			add_slots(cap_object(cap), cap.remaining);
		}
	}
}

static const char *walk(struct thread *caller)
{
	wrong = NULL;
	slot_count = 0;
	for (unsigned i = 0; i < CAP_TYPE_COUNT; i++) {
		objects[i].count = 0;
	}
	add_slots(caller->slot, THREAD_SLOT_COUNT);
	for (unsigned i = 0; i < slot_count && !wrong; i++) {
		struct slot *slot = slots[i];
		if (slot->previous) {
			add_slot(slot->previous);
		}
		if (slot_next(slot)) {
			add_slot(slot_next(slot));
		}
		add_behind(slot->cap);
	}
	struct invariants_world world = {
		.slot = slots,
		.slots = slot_count,
		.thread = (struct thread **)objects[OBJECT_THREAD].item,
		.threads = objects[OBJECT_THREAD].count,
		.endpoint = (struct endpoint **)objects[OBJECT_ENDPOINT].item,
		.endpoints = objects[OBJECT_ENDPOINT].count,
		.notification = (struct notification **)objects[OBJECT_NOTIFICATION].item,
		.notifications = objects[OBJECT_NOTIFICATION].count,
		.reply = (struct reply **)objects[OBJECT_REPLY].item,
		.replies = objects[OBJECT_REPLY].count,
		.schedctx = (struct schedctx **)objects[OBJECT_SCHEDCTX].item,
		.schedctxs = objects[OBJECT_SCHEDCTX].count,
	};
	return wrong ? wrong : invariants_check(&world);
}

struct answer __wrap_kernel_syscall(uint64_t number, struct thread *thread)
{
	if (number != CHECK_NUMBER) {
		return __real_kernel_syscall(number, thread);
	}
	const char *broken = walk(thread);
	if (broken) {
		print("invariant ");
		print(broken);
		print("\n");
	}
	thread->msg.words[0] = slot_count;
	thread->msg.words[1] = objects[OBJECT_THREAD].count;
	return (struct answer){broken ? STATUS_BAD_ARGUMENT : STATUS_OK, 2};
}
