// SPDX-License-Identifier: MIT
//
// kernel/cspace.c: every way in which a path can end.

#include "unit.h"

#include "cspace.h"

static struct slot *outer(void)
{
	return phys_to_virt(HOST_FREE_PADDR);
}

static struct slot *inner(void)
{
	return phys_to_virt(HOST_FREE_PADDR + 0x1000);
}

static struct cap node(unsigned bits, struct slot *slots, unsigned guard_bits, uint64_t guard)
{
	struct cap cap = cap_make(OBJECT_CNODE, bits, slots);

	cap.cnode.guard_bits = guard_bits;
	cap.cnode.guard = guard;
	return cap;
}

static enum status find(struct cap root, cptr_t cptr, struct slot **slot, unsigned *left)
{
	*slot = NULL;
	*left = 1234;
	return cspace_find(&root, cptr, slot, left);
}

static void test_one_level(void **state)
{
	struct cap root = node(4, outer(), 60, 0);
	struct slot *slot;
	unsigned left;

	outer()[3].cap = cap_make(OBJECT_ENDPOINT, 0, inner());
	assert_int_equal(find(root, 3, &slot, &left), STATUS_OK);
	assert_ptr_equal(slot, &outer()[3]);
	assert_int_not_equal(find(root, 16, &slot, &left), STATUS_OK); // the guard does not match
	assert_int_not_equal(find(root, 1ul << 63 | 3, &slot, &left), STATUS_OK);
	assert_int_not_equal(find(root, ~0ul, &slot, &left), STATUS_OK);
	assert_true(left <= 64);
}

static void test_not_a_cnode(void **state)
{
	struct slot *slot;
	unsigned left;

	assert_int_not_equal(find((struct cap){0}, 1, &slot, &left), STATUS_OK);
	assert_int_not_equal(find(cap_make(OBJECT_ENDPOINT, 0, inner()), 1, &slot, &left),
			     STATUS_OK);
	assert_int_not_equal(cspace_find_exact((struct cap){0}, 1, 4, &slot, &left), STATUS_OK);
}

static void test_two_levels(void **state)
{
	struct cap root = node(4, outer(), 56, 0);
	struct slot *slot;
	unsigned left;

	outer()[5].cap = node(3, inner(), 1, 1);
	outer()[6].cap = cap_make(OBJECT_ENDPOINT, 0, inner());
	assert_int_equal(find(root, 0x5a, &slot, &left), STATUS_OK); // 0101, guard 1, 010
	assert_ptr_equal(slot, &inner()[2]);
	assert_int_not_equal(find(root, 0x52, &slot, &left), STATUS_OK); // guard 0
	// A path that ends early on something that is no cnode leads there (cspace.h), empty or not.
	assert_int_equal(find(root, 0x6a, &slot, &left), STATUS_OK);
	assert_ptr_equal(slot, &outer()[6]);
	assert_int_equal(find(root, 0x7a, &slot, &left), STATUS_OK);
	assert_ptr_equal(slot, &outer()[7]);
}

static void test_exact(void **state)
{
	struct cap root = node(4, outer(), 0, 0);
	struct slot *slot;
	unsigned left;

	outer()[5].cap = node(3, inner(), 1, 1);
	outer()[6].cap = cap_make(OBJECT_ENDPOINT, 0, inner());
	assert_int_equal(cspace_find_exact(root, 5, 4, &slot, &left), STATUS_OK);
	assert_ptr_equal(slot, &outer()[5]); // an inner cnode can be named
	assert_int_equal(cspace_find_exact(root, 0x5a, 8, &slot, &left), STATUS_OK);
	assert_ptr_equal(slot, &inner()[2]);
	assert_int_not_equal(cspace_find_exact(root, 0x6a, 8, &slot, &left), STATUS_OK);
	static const uint64_t depths[] = {0, 1, 3, 5, 7, 9, 64, 65, 1ul << 32, ~0ul};

	for (unsigned i = 0; i < sizeof(depths) / 8; i++)
		assert_int_not_equal(cspace_find_exact(root, 0x5a, depths[i], &slot, &left),
				     STATUS_OK);
	// High bits of the index beyond the depth are not looked at.
	assert_int_equal(cspace_find_exact(root, 0xf5, 4, &slot, &left), STATUS_OK);
	assert_ptr_equal(slot, &outer()[5]);
}

// A cnode that contains itself: the path ends with its bits.
static void test_cycle(void **state)
{
	struct cap root = node(1, outer(), 0, 0);
	struct slot *slot;
	unsigned left;

	outer()[0].cap = root;
	outer()[1].cap = root;
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(find(root, 1ul << i, &slot, &left), STATUS_OK);
	assert_int_equal(cspace_find_exact(root, 0, 64, &slot, &left), STATUS_OK);
	assert_ptr_equal(slot, &outer()[0]);
}

static void test_wide_guard(void **state)
{
	struct slot *slot;
	unsigned left;

	// A guard of 58 bits, the most that fits, all ones.
	struct cap root = node(6, outer(), 58, (1ul << 58) - 1);

	outer()[9].cap = cap_make(OBJECT_ENDPOINT, 0, inner());
	assert_int_equal(find(root, ~0ul << 6 | 9, &slot, &left), STATUS_OK);
	assert_ptr_equal(slot, &outer()[9]);
	assert_int_not_equal(find(root, (~0ul << 6 | 9) ^ 1ul << 40, &slot, &left), STATUS_OK);
	// 63 bits of guard over one bit of index.
	root = node(1, outer(), 63, 0);
	outer()[1].cap = outer()[9].cap;
	assert_int_equal(find(root, 1, &slot, &left), STATUS_OK);
	assert_int_not_equal(find(root, 1ul << 62 | 1, &slot, &left), STATUS_OK);
}

int cspace_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_one_level, unit_reset),
		cmocka_unit_test_setup(test_not_a_cnode, unit_reset),
		cmocka_unit_test_setup(test_two_levels, unit_reset),
		cmocka_unit_test_setup(test_exact, unit_reset),
		cmocka_unit_test_setup(test_cycle, unit_reset),
		cmocka_unit_test_setup(test_wide_guard, unit_reset),
	};

	return cmocka_run_group_tests_name("cspace", tests, NULL, NULL);
}
