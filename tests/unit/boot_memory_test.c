// SPDX-License-Identifier: MIT
//
// kernel/x86/boot_memory.c: the list of regions against a plain array of pages, for seeded random
// statements, and when the list is full.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "boot_memory.h"
#include "panic.h"

#define PAGES 256

char cpu_blocks[1]; // the image does not matter here

void boot_fail(const char *reason)
{
	fail_msg("%s", reason);
	abort();
}

void arch_zero(void *start, uint64_t bytes)
{
	memset(start, 0, bytes);
}

static void reset(void)
{
	memset(&boot_machine, 0, sizeof(boot_machine));
	boot_machine.physical_end = PAGES * PAGE_SIZE;
}

static void check_order(void)
{
	const struct boot_machine *m = &boot_machine;

	for (unsigned i = 0; i < m->region_count; i++) {
		assert_true(m->region[i].start < m->region[i].end);
		assert_int_equal(m->region[i].start % PAGE_SIZE, 0);
		assert_int_equal(m->region[i].end % PAGE_SIZE, 0);
		if (i > 0)
			assert_true(m->region[i - 1].end <= m->region[i].start);
	}
}

static int kind_at(paddr_t address)
{
	for (unsigned i = 0; i < boot_machine.region_count; i++)
		if (address >= boot_machine.region[i].start && address < boot_machine.region[i].end)
			return boot_machine.region[i].kind;
	return BOOT_REGION_NONE;
}

static void test_random_statements(void **state)
{
	int model[PAGES];

	srand(1);
	for (unsigned round = 0; round < 500; round++) {
		reset();
		for (unsigned i = 0; i < PAGES; i++)
			model[i] = BOOT_REGION_NONE;
		for (unsigned step = 0; step < 40; step++) {
			unsigned first = rand() % PAGES, last = first + rand() % 40;
			int kind = rand() % 5 - 1;

			boot_region_set(first * PAGE_SIZE, last * PAGE_SIZE, kind);
			for (unsigned i = first; i < last && i < PAGES; i++)
				model[i] = kind;
			check_order();
		}
		for (unsigned i = 0; i < PAGES; i++)
			assert_int_equal(kind_at(i * PAGE_SIZE), model[i]);
	}
}

static void test_rounding(void **state)
{
	reset();
	boot_region_set(0x1001, 0x3fff, BOOT_REGION_RAM); // shrinks
	assert_int_equal(kind_at(0x1000), BOOT_REGION_NONE);
	assert_int_equal(kind_at(0x2000), BOOT_REGION_RAM);
	assert_int_equal(kind_at(0x3000), BOOT_REGION_NONE);
	boot_region_set(0x5001, 0x5002, BOOT_REGION_ACPI); // grows
	assert_int_equal(kind_at(0x5fff), BOOT_REGION_ACPI);
	boot_region_set(0x8000, 0x8000, BOOT_REGION_KERNEL); // nothing
	boot_region_set(0x9fff, 0x9001, BOOT_REGION_RAM);
	assert_int_equal(boot_machine.region_count, 2);
}

static void test_beyond_the_end(void **state)
{
	reset();
	boot_region_set(0x1000, ~0ul - 5, BOOT_REGION_RAM);
	assert_int_equal(boot_machine.region_count, 1);
	assert_int_equal(boot_machine.region[0].end, PAGES * PAGE_SIZE);
	boot_region_set((PAGES + 4) * PAGE_SIZE, (PAGES + 9) * PAGE_SIZE, BOOT_REGION_ACPI);
	assert_int_equal(boot_machine.region_count, 1);
}

// What must not be lost still has a place when RAM in pieces has filled the list.
static void test_full(void **state)
{
	reset();
	boot_machine.physical_end = 4096 * PAGE_SIZE;
	for (unsigned i = 0; i < 500; i++)
		boot_region_set(2 * i * PAGE_SIZE, (2 * i + 1) * PAGE_SIZE, BOOT_REGION_RAM);
	assert_true(boot_machine.region_count < BOOT_MAX_REGIONS);
	boot_region_set(3000 * PAGE_SIZE, 3001 * PAGE_SIZE, BOOT_REGION_KERNEL);
	boot_region_set(10 * PAGE_SIZE, 11 * PAGE_SIZE, BOOT_REGION_ARCHIVE);
	check_order();
	assert_int_equal(kind_at(3000 * PAGE_SIZE), BOOT_REGION_KERNEL);
	assert_int_equal(kind_at(10 * PAGE_SIZE), BOOT_REGION_ARCHIVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_statements),
		cmocka_unit_test(test_rounding),
		cmocka_unit_test(test_beyond_the_end),
		cmocka_unit_test(test_full),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
