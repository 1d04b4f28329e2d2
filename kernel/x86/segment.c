// SPDX-License-Identifier: MIT
//
// Descriptor tables and the system call registers, per CPU; and where each CPU's block is.
//
// A CPU's block is 32 KiB, naturally aligned, in the kernel's image:
//
//   0x0000  struct cpu                        0x6000  NMI stack, 2 KiB
//   0x2000  GDT, TSS, entry stack             0x6800  #MC stack
//   0x3000  guard page, not mapped            0x7000  #DF stack
//   0x4000  main stack, 8 KiB                 0x7800  #DB stack
//
// Everything that pushes on one of these stacks can find the CPU by its stack pointer. Four
// vectors have stacks of their own because they may come at any instruction, before the entry
// has changed stacks. The interrupt descriptor table is shared: all gates are interrupt gates.
#include "arch.h"
#include "cpu.h"
#include "feature.h"
#include "image.h"
#include "instr.h"
#include "layout.h"
#include "segment.h"

struct gate {
	uint64_t low; // offset 15..0, selector, stack, type, offset 31..16
	uint64_t high;
};

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

#define GATE_INTERRUPT (0x8eul << 40)
#define GATE_USER      (0x60ul << 40) // user level may raise it
#define GATE_STACK(n)  ((uint64_t)(n) << 32)
enum { EXCEPTION_STUB_BYTES = 16, INTERRUPT_STUB_BYTES = 8, SYSCALL_STUB_BYTES = 32 };
enum { IST_NMI = 1, IST_MACHINE_CHECK = 2, IST_DOUBLE_FAULT = 3, IST_DEBUG = 4 };

extern char exception_stubs[], interrupt_stubs[], syscall_stubs[], syscall_stubs_split[];

_Static_assert(__builtin_offsetof(struct segments, user_rsp) + LAYOUT_SEGMENTS == LAYOUT_USER_RSP,
	       "layout");
_Static_assert(__builtin_offsetof(struct segments, kernel_root) + LAYOUT_SEGMENTS ==
		       LAYOUT_KERNEL_ROOT,
	       "layout");
_Static_assert(__builtin_offsetof(struct segments, user_root) + LAYOUT_SEGMENTS == LAYOUT_USER_ROOT,
	       "layout");

static struct gate idt[256] __attribute__((aligned(4096)));

const void *segment_idt(void)
{
	return idt;
}

struct segments *segment_self(void)
{
	return (struct segments *)((char *)cpu_self() + LAYOUT_SEGMENTS);
}

BOOT_ONLY static void gate_init(unsigned vector, const char *stub)
{
	uint64_t entry = (uint64_t)stub;

	idt[vector].low = (entry & 0xffff) | (uint64_t)SELECTOR_KERNEL_CODE << 16 | GATE_INTERRUPT |
			  (entry >> 16 & 0xffff) << 48;
	idt[vector].high = entry >> 32;
}

BOOT_ONLY static void idt_init(void)
{
	for (unsigned i = 0; i < 32; i++)
		gate_init(i, exception_stubs + i * EXCEPTION_STUB_BYTES);
	for (unsigned i = 32; i < 256; i++)
		gate_init(i, interrupt_stubs + (i - 32) * INTERRUPT_STUB_BYTES);
	idt[VECTOR_BREAKPOINT].low |= GATE_USER;
	idt[VECTOR_NMI].low |= GATE_STACK(IST_NMI);
	idt[VECTOR_MACHINE_CHECK].low |= GATE_STACK(IST_MACHINE_CHECK);
	idt[VECTOR_DOUBLE_FAULT].low |= GATE_STACK(IST_DOUBLE_FAULT);
	idt[VECTOR_DEBUG].low |= GATE_STACK(IST_DEBUG);
}

BOOT_ONLY static void gdt_init(struct segments *s)
{
	uint64_t tss = (uint64_t)&s->tss;

	s->gdt[SELECTOR_KERNEL_CODE / 8] = 0x00af9b000000ffff;
	s->gdt[SELECTOR_KERNEL_DATA / 8] = 0x00cf93000000ffff;
	s->gdt[SELECTOR_USER_DATA / 8] = 0x00cff3000000ffff;
	s->gdt[SELECTOR_USER_CODE / 8] = 0x00affb000000ffff;
	s->gdt[SELECTOR_TSS / 8] = (sizeof(struct tss) - 1) | (tss & 0xffffff) << 16 |
				   0x89ul << 40 | (tss >> 24 & 0xff) << 56;
	s->gdt[SELECTOR_TSS / 8 + 1] = tss >> 32;
}

BOOT_ONLY static void load(const struct segments *s)
{
	struct table_pointer gdt = {sizeof(s->gdt) - 1, (uint64_t)s->gdt};
	struct table_pointer interrupts = {sizeof(idt) - 1, (uint64_t)idt};

	__asm__ volatile("lgdt %0\n\t"
			 "lidt %1\n\t"
			 "lldt %w2\n\t"
			 "ltr %w3\n\t"
			 "mov %4, %%ss\n\t"
			 "pushq %5\n\t"
			 "lea 1f(%%rip), %%rax\n\t"
			 "push %%rax\n\t"
			 "lretq\n"
			 "1:"
			 :
			 : "m"(gdt), "m"(interrupts), "r"(0), "r"(SELECTOR_TSS),
			   "r"(SELECTOR_KERNEL_DATA), "i"(SELECTOR_KERNEL_CODE)
			 : "rax", "memory");
}

// SYSRET takes SS from base + 8 and CS from base + 16. SYSENTER stays off: it would enter the
// kernel on a stack that user level chose.
BOOT_ONLY static void syscall_init(unsigned number)
{
	wrmsr(MSR_STAR,
	      (uint64_t)(SELECTOR_USER_DATA - 8) << 48 | (uint64_t)SELECTOR_KERNEL_CODE << 32);
	wrmsr(MSR_LSTAR, (uint64_t)(features.split ? syscall_stubs_split : syscall_stubs) +
				 number * SYSCALL_STUB_BYTES);
	wrmsr(MSR_CSTAR, 0);
	wrmsr(MSR_SFMASK, RFLAGS_TF | RFLAGS_IF | RFLAGS_DF | RFLAGS_NT | RFLAGS_AC);
	wrmsr(MSR_SYSENTER_CS, 0);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE);
}

BOOT_ONLY void segment_init_cpu(unsigned number)
{
	char *block = cpu_blocks + number * CPU_BLOCK_BYTES;
	struct segments *s = (struct segments *)(block + LAYOUT_SEGMENTS);

	if (number == 0)
		idt_init();
	gdt_init(s);
	s->tss.rsp[0] = (uint64_t)block + LAYOUT_ENTRY_TOP;
	s->tss.ist[IST_NMI - 1] = (uint64_t)block + LAYOUT_NMI_TOP;
	s->tss.ist[IST_MACHINE_CHECK - 1] = (uint64_t)block + LAYOUT_MACHINE_TOP;
	s->tss.ist[IST_DOUBLE_FAULT - 1] = (uint64_t)block + LAYOUT_DOUBLE_TOP;
	s->tss.ist[IST_DEBUG - 1] = (uint64_t)block + LAYOUT_DEBUG_TOP;
	s->tss.io_map = sizeof(struct tss); // no port is open to user level
	load(s);
	syscall_init(number);
	((struct cpu *)block)->arch.number = number;
}
