// SPDX-License-Identifier: MIT
//
// Formats and conversions without floating numbers, which both libraries know.

#include "suite.h"
#include <inttypes.h>
#include <limits.h>
#include <regex.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void integers(void)
{
	CHECK(prints("-1 +2 003 0x4 010", "%d %+d %03d %#x %#o", -1, 2, 3, 4, 8));
	CHECK(prints("255 -128 65535", "%hhu %hhd %hu", 255, -128, 65535));
	CHECK(prints("[   42][42   ]", "[%*d][%-5d]", 5, 42, 42));
}

static void integers_64(void)
{
	CHECK(prints("-9223372036854775808", "%lld", LLONG_MIN));
	CHECK(prints("18446744073709551615", "%" PRIu64, UINT64_MAX));
	CHECK(prints("fedcba9876543210", "%lx", 0xfedcba9876543210ul));
	CHECK(prints("1099511627776 -5 7", "%zu %td %jd", (size_t)1 << 40, (ptrdiff_t)-5,
		     (intmax_t)7));
}

static void positional(void)
{
	CHECK(prints("b a", "%2$s %1$s", "a", "b"));
	CHECK(prints("3 1 2 1", "%3$d %1$d %2$ld %1$d", 1, 2l, 3));
	CHECK(prints("[  7]", "[%2$*1$d]", 3, 7));
	CHECK(prints("i h g f e d c b a", "%9$s %8$s %7$s %6$s %5$s %4$s %3$s %2$s %1$s", "a", "b",
		     "c", "d", "e", "f", "g", "h", "i"));
}

static void strings(void)
{
	CHECK(prints("[  abc][ab ]", "[%5s][%-3.2s]", "abc", "abc"));
	CHECK(prints("c%", "%c%%", 'c'));
	CHECK(strstr("a needle here", "needle") != NULL);
	CHECK(strcmp(strerror(2), "No such file or directory") == 0);
}

static void scanning(void)
{
	long long large;
	unsigned hex;
	char word[10];

	CHECK(sscanf("-1234567890123 ff word", "%lld %x %9s", &large, &hex, word) == 3);
	CHECK(large == -1234567890123ll && hex == 255 && strcmp(word, "word") == 0);
	CHECK(sscanf("2 1", "%2$llx %1$u", &hex, &large) == 2);
	CHECK(hex == 1 && large == 2);
	CHECK(strtoull("18446744073709551615", NULL, 10) == UINT64_MAX);
	CHECK(strtol("-0x7f", NULL, 0) == -127);
}

static void dates(void)
{
	time_t late = 4102444800; // beyond 32 bits of signed seconds
	struct tm tm;
	char text[40];

	CHECK(sizeof(time_t) == 8);
	CHECK(gmtime_r(&late, &tm) == &tm);
	CHECK(strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm) > 0);
	CHECK(strcmp(text, "2100-01-01 00:00:00") == 0);
	CHECK(mktime(&tm) == late);
}

static void patterns(void)
{
	regmatch_t match[2];
	regex_t pattern;

	CHECK(regcomp(&pattern, "^([a-z]+)[0-9]$", REG_EXTENDED) == 0);
	CHECK(regexec(&pattern, "caplet1", 2, match, 0) == 0);
	CHECK(match[1].rm_so == 0 && match[1].rm_eo == 6);
	CHECK(regexec(&pattern, "1caplet", 2, match, 0) == REG_NOMATCH);
	regfree(&pattern);
}

const struct test text_tests[] = {
	{"integers", integers},	    {"integers_64", integers_64},
	{"positional", positional}, {"strings", strings},
	{"scanning", scanning},	    {"dates", dates},
	{"patterns", patterns},	    {NULL, NULL},
};
