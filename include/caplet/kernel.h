// SPDX-License-Identifier: MIT
//
// The methods of kernel objects as C functions: the arguments of caplet/abi/invoke.h in their
// order, results through pointers. Each is one system call and returns its status; what a status
// means for a method, docs/abi/ says. A method that fails has changed nothing and left the results
// alone.
//
// A slot is named by three arguments: (cnode, index, depth). In a process's own dynamic CNode that
// is (SLOT_CNODE, slot number, SLOT_DEPTH).
#pragma once

#include <caplet/abi/invoke.h>
#include <caplet/abi/object.h>
#include <caplet/layout.h>
#include <caplet/syscall.h>

#define SLOT_CNODE DYNAMIC_CPTR(DYNAMIC_SLOT_SELF)
#define SLOT_DEPTH DYNAMIC_CNODE_BITS

// Detail of the last invocation of this thread that failed: see caplet/abi/status.h.
static inline uint64_t invoke_detail(void)
{
	return thread_buffer()->words[0];
}

// Invoke with the words that are already in the buffer.
static inline status_t invoke(cptr_t cap, enum method method, unsigned words)
{
	return (status_t)ipc_call_8(cap, msg_make(method, 0, words)).status;
}
static inline status_t invoke_1(cptr_t cap, enum method method, uint64_t a)
{
	thread_buffer()->words[0] = a;
	return invoke(cap, method, 1);
}
static inline status_t invoke_2(cptr_t cap, enum method method, uint64_t a, uint64_t b)
{
	thread_buffer()->words[1] = b;
	thread_buffer()->words[0] = a;
	return invoke(cap, method, 2);
}
static inline status_t invoke_3(cptr_t cap, enum method method, uint64_t a, uint64_t b, uint64_t c)
{
	struct ipc_buffer *buffer = thread_buffer();

	buffer->words[0] = a;
	buffer->words[1] = b;
	buffer->words[2] = c;
	return invoke(cap, method, 3);
}
static inline status_t invoke_4(cptr_t cap, enum method method, uint64_t a, uint64_t b, uint64_t c,
				uint64_t d)
{
	thread_buffer()->words[3] = d;
	thread_buffer()->words[2] = c;
	thread_buffer()->words[1] = b;
	thread_buffer()->words[0] = a;
	return invoke(cap, method, 4);
}

// Untyped: `count` objects into consecutive slots from `first` of the CNode that (cnode, index,
// depth) names; depth 0: `cnode` itself.
static inline status_t untyped_retype(cptr_t untyped, enum object_type type, unsigned format,
				      unsigned size_bits, cptr_t cnode, uint64_t index,
				      uint64_t depth, uint64_t first, uint64_t count)
{
	struct ipc_buffer *buffer = thread_buffer();

	buffer->words[0] = type | (uint64_t)format << 32;
	buffer->words[1] = size_bits;
	buffer->words[2] = cnode;
	buffer->words[3] = index;
	buffer->words[4] = depth;
	buffer->words[5] = first;
	buffer->words[6] = count;
	return invoke(untyped, UNTYPED_RETYPE, 7);
}

// CNodes. The destination slot is (cnode, index, depth).
static inline status_t cnode_copy(cptr_t cnode, uint64_t index, uint64_t depth, cptr_t src_cnode,
				  uint64_t src_index, uint64_t src_depth, uint64_t rights)
{
	struct ipc_buffer *buffer = thread_buffer();

	buffer->words[0] = index;
	buffer->words[1] = depth;
	buffer->words[2] = src_cnode;
	buffer->words[3] = src_index;
	buffer->words[4] = src_depth;
	buffer->words[5] = rights;
	return invoke(cnode, CNODE_COPY, 6);
}
static inline status_t cnode_mint(cptr_t cnode, uint64_t index, uint64_t depth, cptr_t src_cnode,
				  uint64_t src_index, uint64_t src_depth, uint64_t rights,
				  uint64_t badge)
{
	struct ipc_buffer *buffer = thread_buffer();

	buffer->words[0] = index;
	buffer->words[1] = depth;
	buffer->words[2] = src_cnode;
	buffer->words[3] = src_index;
	buffer->words[4] = src_depth;
	buffer->words[5] = rights;
	buffer->words[6] = badge;
	return invoke(cnode, CNODE_MINT, 7);
}
static inline status_t cnode_move(cptr_t cnode, uint64_t index, uint64_t depth, cptr_t src_cnode,
				  uint64_t src_index, uint64_t src_depth)
{
	struct ipc_buffer *buffer = thread_buffer();

	buffer->words[0] = index;
	buffer->words[1] = depth;
	buffer->words[2] = src_cnode;
	buffer->words[3] = src_index;
	buffer->words[4] = src_depth;
	return invoke(cnode, CNODE_MOVE, 5);
}
static inline status_t cnode_delete(cptr_t cnode, uint64_t index, uint64_t depth)
{
	return invoke_2(cnode, CNODE_DELETE, index, depth);
}
static inline status_t cnode_revoke(cptr_t cnode, uint64_t index, uint64_t depth)
{
	return invoke_2(cnode, CNODE_REVOKE, index, depth);
}
static inline status_t cnode_cancel_badged(cptr_t cnode, uint64_t index, uint64_t depth)
{
	return invoke_2(cnode, CNODE_CANCEL_BADGED, index, depth);
}
static inline status_t cnode_endpoint_bump(cptr_t cnode, uint64_t index, uint64_t depth,
					   uint64_t *generation)
{
	status_t status = invoke_2(cnode, CNODE_ENDPOINT_BUMP, index, depth);

	if (status == STATUS_OK)
		*generation = thread_buffer()->words[0];
	return status;
}

struct cap_facts {
	uint64_t type;	 // enum object_type; 0: the slot is empty
	uint64_t rights; // enum right
	uint64_t badge;	 // of endpoint and notification; size in bits of other types
	uint64_t object; // identity: equal for capabilities to one object; 0 for control types
};

static inline status_t cnode_inspect(cptr_t cnode, uint64_t index, uint64_t depth,
				     struct cap_facts *facts)
{
	struct ipc_buffer *buffer = thread_buffer();
	status_t status = invoke_2(cnode, CNODE_INSPECT, index, depth);

	if (status == STATUS_OK)
		*facts = (struct cap_facts){buffer->words[0], buffer->words[1], buffer->words[2],
					    buffer->words[3]};
	return status;
}

// Threads.
static inline status_t thread_configure(cptr_t thread, cptr_t cspace, cptr_t vspace,
					cptr_t buffer_frame, uint64_t buffer_offset)
{
	return invoke_4(thread, THREAD_CONFIGURE, cspace, vspace, buffer_frame, buffer_offset);
}
static inline status_t thread_set_handlers(cptr_t thread, cptr_t fault, cptr_t timeout)
{
	return invoke_2(thread, THREAD_SET_HANDLERS, fault, timeout);
}
static inline status_t thread_set_sched(cptr_t thread, unsigned priority, unsigned maximum,
					cptr_t authority)
{
	return invoke_3(thread, THREAD_SET_SCHED, priority, maximum, authority);
}
static inline status_t thread_resume(cptr_t thread)
{
	return invoke(thread, THREAD_RESUME, 0);
}
static inline status_t thread_suspend(cptr_t thread)
{
	return invoke(thread, THREAD_SUSPEND, 0);
}
static inline status_t thread_bind_notification(cptr_t thread, cptr_t notification)
{
	return invoke_1(thread, THREAD_BIND_NTFN, notification);
}
static inline status_t thread_unbind_notification(cptr_t thread)
{
	return invoke(thread, THREAD_UNBIND_NTFN, 0);
}
static inline status_t thread_set_fpu(cptr_t thread, bool uses)
{
	return invoke_1(thread, THREAD_SET_FPU, uses);
}

#define THREAD_REGS_WORDS (sizeof(struct thread_regs) / sizeof(uint64_t))

static inline status_t thread_read_regs(cptr_t thread, bool suspend, struct thread_regs *regs)
{
	status_t status = invoke_1(thread, THREAD_READ_REGS, suspend);

	if (status == STATUS_OK)
		__builtin_memcpy(regs, thread_buffer()->words, sizeof(*regs));
	return status;
}
static inline status_t thread_write_regs(cptr_t thread, bool resume, const struct thread_regs *regs)
{
	struct ipc_buffer *buffer = thread_buffer();

	buffer->words[0] = resume;
	__builtin_memcpy(&buffer->words[1], regs, sizeof(*regs));
	return invoke(thread, THREAD_WRITE_REGS, 1 + THREAD_REGS_WORDS);
}

struct thread_facts {
	uint64_t state; // enum thread_state
	uint64_t priority;
	uint64_t consumed; // microseconds since last asked
	uint64_t cpu;
	uint64_t fault; // label, if it waits for its fault handler
};

static inline status_t thread_info(cptr_t thread, struct thread_facts *facts)
{
	status_t status = invoke(thread, THREAD_INFO, 0);

	if (status == STATUS_OK)
		__builtin_memcpy(facts, thread_buffer()->words, sizeof(*facts));
	return status;
}

// Reply objects: end the call of whoever waits there with PEER_DIED.
static inline status_t reply_abort(cptr_t reply)
{
	return invoke(reply, REPLY_ABORT, 0);
}

// Scheduling contexts; times in microseconds.
static inline status_t sched_configure(cptr_t control, cptr_t schedctx, uint64_t budget,
				       uint64_t period, unsigned extra_refills, uint64_t badge)
{
	thread_buffer()->words[4] = badge;
	thread_buffer()->words[3] = extra_refills;
	thread_buffer()->words[2] = period;
	thread_buffer()->words[1] = budget;
	thread_buffer()->words[0] = schedctx;
	return invoke(control, SCHED_CONFIGURE, 5);
}
static inline status_t schedctx_bind(cptr_t schedctx, cptr_t thread_or_notification)
{
	return invoke_1(schedctx, SCHEDCTX_BIND, thread_or_notification);
}
static inline status_t schedctx_unbind(cptr_t schedctx)
{
	return invoke(schedctx, SCHEDCTX_UNBIND, 0);
}
static inline status_t schedctx_consumed(cptr_t schedctx, uint64_t *microseconds)
{
	status_t status = invoke(schedctx, SCHEDCTX_CONSUMED, 0);

	if (status == STATUS_OK)
		*microseconds = thread_buffer()->words[0];
	return status;
}

// Address spaces and frames.
static inline status_t asid_assign(cptr_t control, cptr_t vspace, unsigned asid)
{
	return invoke_2(control, ASID_ASSIGN, vspace, asid);
}
static inline status_t table_map(cptr_t table, cptr_t vspace, vaddr_t vaddr, unsigned *level)
{
	status_t status = invoke_2(table, TABLE_MAP, vspace, vaddr);

	if (status == STATUS_OK)
		*level = (unsigned)thread_buffer()->words[0];
	return status;
}
static inline status_t table_unmap(cptr_t table)
{
	return invoke(table, TABLE_UNMAP, 0);
}
static inline status_t frame_map(cptr_t frame, cptr_t vspace, vaddr_t vaddr, unsigned rights,
				 unsigned attributes)
{
	return invoke_4(frame, FRAME_MAP, vspace, vaddr, rights, attributes);
}
static inline status_t frame_unmap(cptr_t frame)
{
	return invoke(frame, FRAME_UNMAP, 0);
}
static inline status_t frame_paddr(cptr_t frame, paddr_t *paddr)
{
	status_t status = invoke(frame, FRAME_PADDR, 0);

	if (status == STATUS_OK)
		*paddr = thread_buffer()->words[0];
	return status;
}

// Interrupts.
static inline status_t irq_get_line(cptr_t control, unsigned line, unsigned flags, cptr_t cnode,
				    uint64_t index, uint64_t depth)
{
	thread_buffer()->words[4] = depth;
	thread_buffer()->words[3] = index;
	thread_buffer()->words[2] = cnode;
	thread_buffer()->words[1] = flags;
	thread_buffer()->words[0] = line;
	return invoke(control, IRQ_GET_LINE, 5);
}
static inline status_t irq_get_msi(cptr_t control, cptr_t cnode, uint64_t index, uint64_t depth,
				   cptr_t requester, uint64_t *address, uint64_t *data)
{
	thread_buffer()->words[3] = requester;
	thread_buffer()->words[2] = depth;
	thread_buffer()->words[1] = index;
	thread_buffer()->words[0] = cnode;
	status_t status = invoke(control, IRQ_GET_MSI, 4);

	if (status == STATUS_OK) {
		*address = thread_buffer()->words[0];
		*data = thread_buffer()->words[1];
	}
	return status;
}
static inline status_t irq_ack(cptr_t irq)
{
	return invoke(irq, IRQ_ACK, 0);
}
static inline status_t irq_set_notification(cptr_t irq, cptr_t notification)
{
	return invoke_1(irq, IRQ_SET_NTFN, notification);
}
static inline status_t irq_clear(cptr_t irq)
{
	return invoke(irq, IRQ_CLEAR, 0);
}

// The IOMMU, if there is one.
static inline status_t iommu_issue(cptr_t control, unsigned requester, cptr_t cnode, uint64_t index,
				   uint64_t depth)
{
	thread_buffer()->words[3] = depth;
	thread_buffer()->words[2] = index;
	thread_buffer()->words[1] = cnode;
	thread_buffer()->words[0] = requester;
	return invoke(control, IOMMU_ISSUE, 4);
}
static inline status_t iommu_fault(cptr_t control, struct iommu_fault *fault)
{
	status_t status = invoke(control, IOMMU_FAULT, 0);

	if (status == STATUS_OK)
		__builtin_memcpy(fault, (const void *)thread_buffer()->words, sizeof(*fault));
	return status;
}
static inline status_t requester_bind(cptr_t requester, cptr_t vspace)
{
	return invoke_1(requester, REQUESTER_BIND, vspace);
}
static inline status_t requester_unbind(cptr_t requester)
{
	return invoke(requester, REQUESTER_UNBIND, 0);
}

// I/O ports; bytes: 1, 2 or 4.
static inline status_t ioport_issue(cptr_t control, unsigned first, unsigned last, cptr_t cnode,
				    uint64_t index, uint64_t depth)
{
	thread_buffer()->words[4] = depth;
	thread_buffer()->words[3] = index;
	thread_buffer()->words[2] = cnode;
	thread_buffer()->words[1] = last;
	thread_buffer()->words[0] = first;
	return invoke(control, IOPORT_ISSUE, 5);
}
static inline status_t ioport_in(cptr_t ioport, unsigned port, unsigned bytes, uint32_t *value)
{
	status_t status = invoke_2(ioport, IOPORT_IN, port, bytes);

	if (status == STATUS_OK)
		*value = (uint32_t)thread_buffer()->words[0];
	return status;
}
static inline status_t ioport_out(cptr_t ioport, unsigned port, unsigned bytes, uint32_t value)
{
	return invoke_3(ioport, IOPORT_OUT, port, bytes, value);
}

// Virtual CPUs (caplet/abi/vcpu.h).
static inline status_t vcpu_configure(cptr_t vcpu, cptr_t vspace, cptr_t state_frame)
{
	return invoke_2(vcpu, VCPU_CONFIGURE, vspace, state_frame);
}
static inline status_t vcpu_bind(cptr_t vcpu, cptr_t thread)
{
	return invoke_1(vcpu, VCPU_BIND, thread);
}
// reason: enum vcpu_exit and its two words.
static inline status_t vcpu_enter(cptr_t vcpu, uint64_t reason[3])
{
	struct ipc_buffer *buffer = thread_buffer();
	status_t status = invoke(vcpu, VCPU_ENTER, 0);

	reason[0] = buffer->words[0];
	reason[1] = buffer->words[1];
	reason[2] = buffer->words[2];
	return status;
}
static inline status_t vcpu_read(cptr_t vcpu, unsigned groups)
{
	return invoke_1(vcpu, VCPU_READ, groups);
}

// Does nothing: what an invocation costs.
static inline status_t cap_null(cptr_t cap)
{
	return (status_t)ipc_call_0(cap, msg_make(CAP_NULL, 0, 0)).status;
}
