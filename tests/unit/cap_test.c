// SPDX-License-Identifier: MIT
//
// kernel/cap.c and kernel/derive.c: which capabilities cover which, and the derivation list.

#include "unit.h"

#include "derive.h"

enum { BASE = 0x100000 };

static bool covers(struct cap a, struct cap b)
{
	return cap_covers(&a, &b);
}

static bool same(struct cap a, struct cap b)
{
	return cap_same_object(&a, &b);
}

static struct cap untyped(paddr_t start, unsigned bits)
{
	return cap_make_physical(OBJECT_UNTYPED, bits, start, false);
}

static struct cap endpoint(paddr_t paddr, uint64_t badge)
{
	struct cap cap = cap_make(OBJECT_ENDPOINT, 0, phys_to_virt(paddr));

	cap.badge = badge;
	return cap;
}

static void test_covers_ranges(void **state)
{
	struct cap whole = untyped(BASE, 16);

	assert_true(covers(whole, untyped(BASE, 16)));
	assert_true(covers(whole, untyped(BASE, 4)));
	assert_true(covers(whole, untyped(BASE + 0x8000, 15)));
	assert_true(covers(whole, endpoint(BASE + 0xffc0, 0)));
	assert_true(covers(whole, cap_make_physical(OBJECT_FRAME, 12, BASE + 0xf000, false)));
	assert_false(covers(whole, untyped(BASE + 0x10000, 16)));
	assert_false(covers(whole, untyped(BASE - 0x10000, 16)));
	assert_false(covers(whole, untyped(BASE, 17)));
	assert_false(covers(whole, endpoint(BASE + 0x10000, 0)));
	assert_false(covers(endpoint(BASE, 0), whole));
	assert_true(covers(endpoint(BASE, 0), endpoint(BASE, 5)));
	assert_false(covers(endpoint(BASE, 0), endpoint(BASE + 64, 0)));
}

static void test_covers_high(void **state)
{
	// The largest untyped at the end of what 48 bits can say.
	struct cap high = untyped(1ul << 47, 47);

	assert_true(covers(high, untyped(0xfffffffff000, 12)));
	assert_false(covers(high, untyped((1ul << 47) - 4096, 12)));
	assert_int_equal(cap_paddr(untyped(0xfffffffff000, 12)), 0xfffffffff000);
}

static void test_same_object(void **state)
{
	assert_true(same(endpoint(BASE, 1), endpoint(BASE, 2)));
	assert_false(same(endpoint(BASE, 1), endpoint(BASE + 64, 1)));
	assert_false(same(untyped(BASE, 12), cap_make_physical(OBJECT_FRAME, 12, BASE, false)));
	assert_false(same(untyped(BASE, 12), untyped(BASE, 13)));
	// Untyped memory is never an object to be destroyed with its last capability.
	assert_false(same(untyped(BASE, 12), untyped(BASE, 12)));
}

static void test_derive_rights(void **state)
{
	struct slot source = {.cap = endpoint(BASE, 0)};
	struct cap copy;

	for (unsigned have = 0; have <= RIGHT_ALL; have++) {
		source.cap.rights = have;
		for (unsigned wanted = 0; wanted <= RIGHT_ALL; wanted++) {
			assert_int_equal(cap_derive(&source, wanted, &copy), STATUS_OK);
			assert_int_equal(copy.rights, have & wanted);
		}
	}
	source.cap.type = CAP_EMPTY;
	assert_int_not_equal(cap_derive(&source, RIGHT_ALL, &copy), STATUS_OK);
	source.cap.type = CAP_ZOMBIE;
	assert_int_not_equal(cap_derive(&source, RIGHT_ALL, &copy), STATUS_OK);
}

static void test_derived_frame_is_unmapped(void **state)
{
	struct slot source = {.cap = cap_make_physical(OBJECT_FRAME, 12, BASE, false)};
	struct cap copy;

	source.cap.map.asid = 5;
	source.cap.map.page = 77;
	assert_int_equal(cap_derive(&source, RIGHT_ALL, &copy), STATUS_OK);
	assert_int_equal(copy.map.asid, 0);
}

// ---- the list --------------------------------------------------------------------------------------

enum { SLOTS = 12 };

static struct slot *slots(void)
{
	return phys_to_virt(HOST_FREE_PADDR);
}

// Well-formed, and the given slots in this order.
static void check_order(unsigned count, const unsigned *order)
{
	struct slot *s = slots();

	for (unsigned i = 0; i < count; i++) {
		assert_ptr_equal(s[order[i]].previous, i ? &s[order[i - 1]] : NULL);
		assert_ptr_equal(slot_next(&s[order[i]]), i + 1 < count ? &s[order[i + 1]] : NULL);
	}
}

#define ORDER(...)                                                                                 \
	check_order(sizeof((unsigned[]){__VA_ARGS__}) / sizeof(unsigned), (unsigned[]){__VA_ARGS__})

static void family(void)
{
	struct slot *s = slots();

	derive_insert_first(&s[0], untyped(BASE, 16));
	derive_insert(&s[0], &s[1], endpoint(BASE, 0), true);
	derive_insert(&s[1], &s[2], endpoint(BASE, 7), true);
	derive_insert(&s[2], &s[3], endpoint(BASE, 7), false);
	derive_insert(&s[1], &s[4], endpoint(BASE, 8), true);
	derive_insert(&s[0], &s[5], endpoint(BASE + 64, 0), true);
}

static void test_insert(void **state)
{
	struct slot *s = slots();

	family();
	ORDER(0, 5, 1, 4, 2, 3);
	assert_true(derive_is_descendant(&s[0], &s[3]));
	assert_true(derive_is_descendant(&s[1], &s[2]));
	assert_true(derive_is_descendant(&s[1], &s[3]));
	assert_true(derive_is_descendant(&s[2], &s[3]));
	assert_false(derive_is_descendant(&s[4], &s[2]));
	assert_false(derive_is_descendant(&s[5], &s[1]));
	assert_false(derive_is_descendant(&s[3], &s[2]));
	assert_true(derive_has_children(&s[0]));
	assert_false(derive_has_children(&s[5]));
	assert_false(derive_has_children(&s[4]));
	assert_true(derive_has_children(&s[2]));
	assert_true(derive_is_last(&s[5]));
	for (unsigned i = 1; i < 5; i++)
		assert_false(derive_is_last(&s[i]));
}

static void test_remove(void **state)
{
	struct slot *s = slots();

	family();
	derive_remove(&s[1]); // the original goes, its derived ones stay, each family for itself
	ORDER(0, 5, 4, 2, 3);
	assert_true(slot_is_empty(&s[1]));
	assert_false(derive_is_descendant(&s[4], &s[2]));
	assert_true(derive_is_descendant(&s[2], &s[3]));
	derive_remove(&s[2]);
	assert_false(derive_is_descendant(&s[4], &s[3]));
	derive_remove(&s[4]);
	assert_true(derive_is_last(&s[3]));
	derive_remove(&s[3]);
	derive_remove(&s[5]);
	assert_false(derive_has_children(&s[0]));
	ORDER(0);
}

// Two mints of the same badge are families of their own: revoking one spares the other.
static void test_equal_badges(void **state)
{
	struct slot *s = slots();

	derive_insert_first(&s[0], endpoint(BASE, 0));
	derive_insert(&s[0], &s[1], endpoint(BASE, 7), true);
	derive_insert(&s[0], &s[2], endpoint(BASE, 7), true);
	derive_insert(&s[2], &s[3], endpoint(BASE, 7), false);
	ORDER(0, 2, 3, 1);
	assert_true(derive_is_descendant(&s[2], &s[3]));
	assert_false(derive_is_descendant(&s[2], &s[1]));
	// The mark must move on when the first of a family goes.
	derive_remove(&s[2]);
	derive_remove(&s[3]);
	assert_false(derive_has_children(&s[1]));
	assert_true(derive_has_children(&s[0]));
}

static void test_move(void **state)
{
	struct slot *s = slots();

	family();
	derive_move(&s[0], &s[6]);
	ORDER(6, 5, 1, 4, 2, 3);
	derive_move(&s[3], &s[7]);
	ORDER(6, 5, 1, 4, 2, 7);
	derive_move(&s[4], &s[3]);
	ORDER(6, 5, 1, 3, 2, 7);
	assert_true(slot_is_empty(&s[0]));
	assert_null(s[4].previous);
	assert_null(slot_next(&s[4]));
}

static void test_swap(void **state)
{
	struct slot *s = slots();

	family();
	derive_swap(&s[2], &s[3]); // neighbours
	ORDER(0, 5, 1, 4, 3, 2);
	derive_swap(&s[2], &s[3]); // and the other way round
	ORDER(0, 5, 1, 4, 2, 3);
	derive_swap(&s[0], &s[3]); // the ends
	ORDER(3, 5, 1, 4, 2, 0);
	derive_swap(&s[5], &s[2]);
	ORDER(3, 2, 1, 4, 5, 0);
	derive_swap(&s[8], &s[1]); // with an empty one: a move
	ORDER(3, 2, 8, 4, 5, 0);
	assert_true(slot_is_empty(&s[1]));
	derive_swap(&s[8], &s[8]);
	ORDER(3, 2, 8, 4, 5, 0);
}

// Random operations: the list stays well-formed and holds exactly the slots that are not empty.
static void test_random(void **state)
{
	struct slot *s = slots();
	unsigned seed = 12345;

	derive_insert_first(&s[0], untyped(BASE, 16));
	for (unsigned round = 0; round < 20000; round++) {
		unsigned a = (seed = seed * 1103515245 + 12345) >> 16 & 0xff;
		struct slot *x = &s[a % SLOTS], *y = &s[a / SLOTS % SLOTS];
		unsigned held = 0, listed = 0;

		if (!slot_is_empty(x) && slot_is_empty(y) && (seed & 1))
			derive_insert(x, y, endpoint(BASE + (seed >> 8 & 1) * 64, seed >> 9 & 3),
				      seed >> 11 & 1);
		else if (!slot_is_empty(x) && slot_is_empty(y))
			derive_move(x, y);
		else if (!slot_is_empty(x) && (seed & 2))
			derive_swap(x, y);
		else if (!slot_is_empty(x) && x->cap.type != OBJECT_UNTYPED)
			derive_remove(x);
		for (unsigned i = 0; i < SLOTS; i++) {
			if (slot_is_empty(&s[i])) {
				assert_null(s[i].previous);
				assert_null(slot_next(&s[i]));
				continue;
			}
			held++;
			if (s[i].previous)
				assert_ptr_equal(slot_next(s[i].previous), &s[i]);
			else
				for (struct slot *l = &s[i]; l; l = slot_next(l))
					listed++;
		}
		assert_int_equal(held, listed);
	}
}

int cap_tests(void)
{
#define TEST(function) cmocka_unit_test_setup(function, unit_reset)
	const struct CMUnitTest tests[] = {
		TEST(test_covers_ranges),
		TEST(test_covers_high),
		TEST(test_same_object),
		TEST(test_derive_rights),
		TEST(test_derived_frame_is_unmapped),
		TEST(test_insert),
		TEST(test_remove),
		TEST(test_equal_badges),
		TEST(test_move),
		TEST(test_swap),
		TEST(test_random),
	};

	return cmocka_run_group_tests_name("cap", tests, NULL, NULL);
}
