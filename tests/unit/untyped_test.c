// SPDX-License-Identifier: MIT
//
// kernel/untyped.c, the arithmetic: where objects come to lie, what is refused, and what the clean
// mark promises. Random plans are held against a plain model.

#include "unit.h"

#include "untyped.h"

static struct cap fresh(unsigned bits)
{
	return cap_make_physical(OBJECT_UNTYPED, bits, 1ul << 46, false);
}

static enum status plan(struct cap cap, bool children, enum object_type type, unsigned bits,
			unsigned count, struct retype *out)
{
	return untyped_plan(&cap, children, type, bits, count, out);
}

static void test_first_object(void **state)
{
	struct retype r;

	assert_int_equal(plan(fresh(12), false, OBJECT_FRAME, 12, 1, &r), STATUS_OK);
	assert_int_equal(r.start, 0);
	assert_int_equal(r.end, 4096);
	assert_int_equal(plan(fresh(12), false, OBJECT_FRAME, 12, 2, &r), STATUS_NO_MEMORY);
	assert_int_equal(plan(fresh(12), false, OBJECT_FRAME, 21, 1, &r), STATUS_NO_MEMORY);
	assert_int_equal(plan(fresh(12), false, OBJECT_UNTYPED, 47, 256, &r), STATUS_NO_MEMORY);
}

static void test_counts(void **state)
{
	struct retype r;

	assert_int_equal(plan(fresh(30), false, OBJECT_ENDPOINT, 0, 0, &r), STATUS_BAD_ARGUMENT);
	assert_int_equal(plan(fresh(30), false, OBJECT_ENDPOINT, 0, 257, &r), STATUS_BAD_ARGUMENT);
	assert_int_equal(plan(fresh(30), false, OBJECT_ENDPOINT, 0, ~0u, &r), STATUS_BAD_ARGUMENT);
	assert_int_equal(plan(fresh(30), false, OBJECT_ENDPOINT, 0, 256, &r), STATUS_OK);
}

static void test_sizes(void **state)
{
	static const struct {
		enum object_type type;
		unsigned bits;
		bool good;
	} cases[] = {
		{OBJECT_UNTYPED, 3, false},	{OBJECT_UNTYPED, 4, true},
		{OBJECT_UNTYPED, 48, false},	{OBJECT_CNODE, 0, false},
		{OBJECT_CNODE, 1, true},	{OBJECT_CNODE, 20, true},
		{OBJECT_CNODE, 21, false},	{OBJECT_SCHEDCTX, 7, false},
		{OBJECT_SCHEDCTX, 8, true},	{OBJECT_SCHEDCTX, 13, false},
		{OBJECT_FRAME, 13, false},	{OBJECT_FRAME, 21, true},
		{OBJECT_IRQ, 0, false},		{OBJECT_IOPORT, 0, false},
		{OBJECT_IRQ_CONTROL, 0, false}, {OBJECT_THREAD, THREAD_BITS, true},
		{OBJECT_THREAD, 12, false},
	};
	struct retype r;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(plan(fresh(40), false, cases[i].type, cases[i].bits, 1, &r) ==
					 STATUS_OK,
				 cases[i].good);
}

static void test_device(void **state)
{
	struct cap device = cap_make_physical(OBJECT_UNTYPED, 20, 1ul << 40, true);
	struct retype r;

	assert_int_equal(plan(device, false, OBJECT_FRAME, 12, 1, &r), STATUS_OK);
	assert_int_equal(plan(device, false, OBJECT_UNTYPED, 12, 1, &r), STATUS_OK);
	assert_int_not_equal(plan(device, false, OBJECT_THREAD, 0, 1, &r), STATUS_OK);
	assert_int_not_equal(plan(device, false, OBJECT_CNODE, 4, 1, &r), STATUS_OK);
	assert_int_not_equal(plan(device, false, OBJECT_TABLE, 0, 1, &r), STATUS_OK);
}

// What has children goes on at the watermark; what has none any more begins anew.
static void test_reset(void **state)
{
	struct cap cap = fresh(14);

	untyped_advance(&cap, 4096 + 64);
	struct retype r;

	assert_int_equal(untyped_watermark(&cap), 4096 + 64);
	assert_int_equal(plan(cap, true, OBJECT_FRAME, 12, 1, &r), STATUS_OK);
	assert_int_equal(r.start, 8192);
	assert_false(r.reset);
	assert_int_equal(plan(cap, false, OBJECT_FRAME, 12, 4, &r), STATUS_OK);
	assert_int_equal(r.start, 0);
	assert_true(r.reset);
	untyped_reset(&cap);
	assert_int_equal(untyped_watermark(&cap), 0);
	assert_int_equal(untyped_clean_end(&cap), 0); // nothing is known to be zero
}

// Random retypes: aligned, in the untyped, disjoint; the clean mark never lies.
static void test_random(void **state)
{
	static const enum object_type types[] = {OBJECT_UNTYPED,  OBJECT_CNODE,	   OBJECT_THREAD,
						 OBJECT_ENDPOINT, OBJECT_SCHEDCTX, OBJECT_FRAME};
	unsigned made = 0;

	srandom(1);
	for (unsigned round = 0; round < 2000; round++) {
		unsigned bits = 6 + random() % 24;
		struct cap cap = fresh(bits);
		uint64_t used = 0, known_zero = 0; // known_zero: absolute offset
		bool children = false;

		for (unsigned step = 0; step < 30; step++) {
			enum object_type type = types[random() % 6];
			unsigned count = 1 + random() % 4, size = random() % 22;
			struct retype r;

			if (random() % 8 == 0)
				children = false;
			if (plan(cap, children, type, size, count, &r) != STATUS_OK)
				continue;
			uint64_t size_bytes = 1ul << r.size_bits;

			if (r.reset) {
				assert_false(children);
				used = known_zero = 0;
				untyped_reset(&cap);
			}
			assert_int_equal(r.start % size_bytes, 0);
			assert_int_equal(r.end - r.start, count * size_bytes);
			assert_true(r.start >= used);
			assert_true(r.start - used < size_bytes);
			assert_true(r.end <= 1ul << bits);
			// Clean as the kernel does it: whole chunks from the mark on.
			while (untyped_clean_end(&cap) < r.end) {
				uint64_t before = untyped_clean_end(&cap);

				cap.untyped.clean++;
				assert_true(untyped_clean_end(&cap) > before);
			}
			known_zero = untyped_clean_end(&cap) > known_zero ? untyped_clean_end(&cap)
									  : known_zero;
			untyped_advance(&cap, r.end);
			used = r.end;
			children = true;
			assert_int_equal(untyped_watermark(&cap), used);
			assert_true(untyped_clean_end(&cap) >= used);
			assert_true(untyped_clean_end(&cap) <=
				    (known_zero > used ? known_zero : used));
			made++;
		}
	}
	assert_true(made > 5000);
}

int untyped_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_object), cmocka_unit_test(test_counts),
		cmocka_unit_test(test_sizes),	     cmocka_unit_test(test_device),
		cmocka_unit_test(test_reset),	     cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests_name("untyped", tests, NULL, NULL);
}
