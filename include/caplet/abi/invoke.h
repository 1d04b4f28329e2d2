// SPDX-License-Identifier: MIT
//
// Invocations: the methods of kernel objects, called with SYS_CALL. The label of the message
// descriptor is the method, message words are the arguments in the order given here, results are
// message words 0.. of the answer. Arguments named *_cap are cptrs in the invoker's CSpace.
// A slot is named by three words: (cnode_cap, index, depth), where `depth` low bits of `index` are
// resolved starting at the cnode. docs/abi/ lists rights and errors of each.
//
// A method checks everything before it changes anything. CNODE_REVOKE, CNODE_DELETE,
// CNODE_CANCEL_BADGED and UNTYPED_RETYPE of used memory work in bounded steps: between two steps
// the kernel may run others, and the method then goes on where it was.
#pragma once

#include <stdint.h>

enum method {
	// untyped: make `count` objects in consecutive empty slots of the cnode named by
	// (cnode_cap, node_index, node_depth) (depth 0: cnode_cap itself), from slot `first` on.
	UNTYPED_RETYPE = 0x10, // type | format << 32, size_bits, cnode_cap, node_index, node_depth,
			       // first, count (1..256)

	// cnode: the invoked capability is the cnode from which (index, depth) is resolved.
	CNODE_COPY = 0x20,   // index, depth, src_cnode_cap, src_index, src_depth, rights
	CNODE_MINT = 0x21,   // the same, badge (endpoint, notification: the badge, source must be
			     // unbadged; cnode: guard << 6 | guard bits)
	CNODE_MOVE = 0x22,   // index, depth, src_cnode_cap, src_index, src_depth
	CNODE_DELETE = 0x23, // index, depth
	CNODE_REVOKE = 0x24, // index, depth: delete all capabilities derived from that one
	CNODE_CANCEL_BADGED = 0x25, // index, depth: every queued sender with the badge of that
				    // endpoint capability leaves with GONE
	CNODE_ENDPOINT_BUMP =
		0x26, // index, depth of an unbadged endpoint capability with all rights:
	// generation + 1; -> the new generation
	CNODE_INSPECT = 0x27, // index, depth -> type (0: empty), rights, badge (of endpoint and
	// notification) or size_bits, object identity (0 for the
	// control types; equal for capabilities to one object)

	// thread
	THREAD_CONFIGURE =
		0x30, // cspace_cap, vspace_cap, buffer_frame_cap (0: none), buffer offset
		      // in the frame (a multiple of 1024)
	THREAD_SET_HANDLERS = 0x31, // fault_cap, timeout_cap: endpoint capabilities with WRITE and
				    // GRANT or GRANT_REPLY; copied into the thread; 0 empties
	THREAD_SET_SCHED = 0x32,   // priority 0..255, maximum controlled priority, authority_cap: a
				   // thread whose maximum bounds both
	THREAD_RESUME = 0x33,	   //
	THREAD_SUSPEND = 0x34,	   // a thread in a call leaves it with ABORTED when resumed
	THREAD_READ_REGS = 0x35,   // flags (1: suspend first) -> struct thread_regs as words
	THREAD_WRITE_REGS = 0x36,  // flags (1: resume after), struct thread_regs as words from 1 on
	THREAD_BIND_NTFN = 0x37,   // notification_cap (READ)
	THREAD_UNBIND_NTFN = 0x38, //
	THREAD_SET_FPU = 0x39,	   // 0: uses no vector registers (trapped), 1: uses them
	THREAD_INFO = 0x3a,	   // -> state (enum thread_state), priority, consumed microseconds
				   // since last asked, CPU, fault label if it waits for a handler

	// reply
	REPLY_ABORT = 0x40, // resume the caller with PEER_DIED; OK also if there is none

	// scheduling context, and the control capability of a CPU
	SCHED_CONFIGURE = 0x50,	  // (on sched_control) schedctx_cap, budget us, period us, extra
				  // refills, badge word for timeout faults.
				  // 10 <= budget <= period <= 60 s; budget == period: round robin
	SCHEDCTX_BIND = 0x51,	  // thread_cap, or notification_cap (READ)
	SCHEDCTX_UNBIND = 0x52,	  // from everything
	SCHEDCTX_CONSUMED = 0x53, // -> microseconds consumed since last asked
	SCHEDCTX_YIELD_TO = 0x54, // run its thread now if it can -> microseconds consumed

	// address spaces and frames
	ASID_ASSIGN = 0x60, // (on asid_control) vspace_cap, asid 1..4095; before anything is mapped
	TABLE_MAP = 0x61,   // vspace_cap, vaddr: at the deepest level that is missing -> level
	TABLE_UNMAP = 0x62, // with all that is mapped through it
	FRAME_MAP = 0x63,   // vspace_cap, vaddr, rights, attributes (enum map_attribute); a frame
			    // capability maps at one place; mapping it there again changes rights
	FRAME_UNMAP = 0x64, // OK also if it is not mapped
	FRAME_PADDR = 0x65, // -> physical address

	// interrupts
	IRQ_GET_LINE = 0x70, // (on irq_control) global system interrupt, flags (1: level, 2: active
			     // low), cnode_cap, index, depth
	IRQ_GET_MSI =
		0x71,	// (on irq_control) cnode_cap, index, depth, requester_cap (0 where there
			// is no IOMMU) -> MSI address, MSI data
	IRQ_ACK = 0x72, // unmask after the handler has served the device
	IRQ_SET_NTFN = 0x73, // notification_cap (WRITE): signalled with its badge at each interrupt
	IRQ_CLEAR = 0x74,    //

	// I/O ports
	IOPORT_ISSUE = 0x80, // (on ioport_control) first, last, cnode_cap, index, depth
	IOPORT_IN = 0x81,    // port, bytes (1, 2, 4) -> value
	IOPORT_OUT = 0x82,   // port, bytes, value

	// virtual CPUs (caplet/abi/vcpu.h)
	VCPU_CONFIGURE = 0x90,	// vspace_cap (of a nested format), frame_cap (the state page): once
	VCPU_BIND = 0x91,	// thread_cap: the one that enters it; 0: none
	VCPU_ENTER = 0x92,	// run the guest -> enum vcpu_exit, two words
	VCPU_READ = 0x93,	// bits of enum vcpu_group: store them in the state page
	VCPU_OPEN_PORTS = 0x94, // ioport_cap: the guest reaches these ports itself

	// IOMMU, where there is one. A requester is a PCI function: bus << 8 | device << 3 | function;
	// its DMA and its interrupts are blocked, but for what it is bound to and was given.
	IOMMU_ISSUE = 0xa0, // (on iommu_control) requester, cnode_cap, index, depth
	IOMMU_FAULT =
		0xa1, // (on iommu_control) take one -> struct iommu_fault as words; WOULD_BLOCK:
		      // there is none
	REQUESTER_BIND = 0xa2,	 // vspace_cap of the format IOMMU: what its DMA reaches
	REQUESTER_UNBIND = 0xa3, // nothing, and on return no DMA is under way

	// any capability that is not an endpoint, notification or reply: do nothing (measurements)
	CAP_NULL = 0x01,
};

enum map_attribute {	       // bits
	MAP_EXECUTE = 1 << 0,  // else NX
	MAP_UNCACHED = 1 << 1, // UC
	MAP_WRITE_COMBINE = 1 << 2,
};

// DMA or an interrupt that was blocked.
enum iommu_fault_kind {
	IOMMU_FAULT_WRITE = 0,
	IOMMU_FAULT_READ = 1,
	IOMMU_FAULT_INTERRUPT = 2,
};

struct iommu_fault {
	uint64_t requester;
	uint64_t kind;	  // enum iommu_fault_kind
	uint64_t address; // of the page; interrupt: the number that it named
	uint64_t reason;  // of the machine: Intel VT-d specification, "Fault Conditions"
};

enum thread_state {
	THREAD_INACTIVE = 0,  // never started, or suspended
	THREAD_RUNNING = 1,   // runnable (it may lack budget)
	THREAD_SENDING = 2,   // queued on an endpoint, its message not yet received
	THREAD_RECEIVING = 3, // waits on an endpoint
	THREAD_WAITING = 4,   // waits on a notification
	THREAD_CALLING = 5,   // its call was received; it waits for the answer
	THREAD_FAULTED = 6,   // its fault was delivered, or waits to be
};

// Registers of a thread. `valid` says which groups hold something: a thread that entered the
// kernel voluntarily has only the first; its callee-saved registers lie on its stack (the stub's
// frame). Writing with REGS_GENERAL makes the frame a full one.
enum regs_group {
	REGS_CONTROL = 1 << 0, // rip, rsp, rflags, fs_base, gs_base
	REGS_GENERAL = 1 << 1, // rax..r15
};

struct thread_regs {
	uint64_t valid; // bits of enum regs_group
	uint64_t rip, rsp, rflags, fs_base, gs_base;
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
};
