// SPDX-License-Identifier: MIT
//
// Other CPUs: waking them, stalling them, stopping all. The kernel runs on the boot CPU alone:
// cpu_count() is 1, the firmware's other CPUs are never started, and whoever is to be kicked or stalled is
// this CPU itself.
#include "apic.h"
#include "arch.h"
#include "cpu.h"
#include "instr.h"
#include "layout.h"

void arch_cpu_kick(unsigned number)
{
	struct cpu *cpu = cpu_by_number(number);
	if (cpu != cpu_self())
		apic_send(cpu->arch.apic_id, VECTOR_RESCHEDULE);
}

// This CPU is in the kernel, so its current thread's frame is saved.
void arch_cpu_stall(unsigned number)
{
}

_Noreturn void arch_halt(void)
{
	for (;;)
		__asm__ volatile("cli\n\thlt");
}
