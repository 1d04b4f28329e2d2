// SPDX-License-Identifier: MIT
//
// The physical window: every region of memory that the loader named, at WINDOW_BASE + its
// physical address, in PML4 slots 256..271. Address spaces copy these sixteen root entries, which
// never change after boot.
//
// No page is writable and executable: the image's text is read-only and executable, its constants
// read-only, everything else writable and not executable. Only the 2 MiB pieces that hold the
// image are mapped in 4 KiB pages; the rest takes 1 GiB pages where the CPU has them and a
// whole one is memory, else 2 MiB. Holes are not mapped, so that no CPU speculates into devices.
#include "arch.h"
#include "boot_memory.h"
#include "feature.h"
#include "image.h"
#include "instr.h"
#include "layout.h"
#include "segment.h"
#include "split.h"
#include "table.h"
#include "window.h"

#define MIB2	   (1ul << 21)
#define GIB	   (1ul << 30)
#define VGA_HOLE   0xa0000ul
#define ENTRY_DATA (ENTRY_PRESENT | ENTRY_WRITE | ENTRY_ACCESSED | ENTRY_DIRTY | ENTRY_NO_EXECUTE)

uint64_t kernel_root[512] __attribute__((aligned(4096)));

// With one view the kernel's entries are the same everywhere: global.
BOOT_ONLY static uint64_t data_entry(paddr_t address)
{
	return address | ENTRY_DATA | (features.split ? 0 : ENTRY_GLOBAL);
}

// The place of the entry for `address` at `level` (0: 4 KiB, 1: 2 MiB, 2: 1 GiB).
BOOT_ONLY static uint64_t *entry_place(uint64_t *root, paddr_t address, unsigned level)
{
	uint64_t *table = root;
	for (unsigned l = 3; l > level; l--) {
		uint64_t *entry = &table[(address + WINDOW_BASE) >> (12 + 9 * l) & 511];
		if (*entry == 0)
			*entry = virt_to_phys(boot_pages_take(1)) | ENTRY_PRESENT | ENTRY_WRITE |
				 ENTRY_ACCESSED;
		table = phys_to_virt(*entry & ENTRY_ADDRESS);
	}
	return &table[(address + WINDOW_BASE) >> (12 + 9 * level) & 511];
}

// In pages of 2 MiB, within one GiB. What is mapped already stays as it is.
BOOT_ONLY static void map_large(paddr_t start, paddr_t end, uint64_t flags)
{
	uint64_t *entry = entry_place(kernel_root, start, 1);

	for (; start < end; start += MIB2, entry++)
		if (*entry == 0)
			*entry = data_entry(start) | flags | ENTRY_LARGE;
}

// Is all of [start, end) in regions of the loader's map?
BOOT_ONLY static bool is_memory(paddr_t start, paddr_t end)
{
	for (unsigned i = 0; i < boot_machine.region_count && start < end; i++) {
		struct boot_region r = boot_machine.region[i];
		if (r.start <= start && start < r.end)
			start = r.end;
	}
	return start >= end;
}

BOOT_ONLY static void map_region(struct boot_region r)
{
	for (paddr_t p = r.start & -MIB2; p < r.end;) {
		paddr_t next = (p & -GIB) + GIB;
		uint64_t *upper = entry_place(kernel_root, p, 2);

		if (features.gib_pages && p % GIB == 0 && *upper == 0 && is_memory(p, next))
			*upper = data_entry(p) | ENTRY_LARGE;
		if (!(*upper & ENTRY_LARGE))
			map_large(p, r.end < next ? r.end : next, 0);
		p = next;
	}
}

// In pages of 4 KiB, within 2 MiB: those that begin in [start, end) get their entries, with these bits; 0: none.
BOOT_ONLY static void map_small(const void *start, const void *end, uint64_t bits)
{
	paddr_t p = (virt_to_phys(start) + PAGE_SIZE - 1) & -PAGE_SIZE;
	uint64_t *entry = entry_place(kernel_root, p, 0);

	for (; p < virt_to_phys(end); p += PAGE_SIZE)
		*entry++ = bits ? p | bits : 0;
}

// The image and all below it, which lie in the first 2 MiB but for some CPUs' blocks: text and constants
// cannot be written, VGA's hole and the guards of stacks are not there.
BOOT_ONLY static void map_image(unsigned cpus)
{
	uint64_t data = data_entry(0);
	paddr_t end = virt_to_phys(cpu_blocks) + cpus * CPU_BLOCK_BYTES;

	for (paddr_t p = 0; p < end; p += MIB2)
		map_small(phys_to_virt(p), phys_to_virt(p + MIB2), data);
	map_small(phys_to_virt(VGA_HOLE), phys_to_virt(KERNEL_IMAGE_START), 0);
	map_small(kernel_text_start, kernel_text_end, data & ~(ENTRY_WRITE | ENTRY_NO_EXECUTE));
	map_small(kernel_text_end, kernel_rodata_end, data & ~ENTRY_WRITE);
	for (unsigned i = 0; i < cpus; i++) {
		const char *guard = cpu_blocks + i * CPU_BLOCK_BYTES + LAYOUT_GUARD;
		map_small(guard, guard + PAGE_SIZE, 0);
	}
}

// What user level's view has of the kernel, see split.h: a page each, where the full view has it.
BOOT_ONLY static void split_map(uint64_t *root, const void *page, uint64_t without)
{
	paddr_t paddr = virt_to_phys(page) & -PAGE_SIZE;
	*entry_place(root, paddr, 0) = data_entry(paddr) & ~without;
}

BOOT_ONLY static void split_init(unsigned cpus)
{
	uint64_t *root = boot_pages_take(1);

	for (const char *p = kernel_runtime_start; p < kernel_entry_end; p += PAGE_SIZE)
		split_map(root, p, ENTRY_WRITE | ENTRY_NO_EXECUTE);
	split_map(root, segment_idt(), ENTRY_WRITE);
	for (unsigned i = 0; i < cpus; i++) {
		const char *block = cpu_blocks + i * CPU_BLOCK_BYTES;
		split_map(root, block + LAYOUT_SEGMENTS, 0);
		for (unsigned p = LAYOUT_STACK_TOP; p < LAYOUT_BLOCK_BYTES; p += PAGE_SIZE)
			split_map(root, block + p, 0);
	}
	split_root_entry = root[KERNEL_PML4_FIRST];
}

BOOT_ONLY void window_init(const paddr_t *devices, unsigned device_count, unsigned cpus)
{
	map_image(cpus);
	for (unsigned i = 0; i < device_count; i++)
		map_large(devices[i] & -MIB2, devices[i] + 1, ENTRY_UNCACHED);
	for (unsigned i = 0; i < boot_machine.region_count; i++)
		map_region(boot_machine.region[i]);
	if (features.split)
		split_init(cpus);
	write_cr3(virt_to_phys(kernel_root));
}
