// SPDX-License-Identifier: MIT
#pragma once

// Learn the rates of the CPU's clock and of the APIC timer from a reference clock.
void timer_init(void);
void timer_init_cpu(void); // then: the executing CPU's timer
void timer_wait(unsigned us);
