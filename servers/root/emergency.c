// SPDX-License-Identifier: MIT
//
// What root can do when nothing else works: print on the first serial line by polling, and turn the
// machine off. The console driver uses the same line; what root prints appears between its bytes,
// which is what one wants of the last words.

#include "root.h"

enum {
	COM1 = 0x3f8,
	COM1_STATUS = COM1 + 5,
	COM1_CAN_SEND = 1 << 5,
	SEND_TRIES = 100000,
};

// Registers that turn a machine off or restart it: of QEMU's two PC boards, of VirtualBox, Bochs.
enum {
	PORT_QEMU_EXIT = 0xf4,
	PORT_QEMU_POWER = 0x604,
	PORT_BOCHS_OLD_POWER = 0xb004,
	PORT_VIRTUALBOX_POWER = 0x4004,
	PORT_BOCHS_POWER = 0x8900,
	PORT_RESET = 0xcf9,
	POWER_OFF_VALUE = 0x2000,
	POWER_OFF_VIRTUALBOX = 0x3400,
	RESET_VALUE = 6,
};

static cptr_t com1;

static cptr_t ports_issue(unsigned first, unsigned last)
{
	cptr_t cap = memory_slot();
	status_t status = ioport_issue(BOOT_SLOT_IOPORT_CONTROL, first, last, BOOT_SLOT_CNODE, cap,
				       ROOT_DEPTH);

	return status == STATUS_OK ? cap : 0;
}

static uint32_t port_in(cptr_t ports, unsigned port)
{
	uint32_t value;

	return ioport_in(ports, port, 1, &value) == STATUS_OK ? value : 0;
}

static void port_out(cptr_t ports, unsigned port, unsigned bytes, uint32_t value)
{
	(void)ioport_out(ports, port, bytes, value); // nothing is left to do if it fails
}

void emergency_init(void)
{
	com1 = ports_issue(COM1, COM1 + 7);
}

static void byte_print(char byte)
{
	for (unsigned i = 0; i < SEND_TRIES; i++)
		if (port_in(com1, COM1_STATUS) & COM1_CAN_SEND)
			break;
	port_out(com1, COM1, 1, (uint8_t)byte);
}

void emergency_print(const char *text)
{
	if (com1 == 0)
		return;
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			byte_print('\r');
		byte_print(*text);
	}
}

void emergency_number(uint64_t value)
{
	char text[2 + 16 + 1] = "0x";
	unsigned digits = 1;

	while (digits < 16 && value >> 4 * digits != 0)
		digits++;
	for (unsigned i = 0; i < digits; i++)
		text[2 + i] = "0123456789abcdef"[value >> 4 * (digits - 1 - i) & 15];
	text[2 + digits] = '\0';
	emergency_print(text);
}

void emergency_decimal(uint64_t value)
{
	char text[21] = {0};
	unsigned first = 20;

	do
		text[--first] = (char)('0' + value % 10);
	while (value /= 10);
	emergency_print(text + first);
}

static _Noreturn void wait_for_ever(void)
{
	for (;;)
		if (root_endpoint == 0 || ipc_recv_8(root_endpoint, 0, 0).status != STATUS_OK)
			ipc_yield();
}

void emergency_power_off(uint64_t status)
{
	cptr_t ports = ports_issue(0, 0xffff);

	port_out(ports, PORT_QEMU_EXIT, 1, (uint8_t)status);
	port_out(ports, PORT_QEMU_POWER, 2, POWER_OFF_VALUE);
	port_out(ports, PORT_BOCHS_OLD_POWER, 2, POWER_OFF_VALUE);
	port_out(ports, PORT_VIRTUALBOX_POWER, 2, POWER_OFF_VIRTUALBOX);
	for (const char *word = "Shutdown"; *word != '\0'; word++)
		port_out(ports, PORT_BOCHS_POWER, 1, (uint8_t)*word);
	emergency_print("root: the machine can be turned off now\n");
	wait_for_ever();
}

void emergency_reboot(void)
{
	cptr_t ports = ports_issue(0, 0xffff);

	port_out(ports, PORT_RESET, 1, RESET_VALUE);
	emergency_print("root: the machine can be reset now\n");
	wait_for_ever();
}

void root_stop(const char *what, const char *which)
{
	emergency_print("root: ");
	emergency_print(what);
	emergency_print(" ");
	emergency_print(which);
	emergency_print("\nroot: stopped\n");
	emergency_power_off(1);
}
