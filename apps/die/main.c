// SPDX-License-Identifier: MIT
//
// die KIND: dies in one of the ways in which programs die, to see what the system says about it.
// It should never come back; status 1 if it does.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile uint64_t zero;

static void null_pointer(void)
{
	*(volatile int *)(uintptr_t)zero = 1;
}

static void unmapped(void)
{
	(void)*(volatile int *)0x123456789000;
}

static void kernel_address(void)
{
	(void)*(volatile int *)0xffff800000100000;
}

static void non_canonical(void)
{
	(void)*(volatile int *)0x1234567890abcdef;
}

static void own_code(void)
{
	*(volatile uint8_t *)(uintptr_t)own_code = 0xc3;
}

static void run_data(void)
{
	static uint8_t data[] = {0xc3};

	((void (*)(void))(uintptr_t)data)();
}

static void null_call(void)
{
	((void (*)(void))(uintptr_t)zero)();
}

static uint64_t stack_eat(uint64_t depth)
{
	volatile uint64_t room[64];

	room[0] = depth;
	return zero ? 0 : stack_eat(depth + 1) + room[0];
}

static void stack(void)
{
	zero = stack_eat(0);
}

static void divide(void)
{
	zero = 100 / zero;
}

static void undefined(void)
{
	__asm__ volatile("ud2");
}

static void breakpoint(void)
{
	__asm__ volatile("int3");
}

static void privileged(void)
{
	__asm__ volatile("cli");
}

static void port(void)
{
	__asm__ volatile("outb %%al, $0x80" : : "a"(0));
}

static void assertion(void)
{
	abort();
}

static const struct {
	const char *name;
	void (*die)(void);
} kinds[] = {
	{"null", null_pointer},
	{"unmapped", unmapped},
	{"kernel", kernel_address},
	{"noncanonical", non_canonical},
	{"code", own_code},
	{"data", run_data},
	{"call", null_call},
	{"stack", stack},
	{"divide", divide},
	{"undefined", undefined},
	{"breakpoint", breakpoint},
	{"privileged", privileged},
	{"port", port},
	{"abort", assertion},
};

int main(int argc, char **argv)
{
	const size_t count = sizeof kinds / sizeof kinds[0];

	for (size_t i = 0; argc == 2 && i < count; i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		kinds[i].die();
		printf("die: still here\n");
		return 1;
	}
	printf("usage: die KIND, one of");
	for (size_t i = 0; i < count; i++)
		printf(" %s", kinds[i].name);
	printf("\n");
	return 2;
}
