// SPDX-License-Identifier: MIT
//
// A walk over the ACPI tables: root pointer, root table, MADT ("Multiple APIC Description Table"),
// FADT and DMAR. Every table is read through boot_physical() within its own length and checked by its
// sum before it is believed; a table beyond 4 GiB is as good as absent.
#include "acpi.h"
#include "boot_memory.h"
#include "image.h"
#include "instr.h"

#define APIC_DEFAULT   0xfee00000u
#define IOAPIC_DEFAULT 0xfec00000u
#define TABLE_LIMIT    (1u << 20) // no table is that long

struct acpi_rsdp {
	char signature[8];
	uint8_t sum;
	char vendor[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t bytes; // from here on with revision 2
	uint64_t xsdt;
} __attribute__((packed));

struct acpi_header {
	uint32_t signature, bytes;
	uint8_t revision, sum;
	char vendor[6 + 8 + 4 + 4 + 4];
} __attribute__((packed));

struct acpi_madt {
	struct acpi_header header;
	uint32_t apic, flags;
} __attribute__((packed));

struct acpi_fadt {
	struct acpi_header header;
	uint8_t before[76 - 36];
	uint32_t pm_timer_block;
	uint8_t between[91 - 80];
	uint8_t pm_timer_bytes;
} __attribute__((packed));

// One kind of MADT entry for each row of the specification that is used here.
struct madt_entry {
	uint8_t type, bytes;
	union {
		struct {
			uint8_t processor, apic_id;
			uint32_t flags;
		} __attribute__((packed)) apic; // type 0
		struct {
			uint8_t id, reserved;
			uint32_t paddr, first_line;
		} __attribute__((packed)) ioapic; // type 1
		struct {
			uint16_t reserved;
			uint64_t paddr;
		} __attribute__((packed)) address; // type 5
		struct {
			uint16_t reserved;
			uint32_t apic_id, flags;
		} __attribute__((packed)) x2apic; // type 9
	};
} __attribute__((packed));

enum { MADT_APIC = 0, MADT_IOAPIC = 1, MADT_ADDRESS = 5, MADT_X2APIC = 9, MADT_ENABLED = 1 };

// DMA remapping: one structure for each unit, with the devices it names (Intel VT-d specification,
// "DMA Remapping Reporting Structure").
struct acpi_dmar {
	struct acpi_header header;
	uint8_t address_width, flags; // flags: DMAR_*
	uint8_t reserved[10];
} __attribute__((packed));

struct dmar_entry {
	uint16_t type, bytes;
	uint8_t flags, size;
	uint16_t segment;
	uint64_t paddr;
} __attribute__((packed));

struct dmar_scope {
	uint8_t type, bytes;
	uint16_t reserved;
	uint8_t id, bus;
	uint8_t device, function; // the path's first step: an I/O APIC is not behind bridges
} __attribute__((packed));

enum { DMAR_UNIT = 0, DMAR_SCOPE_IOAPIC = 3, DMAR_INTERRUPTS = 1 };

struct acpi_facts acpi;

BOOT_ONLY static const struct acpi_header *table_at(paddr_t paddr)
{
	const struct acpi_header *header = boot_physical(paddr, sizeof(*header));
	uint8_t sum = 0;

	if (header == NULL || header->bytes < sizeof(*header) || header->bytes > TABLE_LIMIT)
		return NULL;
	header = boot_physical(paddr, header->bytes);
	if (header == NULL)
		return NULL;
	for (uint32_t i = 0; i < header->bytes; i++)
		sum += ((const uint8_t *)header)[i];
	return sum == 0 ? header : NULL;
}

// Some firmware names a CPU in entries of both kinds.
BOOT_ONLY static void cpu_add(uint32_t apic_id, uint32_t flags)
{
	for (unsigned i = 0; i < acpi.cpu_count; i++)
		if (acpi.apic_id[i] == apic_id)
			return;
	if ((flags & MADT_ENABLED) && acpi.cpu_count < BOOT_MAX_CPUS)
		acpi.apic_id[acpi.cpu_count++] = apic_id;
}

BOOT_ONLY static void madt_read(const struct acpi_madt *madt)
{
	const uint8_t *p = (const uint8_t *)(madt + 1);
	const uint8_t *end = (const uint8_t *)madt + madt->header.bytes;

	acpi.apic = madt->apic;
	while (p + 2 <= end) {
		const struct madt_entry *e = (const void *)p;
		if (e->bytes < 2 || p + e->bytes > end)
			break;
		if (e->type == MADT_APIC && e->bytes >= 8) {
			cpu_add(e->apic.apic_id, e->apic.flags);
		} else if (e->type == MADT_X2APIC && e->bytes >= 16) {
			cpu_add(e->x2apic.apic_id, e->x2apic.flags);
		} else if (e->type == MADT_ADDRESS && e->bytes >= 12) {
			acpi.apic = e->address.paddr;
		} else if (e->type == MADT_IOAPIC && e->bytes >= 12 &&
			   acpi.ioapic_count < ACPI_MAX_IOAPICS) {
			acpi.ioapic[acpi.ioapic_count++] = (struct acpi_ioapic){
				.paddr = e->ioapic.paddr,
				.first_line = e->ioapic.first_line,
				.id = e->ioapic.id,
			};
		}
		p += e->bytes;
	}
}

BOOT_ONLY static void dmar_scopes_read(const uint8_t *p, const uint8_t *end)
{
	while (p + sizeof(struct dmar_scope) <= end) {
		const struct dmar_scope *scope = (const void *)p;
		if (scope->type == DMAR_SCOPE_IOAPIC && acpi.source_count < ACPI_MAX_IOAPICS)
			acpi.source[acpi.source_count++] = (struct acpi_source){
				.ioapic = scope->id,
				.requester = scope->bus << 8 | scope->device << 3 | scope->function,
			};
		if (scope->bytes < sizeof(*scope))
			return;
		p += scope->bytes;
	}
}

BOOT_ONLY static void dmar_read(const struct acpi_dmar *dmar)
{
	const uint8_t *p = (const uint8_t *)(dmar + 1);
	const uint8_t *end = (const uint8_t *)dmar + dmar->header.bytes;

	acpi.interrupt_remapping = dmar->flags & DMAR_INTERRUPTS;
	while (p + 4 <= end) {
		const struct dmar_entry *e = (const void *)p;
		if (e->bytes < 4 || p + e->bytes > end)
			break;
		if (e->type == DMAR_UNIT && e->bytes >= sizeof(*e) && e->segment == 0 &&
		    acpi.iommu_count < ACPI_MAX_IOMMUS) {
			acpi.iommu[acpi.iommu_count++] = e->paddr;
			dmar_scopes_read((const uint8_t *)(e + 1), p + e->bytes);
		} else if (e->type == DMAR_UNIT) {
			acpi.iommu_count = ACPI_MAX_IOMMUS + 1;
		}
		p += e->bytes;
	}
}

BOOT_ONLY static void table_read(const struct acpi_header *header)
{
	if (header == NULL)
		return;
	if (header->signature == 0x43495041 && header->bytes >= sizeof(struct acpi_madt)) { // APIC
		madt_read((const struct acpi_madt *)header);
	} else if (header->signature == 0x50434146 && // FACP
		   header->bytes >= sizeof(struct acpi_fadt)) {
		const struct acpi_fadt *fadt = (const struct acpi_fadt *)header;
		if (fadt->pm_timer_bytes == 4)
			acpi.pm_timer_port = fadt->pm_timer_block;
	} else if (header->signature == 0x52414d44 && // DMAR
		   header->bytes >= sizeof(struct acpi_dmar)) {
		dmar_read((const struct acpi_dmar *)header);
	}
}

BOOT_ONLY static void tables_read(const struct acpi_rsdp *rsdp)
{
	bool wide = rsdp->revision >= 2 && rsdp->xsdt != 0;
	const struct acpi_header *root = table_at(wide ? rsdp->xsdt : rsdp->rsdt);

	if (root == NULL)
		return;
	const uint8_t *entry = (const uint8_t *)(root + 1);
	const uint8_t *end = (const uint8_t *)root + root->bytes;
	for (; entry + (wide ? 8 : 4) <= end; entry += wide ? 8 : 4) {
		uint64_t paddr = 0;
		__builtin_memcpy(&paddr, entry, 4);
		if (wide)
			__builtin_memcpy(&paddr, entry, 8);
		table_read(table_at(paddr));
	}
}

// The DMAR may come before the MADT.
BOOT_ONLY static void sources_set(void)
{
	for (unsigned i = 0; i < acpi.ioapic_count; i++) {
		acpi.ioapic[i].source = UINT32_MAX;
		for (unsigned j = 0; j < acpi.source_count; j++)
			if (acpi.source[j].ioapic == acpi.ioapic[i].id)
				acpi.ioapic[i].source = acpi.source[j].requester;
	}
}

BOOT_ONLY void acpi_read(paddr_t paddr)
{
	const struct acpi_rsdp *rsdp = boot_physical(paddr, sizeof(*rsdp));

	if (rsdp != NULL && __builtin_memcmp(rsdp->signature, "RSD PTR ", 8) == 0)
		tables_read(rsdp);
	if (acpi.apic == 0)
		acpi.apic = APIC_DEFAULT;
	if (acpi.cpu_count == 0)
		acpi.apic_id[acpi.cpu_count++] = cpuid(1, 0).ebx >> 24;
	if (acpi.ioapic_count == 0)
		acpi.ioapic[acpi.ioapic_count++].paddr = IOAPIC_DEFAULT;
	sources_set();
}
