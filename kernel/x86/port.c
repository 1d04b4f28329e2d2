// SPDX-License-Identifier: MIT
//
// I/O ports for user level's IOPORT capabilities. The caller has checked that the range lies
// within the capability and that `bytes` is 1, 2 or 4.
#include "arch.h"
#include "instr.h"

uint32_t arch_port_in(uint16_t port, unsigned bytes)
{
	switch (bytes) {
	case 1: return inb(port);
	case 2: return inw(port);
	default: return inl(port);
	}
}

void arch_port_out(uint16_t port, unsigned bytes, uint32_t value)
{
	switch (bytes) {
	case 1: outb(port, value); break;
	case 2: outw(port, value); break;
	default: outl(port, value); break;
	}
}
