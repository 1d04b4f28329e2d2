// SPDX-License-Identifier: MIT
//
// The clock chip of the PC (Motorola MC146818 and its descendants), which keeps the date while
// the machine is off. Its registers are read through an index port and a data port.
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <caplet/abi/types.h>

struct rtc_registers {
	uint8_t second, minute, hour, day, month, year, century;
	uint8_t status_b; // format bits
};

// Seconds since 1970, or 0 if the registers hold no date.
uint64_t rtc_decode(const struct rtc_registers *r);

// The same read from the chip; 0 also when it does not come to rest.
uint64_t rtc_read(cptr_t port, unsigned first);
