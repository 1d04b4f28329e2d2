// SPDX-License-Identifier: MIT
//
// What the clock chip's registers mean. Numbers are BCD or binary and hours of 12 or 24, as status B
// says (MC146818A data sheet, "Time, Calendar, and Alarm Locations"). The century is not part
// of the chip; by convention a PC keeps it in register 0x32, and where that
// holds nothing sensible the year lies in 1970-2069.
#include "rtc.h"

enum {
	STATUS_B_24_HOURS = 1 << 1,
	STATUS_B_BINARY = 1 << 2,
	HOUR_PM = 1 << 7,
};

// -1 if it is not a number of two digits.
static int digits_decode(const struct rtc_registers *r, uint8_t value)
{
	if (r->status_b & STATUS_B_BINARY)
		return value < 100 ? value : -1;
	if ((value & 15) > 9 || value >> 4 > 9)
		return -1;
	return 10 * (value >> 4) + (value & 15);
}

static int hour_decode(const struct rtc_registers *r)
{
	int hour = digits_decode(r, r->status_b & STATUS_B_24_HOURS ? r->hour : r->hour & ~HOUR_PM);

	if (r->status_b & STATUS_B_24_HOURS)
		return hour;
	if (hour < 1 || hour > 12)
		return -1;
	return hour % 12 + (r->hour & HOUR_PM ? 12 : 0);
}

static int year_decode(const struct rtc_registers *r)
{
	int year = digits_decode(r, r->year), century = digits_decode(r, r->century);

	if (year < 0)
		return -1;
	if (century < 19 || century > 29)
		century = year >= 70 ? 19 : 20;
	return 100 * century + year;
}

// Days since 1970 of a date of the Gregorian calendar; years begin in March, so that the leap day is
// the last.
static int64_t days_count(int year, int month, int day)
{
	int64_t y = month > 2 ? year : year - 1;
	int64_t month_from_march = (month + 9) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * month_from_march + 2) / 5 + day - 1 -
	       719468;
}

uint64_t rtc_decode(const struct rtc_registers *r)
{
	int second = digits_decode(r, r->second), minute = digits_decode(r, r->minute);
	int hour = hour_decode(r), day = digits_decode(r, r->day);
	int month = digits_decode(r, r->month), year = year_decode(r);

	if (second < 0 || second > 60 || minute < 0 || minute > 59 || hour < 0 || hour > 23 ||
	    day < 1 || day > 31 || month < 1 || month > 12 || year < 1970)
		return 0;
	return 86400ul * days_count(year, month, day) + 3600ul * hour + 60ul * minute + second;
}
