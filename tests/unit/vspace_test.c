// SPDX-License-Identifier: MIT
//
// kernel/vspace.c: mapping and unmapping of tables and frames, held against a walk of the tables by
// hand, and a random run against a plain model.

#include "unit.h"

#include "vspace.h"

enum { ASID = 7, TABLES = 12, FRAMES = 6, PLACES = 4 };
#define BASE	    0x40000000ul
#define TABLE_AT(i) (0x100000ul + (i)*PAGE_SIZE)
#define FRAME_AT(i) (0x200000ul + (i)*PAGE_SIZE)
#define LARGE_AT    0x400000ul

static struct cap space, tables[TABLES], frames[FRAMES], large;

static int setup(void **state)
{
	if (space.type != 0)
		vspace_destroy(cap_object(space)); // of the test before
	host_reset();
	space = cap_make(OBJECT_VSPACE, VSPACE_BITS, phys_to_virt(0x80000));
	for (unsigned i = 0; i < TABLES; i++)
		tables[i] = cap_make(OBJECT_TABLE, TABLE_BITS, phys_to_virt(TABLE_AT(i)));
	for (unsigned i = 0; i < FRAMES; i++)
		frames[i] = cap_make_physical(OBJECT_FRAME, FRAME_4K_BITS, FRAME_AT(i), false);
	large = cap_make_physical(OBJECT_FRAME, FRAME_2M_BITS, LARGE_AT, false);
	assert_true(vspace_assign_asid(space, ASID));
	return 0;
}

static enum status map_table(struct cap *table, vaddr_t address, unsigned *level)
{
	return vspace_map_table(table, &(struct mapping){.vspace = &space, .address = address},
				level);
}

static enum status map(struct cap *frame, vaddr_t address, unsigned rights)
{
	unsigned level;

	return vspace_map_frame(
		frame, &(struct mapping){.vspace = &space, .address = address, .rights = rights},
		&level);
}

// The entry that the hardware would find; 0: none.
static uint64_t translate(vaddr_t address)
{
	struct table *table = cap_object(space);

	for (int level = 3; level >= 0; level--) {
		uint64_t entry = table->entry[address >> (12 + 9 * level) & 511];

		if (!(entry & 1))
			return 0;
		if (level == 0 || (entry & 128))
			return entry;
		table = phys_to_virt(entry & 0x000ffffffffff000);
	}
	return 0;
}

static paddr_t translated_paddr(vaddr_t address)
{
	return translate(address) & 0x000ffffffffff000;
}

static void map_all_tables(vaddr_t address, unsigned first)
{
	unsigned level;

	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(map_table(&tables[first + i], address, &level), STATUS_OK);
}

static void test_levels(void **state)
{
	unsigned level;
	struct mapping m = {.vspace = &space, .address = BASE, .rights = RIGHT_READ};

	for (unsigned missing = 3; missing > 0; missing--) {
		assert_int_equal(vspace_map_frame(&frames[0], &m, &level), STATUS_NO_TABLE);
		assert_int_equal(level, missing);
		assert_int_equal(map_table(&tables[missing], BASE, &level), STATUS_OK);
		assert_int_equal(level, missing);
		assert_int_equal(map_table(&tables[missing], BASE, &level), STATUS_MAPPED);
	}
	assert_int_equal(map_table(&tables[4], BASE, &level), STATUS_MAPPED);
	assert_int_equal(vspace_map_frame(&frames[0], &m, &level), STATUS_OK);
	assert_int_equal(translated_paddr(BASE), FRAME_AT(0));
}

static void test_rights(void **state)
{
	map_all_tables(BASE, 0);
	assert_int_equal(map(&frames[0], BASE, RIGHT_READ), STATUS_OK);
	assert_int_equal(translate(BASE) & 2, 0);
	assert_true(translate(BASE) >> 63); // no execution unless asked for
	uint64_t flushes = host->flushes;

	assert_int_equal(map(&frames[0], BASE, RIGHT_READ | RIGHT_WRITE), STATUS_OK);
	assert_int_equal(translate(BASE) & 2, 2);
	assert_true(host->flushes > flushes); // a changed entry must not stay in the TLB
}

static void test_places(void **state)
{
	static const vaddr_t bad[] = {
		0xffff800000000000,
		0xffff87ffffffffff & -PAGE_SIZE,
		1ul << 47,
		~0xffful,
	};

	map_all_tables(BASE, 0);
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(map(&frames[0], bad[i], RIGHT_READ), STATUS_BAD_ARGUMENT);
	for (unsigned bit = 0; bit < 12; bit++)
		assert_int_equal(map(&frames[0], BASE + (1ul << bit), RIGHT_READ),
				 STATUS_MISALIGNED);
	assert_int_equal(map(&large, BASE + PAGE_SIZE, RIGHT_READ), STATUS_MISALIGNED);
	assert_int_equal(map(&frames[0], BASE, RIGHT_READ), STATUS_OK);
	assert_int_equal(map(&frames[1], BASE, RIGHT_READ), STATUS_MAPPED);
	assert_int_equal(map(&frames[0], BASE + PAGE_SIZE, RIGHT_READ), STATUS_MAPPED);
	assert_int_equal(map(&large, BASE, RIGHT_READ), STATUS_MAPPED);
}

static void test_large(void **state)
{
	unsigned level;

	map_all_tables(BASE, 0);
	assert_int_equal(map(&large, BASE + (2 << 20), RIGHT_READ), STATUS_OK);
	assert_int_equal(translated_paddr(BASE + (2 << 20) + 0x5000), LARGE_AT);
	assert_int_equal(map(&frames[0], BASE + (2 << 20) + 0x5000, RIGHT_READ), STATUS_MAPPED);
	assert_int_equal(map_table(&tables[5], BASE + (2 << 20), &level), STATUS_MAPPED);
	vspace_unmap_frame(&large);
	assert_int_equal(translate(BASE + (2 << 20)), 0);
	assert_int_equal(map_table(&tables[5], BASE + (2 << 20), &level), STATUS_OK);
}

static void test_table_unmapped(void **state)
{
	unsigned level;

	map_all_tables(BASE, 0); // tables[2] is the lowest
	assert_int_equal(map(&frames[0], BASE, RIGHT_READ), STATUS_OK);
	uint64_t flushes = host->flushes;

	vspace_unmap_table(&tables[2]);
	assert_true(host->flushes > flushes);
	assert_int_equal(translate(BASE), 0);
	// Another table and another frame in its place: the first frame's capability has no say.
	assert_int_equal(map_table(&tables[3], BASE, &level), STATUS_OK);
	assert_int_equal(map(&frames[1], BASE, RIGHT_READ), STATUS_OK);
	vspace_unmap_frame(&frames[0]);
	assert_int_equal(translated_paddr(BASE), FRAME_AT(1));
	// The table that was unmapped is empty when it comes back elsewhere.
	assert_int_equal(map_table(&tables[2], BASE + (2 << 20), &level), STATUS_OK);
	assert_int_equal(translate(BASE + (2 << 20)), 0);
}

// A table in the middle goes; what hung below it must not come back with it.
static void test_middle_table_unmapped(void **state)
{
	unsigned level;

	map_all_tables(BASE, 0);
	assert_int_equal(map(&frames[0], BASE, RIGHT_READ), STATUS_OK);
	vspace_unmap_table(&tables[1]);
	assert_int_equal(translate(BASE), 0);
	vspace_unmap_frame(&frames[0]); // out of reach: its entry stays in tables[2]
	assert_int_equal(map_table(&tables[1], BASE, &level), STATUS_OK);
	assert_int_equal(map_table(&tables[2], BASE, &level), STATUS_OK);
	assert_int_equal(translate(BASE), 0);
}

static void test_space_destroyed(void **state)
{
	struct cap other = cap_make(OBJECT_VSPACE, VSPACE_BITS, phys_to_virt(0x90000));

	map_all_tables(BASE, 0);
	assert_int_equal(map(&frames[0], BASE, RIGHT_READ), STATUS_OK);
	assert_false(vspace_assign_asid(other, ASID));
	vspace_destroy(cap_object(space));
	assert_true(vspace_assign_asid(other, ASID)); // the number is free again
	space = other;
	vspace_unmap_frame(&frames[0]); // of a space that is no more
	for (unsigned i = 0; i < 3; i++)
		vspace_unmap_table(&tables[i]);
	map_all_tables(BASE, 0);
	assert_int_equal(translate(BASE), 0);
	assert_int_equal(map(&frames[0], BASE, RIGHT_READ), STATUS_OK);
}

// A capability whose mapping was lost with its table, or with its space, has no say over the mapping
// that another capability made of the same frame at the same place.
static void test_same_frame(void **state)
{
	struct cap other = cap_make(OBJECT_VSPACE, VSPACE_BITS, phys_to_virt(0x90000));
	struct cap lost = frames[0], second = frames[0], third = frames[0];
	unsigned level;

	map_all_tables(BASE, 0);
	assert_int_equal(map(&lost, BASE, RIGHT_READ), STATUS_OK);
	vspace_unmap_table(&tables[2]);
	assert_int_equal(map_table(&tables[2], BASE, &level), STATUS_OK);
	assert_int_equal(map(&second, BASE, RIGHT_READ), STATUS_OK);
	assert_int_equal(map(&lost, BASE, RIGHT_READ), STATUS_MAPPED);
	vspace_unmap_frame(&lost);
	assert_int_equal(translated_paddr(BASE), FRAME_AT(0));

	vspace_destroy(cap_object(space));
	assert_true(vspace_assign_asid(other, ASID));
	space = other;
	map_all_tables(BASE, 3);
	assert_int_equal(map(&third, BASE, RIGHT_READ), STATUS_OK);
	vspace_unmap_frame(&second);
	assert_int_equal(translated_paddr(BASE), FRAME_AT(0));
	vspace_unmap_frame(&third);
	assert_int_equal(translate(BASE), 0);
}

// The number of a table's mapping stays in the bits that all formats have for it, and comes round.
static void test_tags(void **state)
{
	const uint64_t tag = 0x3fful << 52;
	struct table *middle = cap_object(tables[1]);
	unsigned level;

	map_all_tables(BASE, 0);
	uint64_t *entry = &middle->entry[BASE >> 21 & 511], first = *entry;

	for (unsigned i = 1; i <= 1024; i++) {
		vspace_unmap_table(&tables[2]);
		assert_int_equal(map_table(&tables[2], BASE, &level), STATUS_OK);
		assert_int_equal(*entry & ~tag, first & ~tag);
		assert_int_equal(*entry == first, i == 1024);
	}
}

static void test_random(void **state)
{
	int at[PLACES], where[FRAMES]; // frame at a place, place of a frame; -1: none

	for (unsigned i = 0; i < PLACES; i++)
		at[i] = -1;
	for (unsigned i = 0; i < FRAMES; i++)
		where[i] = -1;
	srandom(3);
	map_all_tables(BASE, 0);
	for (unsigned round = 0; round < 20000; round++) {
		unsigned f = random() % FRAMES, p = random() % PLACES;
		vaddr_t address = BASE + p * PAGE_SIZE;

		if (random() % 3 == 0) {
			vspace_unmap_frame(&frames[f]);
			if (where[f] >= 0)
				at[where[f]] = -1;
			where[f] = -1;
		} else {
			bool free_place = at[p] < 0 && where[f] < 0, same = at[p] == (int)f;
			enum status status = map(&frames[f], address, RIGHT_READ);

			assert_int_equal(status, free_place || same ? STATUS_OK : STATUS_MAPPED);
			if (status == STATUS_OK) {
				at[p] = (int)f;
				where[f] = (int)p;
			}
		}
		for (unsigned i = 0; i < PLACES; i++)
			assert_int_equal(translated_paddr(BASE + i * PAGE_SIZE),
					 at[i] < 0 ? 0 : FRAME_AT((unsigned)at[i]));
	}
}

int vspace_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_levels, setup),
		cmocka_unit_test_setup(test_rights, setup),
		cmocka_unit_test_setup(test_places, setup),
		cmocka_unit_test_setup(test_large, setup),
		cmocka_unit_test_setup(test_table_unmapped, setup),
		cmocka_unit_test_setup(test_middle_table_unmapped, setup),
		cmocka_unit_test_setup(test_space_destroyed, setup),
		cmocka_unit_test_setup(test_same_frame, setup),
		cmocka_unit_test_setup(test_tags, setup),
		cmocka_unit_test_setup(test_random, setup),
	};

	return cmocka_run_group_tests_name("vspace", tests, NULL, NULL);
}
