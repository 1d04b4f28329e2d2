// SPDX-License-Identifier: MIT
//
// Runs the tests and says what passed, in the words of tools/run-tests. Standard output is COM1,
// by way of an I/O port capability; the heap is an array. Both stand in for servers that are not
// there, by defining read, write, sbrk and _exit before libcaplet.a does.

#include "suite.h"
#include <caplet/abi/boot.h>
#include <caplet/kernel.h>
#include <caplet/start.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum {
	COM1 = 0x3f8,
	COM1_LINE_STATUS = COM1 + 5,
	LINE_STATUS_EMPTY = 0x20,
	DEBUG_EXIT = 0xf4,
	DEBUG_EXIT_SUCCESS = 0x10,
	DEBUG_EXIT_FAILURE = 0x11,
	SLOT_DEPTH_FULL = 64,
	HEAP_BYTES = 8 << 20,
};

static cptr_t serial_ports, exit_port;

static void port_claim(cptr_t *slot, unsigned first, unsigned last)
{
	static uint64_t taken;
	const struct boot_info *boot = start_information;

	*slot = boot->first_free_slot + taken++;
	ioport_issue(BOOT_SLOT_IOPORT_CONTROL, first, last, BOOT_SLOT_CNODE, *slot,
		     SLOT_DEPTH_FULL);
}

static void serial_put(char c)
{
	uint32_t line_status = 0;

	while (!(line_status & LINE_STATUS_EMPTY))
		ioport_in(serial_ports, COM1_LINE_STATUS, 1, &line_status);
	ioport_out(serial_ports, COM1, 1, (unsigned char)c);
}

ssize_t write(int descriptor, const void *data, size_t size)
{
	if (descriptor != STDOUT_FILENO && descriptor != STDERR_FILENO) {
		errno = EBADF;
		return -1;
	}
	for (size_t i = 0; i < size; i++)
		serial_put(((const char *)data)[i]);
	return (ssize_t)size;
}

ssize_t read(int descriptor, void *data, size_t size)
{
	errno = EBADF;
	return -1;
}

void *sbrk(ptrdiff_t change)
{
	static _Alignas(4096) char heap[HEAP_BYTES];
	static ptrdiff_t used;

	if (used + change > HEAP_BYTES || used + change < 0) {
		errno = ENOMEM;
		return (void *)-1;
	}
	if (change < 0)
		memset(heap + used + change, 0, (size_t)-change); // calloc relies on it
	used += change;
	return heap + used - change;
}

void _exit(int status)
{
	for (;;)
		ioport_out(exit_port, DEBUG_EXIT, 1,
			   status == 0 ? DEBUG_EXIT_SUCCESS : DEBUG_EXIT_FAILURE);
}

int main(void)
{
	port_claim(&serial_ports, COM1, COM1 + 7);
	port_claim(&exit_port, DEBUG_EXIT, DEBUG_EXIT + 3);
	tests_run(thread_tests);
	tests_run(memory_tests);
	tests_run(text_tests);
	tests_run(float_tests);
	return tests_end();
}
