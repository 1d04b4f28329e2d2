// SPDX-License-Identifier: MIT
//
// A guest that measures what leaving it costs: how many ticks of the time-stamp counter, which are instructions
// on the bench machine, pass from before an instruction that makes an exit to behind it. The smallest of
// ROUNDS, with the cost of reading the counter taken off. 32 bits, no paging; started by its PVH note.
#include <stdint.h>

enum { ROUNDS = 64, WARM_UP = 16, SERIAL = 0x3f8, UNUSED_PORT = 0x80, VECTOR = 0x40 };

#define LAPIC(offset) (*(volatile uint32_t *)(0xfee00000 + (offset)))

enum { LAPIC_VERSION = 0x30, LAPIC_END = 0xb0, LAPIC_SPURIOUS = 0xf0, LAPIC_COMMAND = 0x300 };

struct gate {
	uint16_t low, selector, type, high;
};

static struct gate gates[VECTOR + 1];
static struct __attribute__((packed)) {
	uint16_t limit;
	uint32_t base;
} table;

static inline uint32_t ticks(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high)::"memory");
	return low;
}

static inline void out(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static void print(const char *text)
{
	while (*text)
		out(SERIAL, (uint8_t)*text++);
}

static void print_number(uint32_t value)
{
	char digits[11], *at = digits + 10;

	*at = '\0';
	do
		*--at = (char)('0' + value % 10);
	while (value /= 10);
	print(at);
}

static void nothing(void)
{
	__asm__ volatile("" ::: "memory");
}

static void cpuid(void)
{
	uint32_t a = 0, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
}

static void port(void)
{
	out(UNUSED_PORT, 0);
}

static void memory(void)
{
	(void)LAPIC(LAPIC_VERSION);
}

// An interrupt comes while the processor waits: here it is sent before, and let in by waiting.
static void halt(void)
{
	LAPIC(LAPIC_COMMAND) = 1 << 18 | VECTOR;
}

static void wait(void)
{
	__asm__ volatile("sti; hlt; cli" ::: "memory");
}

// The time of `operation` alone, after `before`.
static uint32_t measure(void (*before)(void), void (*operation)(void))
{
	uint32_t least = UINT32_MAX;

	for (int i = -WARM_UP; i < ROUNDS; i++) {
		uint32_t start, took;

		before();
		start = ticks();
		operation();
		took = ticks() - start;
		if (i >= 0 && took < least)
			least = took;
	}
	return least;
}

static void show(const char *name, uint32_t value)
{
	print("bench\t");
	print(name);
	print("\t");
	print_number(value);
	print("\tinsn\n");
}

__attribute__((naked)) static void interrupt(void)
{
	__asm__ volatile("movl $0, 0xfee000b0\n\tiret");
}

__attribute__((used)) void guest_main(void)
{
	uint32_t empty, at = (uint32_t)interrupt;

	gates[VECTOR] = (struct gate){(uint16_t)at, 0x10, 0x8e00, (uint16_t)(at >> 16)};
	table.limit = sizeof(gates) - 1;
	table.base = (uint32_t)gates;
	__asm__ volatile("lidt %0" ::"m"(table));
	LAPIC(LAPIC_SPURIOUS) = 0x1ff;
	empty = measure(nothing, nothing);
	show("vmexit_cpuid", measure(nothing, cpuid) - empty);
	show("vmexit_pio_user", measure(nothing, port) - empty);
	show("vmexit_mmio_user", measure(nothing, memory) - empty);
	show("vmexit_hlt_wake", measure(halt, wait) - empty);
	__asm__ volatile("outw %0, %1" ::"a"((uint16_t)0x2000), "Nd"((uint16_t)0x604));
	for (;;)
		;
}

__asm__(".section .note.Xen, \"a\", @note\n"
	".long 4, 4, 18\n"
	".asciz \"Xen\"\n"
	".long guest_start\n"
	".text\n"
	".globl guest_start\n"
	"guest_start:\n"
	"	mov $0x80000, %esp\n"
	"	call guest_main\n");
