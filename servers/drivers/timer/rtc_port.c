// SPDX-License-Identifier: MIT
//
// The clock chip's ports: write the register's number to the first, then read the second. Bit 7
// of the number would hold back non-maskable interrupts and stays 0.
//
// The registers change once a second. While "update in progress" is set they must not be read, and as
// an update may begin right after that bit was seen clear, all are read until two readings agree.
#include "rtc.h"

#include <string.h>
#include <caplet/kernel.h>

enum {
	RTC_SECOND = 0x00,
	RTC_MINUTE = 0x02,
	RTC_HOUR = 0x04,
	RTC_DAY = 0x07,
	RTC_MONTH = 0x08,
	RTC_YEAR = 0x09,
	RTC_STATUS_A = 0x0a,
	RTC_STATUS_B = 0x0b,
	RTC_CENTURY = 0x32,
	RTC_UPDATING = 1 << 7, // in status A
	READINGS_MAX = 100000, // an update takes 2 ms
};

static uint8_t rtc_register(cptr_t port, unsigned first, uint8_t number)
{
	uint32_t value = 0xff;

	if (ioport_out(port, first, 1, number) != STATUS_OK ||
	    ioport_in(port, first + 1, 1, &value) != STATUS_OK)
		return 0xff;
	return value;
}

static struct rtc_registers registers_read(cptr_t port, unsigned first)
{
	return (struct rtc_registers){
		.second = rtc_register(port, first, RTC_SECOND),
		.minute = rtc_register(port, first, RTC_MINUTE),
		.hour = rtc_register(port, first, RTC_HOUR),
		.day = rtc_register(port, first, RTC_DAY),
		.month = rtc_register(port, first, RTC_MONTH),
		.year = rtc_register(port, first, RTC_YEAR),
		.century = rtc_register(port, first, RTC_CENTURY),
		.status_b = rtc_register(port, first, RTC_STATUS_B),
	};
}

uint64_t rtc_read(cptr_t port, unsigned first)
{
	struct rtc_registers last = {0}, now;

	for (unsigned i = 0; i < READINGS_MAX; i++) {
		if (rtc_register(port, first, RTC_STATUS_A) & RTC_UPDATING)
			continue;
		now = registers_read(port, first);
		if (memcmp(&now, &last, sizeof now) == 0)
			return rtc_decode(&now);
		last = now;
	}
	return 0;
}
