// SPDX-License-Identifier: MIT
//
// The clock chip (Motorola MC146818A): the time of day, which goes on with the machine's, in BCD and 24
// hours. What is written to the time is ignored, other bytes are kept. No alarms and no interrupts.
#include <caplet/clock.h>

#include <string.h>
#include <time.h>

#include "sessions.h"
#include "vmm.h"

enum { STATUS_A = 0x0a, STATUS_B = 0x0b, STATUS_C = 0x0c, STATUS_D = 0x0d, CENTURY = 0x32 };

static uint8_t digits(int value)
{
	return (uint8_t)(value / 10 << 4 | value % 10);
}

static uint8_t time_byte(unsigned index)
{
	uint64_t wall = 0, monotonic = 0;
	time_t seconds;
	struct tm tm;

	(void)timer_wall(&timer, &wall, &monotonic);
	seconds = (time_t)(wall / NANOSECONDS_PER_SECOND);
	gmtime_r(&seconds, &tm);
	switch (index) {
	case 0: return digits(tm.tm_sec);
	case 2: return digits(tm.tm_min);
	case 4: return digits(tm.tm_hour);
	case 6: return digits(tm.tm_wday + 1);
	case 7: return digits(tm.tm_mday);
	case 8: return digits(tm.tm_mon + 1);
	case 9: return digits(tm.tm_year % 100);
	}
	return digits(19 + tm.tm_year / 100);
}

uint8_t rtc_read(unsigned port)
{
	unsigned index = machine->rtc.index;

	if (!(port & 1))
		return 0xff;
	switch (index) {
	case STATUS_A: return 0x26;
	case STATUS_B: return 0x02;
	case STATUS_C: return 0;
	case STATUS_D: return 0x80;
	}
	if (index == CENTURY || index == 6 || index == 7 || index == 8 || index == 9 ||
	    (index < 6 && !(index & 1)))
		return time_byte(index);
	return machine->rtc.bytes[index];
}

void rtc_write(unsigned cpu, unsigned port, uint8_t value)
{
	machine_change(cpu, &machine->rtc, sizeof(machine->rtc));
	if (port & 1)
		machine->rtc.bytes[machine->rtc.index] = value;
	else
		machine->rtc.index = value & 127;
}
