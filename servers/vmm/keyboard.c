// SPDX-License-Identifier: MIT
//
// The keyboard controller (Intel 8042), of which there is what programs ask to learn that no key was
// pressed, and the line that resets the machine: that ends the guest.
#include <vm.h>

#include "vmm.h"

enum { COMMAND = 0x64, STATUS_SYSTEM = 1 << 2, PULSE_RESET = 0xfe };

uint8_t keyboard_read(unsigned port)
{
	return port == COMMAND ? STATUS_SYSTEM : 0;
}

void keyboard_write(unsigned port, uint8_t value)
{
	if (port == COMMAND && value == PULSE_RESET)
		machine_stop(VM_STATE_OFF, "the guest asked for a reset");
}
