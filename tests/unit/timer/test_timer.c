// SPDX-License-Identifier: MIT
//
// The timer's parts that need no machine: the heap of sleepers, the clock chip's formats, and the
// interval timer's counts.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include "../../../servers/drivers/timer/rtc.h"
#include "../../../servers/drivers/timer/sleepers.h"

static struct sleepers sleepers;

static void sleepers_leave_in_order(void **state)
{
	static char who[SLEEPERS_MAX];

	(void)state;
	srandom(1);
	for (int round = 0; round < 2000; round++) {
		uint32_t count = random() % (SLEEPERS_MAX + 1), removed = 0;
		uint64_t last = 0;

		sleepers.count = 0;
		for (uint32_t i = 0; i < count; i++)
			assert_true(sleepers_add(
				&sleepers, random() % 8 ? (uint64_t)random() % 50 : UINT64_MAX,
				&who[i]));
		for (uint32_t i = 0; i < count; i += 1 + random() % 5, removed++)
			sleepers_remove(&sleepers, &who[i]);
		sleepers_remove(&sleepers, &last);
		assert_int_equal(sleepers.count, count - removed);
		for (; sleepers_first(&sleepers) != NULL; removed++) {
			assert_true(sleepers_first(&sleepers)->deadline >= last);
			last = sleepers_first(&sleepers)->deadline;
			sleepers_remove_first(&sleepers);
		}
		assert_int_equal(removed, count);
	}
	while (sleepers.count < SLEEPERS_MAX)
		sleepers_add(&sleepers, 1, who);
	assert_false(sleepers_add(&sleepers, 1, who));
}

static uint8_t bcd(int value)
{
	return value / 10 << 4 | value % 10;
}

static void every_day_is_decoded(void **state)
{
	(void)state;
	for (time_t t = 0; t < 4102444800; t += 86400 - 7) { // to 2100
		struct rtc_registers r;
		struct tm tm;
		int twelve;

		gmtime_r(&t, &tm);
		r = (struct rtc_registers){.second = bcd(tm.tm_sec),
					   .minute = bcd(tm.tm_min),
					   .hour = bcd(tm.tm_hour),
					   .day = bcd(tm.tm_mday),
					   .month = bcd(tm.tm_mon + 1),
					   .year = bcd(tm.tm_year % 100),
					   .century = bcd(19 + tm.tm_year / 100),
					   .status_b = 2};
		assert_int_equal(rtc_decode(&r), t);
		twelve = tm.tm_hour % 12 ? tm.tm_hour % 12 : 12;
		r.hour = bcd(twelve) | (tm.tm_hour >= 12) << 7;
		r.status_b = 0;
		assert_int_equal(rtc_decode(&r), t);
		r = (struct rtc_registers){.second = tm.tm_sec,
					   .minute = tm.tm_min,
					   .hour = twelve | (tm.tm_hour >= 12) << 7,
					   .day = tm.tm_mday,
					   .month = tm.tm_mon + 1,
					   .year = tm.tm_year % 100,
					   .century = tm.tm_year < 170 ? 0xff : 20,
					   .status_b = 4};
		if (tm.tm_year < 170) // 1970-2069 without a century
			assert_int_equal(rtc_decode(&r), t);
	}
}

static void nonsense_is_no_date(void **state)
{
	static const struct rtc_registers good = {.day = 1, .month = 1, .status_b = 2};
	struct rtc_registers r = good;

	(void)state;
	assert_int_equal(rtc_decode(&r), 946684800);
	memset(&r, 0xff, sizeof r);
	assert_int_equal(rtc_decode(&r), 0);
	r = good;
	r.month = 0x13;
	assert_int_equal(rtc_decode(&r), 0);
	r = good;
	r.hour = 0x24;
	assert_int_equal(rtc_decode(&r), 0);
	r = good;
	r.minute = 0x1a;
	assert_int_equal(rtc_decode(&r), 0);
	r = good;
	r.day = 0;
	assert_int_equal(rtc_decode(&r), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sleepers_leave_in_order),
		cmocka_unit_test(every_day_is_decoded),
		cmocka_unit_test(nonsense_is_no_date),
	};

	return cmocka_run_group_tests_name("timer", tests, NULL, NULL);
}
