// SPDX-License-Identifier: MIT
//
// The interval timer's registers: Intel 8254, "Mode 0: interrupt on terminal count".
#include "pit.h"

#include <stdlib.h>
#include <caplet/clock.h>
#include <caplet/kernel.h>
#include <caplet/kill_point.h>

enum {
	PIT_CHANNEL_0 = 0,
	PIT_COMMAND = 3,
	COMMAND_ONE_SHOT = 0x30, // channel 0, low byte then high byte, mode 0, binary
};

uint16_t pit_count(uint64_t nanoseconds)
{
	const uint64_t longest = UINT16_MAX * NANOSECONDS_PER_SECOND / PIT_HZ;
	uint64_t count;

	if (nanoseconds >= longest)
		return UINT16_MAX;
	count = (nanoseconds * PIT_HZ + NANOSECONDS_PER_SECOND - 1) / NANOSECONDS_PER_SECOND;
	return count > 0 ? count : 1;
}

// The manifest gave the ports, so an access cannot fail.
static void pit_out(cptr_t port, unsigned number, uint8_t value)
{
	kill_point();
	if (ioport_out(port, number, 1, value) != STATUS_OK)
		abort();
	kill_point();
}

void pit_start(cptr_t port, unsigned first, uint16_t count)
{
	pit_out(port, first + PIT_COMMAND, COMMAND_ONE_SHOT);
	pit_out(port, first + PIT_CHANNEL_0, count & 0xff);
	pit_out(port, first + PIT_CHANNEL_0, count >> 8);
}
