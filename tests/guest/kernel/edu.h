// SPDX-License-Identifier: MIT
//
// QEMU's teaching device (its docs/specs/edu): a PCI function that copies memory to and from a buffer
// of its own and sends interrupts, just as it is told. What a driver could tell a real device to do.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <caplet/abi/types.h>

extern unsigned edu_requester;

bool edu_present(void);		      // on bus 0; must hold before anything else is used
void edu_setup(void);		      // registers mapped, bus master on, no interrupts by message
void edu_registers_map(cptr_t space); // for a driver there, at the same place

void edu_start(uint64_t address, unsigned bytes, bool to_memory);
bool edu_busy(void);
void edu_wait(void);				   // until it has done what was started
void edu_read(uint64_t address);		   // 64 bytes of memory, to the end
void edu_write(uint64_t address);		   // 64 bytes to memory, to the end
void edu_interrupt(void);			   // raise one and take it back
void edu_message(uint64_t address, uint32_t data); // interrupts by message; address 0: off
