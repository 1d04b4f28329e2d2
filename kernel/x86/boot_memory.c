// SPDX-License-Identifier: MIT
//
// Physical memory as boot code knows it: a sorted list of disjoint regions of whole pages.
//
// Loaders give maps in any order, with overlaps; a list on which each new statement overrides the
// earlier ones takes them all. Below 1 MiB nothing is handed out: firmware keeps data there, and
// other CPUs start in real mode.
#include "arch.h"
#include "boot_memory.h"
#include "image.h"
#include "instr.h"
#include "panic.h"

#define GIB4	       (1ul << 32)
#define LOW_MEMORY_END 0x100000ul
#define KEPT_REGIONS   64

struct boot_machine boot_machine;

const struct boot_machine *arch_boot_machine(void)
{
	return &boot_machine;
}

BOOT_ONLY static void region_delete(unsigned i)
{
	struct boot_machine *m = &boot_machine;
	m->region_count--;
	for (; i < m->region_count; i++)
		m->region[i] = m->region[i + 1];
}

// A list that is full loses RAM, which nobody then gets to know of. The last places are kept for what
// must not be lost: what is in no region is taken for device space and handed out as such.
BOOT_ONLY static void region_insert(unsigned i, struct boot_region region)
{
	struct boot_machine *m = &boot_machine;
	unsigned room =
		region.kind == BOOT_REGION_RAM ? BOOT_MAX_REGIONS - KEPT_REGIONS : BOOT_MAX_REGIONS;
	if (m->region_count >= room)
		return;
	for (unsigned j = m->region_count++; j > i; j--)
		m->region[j] = m->region[j - 1];
	m->region[i] = region;
}

// Cut [start, end) out of whatever overlaps it.
BOOT_ONLY static void regions_cut(paddr_t start, paddr_t end)
{
	struct boot_machine *m = &boot_machine;
	for (unsigned i = 0; i < m->region_count; i++) {
		struct boot_region *r = &m->region[i];
		struct boot_region above = {end, r->end, r->kind};
		if (r->end <= start || r->start >= end)
			continue;
		r->end = start;
		if (above.start < above.end)
			region_insert(i + 1, above);
		if (r->start >= r->end)
			region_delete(i--);
		else
			i += above.start < above.end;
	}
}

BOOT_ONLY void boot_region_set(paddr_t start, paddr_t end, int kind)
{
	struct boot_machine *m = &boot_machine;
	unsigned i = 0;

	if (kind == BOOT_REGION_RAM) {
		start = (start + PAGE_SIZE - 1) & -PAGE_SIZE;
		end &= -PAGE_SIZE;
	} else {
		start &= -PAGE_SIZE;
		end = (end + PAGE_SIZE - 1) & -PAGE_SIZE;
	}
	if (end > m->physical_end)
		end = m->physical_end;
	if (start >= end)
		return;
	regions_cut(start, end);
	if (kind == BOOT_REGION_NONE)
		return;
	while (i < m->region_count && m->region[i].start < start)
		i++;
	if (i > 0 && m->region[i - 1].end == start && (int)m->region[i - 1].kind == kind) {
		m->region[--i].end = end;
	} else {
		region_insert(i, (struct boot_region){start, end, kind});
	}
	if (i + 1 < m->region_count && m->region[i + 1].start == end &&
	    (int)m->region[i + 1].kind == kind) {
		m->region[i].end = m->region[i + 1].end;
		region_delete(i + 1);
	}
}

// First fit from 1 MiB on: the pages lie next to the image, and large blocks stay whole.
BOOT_ONLY void *boot_pages_take(unsigned count)
{
	uint64_t bytes = count * PAGE_SIZE;
	for (unsigned i = 0; i < boot_machine.region_count; i++) {
		struct boot_region r = boot_machine.region[i];
		if (r.kind != BOOT_REGION_RAM || r.end - r.start < bytes || r.start + bytes > GIB4)
			continue;
		boot_region_set(r.start, r.start + bytes, BOOT_REGION_KERNEL);
		arch_zero(phys_to_virt(r.start), bytes);
		return phys_to_virt(r.start);
	}
	boot_fail("no memory below 4 GiB for the page tables of the kernel");
}

BOOT_ONLY const void *boot_physical(paddr_t address, uint64_t bytes)
{
	if (address == 0 || address >= GIB4 || bytes > GIB4 - address)
		return NULL;
	return phys_to_virt(address);
}

BOOT_ONLY void boot_command_line_set(const char *text, uint64_t limit)
{
	unsigned i = 0;
	if (text == NULL)
		return;
	for (; i < limit && i + 1 < sizeof(boot_machine.command_line) && text[i] != 0; i++)
		boot_machine.command_line[i] = text[i];
	boot_machine.command_line[i] = 0;
}

BOOT_ONLY static paddr_t rsdp_scan(paddr_t start, paddr_t end)
{
	for (paddr_t p = start; p + 20 <= end; p += 16) {
		const uint8_t *bytes = phys_to_virt(p);
		uint8_t sum = 0;
		if (__builtin_memcmp(bytes, "RSD PTR ", 8) != 0)
			continue;
		for (unsigned i = 0; i < 20; i++)
			sum += bytes[i];
		if (sum == 0)
			return p;
	}
	return 0;
}

// ACPI specification, "Finding the RSDP on IA-PC Systems".
BOOT_ONLY static paddr_t rsdp_find(void)
{
	paddr_t ebda = (paddr_t) * (const uint16_t *)phys_to_virt(0x40e) << 4;
	paddr_t found = 0;
	if (ebda >= 0x80000 && ebda < 0xa0000)
		found = rsdp_scan(ebda, ebda + 1024);
	return found ? found : rsdp_scan(0xe0000, 0x100000);
}

BOOT_ONLY void boot_memory_finish(void)
{
	struct boot_machine *m = &boot_machine;

	for (unsigned i = 0; i < m->region_count; i++) {
		struct boot_region r = m->region[i];
		if (r.kind == BOOT_REGION_RAM && r.start < LOW_MEMORY_END)
			boot_region_set(r.start, r.end < LOW_MEMORY_END ? r.end : LOW_MEMORY_END,
					BOOT_REGION_KERNEL);
	}
	if (m->archive_bytes > 0)
		boot_region_set(m->archive_paddr, m->archive_paddr + m->archive_bytes,
				BOOT_REGION_ARCHIVE);
	if (m->rsdp_paddr == 0)
		m->rsdp_paddr = rsdp_find();
}
