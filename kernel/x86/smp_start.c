// SPDX-License-Identifier: MIT
//
// Waking the other CPUs, after the Intel SDM ("Multiple-Processor Initialization").
//
// Each is reset (INIT) and then sent to the trampoline, a page below 1 MiB, from where it comes into
// C on the stack of the block that `smp_block` names. It takes that name with one exchange: a CPU
// that comes after its time finds none and sleeps, so that no block is ever used twice. One that
// does not come is reported and left out; CPU numbers have no gaps. Those that came wait for the
// kernel lock, which the boot CPU holds until the root task runs, and begin as idle.
#include "acpi.h"
#include "apic.h"
#include "arch.h"
#include "boot_memory.h"
#include "feature.h"
#include "image.h"
#include "instr.h"
#include "panic.h"
#include "segment.h"
#include "smp.h"
#include "timer.h"
#include "window.h"

enum { INIT_WAIT_US = 10000, STARTUP_WAIT_US = 200, ANSWER_WAIT_US = 100000 };

#define TRAMPOLINE_FIRST 0x8000ul // firmware likes to keep things below
#define TRAMPOLINE_END	 0xa0000ul
#define CALL		 0xe8

extern char smp_trampoline[], smp_trampoline_end[];
extern struct lock_site {
	uint8_t *place;
	const uint8_t *function;
} lock_sites[], lock_sites_end[];

_Noreturn void smp_cpu_start(void);

static unsigned cpus = 1;
char *smp_block; // of the CPU that is being woken; NULL: it has come, or its time is over

unsigned cpu_count(void)
{
	return cpus;
}

// Every place in the entries becomes a call.
BOOT_ONLY void lock_patch(void)
{
	for (const struct lock_site *s = lock_sites; s < lock_sites_end; s++) {
		int32_t distance = s->function - (s->place + 5);
		s->place[0] = CALL;
		__builtin_memcpy(s->place + 1, &distance, 4);
	}
	smp_on = true;
}

// RAM below 1 MiB is the kernel's, and nothing is in it any more that is still needed.
BOOT_ONLY static paddr_t trampoline_put(void)
{
	for (unsigned i = 0; i < boot_machine.region_count; i++) {
		struct boot_region r = boot_machine.region[i];
		paddr_t page = r.start > TRAMPOLINE_FIRST ? r.start : TRAMPOLINE_FIRST;
		if (r.kind != BOOT_REGION_KERNEL || page + PAGE_SIZE > r.end ||
		    page >= TRAMPOLINE_END)
			continue;
		__builtin_memcpy(phys_to_virt(page), smp_trampoline,
				 smp_trampoline_end - smp_trampoline);
		return page;
	}
	return 0;
}

BOOT_ONLY static bool has_come(void)
{
	return __atomic_load_n(&smp_block, __ATOMIC_ACQUIRE) == NULL;
}

BOOT_ONLY static bool is_other(uint32_t id)
{
	return id != cpu_self()->arch.apic_id && (features.x2apic || id < 0xff);
}

BOOT_ONLY static void cpu_wake(uint32_t id, paddr_t trampoline)
{
	struct cpu *cpu = cpu_by_number(cpus);

	cpu->arch.apic_id = id;
	__atomic_store_n(&smp_block, (char *)cpu, __ATOMIC_RELEASE);
	for (unsigned i = 0; i < 2 && !has_come(); i++) {
		apic_send_startup(id, trampoline);
		timer_wait(STARTUP_WAIT_US);
	}
	ticks_t end = arch_now() + arch_ticks_from_us(ANSWER_WAIT_US);
	while (!has_come() && arch_now() < end)
		cpu_pause();
	if (__atomic_exchange_n(&smp_block, NULL, __ATOMIC_SEQ_CST) == NULL) {
		cpus++;
		return;
	}
	print("caplet: the CPU with APIC ID ");
	print_hex(id);
	print(" does not answer and is left out\n");
}

BOOT_ONLY void smp_start(void)
{
	ticks_t begin = arch_now();

	if (!smp_on)
		return;
	lock_take();
	paddr_t trampoline = trampoline_put();
	if (trampoline == 0) {
		print("caplet: no memory below 1 MiB to start other CPUs in\n");
		return;
	}
	for (unsigned i = 0; i < acpi.cpu_count; i++)
		if (is_other(acpi.apic_id[i]))
			apic_send_init(acpi.apic_id[i]);
	timer_wait(INIT_WAIT_US);
	for (unsigned i = 0; i < acpi.cpu_count; i++)
		if (is_other(acpi.apic_id[i]) && cpus < acpi.cpu_count)
			cpu_wake(acpi.apic_id[i], trampoline);
	boot_machine.calibration += arch_now() - begin;
}

// Where a woken CPU comes into C, on its own stack, with the boot blob's tables.
BOOT_ONLY _Noreturn void smp_cpu_start(void)
{
	struct cpu *self = cpu_self();

	write_cr3(virt_to_phys(kernel_root));
	segment_init_cpu(((char *)self - cpu_blocks) / CPU_BLOCK_BYTES);
	feature_enable_cpu();
	apic_init_cpu(acpi.apic);
	timer_init_cpu();
	lock_take();
	kernel_reschedule_ipi(); // what came before this CPU could be interrupted
	arch_user_enter();
}
