// SPDX-License-Identifier: MIT
//
// The teaching device, driven with PCI configuration by ports and its registers. Its transfers
// take a tenth of a second of virtual time.

#include "edu.h"
#include "suite.h"

enum {
	CONFIG_ADDRESS = 0xcf8,
	CONFIG_DATA = 0xcfc,
	IDENTITY = 0x11e81234,
	COMMAND = 0x04,
	COMMAND_MEMORY = 2,
	COMMAND_MASTER = 4,
	BAR = 0x10,
	CAPABILITIES = 0x34,
	CAPABILITY_MSI = 5,
};

enum {
	RAISE = 0x60 / 4,
	LOWER = 0x64 / 4,
	SOURCE = 0x80 / 8,
	TARGET = 0x88 / 8,
	COUNT = 0x90 / 8,
	START = 0x98 / 8,
	START_BIT = 1,
	TO_MEMORY = 2,
	BUFFER = 0x40000, // of its own, 4 KiB
	TRANSFER_US = 110000,
	BYTES = 64,
};

#define REGISTERS (TEST_VADDR + 0x100000)

unsigned edu_requester;
static cptr_t ports, registers_frame;
static volatile uint32_t *registers = (void *)REGISTERS;

static uint32_t config_read(unsigned requester, unsigned at)
{
	CALL(ports, IOPORT_OUT, CONFIG_ADDRESS, 4, 1u << 31 | requester << 8 | at);
	return CALL(ports, IOPORT_IN, CONFIG_DATA, 4).word[0];
}

static void config_write(unsigned at, uint32_t value)
{
	CALL(ports, IOPORT_OUT, CONFIG_ADDRESS, 4, 1u << 31 | edu_requester << 8 | at);
	CALL(ports, IOPORT_OUT, CONFIG_DATA, 4, value);
}

static void ports_get(void)
{
	ports = slot_take(1);
	CALL(BOOT_SLOT_IOPORT_CONTROL, IOPORT_ISSUE, CONFIG_ADDRESS, CONFIG_DATA + 3,
	     BOOT_SLOT_CNODE, ports, ROOT_DEPTH);
}

bool edu_present(void)
{
	ports_get();
	for (edu_requester = 0; edu_requester < 256; edu_requester += 8)
		if (config_read(edu_requester, 0) == IDENTITY)
			return true;
	return false;
}

void edu_registers_map(cptr_t space)
{
	uint64_t status = frame_map(cap_copy(registers_frame, RIGHT_ALL), space, REGISTERS,
				    RIGHT_READ | RIGHT_WRITE, MAP_UNCACHED);

	if (status != STATUS_OK)
		guest_die("a device's registers in a space", status);
}

// Its registers go to the begin of a piece of device memory, where a frame is easily had.
void edu_setup(void)
{
	unsigned i = 0;

	ports_get();
	while (boot->untyped[i].kind != BOOT_DEVICE || boot->untyped[i].size_bits < 20 ||
	       boot->untyped[i].paddr < 1ul << 30 || boot->untyped[i].paddr >= 0xb0000000ul)
		if (++i == boot->untyped_count)
			guest_die("no device memory", i);
	config_write(BAR, (uint32_t)boot->untyped[i].paddr);
	config_write(COMMAND, COMMAND_MEMORY | COMMAND_MASTER);
	registers_frame = slot_take(1);
	uint64_t status = object_retype(BOOT_SLOT_FIRST_UNTYPED + i, OBJECT_FRAME, FRAME_4K_BITS,
					registers_frame, 1);
	if (status != STATUS_OK)
		guest_die("registers of a device", status);
	edu_registers_map(BOOT_SLOT_VSPACE);
	edu_message(0, 0);
	edu_wait();
}

void edu_start(uint64_t address, unsigned bytes, bool to_memory)
{
	volatile uint64_t *wide = (void *)REGISTERS;

	wide[SOURCE] = to_memory ? BUFFER : address;
	wide[TARGET] = to_memory ? address : BUFFER;
	wide[COUNT] = bytes;
	wide[START] = START_BIT | (to_memory ? TO_MEMORY : 0);
}

bool edu_busy(void)
{
	return ((volatile uint64_t *)REGISTERS)[START] & START_BIT;
}

void edu_wait(void)
{
	while (edu_busy())
		sleep_us(TRANSFER_US);
}

void edu_read(uint64_t address)
{
	edu_start(address, BYTES, false);
	edu_wait();
}

void edu_write(uint64_t address)
{
	edu_start(address, BYTES, true);
	edu_wait();
}

void edu_interrupt(void)
{
	registers[RAISE] = 1;
	sleep_us(1000);
	registers[LOWER] = 1;
}

void edu_message(uint64_t address, uint32_t data)
{
	unsigned at = config_read(edu_requester, CAPABILITIES) & 0xfc;

	while ((config_read(edu_requester, at) & 0xff) != CAPABILITY_MSI)
		at = config_read(edu_requester, at) >> 8 & 0xfc;
	config_write(at + 4, (uint32_t)address);
	config_write(at + 8, address >> 32);
	config_write(at + 12, data);
	config_write(at, (config_read(edu_requester, at) & ~(1u << 16)) | (address != 0) << 16);
}
