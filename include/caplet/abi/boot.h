// SPDX-License-Identifier: MIT
//
// What the kernel hands the root task: the slots of its CSpace and one page of facts.
//
// The root task's image is the first member of the boot archive (ustar): a static ELF64 whose
// segments the kernel copies and maps. It starts at the ELF entry with rdi = address of struct
// boot_info (mapped read-only), rsi = address of its IPC buffer, a stack of BOOT_STACK_SIZE bytes,
// the fs base START_FS_OFFSET below the stack's top (so does every process's first thread),
// priority 255, maximum controlled priority 255 and a round-robin scheduling context on CPU 0.
#pragma once

#include <caplet/abi/types.h>

// The root task's CNode has 2^BOOT_CNODE_BITS slots; its guard resolves the other bits of a cptr
// as 0, so that slot number and cptr are the same.
#define BOOT_CNODE_BITS 12
#define BOOT_STACK_SIZE (64 * 1024ul)
#define START_FS_OFFSET 4096ul // libc puts the thread's block there, without a need to set fs
#define BOOT_ASID	1      // of the root task's address space

enum boot_slot {
	BOOT_SLOT_NULL = 0,
	BOOT_SLOT_CNODE = 1,  // the root CNode
	BOOT_SLOT_VSPACE = 2, // the root task's address space
	BOOT_SLOT_THREAD = 3,
	BOOT_SLOT_SCHEDCTX = 4,
	BOOT_SLOT_BUFFER = 5, // the frame of its IPC buffer
	BOOT_SLOT_INFO = 6,   // the frame of struct boot_info
	BOOT_SLOT_IRQ_CONTROL = 7,
	BOOT_SLOT_IOPORT_CONTROL = 8,
	BOOT_SLOT_ASID_CONTROL = 9,
	BOOT_SLOT_IOMMU_CONTROL = 10, // empty where there is no IOMMU
	BOOT_SLOT_SCHED_CONTROL = 16, // + CPU number, up to BOOT_MAX_CPUS
	BOOT_SLOT_FIRST_UNTYPED = 80, // the untypeds of struct boot_info in their order
};

#define BOOT_INFO_MAGIC	 0x3174656c706163ul // "caplet1"
#define BOOT_MAX_CPUS	 64
#define BOOT_MAX_UNTYPED 96

enum boot_untyped_kind {
	BOOT_MEMORY = 0,  // RAM, zeroed or to be zeroed by the kernel
	BOOT_DEVICE = 1,  // device registers and holes: frames only, contents untouched
	BOOT_ARCHIVE = 2, // RAM that holds the boot archive: a device untyped, contents kept
	BOOT_ACPI = 3,	  // RAM that holds firmware tables: a device untyped, contents kept
};

struct boot_untyped {
	paddr_t paddr;
	uint8_t size_bits;
	uint8_t kind; // enum boot_untyped_kind
	uint8_t reserved[6];
};

struct boot_info {
	uint64_t magic;
	uint32_t size;		  // of this struct in bytes
	uint32_t cpu_count;	  // CPUs that run the kernel
	uint64_t tsc_hz;	  // ticks of rdtsc per second
	paddr_t archive_paddr;	  // boot archive, page aligned
	uint64_t archive_bytes;	  //
	paddr_t rsdp_paddr;	  // ACPI root pointer, 0 if none was found
	uint64_t entry_tsc;	  // rdtsc at the kernel's first instruction in 64-bit mode
	uint64_t root_tsc;	  // rdtsc when the root task was started
	uint64_t calibration;	  // ticks spent waiting for a reference clock between the two
	uint64_t first_free_slot; // of the root CNode; all above are empty
	vaddr_t image_end;	  // first page above the root task's image, stack, buffer and info
	uint64_t kernel_text_bytes;
	struct {
		uint64_t paddr;
		uint32_t width, height, pitch, bits; // 0 x 0: no framebuffer
	} framebuffer;
	char command_line[256]; // zero terminated
	uint32_t untyped_count;
	uint32_t iommu_line; // global system interrupt of its faults (IRQ_GET_LINE); 0: no IOMMU
	struct boot_untyped untyped[BOOT_MAX_UNTYPED];
};

_Static_assert(sizeof(struct boot_info) <= PAGE_SIZE, "boot information is one page");
