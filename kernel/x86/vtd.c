// SPDX-License-Identifier: MIT
//
// Intel's IOMMU at work: binding spaces to requesters, routing interrupts, forgetting, reporting.
// See vtd.h; it is switched on in vtd_start.c.
//
// Units are told to forget through a queue in memory, each time followed by an entry that has them
// write a word when all before it is done. That takes microseconds and happens under the kernel lock,
// as often as a mapping ends; nothing is batched. A requester behind a bridge of conventional PCI
// appears as that bridge.
#include "vtd.h"
#include "cpu.h"
#include "feature.h"
#include "instr.h"
#include "irq.h"
#include "panic.h"
#include "vspace.h"
#include "vtd_unit.h"

enum { ENTRY_READ = 1 << 0, ENTRY_LARGE = 1 << 7 };
#define ENTRY_WRITE   (1ul << 1)
#define ENTRY_ADDRESS 0x000ffffffffff000ul

enum { CONTEXT_PRESENT = 1, CONTEXT_4_LEVELS = 2, CONTEXT_DOMAIN_SHIFT = 8 };
enum { ROUTE_PRESENT = 1 << 0, ROUTE_LEVEL = 1 << 4, ROUTE_VECTOR_SHIFT = 16, ROUTE_TO_SHIFT = 32 };
#define ROUTE_CHECK_SOURCE (1ul << 18)

#define FORGET_ROUTE(line) (4 | 1 << 4 | (uint64_t)(line) << 32)
#define FORGET_CONTEXT(requester, domain)                                                          \
	(1 | 3 << 4 | (uint64_t)(domain) << 16 | (uint64_t)(requester) << 32)
#define FORGET_DOMAIN(domain) (2 | 2 << 4 | DRAIN | (uint64_t)(domain) << 16)
#define DRAIN		      (3 << 6) // reads and writes under way end first
#define SAY_DONE	      (5 | 1 << 5 | 1ul << 32)

#define FAULT_PENDING (1u << 31) // in the last of a record's four words
#define FAULT_READ    (1u << 30)
#define FAULT_MASKED  (1u << 31) // of the control register
#define FAULT_REMAP   0x20	 // from this reason on: of an interrupt
#define QUEUE_ERROR   (1u << 4)	 // of the status register

// Where a space of this format keeps who it is bound to: requester + 1.
#define BOUND_ENTRY 1

unsigned vtd_count;
struct vtd_unit vtd_unit[ACPI_MAX_IOMMUS];
struct vtd_entry *vtd_context[256]; // by bus
struct vtd_entry vtd_route[IRQ_MAX_LINES] __attribute__((aligned(PAGE_SIZE)));

void vtd_written(const void *place, uint64_t bytes)
{
	for (uint64_t i = 0; vtd_incoherent && i < bytes; i += 64)
		clflush((const char *)place + i);
}

static void entry_write(struct vtd_entry *entry, uint64_t low, uint64_t high)
{
	entry->low = 0; // not half of each
	__atomic_store_n(&entry->high, high, __ATOMIC_RELEASE);
	__atomic_store_n(&entry->low, low, __ATOMIC_RELEASE);
	vtd_written(entry, sizeof(*entry));
}

static void queue_add(struct vtd_unit *unit, uint64_t low, uint64_t high)
{
	entry_write(&unit->queue[unit->tail], low, high);
	unit->tail = (unit->tail + 1) % VTD_QUEUE_ENTRIES;
}

// `what`: the first word of an entry of the queue.
void vtd_forget(uint64_t what)
{
	for (unsigned i = 0; i < vtd_count; i++) {
		struct vtd_unit *unit = &vtd_unit[i];
		unit->done = 0;
		queue_add(unit, what, 0);
		queue_add(unit, SAY_DONE, virt_to_phys((void *)&unit->done));
		unit->registers[VTD_QUEUE_TAIL / 4] = unit->tail * sizeof(struct vtd_entry);
		while (unit->done == 0)
			assert(!(unit->registers[VTD_FAULT_STATUS / 4] & QUEUE_ERROR));
	}
}

// ---- spaces -------------------------------------------------------------------------------------

static uint64_t table_entry(paddr_t table)
{
	vtd_written(phys_to_virt(table), PAGE_SIZE);
	return table | ENTRY_READ | ENTRY_WRITE;
}

static uint64_t frame_entry(paddr_t frame, unsigned level, unsigned rights, unsigned attributes)
{
	return frame | ENTRY_READ | (rights & RIGHT_WRITE ? ENTRY_WRITE : 0) |
	       (level > 0 ? ENTRY_LARGE : 0);
}

const struct table_format vtd_format = {
	.levels = 4,
	.present = ENTRY_READ | ENTRY_WRITE,
	.large = ENTRY_LARGE,
	.address = ENTRY_ADDRESS,
	.table_entry = table_entry,
	.frame_entry = frame_entry,
};

static struct vtd_entry *context_of(unsigned requester)
{
	return &vtd_context[requester >> 8][requester & 0xff];
}

bool arch_requester_bind(unsigned requester, struct vspace *v)
{
	struct vtd_entry *context = context_of(requester);

	if (context->low != 0 || v->user.entry[BOUND_ENTRY] != 0)
		return false;
	v->user.entry[BOUND_ENTRY] = requester + 1;
	vtd_written(&v->full, sizeof(v->full));
	entry_write(context, virt_to_phys(v) | CONTEXT_PRESENT,
		    CONTEXT_4_LEVELS | vspace_asid(v) << CONTEXT_DOMAIN_SHIFT);
	vtd_forget(FORGET_CONTEXT(requester, 0)); // that there was none: kept under domain 0
	return true;
}

void arch_requester_unbind(unsigned requester)
{
	struct vtd_entry *context = context_of(requester);

	if (context->low != 0)
		vtd_space_forget(phys_to_virt(context->low & ENTRY_ADDRESS));
}

void vtd_space_flush(struct vspace *v)
{
	vtd_forget(FORGET_DOMAIN(vspace_asid(v)));
}

void vtd_space_forget(struct vspace *v)
{
	unsigned requester = v->user.entry[BOUND_ENTRY] - 1;

	if (v->user.entry[BOUND_ENTRY] == 0)
		return;
	v->user.entry[BOUND_ENTRY] = 0;
	entry_write(context_of(requester), 0, 0);
	vtd_forget(FORGET_CONTEXT(requester, vspace_asid(v)));
	vtd_space_flush(v);
}

// ---- interrupts ----------------------------------------------------------------------------------

// All go to the boot CPU.
static uint32_t target(void)
{
	return cpu_by_number(0)->arch.apic_id;
}

void vtd_line_route(unsigned line, unsigned vector, bool level, unsigned source)
{
	uint64_t to = features.x2apic ? target() : target() << 8;

	entry_write(&vtd_route[line],
		    ROUTE_PRESENT | (level ? ROUTE_LEVEL : 0) | vector << ROUTE_VECTOR_SHIFT |
			    to << ROUTE_TO_SHIFT,
		    source < REQUESTER_COUNT ? source | ROUTE_CHECK_SOURCE : 0);
	vtd_forget(FORGET_ROUTE(line));
}

void vtd_line_unroute(unsigned line)
{
	entry_write(&vtd_route[line], 0, 0);
	vtd_forget(FORGET_ROUTE(line));
}

// Of a message in the format that names an entry (bit 4) and has no vector.
uint64_t vtd_message_address(unsigned line)
{
	return 0xfee00000 | line << 5 | 1 << 4;
}

uint32_t vtd_pin_high(unsigned line)
{
	return line << 17 | 1 << 16;
}

// ---- faults --------------------------------------------------------------------------------------

void vtd_fault_route(unsigned vector)
{
	for (unsigned i = 0; i < vtd_count; i++) {
		volatile uint32_t *registers = vtd_unit[i].registers;
		registers[VTD_FAULT_DATA / 4] = vector; // what a unit itself sends is not remapped
		registers[VTD_FAULT_ADDRESS / 4] = 0xfee00000 | (target() & 0xff) << 12;
		registers[VTD_FAULT_UPPER / 4] = target() & ~0xffu;
	}
}

void vtd_fault_mask(bool mask)
{
	for (unsigned i = 0; i < vtd_count; i++)
		vtd_unit[i].registers[VTD_FAULT_CONTROL / 4] = mask ? FAULT_MASKED : 0;
}

static bool fault_take(struct vtd_unit *unit, struct iommu_fault *fault)
{
	volatile uint32_t *record = unit->faults;

	for (unsigned i = 0; i < unit->fault_count; i++, record += 4) {
		uint32_t head = record[3];
		if (!(head & FAULT_PENDING))
			continue;
		fault->requester = record[2] & 0xffff;
		fault->address = (uint64_t)record[1] << 32 | record[0];
		fault->reason = head & 0xff;
		fault->kind = head & FAULT_READ ? IOMMU_FAULT_READ : IOMMU_FAULT_WRITE;
		if (fault->reason >= FAULT_REMAP) {
			fault->kind = IOMMU_FAULT_INTERRUPT;
			fault->address >>= 48;
		}
		record[3] = FAULT_PENDING;
		return true;
	}
	unit->registers[VTD_FAULT_STATUS / 4] = 1; // none is left: record again after an overflow
	return false;
}

bool arch_iommu_fault(struct iommu_fault *fault)
{
	for (unsigned i = 0; i < vtd_count; i++)
		if (fault_take(&vtd_unit[i], fault))
			return true;
	return false;
}
