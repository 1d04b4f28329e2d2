// SPDX-License-Identifier: MIT
//
// The tables that tell the guest what its machine has (ACPI 6.4): processors and interrupt controllers,
// the serial line, virtio devices, how to reset and to power off. The DSDT is put together byte
// by byte, since it is small.
#include <string.h>

#include "vmm.h"

enum { PM_EVENT = 0x600, PM_CONTROL = 0x604, RESET_PORT = 0x64, RESET_VALUE = 0xfe };

static uint8_t *tables; // as this process sees them
static uint32_t used;

static void put(const void *data, unsigned bytes)
{
	memcpy(tables + used, data, bytes);
	used += bytes;
}

static void put8(uint8_t value)
{
	tables[used++] = value;
}

static void put32(uint32_t value)
{
	put(&value, 4);
}

static void put64(uint64_t value)
{
	put(&value, 8);
}

static uint32_t table_begin(const char *signature, uint8_t revision)
{
	used = (used + 15) & ~15u;
	uint32_t start = used;

	memset(tables + start, 0, 36);
	memcpy(tables + start, signature, 4);
	tables[start + 8] = revision;
	memcpy(tables + start + 10, "CAPLETCAPLETVM\0\0\1\0\0\0CAPL\1\0\0\0", 26);
	used += 36;
	return start;
}

static void checksum(uint32_t start, uint32_t bytes, uint32_t at)
{
	uint8_t sum = 0;

	for (uint32_t i = 0; i < bytes; i++)
		sum += tables[start + i];
	tables[start + at] = -sum;
}

static void table_end(uint32_t start)
{
	uint32_t bytes = used - start;

	memcpy(tables + start + 4, &bytes, 4);
	checksum(start, bytes, 9);
}

// A package length of two bytes is reserved and filled in later.
static uint32_t length_begin(void)
{
	used += 2;
	return used - 2;
}

static void length_end(uint32_t at)
{
	uint32_t bytes = used - at;

	tables[at] = 0x40 | (bytes & 15);
	tables[at + 1] = bytes >> 4;
}

static void name(const char *four)
{
	put8(0x08);
	put(four, 4);
}

static uint32_t device_begin(const char *four, unsigned unique)
{
	put("\x5b\x82", 2);
	uint32_t at = length_begin();

	put(four, 4);
	name("_UID");
	put8(0x0a);
	put8(unique);
	return at;
}

static uint32_t resources_begin(uint32_t *buffer)
{
	name("_CRS");
	put8(0x11);
	*buffer = length_begin();
	put8(0x0b); // word: bytes of the buffer
	used += 2;
	return used;
}

static void resources_end(uint32_t start, uint32_t buffer)
{
	put("\x79\x00", 2);
	uint16_t bytes = used - start;

	memcpy(tables + start - 2, &bytes, 2);
	length_end(buffer);
}

static void interrupt(uint8_t flags, uint32_t gsi)
{
	put("\x89\x06\x00", 3);
	put8(flags); // 1: consumer; 2: edge
	put8(1);
	put32(gsi);
}

static void serial(void)
{
	uint32_t device = device_begin("COM1", 1), buffer, start;

	name("_HID");
	put("\x0c\x41\xd0\x05\x01", 5); // PNP0501
	start = resources_begin(&buffer);
	put("\x47\x01\xf8\x03\xf8\x03\x01\x08", 8);
	interrupt(1 | 2, UART_LINE);
	resources_end(start, buffer);
	length_end(device);
}

static void virtio(unsigned i)
{
	char four[] = "VR00";
	uint32_t device, buffer, start;

	four[3] = (char)('0' + i);
	device = device_begin(four, i);
	name("_HID");
	put("\x0dLNRO0005", 10);
	name("_CCA");
	put8(1);
	start = resources_begin(&buffer);
	put("\x86\x09\x00\x01", 4);
	put32(VIRTIO_ADDRESS + i * 4096);
	put32(0x1000);
	interrupt(1, VIRTIO_GSI + i);
	resources_end(start, buffer);
	length_end(device);
}

static uint32_t dsdt(void)
{
	uint32_t start = table_begin("DSDT", 2), scope;

	name("_S5_");
	put("\x12\x08\x04\x0a\x05\x0a\x05\x00\x00", 9);
	put8(0x10);
	scope = length_begin();
	put("\\_SB_", 5);
	serial();
	for (unsigned i = 0; i < VIRTIO_MAX; i++)
		virtio(i);
	length_end(scope);
	table_end(start);
	return start;
}

static uint32_t madt(void)
{
	uint32_t start = table_begin("APIC", 4);

	put32(LAPIC_ADDRESS);
	put32(1); // there are 8259s, too
	for (unsigned i = 0; i < machine->configuration.cpus; i++) {
		put8(0), put8(8), put8(i), put8(i);
		put32(1);
	}
	put8(1), put8(12), put8(0), put8(0);
	put32(IOAPIC_ADDRESS);
	put32(0);
	put8(2), put8(10), put8(0), put8(0); // ISA line 0 is input 2
	put32(2);
	put("\0\0", 2);
	table_end(start);
	return start;
}

static void generic(uint32_t at, uint64_t port, uint8_t bits)
{
	tables[at] = 1; // I/O
	tables[at + 1] = bits;
	tables[at + 3] = bits / 8;
	memcpy(tables + at + 4, &port, 8);
}

static uint32_t fadt(uint32_t dsdt_at)
{
	uint32_t start = table_begin("FACP", 5), address = ACPI_TABLES + dsdt_at;
	uint64_t address64 = address;
	uint32_t event = PM_EVENT, control = PM_CONTROL, flags = 1 << 0 | 1 << 4 | 1 << 10;

	memset(tables + used, 0, 268 - 36);
	used = start + 268;
	memcpy(tables + start + 40, &address, 4);
	tables[start + 46] = 9; // SCI
	memcpy(tables + start + 56, &event, 4);
	memcpy(tables + start + 64, &control, 4);
	tables[start + 88] = 4;
	tables[start + 89] = 2;
	tables[start + 109] = 4; // boot architecture flags: no VGA; no 8042 that drivers could use
	tables[start + 110] = 0;
	memcpy(tables + start + 112, &flags, 4);
	generic(start + 116, RESET_PORT, 8);
	tables[start + 128] = RESET_VALUE;
	memcpy(tables + start + 140, &address64, 8);
	generic(start + 148, PM_EVENT, 32);
	generic(start + 172, PM_CONTROL, 16);
	table_end(start);
	return start;
}

void acpi_build(void)
{
	uint32_t list[2], xsdt;

	tables = guest_memory(ACPI_TABLES, 0x10000);
	memset(tables, 0, 0x10000);
	used = 64;
	list[0] = fadt(dsdt());
	list[1] = madt();
	xsdt = table_begin("XSDT", 1);
	for (unsigned i = 0; i < 2; i++)
		put64(ACPI_TABLES + list[i]);
	table_end(xsdt);
	memcpy(tables, "RSD PTR \0CAPLET\2", 16);
	used = 20;
	put32(36);
	put64(ACPI_TABLES + xsdt);
	checksum(0, 20, 8);
	checksum(0, 36, 32);
}
