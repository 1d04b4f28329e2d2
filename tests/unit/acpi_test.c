// SPDX-License-Identifier: MIT
//
// kernel/x86/acpi.c: a good set of tables is understood, and tables damaged at random, with their
// sums made right again, neither lead outside of what was asked for (the address sanitizer watches
// copies of exactly that size) nor beyond the room for the facts.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "acpi.h"
#include "boot_memory.h"

enum { MEMORY = 4096, RSDP = 64, ROOT = 128, MADT = 512, FADT = 1024, DMAR = 1536, COPIES = 256 };

static uint8_t memory[MEMORY];
static void *copies[COPIES];
static unsigned copy_count;

// Physical addresses are offsets in `memory`; the caller gets no byte more than it asked for.
const void *boot_physical(paddr_t address, uint64_t bytes)
{
	if (address == 0 || address >= MEMORY || bytes > MEMORY - address || copy_count == COPIES)
		return NULL;
	void *copy = malloc(bytes);
	memcpy(copy, memory + address, bytes);
	copies[copy_count++] = copy;
	return copy;
}

static void copies_free(void)
{
	while (copy_count > 0)
		free(copies[--copy_count]);
}

static void put(unsigned at, uint64_t value, unsigned bytes)
{
	memcpy(memory + at, &value, bytes);
}

static void sum_set(unsigned table)
{
	uint32_t bytes;
	uint8_t sum = 0;

	memcpy(&bytes, memory + table + 4, 4);
	memory[table + 9] = 0;
	for (uint32_t i = 0; i < bytes && table + i < MEMORY; i++)
		sum += memory[table + i];
	memory[table + 9] = -sum;
}

static void table_begin(unsigned at, const char *signature, uint32_t bytes)
{
	memcpy(memory + at, signature, 4);
	put(at + 4, bytes, 4);
}

static void sums_set(void)
{
	sum_set(ROOT);
	sum_set(MADT);
	sum_set(FADT);
	sum_set(DMAR);
}

static void tables_make(void)
{
	memset(memory, 0, sizeof(memory));
	memset(&acpi, 0, sizeof(acpi));
	memcpy(memory + RSDP, "RSD PTR ", 8);
	put(RSDP + 16, ROOT, 4);
	table_begin(ROOT, "RSDT", 36 + 12);
	put(ROOT + 36, DMAR, 4); // before the I/O APIC that it names
	put(ROOT + 40, MADT, 4);
	put(ROOT + 44, FADT, 4);
	table_begin(MADT, "APIC", 44 + 8 + 8 + 12 + 16);
	put(MADT + 36, 0xfee00000, 4);
	put(MADT + 44, 0x0000000105000800, 8); // CPU with APIC ID 5, enabled
	put(MADT + 52, 0x0000000006010800, 8); // another, not enabled
	put(MADT + 60, 0xfec0000000020c01, 8); // I/O APIC
	put(MADT + 68, 24, 4);
	put(MADT + 72, 0x0000012300001009, 8); // CPU with x2APIC ID 0x123
	put(MADT + 80, 1, 4);
	table_begin(FADT, "FACP", 116);
	put(FADT + 76, 0x608, 4);
	put(FADT + 91, 4, 1);
	table_begin(DMAR, "DMAR", 48 + 16 + 8 + 8);
	put(DMAR + 37, 1, 1);		       // interrupts, too
	put(DMAR + 48, 0x0000000100180000, 8); // a unit
	put(DMAR + 56, 0xfed90000, 8);
	put(DMAR + 64, 0x030aff0200000803, 8); // the I/O APIC with id 2 is ff:0a.3
	put(DMAR + 72, 0x00080002, 4);	       // something else, shorter than a unit
	sums_set();
}

static void test_good(void **state)
{
	tables_make();
	acpi_read(RSDP);
	assert_int_equal(acpi.apic, 0xfee00000);
	assert_int_equal(acpi.cpu_count, 2);
	assert_int_equal(acpi.apic_id[0], 5);
	assert_int_equal(acpi.apic_id[1], 0x123);
	assert_int_equal(acpi.ioapic_count, 1);
	assert_int_equal(acpi.ioapic[0].paddr, 0xfec00000);
	assert_int_equal(acpi.ioapic[0].first_line, 24);
	assert_int_equal(acpi.ioapic[0].source, 0xff53);
	assert_int_equal(acpi.iommu_count, 1);
	assert_int_equal(acpi.iommu[0], 0xfed90000);
	assert_true(acpi.interrupt_remapping);
	assert_int_equal(acpi.pm_timer_port, 0x608);
	copies_free();
}

// Whatever is wrong, the usual places are assumed.
static void test_absent(void **state)
{
	tables_make();
	acpi_read(0);
	assert_int_equal(acpi.apic, 0xfee00000);
	assert_int_equal(acpi.cpu_count, 1);
	assert_int_equal(acpi.ioapic[0].source, UINT32_MAX);
	assert_int_equal(acpi.iommu_count, 0);
	assert_int_equal(acpi.ioapic_count, 1);
	assert_int_equal(acpi.pm_timer_port, 0);

	tables_make();
	memory[MADT + 50] ^= 1; // the sum is wrong now
	acpi_read(RSDP);
	assert_int_equal(acpi.cpu_count, 1);
	assert_int_equal(acpi.pm_timer_port, 0x608);
	copies_free();
}

// A unit that serves another PCI segment: not for a kernel that has one root for all.
static void test_other_segment(void **state)
{
	tables_make();
	put(DMAR + 54, 1, 2);
	sums_set();
	acpi_read(RSDP);
	assert_true(acpi.iommu_count > ACPI_MAX_IOMMUS);
	copies_free();
}

static void test_damaged(void **state)
{
	srand(2);
	for (unsigned round = 0; round < 20000; round++) {
		tables_make();
		for (unsigned i = rand() % 6; i <= 6; i++) {
			static const unsigned table[] = {RSDP, ROOT, MADT, FADT, DMAR};
			unsigned at = table[rand() % 5] + rand() % 120;
			memory[at] = rand() % 3 ? rand() % 64 : rand();
		}
		sums_set();
		acpi_read(RSDP);
		assert_true(acpi.cpu_count >= 1 && acpi.cpu_count <= BOOT_MAX_CPUS);
		assert_true(acpi.iommu_count <= ACPI_MAX_IOMMUS + 1);
		assert_true(acpi.source_count <= ACPI_MAX_IOAPICS);
		assert_true(acpi.ioapic_count >= 1 && acpi.ioapic_count <= ACPI_MAX_IOAPICS);
		copies_free();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_other_segment),
		cmocka_unit_test(test_damaged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
