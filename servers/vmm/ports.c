// SPDX-License-Identifier: MIT
//
// Ports: which thing an address belongs to, and the few of ACPI. All others read as ones, as if nothing
// was there.
#include <vm.h>

#include "vmm.h"

enum {
	UART = 0x3f8,
	PM_EVENT = 0x600,
	PM_CONTROL = 0x604,
	SLEEP_ENABLE = 1 << 13,
};

static bool is_pic(unsigned port)
{
	return (port & ~0x81u) == 0x20 || (port & ~1u) == 0x4d0;
}

static bool is_pit(unsigned port)
{
	return (port & ~3u) == 0x40 || port == 0x61;
}

// What every PC has, a byte wide. -1: nothing is there.
static int isa_read(unsigned cpu, unsigned port)
{
	if (is_pic(port))
		return pic_read(port);
	if (is_pit(port))
		return pit_read(cpu, port);
	if ((port & ~1u) == 0x70)
		return rtc_read(port);
	return port == 0x60 || port == 0x64 ? keyboard_read(port) : -1;
}

static void isa_write(unsigned cpu, unsigned port, uint8_t value)
{
	if (is_pic(port))
		pic_write(cpu, port, value);
	else if (is_pit(port))
		pit_write(cpu, port, value);
	else if ((port & ~1u) == 0x70)
		rtc_write(cpu, port, value);
	else if (port == 0x60 || port == 0x64)
		keyboard_write(port, value);
}

static uint32_t in(unsigned cpu, unsigned port, unsigned bytes)
{
	if (port >= UART && port < UART + 8)
		return uart_read(cpu, port - UART);
	if (port >= PM_EVENT && port < PM_EVENT + 4)
		return 0;
	if (port == PM_CONTROL)
		return 1; // ACPI is on
	int value = isa_read(cpu, port);
	if (value >= 0)
		return (uint32_t)value;
	return bytes == 4 ? 0xffffffff : (1u << 8 * bytes) - 1;
}

static void power_off(const char *message)
{
	machine_stop(VM_STATE_OFF, message);
}

static void out(unsigned cpu, unsigned port, uint32_t value)
{
	if (port >= UART && port < UART + 8)
		uart_write(cpu, port - UART, (uint8_t)value);
	else if (port == PM_CONTROL && value & SLEEP_ENABLE)
		power_off("the guest powered off");
	else
		isa_write(cpu, port, (uint8_t)value);
}

static void string_exit(unsigned cpu, uint64_t what);

void port_exit(unsigned cpu, uint64_t what)
{
	struct vcpu_state *state = cpu_state(cpu);
	unsigned port = what & 0xffff, bytes = what >> 16 & 7;
	uint64_t *rax = &state->general[VCPU_RAX];

	if (what & VCPU_IO_STRING) {
		string_exit(cpu, what);
	} else if (what & VCPU_IO_IN) {
		uint32_t value = in(cpu, port, bytes);
		uint64_t mask = bytes == 4 ? ~0ul : (1ul << 8 * bytes) - 1;
		*rax = (*rax & ~mask) | (value & (bytes == 4 ? 0xffffffff : mask));
	} else {
		out(cpu, port, (uint32_t)*rax & (bytes == 4 ? 0xffffffff : (1u << 8 * bytes) - 1));
	}
	cpu_advance(cpu);
}

// INS and OUTS in long mode or with flat segments.
static void string_exit(unsigned cpu, uint64_t what)
{
	struct vcpu_state *state = cpu_state(cpu);
	unsigned port = what & 0xffff, bytes = what >> 16 & 7;
	bool input = what & VCPU_IO_IN;
	uint64_t *index = &state->general[input ? VCPU_RDI : VCPU_RSI];
	uint64_t count = what & VCPU_IO_REPEAT ? state->general[VCPU_RCX] : 1;
	int64_t step = state->rflags & 1 << 10 ? -(int64_t)bytes : bytes;

	for (; count > 0; count--) {
		uint64_t physical;
		uint32_t value = 0;
		uint8_t *at = guest_translate(state, *index, &physical)
				      ? guest_memory(physical, bytes)
				      : NULL;

		if (at == NULL)
			machine_fail("a string instruction for ports outside of memory");
		if (input)
			value = in(cpu, port, bytes);
		for (unsigned i = 0; i < bytes; i++) {
			if (input)
				at[i] = value >> 8 * i;
			else
				value |= (uint32_t)at[i] << 8 * i;
		}
		if (!input)
			out(cpu, port, value);
		*index += (uint64_t)step;
	}
	if (what & VCPU_IO_REPEAT)
		state->general[VCPU_RCX] = 0;
}
