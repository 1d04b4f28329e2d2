// SPDX-License-Identifier: MIT
//
// The table of object types, and what each does when it is made and when a capability to it goes.
//
// Sizes are log2 of bytes. A `release` that finds the last capability either finishes the object
// at once or leaves a ZOMBIE in the slot, with as much to do as `remaining` says.
#include "object.h"
#include "arch.h"
#include "cnode.h"
#include "endpoint.h"
#include "ioport.h"
#include "irq.h"
#include "notification.h"
#include "reply.h"
#include "schedctx.h"
#include "thread.h"
#include "untyped.h"
#include "vspace.h"

// ---- sizes ----------------------------------------------------------------------------------------

static unsigned size_untyped(unsigned bits)
{
	return bits >= UNTYPED_MIN_BITS && bits <= UNTYPED_MAX_BITS ? bits : 0;
}

static unsigned size_cnode(unsigned bits)
{
	return bits >= 1 && bits <= 20 ? bits + SLOT_BITS : 0;
}

static unsigned size_schedctx(unsigned bits)
{
	return bits >= SCHEDCTX_MIN_BITS && bits <= TABLE_BITS ? bits : 0;
}

static unsigned size_frame(unsigned bits)
{
	bool exists = bits == FRAME_4K_BITS || bits == FRAME_2M_BITS || bits == FRAME_1G_BITS;

	return exists && arch_frame_size_supported(bits) ? bits : 0;
}

// Types of one size take that size or 0.
static unsigned size_fixed(unsigned asked, unsigned bits)
{
	return asked == 0 || asked == bits ? bits : 0;
}

static unsigned size_thread(unsigned bits)
{
	return size_fixed(bits, THREAD_BITS);
}

static unsigned size_endpoint(unsigned bits)
{
	return size_fixed(bits, ENDPOINT_BITS);
}

static unsigned size_notification(unsigned bits)
{
	return size_fixed(bits, NOTIFICATION_BITS);
}

static unsigned size_reply(unsigned bits)
{
	return size_fixed(bits, REPLY_BITS);
}

static unsigned size_vspace(unsigned bits)
{
	return size_fixed(bits, VSPACE_BITS);
}

static unsigned size_table(unsigned bits)
{
	return size_fixed(bits, TABLE_BITS);
}

// ---- making, from zeroed memory -------------------------------------------------------------------

static struct cap make_untyped(paddr_t paddr, unsigned bits, unsigned format, bool device)
{
	return cap_make_physical(OBJECT_UNTYPED, bits, paddr, device);
}

static struct cap make_frame(paddr_t paddr, unsigned bits, unsigned format, bool device)
{
	return cap_make_physical(OBJECT_FRAME, bits, paddr, device);
}

static struct cap make_cnode(paddr_t paddr, unsigned bits, unsigned format, bool device)
{
	return cap_make(OBJECT_CNODE, bits, phys_to_virt(paddr));
}

static struct cap make_thread(paddr_t paddr, unsigned bits, unsigned format, bool device)
{
	thread_init(phys_to_virt(paddr));
	return cap_make(OBJECT_THREAD, THREAD_BITS, phys_to_virt(paddr));
}

static struct cap make_endpoint(paddr_t paddr, unsigned bits, unsigned format, bool device)
{
	return cap_make(OBJECT_ENDPOINT, 0, phys_to_virt(paddr));
}

static struct cap make_notification(paddr_t paddr, unsigned bits, unsigned format, bool device)
{
	return cap_make(OBJECT_NOTIFICATION, 0, phys_to_virt(paddr));
}

static struct cap make_reply(paddr_t paddr, unsigned bits, unsigned format, bool device)
{
	return cap_make(OBJECT_REPLY, REPLY_BITS, phys_to_virt(paddr));
}

static struct cap make_schedctx(paddr_t paddr, unsigned bits, unsigned format, bool device)
{
	return cap_make(OBJECT_SCHEDCTX, bits, phys_to_virt(paddr));
}

static struct cap make_vspace(paddr_t paddr, unsigned bits, unsigned format, bool device)
{
	struct cap cap = cap_make(OBJECT_VSPACE, VSPACE_BITS, phys_to_virt(paddr));

	cap.vspace.format = format;
	arch_vspace_init(phys_to_virt(paddr));
	return cap;
}

static struct cap make_table(paddr_t paddr, unsigned bits, unsigned format, bool device)
{
	return cap_make(OBJECT_TABLE, TABLE_BITS, phys_to_virt(paddr));
}

// ---- a capability goes ----------------------------------------------------------------------------

static void leave_zombie(struct slot *slot, struct slot *slots, uint64_t remaining)
{
	slot->cap = (struct cap){
		.type = CAP_ZOMBIE,
		.bits = slot->cap.type,
		.address = slots ? (intptr_t)slots : slot->cap.address,
		.remaining = remaining,
	};
}

static void release_cnode(struct slot *slot, bool last)
{
	if (last) {
		struct cnode *cnode = cap_object(slot->cap);
		leave_zombie(slot, cnode->slot, 1ul << slot->cap.bits);
	}
}

static void release_thread(struct slot *slot, bool last)
{
	if (last) {
		struct thread *thread = cap_object(slot->cap);
		thread_destroy(thread);
		leave_zombie(slot, thread->slot, THREAD_SLOT_COUNT);
	}
}

static void release_endpoint(struct slot *slot, bool last)
{
	if (last) {
		leave_zombie(slot, NULL, 1);
	}
}

static void release_notification(struct slot *slot, bool last)
{
	if (last) {
		notification_unbind(cap_object(slot->cap));
		leave_zombie(slot, NULL, 1);
	}
}

static void release_reply(struct slot *slot, bool last)
{
	if (last) {
		reply_destroy(cap_object(slot->cap));
	}
}

static void release_schedctx(struct slot *slot, bool last)
{
	if (last) {
		schedctx_destroy(cap_object(slot->cap));
	}
}

static void release_vspace(struct slot *slot, bool last)
{
	if (last) {
		vspace_destroy(cap_object(slot->cap));
	}
}

static void release_table(struct slot *slot, bool last)
{
	vspace_unmap_table(&slot->cap);
}

static void release_frame(struct slot *slot, bool last)
{
	vspace_unmap_frame(&slot->cap);
}

// ---- the table ------------------------------------------------------------------------------------

static enum status invoke_null(struct invocation *invocation)
{
	return STATUS_BAD_METHOD;
}

const struct object_ops object_ops[CAP_TYPE_COUNT] = {
	[CAP_EMPTY] = {"nothing", NULL, NULL, invoke_null, NULL},
	[OBJECT_UNTYPED] = {"untyped", size_untyped, make_untyped, untyped_invoke, NULL},
	[OBJECT_CNODE] = {"cnode", size_cnode, make_cnode, cnode_invoke, release_cnode},
	[OBJECT_THREAD] = {"thread", size_thread, make_thread, thread_invoke, release_thread},
	[OBJECT_ENDPOINT] = {"endpoint", size_endpoint, make_endpoint, invoke_null,
			     release_endpoint},
	[OBJECT_NOTIFICATION] = {"notification", size_notification, make_notification, invoke_null,
				 release_notification},
	[OBJECT_REPLY] = {"reply", size_reply, make_reply, reply_invoke, release_reply},
	[OBJECT_SCHEDCTX] = {"schedctx", size_schedctx, make_schedctx, schedctx_invoke,
			     release_schedctx},
	[OBJECT_VSPACE] = {"vspace", size_vspace, make_vspace, vspace_invoke, release_vspace},
	[OBJECT_TABLE] = {"table", size_table, make_table, table_invoke, release_table},
	[OBJECT_FRAME] = {"frame", size_frame, make_frame, frame_invoke, release_frame},
	[OBJECT_IRQ] = {"irq", NULL, NULL, irq_invoke, irq_release},
	[OBJECT_IOPORT] = {"ioport", NULL, NULL, ioport_invoke, NULL},
	[OBJECT_VCPU] = {"vcpu", NULL, NULL, invoke_null, NULL},
	[OBJECT_IRQ_CONTROL] = {"irq control", NULL, NULL, irq_control_invoke, NULL},
	[OBJECT_IOPORT_CONTROL] = {"ioport control", NULL, NULL, ioport_control_invoke, NULL},
	[OBJECT_ASID_CONTROL] = {"asid control", NULL, NULL, asid_control_invoke, NULL},
	[OBJECT_SCHED_CONTROL] = {"sched control", NULL, NULL, sched_control_invoke, NULL},
	[CAP_ZOMBIE] = {"zombie", NULL, NULL, invoke_null, NULL},
};
