// SPDX-License-Identifier: MIT
//
// The guest programs' console: COM1, one character at a time, through invocations of an ioport
// capability, and the end of the run through isa-debug-exit.
//
// Each character costs two invocations; nothing here is measured or fast.

#include "runtime.h"

#include <stdarg.h>

enum {
	COM1 = 0x3f8,
	COM1_LINE_STATUS = COM1 + 5,
	LINE_STATUS_EMPTY = 0x20,
	DEBUG_EXIT = 0xf4,
};

static cptr_t serial_ports, exit_port;

void console_setup(void)
{
	serial_ports = slot_take(1);
	exit_port = slot_take(1);
	CALL(BOOT_SLOT_IOPORT_CONTROL, IOPORT_ISSUE, DEBUG_EXIT, DEBUG_EXIT + 3, BOOT_SLOT_CNODE,
	     exit_port, ROOT_DEPTH);
	if (CALL(BOOT_SLOT_IOPORT_CONTROL, IOPORT_ISSUE, COM1, COM1 + 7, BOOT_SLOT_CNODE,
		 serial_ports, ROOT_DEPTH)
		    .status != STATUS_OK)
		guest_exit(false);
}

static void print_char(char c)
{
	if (c == '\n')
		print_char('\r');
	while (!(CALL(serial_ports, IOPORT_IN, COM1_LINE_STATUS, 1).word[0] & LINE_STATUS_EMPTY))
		;
	CALL(serial_ports, IOPORT_OUT, COM1, 1, (uint8_t)c);
}

static void print_number(uint64_t n, unsigned base)
{
	char digits[24];
	unsigned i = sizeof(digits);

	do {
		digits[--i] = "0123456789abcdef"[n % base];
		n /= base;
	} while (n != 0);
	while (i < sizeof(digits))
		print_char(digits[i++]);
}

static void print_string(const char *s)
{
	while (*s)
		print_char(*s++);
}

void print(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	for (; *format; format++) {
		if (*format != '%') {
			print_char(*format);
			continue;
		}
		bool is_long = *++format == 'l';

		if (is_long)
			format++;
		switch (*format) {
		case 's': print_string(va_arg(args, const char *)); break;
		case 'c': print_char((char)va_arg(args, int)); break;
		case 'd': {
			int64_t n = is_long ? va_arg(args, int64_t) : va_arg(args, int);

			if (n < 0)
				print_char('-');
			print_number(n < 0 ? -(uint64_t)n : (uint64_t)n, 10);
			break;
		}
		case 'u':
		case 'x': {
			uint64_t n = is_long ? va_arg(args, uint64_t) : va_arg(args, unsigned);

			print_number(n, *format == 'u' ? 10 : 16);
			break;
		}
		default: print_char(*format); break;
		}
	}
	va_end(args);
}

const char *status_name(uint64_t status)
{
	static const char *const names[] = {
		"OK",		"NO_CAP",      "WRONG_TYPE",	"NO_RIGHT",  "BAD_METHOD",
		"BAD_ARGUMENT", "TRUNCATED",   "SLOT_OCCUPIED", "NO_MEMORY", "HAS_CHILDREN",
		"MISALIGNED",	"MAPPED",      "NO_TABLE",	"PEER_DIED", "GONE",
		"ABORTED",	"WOULD_BLOCK", "BUSY",		"NO_BUFFER", "UNSUPPORTED",
	};

	return status < sizeof(names) / sizeof(names[0]) ? names[status] : "?";
}

void guest_exit(bool success)
{
	for (;;)
		CALL(exit_port, IOPORT_OUT, DEBUG_EXIT, 1, success ? 0x10 : 0x11);
}

void guest_die(const char *what, uint64_t value)
{
	print("# %s: 0x%lx\n", what, value);
	__builtin_trap();
}
