// SPDX-License-Identifier: MIT
//
// The local APIC: this CPU's interrupts and its timer.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <caplet/abi/types.h>

void apic_init_cpu(paddr_t registers);
uint32_t apic_id(void);
void apic_end_of_interrupt(void);
void apic_send(uint32_t to, unsigned vector);	   // an interrupt to the CPU with that APIC ID
void apic_send_init(uint32_t to);		   // reset that CPU
void apic_send_startup(uint32_t to, paddr_t page); // run it from there, in real mode
bool apic_interrupt_requested(void);		   // one waits for the CPU to let it in

// The timer counts down from `count`, at the rate that apic_timer_current shows, then interrupts if
// that is on. 0 stops it.
void apic_timer_start(uint32_t count);
void apic_timer_interrupts_on(void);
uint32_t apic_timer_current(void);
void apic_timer_deadline_mode(void); // from now on MSR_TSC_DEADLINE decides
