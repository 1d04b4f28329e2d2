// SPDX-License-Identifier: MIT
//
// The kernel's console: the first serial port, a 16550 at 0x3f8, polled. It carries boot messages,
// reports of threads that died without a handler, and panics. Once a console server drives the
// port the kernel still writes to it in those cases, and leaves its interrupt settings alone. A
// machine without the port loses the text and nothing else.
#include "arch.h"
#include "image.h"
#include "instr.h"
#include "serial.h"

enum {
	SERIAL_DATA = 0x3f8,
	SERIAL_INTERRUPT_ENABLE = 0x3f9, // divisor, high half, while LCR bit 7 is set
	SERIAL_FIFO_CONTROL = 0x3fa,
	SERIAL_LINE_CONTROL = 0x3fb,
	SERIAL_MODEM_CONTROL = 0x3fc,
	SERIAL_LINE_STATUS = 0x3fd,
	SERIAL_SCRATCH = 0x3ff,

	LINE_STATUS_EMPTY = 1 << 5,
	WAIT_LIMIT = 100000, // reads of the status before a character is given up
};

static bool serial_present;

BOOT_ONLY void serial_init(void)
{
	outb(SERIAL_SCRATCH, 0x5a);
	serial_present = inb(SERIAL_SCRATCH) == 0x5a;
	if (!serial_present)
		return;
	outb(SERIAL_INTERRUPT_ENABLE, 0);
	outb(SERIAL_LINE_CONTROL, 0x80); // the divisor: 115200 baud
	outb(SERIAL_DATA, 1);
	outb(SERIAL_INTERRUPT_ENABLE, 0);
	outb(SERIAL_LINE_CONTROL, 0x03); // 8 bits, no parity, one stop bit
	outb(SERIAL_FIFO_CONTROL, 0x07);
	outb(SERIAL_MODEM_CONTROL, 0x03);
}

static void serial_put(char c)
{
	for (unsigned i = 0; i < WAIT_LIMIT; i++)
		if (inb(SERIAL_LINE_STATUS) & LINE_STATUS_EMPTY)
			break;
	outb(SERIAL_DATA, c);
}

void arch_print_char(char c)
{
	if (!serial_present)
		return;
	if (c == '\n')
		serial_put('\r');
	serial_put(c);
}
