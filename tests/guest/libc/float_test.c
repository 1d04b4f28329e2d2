// SPDX-License-Identifier: MIT
//
// Floating numbers. The library without FPU has none of this, so there the list is empty.

#include "suite.h"
#include <stddef.h>

#ifndef CAPLET_NOFPU

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void formats(void)
{
	CHECK(prints("3.141593 -0.50 1e+10", "%f %.2f %g", 3.14159265, -0.5, 1e10));
	CHECK(prints("1.000000e-300 inf nan", "%e %f %f", 1e-300, HUGE_VAL, NAN));
	CHECK(prints("0x1.8p+1", "%a", 3.0));
	CHECK(prints("1.25", "%Lg", 1.25L));
	CHECK(prints("2.5 1", "%2$g %1$d", 1, 2.5));
	CHECK(prints("0.1000000000000000055511151231257827", "%.34f", 0.1));
}

static void conversions(void)
{
	char *end;
	double scanned;

	CHECK(strtod("1.5e3x", &end) == 1500.0 && *end == 'x');
	CHECK(strtod("0x1.8p1", NULL) == 3.0);
	CHECK(strtod("1e400", NULL) == HUGE_VAL);
	CHECK(strtod("4.9406564584124654e-324", NULL) > 0);
	CHECK(atof("-0.25") == -0.25);
	CHECK(sscanf("2.75", "%lf", &scanned) == 1 && scanned == 2.75);
	CHECK(strtold("0.5", NULL) == 0.5L);
}

static void functions(void)
{
	CHECK(fabs(sin(1.0) - 0.8414709848078965) < 1e-15);
	CHECK(fabs(exp(1.0) - 2.718281828459045) < 1e-15);
	CHECK(fabs(pow(2.0, 0.5) - sqrt(2.0)) < 1e-15);
	CHECK(floor(-1.5) == -2.0 && fmod(7.0, 4.0) == 3.0);
}

static void round_trip(void)
{
	double value = 1.0 / 3.0;
	char text[40];

	for (int i = 0; i < 300; i++, value *= 0.1) {
		snprintf(text, sizeof(text), "%.17g", value);
		CHECK(strtod(text, NULL) == value);
	}
}

const struct test float_tests[] = {
	{"float_formats", formats},
	{"float_conversions", conversions},
	{"float_functions", functions},
	{"float_round_trip", round_trip},
	{NULL, NULL},
};

#else

const struct test float_tests[] = {{NULL, NULL}};

#endif
