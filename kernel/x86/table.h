// SPDX-License-Identifier: MIT
//
// The bits of a native page-table entry (Intel SDM Vol. 3, "4-Level Paging").
#pragma once

#include <stdint.h>

#define ENTRY_PRESENT	 (1ul << 0)
#define ENTRY_WRITE	 (1ul << 1)
#define ENTRY_USER	 (1ul << 2)
#define ENTRY_PWT	 (1ul << 3) // alone: entry 1 of the PAT, write combining
#define ENTRY_PCD	 (1ul << 4)
#define ENTRY_UNCACHED	 (ENTRY_PWT | ENTRY_PCD) // entry 3 of the PAT
#define ENTRY_ACCESSED	 (1ul << 5)
#define ENTRY_DIRTY	 (1ul << 6)
#define ENTRY_LARGE	 (1ul << 7) // levels 1 and 2
#define ENTRY_GLOBAL	 (1ul << 8)
#define ENTRY_NO_EXECUTE (1ul << 63)
#define ENTRY_ADDRESS	 0x000ffffffffff000ul
