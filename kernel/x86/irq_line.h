// SPDX-License-Identifier: MIT
//
// Interrupt lines as the portable kernel numbers them: the global system interrupts of the I/O
// APICs first, then lines for message-signalled interrupts. Each that is in use has a vector.
#pragma once

void irq_line_init(void);
void irq_line_interrupt(unsigned vector); // the vector's line has interrupted
