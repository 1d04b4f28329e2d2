// SPDX-License-Identifier: MIT
//
// Interrupt lines: I/O APIC pins and message-signalled interrupts, and the vectors they use.
//
// A line gets a vector when it is configured and gives it back when it is released. A level line
// is masked here before the end of its interrupt is signalled, until its owner acknowledges it; an
// edge that came while its pin was masked would be lost, so edge lines are left open. All interrupts
// go to the boot CPU. The 8259s are moved out of the way and masked: they are never used.
#include "acpi.h"
#include "apic.h"
#include "arch.h"
#include "image.h"
#include "instr.h"
#include "irq.h"
#include "irq_line.h"
#include "layout.h"
#include "vtd.h"

enum { IOAPIC_VERSION = 1, IOAPIC_REDIRECTION = 0x10 };
enum { PIN_ACTIVE_LOW = 1 << 13, PIN_LEVEL = 1 << 15, PIN_MASKED = 1 << 16 };
enum { LINE_LEVEL = 1, LINE_ACTIVE_LOW = 2 }; // flags of IRQ_GET_LINE
enum { MSI_LINES = 64 };
enum { PIC1 = 0x20, PIC2 = 0xa0 };

#define MSI_ADDRESS 0xfee00000u

struct ioapic {
	volatile uint32_t *select, *window;
	unsigned first_line, pins;
};

struct line {
	uint8_t vector; // 0: not in use
	uint8_t ioapic, pin;
	bool is_pin;
	uint32_t redirection; // low word, as last written
};

static struct ioapic ioapic[ACPI_MAX_IOAPICS];
static struct line line[IRQ_MAX_LINES];
static uint8_t line_of_vector[VECTOR_END_LINE - VECTOR_FIRST_LINE]; // of vectors in use
static bool vector_used[VECTOR_END_LINE - VECTOR_FIRST_LINE];
static unsigned pin_lines; // lines below are pins, the next MSI_LINES are messages
static uint32_t boot_apic_id;

static uint32_t ioapic_read(const struct ioapic *io, unsigned index)
{
	*io->select = index;
	return *io->window;
}

static void ioapic_write(const struct ioapic *io, unsigned index, uint32_t value)
{
	*io->select = index;
	*io->window = value;
}

BOOT_ONLY static void pic_disable(void)
{
	outb(PIC1, 0x11); // initialise: vectors 0x20 and 0x28, cascade on line 2, 8086 mode
	outb(PIC2, 0x11);
	outb(PIC1 + 1, 0x20);
	outb(PIC2 + 1, 0x28);
	outb(PIC1 + 1, 4);
	outb(PIC2 + 1, 2);
	outb(PIC1 + 1, 1);
	outb(PIC2 + 1, 1);
	outb(PIC1 + 1, 0xff);
	outb(PIC2 + 1, 0xff);
}

// Pins whose numbers are beyond the lines that the kernel keeps stay masked.
BOOT_ONLY static void ioapic_init(unsigned i)
{
	struct ioapic *io = &ioapic[i];
	char *registers = phys_to_virt(acpi.ioapic[i].paddr);

	io->select = (volatile uint32_t *)registers;
	io->window = (volatile uint32_t *)(registers + 16);
	io->first_line = acpi.ioapic[i].first_line;
	uint32_t version = ioapic_read(io, IOAPIC_VERSION);
	io->pins = version == UINT32_MAX ? 0 : (version >> 16 & 0xff) + 1;
	for (unsigned pin = 0; pin < io->pins; pin++) {
		unsigned number = io->first_line + pin;
		ioapic_write(io, IOAPIC_REDIRECTION + 2 * pin, PIN_MASKED);
		if (number >= IRQ_MAX_LINES - MSI_LINES - 1)
			continue;
		line[number] = (struct line){.ioapic = i, .pin = pin, .is_pin = true};
		if (number >= pin_lines)
			pin_lines = number + 1;
	}
}

BOOT_ONLY void irq_line_init(void)
{
	pic_disable();
	boot_apic_id = apic_id();
	for (unsigned i = 0; i < acpi.ioapic_count; i++)
		ioapic_init(i);
}

unsigned arch_irq_lines(void)
{
	return pin_lines + MSI_LINES + (vtd_count > 0);
}

unsigned arch_iommu_line(void)
{
	return vtd_count > 0 ? pin_lines + MSI_LINES : 0;
}

static bool vector_allocate(unsigned number)
{
	if (line[number].vector != 0)
		return true;
	for (unsigned i = 0; i < VECTOR_END_LINE - VECTOR_FIRST_LINE; i++) {
		if (vector_used[i])
			continue;
		vector_used[i] = true;
		line_of_vector[i] = number;
		line[number].vector = VECTOR_FIRST_LINE + i;
		return true;
	}
	return false;
}

static void redirection_write(struct line *l, uint32_t low)
{
	l->redirection = low;
	ioapic_write(&ioapic[l->ioapic], IOAPIC_REDIRECTION + 2 * l->pin, low);
}

bool arch_irq_line_configure(unsigned number, unsigned flags)
{
	bool fault = number > 0 && number == arch_iommu_line();
	struct line *l = &line[number];

	if ((!fault && !l->is_pin) || !vector_allocate(number))
		return false;
	if (fault) {
		vtd_fault_route(l->vector);
		return true;
	}
	uint32_t low = l->vector | PIN_MASKED;
	if (flags & LINE_LEVEL)
		low |= PIN_LEVEL;
	if (flags & LINE_ACTIVE_LOW)
		low |= PIN_ACTIVE_LOW;
	uint32_t high = boot_apic_id << 24;
	if (vtd_count > 0) {
		vtd_line_route(number, l->vector, flags & LINE_LEVEL,
			       acpi.ioapic[l->ioapic].source);
		high = vtd_pin_high(number);
	}
	ioapic_write(&ioapic[l->ioapic], IOAPIC_REDIRECTION + 2 * l->pin + 1, high);
	redirection_write(l, low);
	return true;
}

bool arch_irq_msi_allocate(unsigned requester, unsigned *number, uint64_t *address, uint32_t *data)
{
	for (unsigned i = pin_lines; i < pin_lines + MSI_LINES; i++) {
		if (line[i].vector != 0)
			continue;
		if (!vector_allocate(i))
			return false;
		*number = i;
		*address = MSI_ADDRESS | (boot_apic_id & 0xff) << 12;
		*data = line[i].vector;
		if (vtd_count > 0) {
			vtd_line_route(i, line[i].vector, false, requester);
			*address = vtd_message_address(i);
			*data = 0;
		}
		return true;
	}
	return false;
}

void arch_irq_msi_release(unsigned number)
{
	struct line *l = &line[number];
	vector_used[l->vector - VECTOR_FIRST_LINE] = false;
	l->vector = 0;
	if (vtd_count > 0)
		vtd_line_unroute(number);
}

void arch_irq_mask(unsigned number)
{
	struct line *l = &line[number];
	if (l->is_pin)
		redirection_write(l, l->redirection | PIN_MASKED);
	else if (number == arch_iommu_line())
		vtd_fault_mask(true);
}

void arch_irq_unmask(unsigned number)
{
	struct line *l = &line[number];
	if (l->is_pin && l->vector != 0)
		redirection_write(l, l->redirection & ~(uint32_t)PIN_MASKED);
	else if (l->vector != 0 && number == arch_iommu_line())
		vtd_fault_mask(false);
}

void irq_line_interrupt(unsigned vector)
{
	unsigned number = line_of_vector[vector - VECTOR_FIRST_LINE];
	bool used = vector_used[vector - VECTOR_FIRST_LINE];

	if (used && (line[number].redirection & PIN_LEVEL))
		arch_irq_mask(number);
	apic_end_of_interrupt();
	if (used)
		kernel_interrupt(number);
}
