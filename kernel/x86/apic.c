// SPDX-License-Identifier: MIT
//
// The local APIC, reached by MSRs (x2APIC) where the CPU has that, else through its page of
// registers. Registers by their offset in that page (Intel SDM Vol. 3, "Local APIC").
#include "apic.h"
#include "arch.h"
#include "feature.h"
#include "image.h"
#include "instr.h"
#include "layout.h"

enum apic_register {
	APIC_ID = 0x20,
	APIC_TASK_PRIORITY = 0x80,
	APIC_END_OF_INTERRUPT = 0xb0,
	APIC_SPURIOUS = 0xf0,
	APIC_REQUESTED = 0x200, // eight registers of 32 vectors each
	APIC_COMMAND = 0x300,
	APIC_COMMAND_TARGET = 0x310, // not with x2APIC: there the command has 64 bits
	APIC_LVT_TIMER = 0x320,
	APIC_LVT_LINT0 = 0x350,
	APIC_LVT_LINT1 = 0x360,
	APIC_LVT_ERROR = 0x370,
	APIC_TIMER_INITIAL = 0x380,
	APIC_TIMER_CURRENT = 0x390,
	APIC_TIMER_DIVIDE = 0x3e0,
};

enum {
	BASE_ENABLED = 1 << 11,
	BASE_X2APIC = 1 << 10,
	SPURIOUS_ENABLED = 1 << 8,
	LVT_MASKED = 1 << 16,
	LVT_NMI = 4 << 8,
	LVT_TIMER_DEADLINE = 2 << 17,
	DIVIDE_BY_1 = 0xb,
	COMMAND_ASSERT = 1 << 14,
	COMMAND_SENDING = 1 << 12,
	COMMAND_INIT = 5 << 8,
	COMMAND_STARTUP = 6 << 8,
};

static volatile uint32_t *registers; // NULL: x2APIC

static uint32_t apic_read(enum apic_register r)
{
	return registers ? registers[r / 4] : (uint32_t)rdmsr(MSR_X2APIC + r / 16);
}

static void apic_write(enum apic_register r, uint32_t value)
{
	if (registers)
		registers[r / 4] = value;
	else
		wrmsr(MSR_X2APIC + r / 16, value);
}

BOOT_ONLY void apic_init_cpu(paddr_t paddr)
{
	uint64_t base = rdmsr(MSR_APIC_BASE) | BASE_ENABLED;

	if (features.x2apic)
		base |= BASE_X2APIC;
	wrmsr(MSR_APIC_BASE, base);
	registers = base & BASE_X2APIC ? NULL : phys_to_virt(paddr);
	apic_write(APIC_TASK_PRIORITY, 0);
	apic_write(APIC_LVT_TIMER, LVT_MASKED);
	apic_write(APIC_LVT_LINT0, LVT_MASKED);
	apic_write(APIC_LVT_LINT1, LVT_NMI);
	apic_write(APIC_LVT_ERROR, LVT_MASKED);
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	apic_write(APIC_SPURIOUS, SPURIOUS_ENABLED | VECTOR_SPURIOUS);
}

uint32_t apic_id(void)
{
	return registers ? apic_read(APIC_ID) >> 24 : apic_read(APIC_ID);
}

void apic_end_of_interrupt(void)
{
	apic_write(APIC_END_OF_INTERRUPT, 0);
}

static void command(uint32_t to, uint32_t what)
{
	if (registers == NULL) {
		wrmsr(MSR_X2APIC + APIC_COMMAND / 16, (uint64_t)to << 32 | COMMAND_ASSERT | what);
		return;
	}
	while (apic_read(APIC_COMMAND) & COMMAND_SENDING)
		;
	apic_write(APIC_COMMAND_TARGET, to << 24);
	apic_write(APIC_COMMAND, COMMAND_ASSERT | what);
}

void apic_send(uint32_t to, unsigned vector)
{
	command(to, vector);
}

BOOT_ONLY void apic_send_init(uint32_t to)
{
	command(to, COMMAND_INIT);
}

BOOT_ONLY void apic_send_startup(uint32_t to, paddr_t page)
{
	command(to, COMMAND_STARTUP | page / PAGE_SIZE);
}

bool apic_interrupt_requested(void)
{
	uint32_t any = 0;
	for (unsigned i = VECTOR_FIRST_LINE / 32; i < 8; i++)
		any |= apic_read(APIC_REQUESTED + 16 * i);
	return any != 0;
}

void apic_timer_start(uint32_t count)
{
	apic_write(APIC_TIMER_INITIAL, count);
}

BOOT_ONLY void apic_timer_interrupts_on(void)
{
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
}

uint32_t apic_timer_current(void)
{
	return apic_read(APIC_TIMER_CURRENT);
}

BOOT_ONLY void apic_timer_deadline_mode(void)
{
	apic_write(APIC_LVT_TIMER, VECTOR_TIMER | LVT_TIMER_DEADLINE);
	__asm__ volatile("mfence" ::: "memory"); // before the first write of the deadline
}
