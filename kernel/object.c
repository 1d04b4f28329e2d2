// SPDX-License-Identifier: MIT
//
// The table of object types, and what each does when it is made and when a capability to it goes.
#include "object.h"
#include "arch.h"
#include "cnode.h"
#include "endpoint.h"
#include "iommu.h"
#include "ioport.h"
#include "irq.h"
#include "notification.h"
#include "reply.h"
#include "schedctx.h"
#include "thread.h"
#include "untyped.h"
#include "vcpu.h"
#include "vspace.h"

unsigned object_bits(enum object_type type, unsigned size_bits)
{
	const struct object_ops *ops = &object_ops[type < OBJECT_TYPE_COUNT ? type : CAP_EMPTY];

	if (size_bits == 0 && ops->min_bits == ops->max_bits) {
		size_bits = ops->min_bits;
	}
	if (ops->max_bits == 0 || size_bits < ops->min_bits || size_bits > ops->max_bits) {
		return 0;
	}
	if (type == OBJECT_FRAME && size_bits != FRAME_4K_BITS &&
	    ((size_bits != FRAME_2M_BITS && size_bits != FRAME_1G_BITS) ||
	     !arch_frame_size_supported(size_bits))) {
		return 0;
	}
	return size_bits + ops->unit_bits;
}

struct cap object_make(enum object_type type, paddr_t paddr, unsigned size_bits, unsigned format,
		       bool device)
{
	if (type == OBJECT_UNTYPED || type == OBJECT_FRAME) {
		return cap_make_physical(type, size_bits, paddr, device);
	}
	void *object = phys_to_virt(paddr);
	unsigned bits = type == OBJECT_CNODE ? size_bits : object_bits(type, size_bits);
	struct cap cap = cap_make(type, bits, object);
	if (type == OBJECT_THREAD) {
		thread_init(object);
	} else if (type == OBJECT_VSPACE) {
		arch_vspace_init(object, format);
		cap.vspace.format = format;
	}
	return cap;
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

static void drop_cnode(struct slot *slot)
{
	struct cnode *cnode = cap_object(slot->cap);

	leave_zombie(slot, cnode->slot, 1ul << slot->cap.bits);
}

static void drop_thread(struct slot *slot)
{
	struct thread *thread = cap_object(slot->cap);

	thread_destroy(thread);
	leave_zombie(slot, thread->slot, THREAD_SLOT_COUNT);
}

static void drop_endpoint(struct slot *slot)
{
	leave_zombie(slot, NULL, 1);
}

static void drop_notification(struct slot *slot)
{
	notification_unbind(cap_object(slot->cap));
	leave_zombie(slot, NULL, 1);
}

static void drop_reply(struct slot *slot)
{
	reply_destroy(cap_object(slot->cap));
}

static void drop_schedctx(struct slot *slot)
{
	schedctx_destroy(cap_object(slot->cap));
}

static void drop_vspace(struct slot *slot)
{
	vspace_destroy(cap_object(slot->cap));
}

static void drop_table(struct slot *slot)
{
	vspace_unmap_table(&slot->cap);
}

static void drop_frame(struct slot *slot)
{
	vspace_unmap_frame(&slot->cap);
}

static void drop_vcpu(struct slot *slot)
{
	struct vcpu *vcpu = cap_object(slot->cap);

	vcpu_unbind(vcpu);
	leave_zombie(slot, vcpu->slot, VCPU_SLOT_COUNT);
}

static enum status invoke_null(struct invocation *invocation)
{
	return STATUS_BAD_METHOD;
}

const struct object_ops object_ops[CAP_TYPE_COUNT] = {
	[CAP_EMPTY] = {"nothing", 0, 0, 0, invoke_null, NULL},
	[OBJECT_UNTYPED] = {"untyped", UNTYPED_MIN_BITS, UNTYPED_MAX_BITS, 0, untyped_invoke, NULL},
	[OBJECT_CNODE] = {"cnode", 1, 20, SLOT_BITS, cnode_invoke, drop_cnode},
	[OBJECT_THREAD] = {"thread", THREAD_BITS, THREAD_BITS, 0, thread_invoke, drop_thread},
	[OBJECT_ENDPOINT] = {"endpoint", ENDPOINT_BITS, ENDPOINT_BITS, 0, invoke_null,
			     drop_endpoint},
	[OBJECT_NOTIFICATION] = {"notification", NOTIFICATION_BITS, NOTIFICATION_BITS, 0,
				 invoke_null, drop_notification},
	[OBJECT_REPLY] = {"reply", REPLY_BITS, REPLY_BITS, 0, reply_invoke, drop_reply},
	[OBJECT_SCHEDCTX] = {"schedctx", SCHEDCTX_MIN_BITS, SCHEDCTX_MAX_BITS, 0, schedctx_invoke,
			     drop_schedctx},
	[OBJECT_VSPACE] = {"vspace", VSPACE_BITS, VSPACE_BITS, 0, vspace_invoke, drop_vspace},
	[OBJECT_TABLE] = {"table", TABLE_BITS, TABLE_BITS, 0, table_invoke, drop_table},
	[OBJECT_FRAME] = {"frame", FRAME_4K_BITS, FRAME_1G_BITS, 0, frame_invoke, drop_frame},
	[OBJECT_IRQ] = {"irq", 0, 0, 0, irq_invoke, irq_drop},
	[OBJECT_IOPORT] = {"ioport", 0, 0, 0, ioport_invoke, NULL},
	[OBJECT_VCPU] = {"vcpu", VCPU_BITS, VCPU_BITS, 0, vcpu_invoke, drop_vcpu},
	[OBJECT_IRQ_CONTROL] = {"irq control", 0, 0, 0, irq_control_invoke, NULL},
	[OBJECT_IOPORT_CONTROL] = {"ioport control", 0, 0, 0, ioport_control_invoke, NULL},
	[OBJECT_ASID_CONTROL] = {"asid control", 0, 0, 0, asid_control_invoke, NULL},
	[OBJECT_SCHED_CONTROL] = {"sched control", 0, 0, 0, sched_control_invoke, NULL},
	[OBJECT_IOMMU_CONTROL] = {"iommu control", 0, 0, 0, iommu_control_invoke, NULL},
	[OBJECT_REQUESTER] = {"requester", 0, 0, 0, requester_invoke, requester_drop},
	[CAP_ZOMBIE] = {"zombie", 0, 0, 0, invoke_null, NULL},
};
