// SPDX-License-Identifier: MIT
//
// Time: the time-stamp counter is the clock, the local APIC's timer rings.
//
// The rates are measured at boot against the ACPI PM timer or, without one, channel 2 of the
// 8254. One wait of a few milliseconds measures both. A sample of two clocks is taken several
// times and the narrowest is used, so that being preempted by a hypervisor spoils nothing.
#include "acpi.h"
#include "apic.h"
#include "arch.h"
#include "boot_memory.h"
#include "feature.h"
#include "image.h"
#include "instr.h"
#include "panic.h"
#include "smp.h"
#include "timer.h"

enum {
	CALIBRATION_US = 4000,
	PM_TIMER_HZ = 3579545,
	PIT_HZ = 1193182,
	PIT_COUNT = 0x42,
	PIT_CONTROL = 0x43,
	PIT_GATE = 0x61,
	SAMPLES = 8,
};

struct reference {
	uint32_t (*read)(void);
	uint32_t mask, hz;
};

struct sample {
	uint64_t tsc;
	uint32_t reference, apic;
};

// Fixed point with 32 fraction bits; us_per_tick has 48.
static uint64_t ticks_per_us, us_per_tick, apic_per_tick;

BOOT_ONLY static uint32_t pm_timer_read(void)
{
	return inl(acpi.pm_timer_port);
}

BOOT_ONLY static uint32_t pit_read(void)
{
	outb(PIT_CONTROL, 0x80); // latch channel 2
	uint8_t low = inb(PIT_COUNT);
	return 0xffff - (inb(PIT_COUNT) << 8 | low);
}

BOOT_ONLY static void pit_start(void)
{
	outb(PIT_GATE, (inb(PIT_GATE) & ~2u) | 1); // count, speaker off
	outb(PIT_CONTROL, 0xb4);		   // channel 2, both bytes, rate generator
	outb(PIT_COUNT, 0);
	outb(PIT_COUNT, 0);
}

BOOT_ONLY static struct sample sample_take(const struct reference *r)
{
	struct sample best = {0};
	uint64_t narrowest = UINT64_MAX;

	for (unsigned i = 0; i < SAMPLES; i++) {
		uint64_t before = arch_now();
		uint32_t reference = r->read();
		uint32_t apic = apic_timer_current();
		uint64_t width = arch_now() - before;
		if (width >= narrowest)
			continue;
		narrowest = width;
		best = (struct sample){before + width / 2, reference, apic};
	}
	return best;
}

BOOT_ONLY static bool reference_runs(const struct reference *r)
{
	uint32_t first = r->read();
	for (unsigned i = 0; i < 10000; i++)
		if (r->read() != first)
			return true;
	return false;
}

BOOT_ONLY static void rates_set(uint64_t tsc_hz, uint64_t apic_hz)
{
	uint64_t khz = tsc_hz / 1000;
	ticks_per_us = (khz << 32) / 1000;
	us_per_tick = (1000ul << 48) / khz;
	apic_per_tick = ((apic_hz / 1000) << 32) / khz;
	boot_machine.tsc_hz = tsc_hz;
}

BOOT_ONLY static void measure(const struct reference *r)
{
	uint32_t wanted = (uint64_t)r->hz * CALIBRATION_US / 1000000;
	uint64_t begin = arch_now();

	apic_timer_start(UINT32_MAX);
	struct sample first = sample_take(r);
	while (((r->read() - first.reference) & r->mask) < wanted)
		;
	struct sample last = sample_take(r);
	uint64_t passed = (last.reference - first.reference) & r->mask;
	rates_set((last.tsc - first.tsc) * r->hz / passed,
		  (uint64_t)(first.apic - last.apic) * r->hz / passed);
	boot_machine.calibration = arch_now() - begin;
}

BOOT_ONLY void timer_init(void)
{
	struct reference pm_timer = {pm_timer_read, 0xffffff, PM_TIMER_HZ};
	struct reference pit = {pit_read, 0xffff, PIT_HZ};

	if (acpi.pm_timer_port != 0 && reference_runs(&pm_timer)) {
		measure(&pm_timer);
	} else {
		pit_start();
		if (!reference_runs(&pit))
			boot_fail("neither an ACPI PM timer nor an 8254 to measure time with");
		measure(&pit);
	}
	timer_init_cpu();
}

BOOT_ONLY void timer_init_cpu(void)
{
	apic_timer_start(0);
	if (features.tsc_deadline)
		apic_timer_deadline_mode();
	else
		apic_timer_interrupts_on();
}

BOOT_ONLY void timer_wait(unsigned us)
{
	ticks_t end = arch_now() + arch_ticks_from_us(us);
	while (arch_now() < end)
		cpu_pause();
}

static uint64_t scale(uint64_t value, uint64_t factor, unsigned fraction_bits)
{
	return (unsigned __int128)value * factor >> fraction_bits;
}

ticks_t arch_ticks_from_us(uint64_t us)
{
	return scale(us, ticks_per_us, 32);
}

uint64_t arch_us_from_ticks(ticks_t ticks)
{
	return scale(ticks, us_per_tick, 48);
}

// A count of 0 would stop the APIC timer; the largest is well above a second, after which the
// kernel is asked too early and sets it again.
void arch_timer_set(ticks_t deadline)
{
	if (features.tsc_deadline) {
		wrmsr(MSR_TSC_DEADLINE, deadline == UINT64_MAX ? 0 : deadline);
		return;
	}
	uint64_t now = arch_now(), count = 0;
	if (deadline != UINT64_MAX) {
		count = deadline > now ? scale(deadline - now, apic_per_tick, 32) + 1 : 1;
		if (count > UINT32_MAX)
			count = UINT32_MAX;
	}
	apic_timer_start(count);
}

bool arch_interrupt_pending(void)
{
	return apic_interrupt_requested() || (smp_on && lock_is_wanted());
}
