// SPDX-License-Identifier: MIT
//
// The scalar types that kernel and user level share, and where a user address may lie.
//
// An ABI header holds only what both sides need: numbers, layouts, and the rules that go with
// them. It declares no function and includes nothing but <stdint.h> and other ABI headers.
#pragma once

#include <stdint.h>

// Names a capability slot in the invoker's CSpace. Where a capability is optional 0 means none; the
// kernel does not care, but slot 0 is best left empty.
typedef uint64_t cptr_t;
typedef uint64_t paddr_t; // physical address, bytes
typedef uint64_t vaddr_t; // virtual address, bytes

#define PAGE_BITS 12
#define PAGE_SIZE (1ul << PAGE_BITS)

// User addresses are canonical and outside the kernel's PML4 slots 256-271. User text ends one
// page below 2^47, so that the return address of a `syscall` is canonical.
#define KERNEL_PML4_FIRST 256
#define KERNEL_PML4_LAST  271
#define USER_TEXT_END	  0x00007ffffffff000ul
