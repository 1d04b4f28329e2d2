// SPDX-License-Identifier: MIT
#pragma once

// Learn the rates of the CPU's clock and of the APIC timer from a reference clock.
void timer_init(void);
