// SPDX-License-Identifier: MIT
//
// Kernel objects: their types, sizes and the rights of capabilities to them.
//
// Objects are made from untyped memory by UNTYPED_RETYPE, are naturally aligned to their size,
// and are gone when their last capability is deleted. Untyped memory that was used is zeroed,
// in bounded steps, when it is next retyped after its last child is gone; objects therefore
// always start as zeroes. Device untyped memory is never touched by the kernel and makes only
// frames.
#pragma once

enum object_type {
	OBJECT_UNTYPED = 1,	 // 2^n bytes of memory, n = 4..47
	OBJECT_CNODE = 2,	 // 2^n slots of 32 bytes, n = 1..20
	OBJECT_THREAD = 3,	 // 2 KiB, vector registers included
	OBJECT_ENDPOINT = 4,	 // 64 bytes
	OBJECT_NOTIFICATION = 5, // 64 bytes
	OBJECT_REPLY = 6,	 // 64 bytes
	OBJECT_SCHEDCTX = 7,	 // 2^n bytes, n = 8..12: the number of refills grows with n
	OBJECT_VSPACE = 8,	 // the root of an address space: a pair of tables, 8 KiB
	OBJECT_TABLE = 9,	 // a page table of any level below the root, 4 KiB
	OBJECT_FRAME = 10,	 // n = 12, 21 or 30: 4 KiB, 2 MiB, 1 GiB
	OBJECT_IRQ = 11,	 // from IRQ_CONTROL, not from untyped
	OBJECT_IOPORT = 12,	 // from IOPORT_CONTROL, not from untyped
	OBJECT_VCPU = 13,	 // 32 KiB
	// Authority without an object, held by the root task at start:
	OBJECT_IRQ_CONTROL = 14,
	OBJECT_IOPORT_CONTROL = 15,
	OBJECT_ASID_CONTROL = 16,
	OBJECT_SCHED_CONTROL = 17, // one per CPU
	OBJECT_IOMMU_CONTROL = 18,

	OBJECT_REQUESTER = 19, // from IOMMU_CONTROL: a PCI function as source of DMA and interrupts
	OBJECT_TYPE_COUNT = 20,
};

// Size in bits of the objects that have one size.
#define THREAD_BITS	  11
#define ENDPOINT_BITS	  6
#define NOTIFICATION_BITS 6
#define REPLY_BITS	  6
#define SCHEDCTX_MIN_BITS 8
#define SCHEDCTX_MAX_BITS 12
#define VSPACE_BITS	  13
#define TABLE_BITS	  12
#define SLOT_BITS	  5
#define VCPU_BITS	  15
#define FRAME_4K_BITS	  12
#define FRAME_2M_BITS	  21
#define FRAME_1G_BITS	  30

// Formats of OBJECT_VSPACE, given to UNTYPED_RETYPE; a table takes its vspace's format when mapped.
enum vspace_format {
	VSPACE_NATIVE = 0,
	VSPACE_NPT = 1,
	VSPACE_EPT = 2,
	VSPACE_IOMMU = 3,
};

// Rights of a capability, bits. A copy never has more than its source. Types that are not
// named below carry RIGHT_ALL and are checked by type only.
enum right {
	RIGHT_READ = 1 << 0,  // endpoint: receive; notification: wait; frame: map readable
	RIGHT_WRITE = 1 << 1, // endpoint: send and call; notification: signal; frame: writable
	RIGHT_GRANT = 1 << 2, // endpoint: send capabilities along, and be answered with them
	RIGHT_GRANT_REPLY = 1 << 3, // endpoint: be answered with capabilities
	RIGHT_ALL = 15,
};
