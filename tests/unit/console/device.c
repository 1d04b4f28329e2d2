// SPDX-License-Identifier: MIT
//
// The device's registers, and the system call stubs that lead to them. Each access is two points to
// die at: odd ones before the effect, even ones after.
#include "device.h"

#include <assert.h>
#include <caplet/kernel.h>

struct device device;

static struct ipc_buffer buffer;
static struct thread_block block = {.self = &block, .buffer = &buffer};

struct thread_block *thread_self(void)
{
	return &block;
}

static void device_point(void)
{
	if (++device.access == device.cut)
		longjmp(device.killed, 1);
}

static void device_write(unsigned reg, uint8_t value)
{
	bool divisor = device.line & 0x80;

	if (reg == 0 && !divisor) {
		assert(device.fifo < 16);
		device.fifo++;
		device.sent[device.sent_count++] = value;
	} else if (reg == 1 && !divisor) {
		device.enable = value & 15;
	} else if (reg == 3) {
		device.line = value;
	} else if (reg == 7) {
		device.scratch = value;
	}
}

static uint8_t device_read(unsigned reg)
{
	switch (reg) {
	case 0:
		assert(device.typed_count > 0);
		device.typed_count--;
		return *device.typed++;
	case 1: return device.enable;
	case 2: return device.typed_count > 0 ? 4 : 1;
	case 5: // each look at the status finds what was queued gone
		device.fifo = 0;
		return 0x60 | (device.typed_count > 0);
	case 7: return device.scratch;
	default: return 0;
	}
}

struct ipc_answer ipc_call_8(cptr_t cap, uint64_t descriptor)
{
	unsigned reg = buffer.words[0] - 0x3f8;

	assert(cap == 77 && reg < 8);
	device_point();
	if (msg_label(descriptor) == IOPORT_IN) {
		buffer.words[0] = device_read(reg);
	} else {
		assert(msg_label(descriptor) == IOPORT_OUT);
		if (buffer.words[1] == 1 || device.wide)
			device_write(reg, buffer.words[2]);
		if (buffer.words[1] == 2 && device.wide)
			device_write(reg + 1, buffer.words[2] >> 8);
	}
	device_point();
	return (struct ipc_answer){.status = STATUS_OK};
}

struct ipc_answer ipc_call_0(cptr_t cap, uint64_t descriptor)
{
	return ipc_call_8(cap, descriptor);
}
