// SPDX-License-Identifier: MIT
//
// kernel/refill.c and kernel/release.c: budgets and the queue of those who wait for them.
//
// The promise of a sporadic server is checked from outside: random use, by the rules of the
// scheduler (only when ready, never longer than the first piece), and in no window of one period
// more than the budget.

#include "unit.h"

#include "release.h"
#include "schedctx.h"

enum { BUDGET = 300, PERIOD = 1000, USES = 4000 };

static struct schedctx *context(unsigned i)
{
	return phys_to_virt(HOST_FREE_PADDR + i * 256);
}

static ticks_t sum(const struct schedctx *s)
{
	ticks_t total = 0;

	for (unsigned i = 0; i < s->count; i++)
		total += s->refill[(s->head + i) % s->limit].amount;
	return total;
}

static void check_pieces(const struct schedctx *s)
{
	ticks_t end = 0;

	assert_in_range(s->count, 1, s->limit);
	assert_int_equal(sum(s), s->budget);
	for (unsigned i = 0; i < s->count; i++) {
		const struct refill *piece = &s->refill[(s->head + i) % s->limit];

		assert_true(piece->time >= end);
		end = piece->time + piece->amount;
	}
}

static void test_fresh(void **state)
{
	struct schedctx *s = context(0);

	refill_configure(s, BUDGET, PERIOD, 2, 5000);
	assert_true(refill_is_ready(s, 5000));
	assert_false(refill_is_ready(s, 4999));
	check_pieces(s);
	assert_false(s->round_robin);
	refill_configure(s, PERIOD, PERIOD, 2, 5000);
	assert_true(s->round_robin);
	assert_true(refill_is_ready(s, 0));
}

static void test_used_up(void **state)
{
	struct schedctx *s = context(0);

	refill_configure(s, BUDGET, PERIOD, 2, 5000);
	assert_true(refill_charge(s, BUDGET));
	check_pieces(s);
	assert_false(refill_is_ready(s, 5000 + PERIOD - 1));
	assert_true(refill_is_ready(s, 5000 + PERIOD));
}

static void test_overrun(void **state)
{
	struct schedctx *s = context(0);

	// The timer was late: what was used too much is paid for with a later start.
	refill_configure(s, BUDGET, PERIOD, 2, 5000);
	assert_true(refill_charge(s, BUDGET + 70));
	check_pieces(s);
	assert_false(refill_is_ready(s, 5000 + PERIOD + 69));
	assert_true(refill_is_ready(s, 5000 + PERIOD + 70));
	// Much too late: each whole budget costs a period.
	refill_configure(s, BUDGET, PERIOD, 2, 5000);
	assert_true(refill_charge(s, 3 * BUDGET + 70));
	check_pieces(s);
	assert_false(refill_is_ready(s, 5000 + 3 * PERIOD + 69));
	assert_true(refill_is_ready(s, 5000 + 3 * PERIOD + 70));
}

static void test_round_robin(void **state)
{
	struct schedctx *s = context(0);

	refill_configure(s, PERIOD, PERIOD, 2, 5000);
	for (unsigned i = 0; i < 100; i++) {
		refill_charge(s, 1 + i * 37 % (2 * PERIOD));
		assert_true(refill_is_ready(s, 0));
		assert_in_range(refill_head(s)->amount, 1, PERIOD);
	}
}

struct use {
	ticks_t from, to;
};

// How much was used in [start, start + PERIOD)?
static ticks_t used_in_window(const struct use *uses, unsigned count, ticks_t start)
{
	ticks_t total = 0;

	for (unsigned i = count; i-- > 0 && uses[i].to > start;) {
		ticks_t from = uses[i].from > start ? uses[i].from : start;
		ticks_t to = uses[i].to < start + PERIOD ? uses[i].to : start + PERIOD;

		if (to > from)
			total += to - from;
	}
	return total;
}

static void random_use(unsigned limit, unsigned seed)
{
	static struct use uses[USES];
	struct schedctx *s = context(0);
	ticks_t now = 5000;
	unsigned count = 0;

	srandom(seed);
	refill_minimum = 5;
	refill_configure(s, BUDGET, PERIOD, limit, now);
	while (count < USES) {
		if (!refill_is_ready(s, now)) {
			now = refill_head(s)->time + random() % 50; // the timer is late
			refill_unblock(s, now);
			continue;
		}
		check_pieces(s);
		ticks_t most = refill_head(s)->amount;
		ticks_t used = random() % 3 ? 1 + random() % most : most;

		uses[count++] = (struct use){now, now + used};
		now += used;
		refill_charge(s, used);
		check_pieces(s);
		assert_true(used_in_window(uses, count, now - PERIOD) <= BUDGET);
		if (random() % 4 == 0) { // it blocks for a while
			now += random() % PERIOD;
			refill_unblock(s, now);
		}
	}
}

static void test_window(void **state)
{
	for (unsigned seed = 1; seed <= 8; seed++)
		random_use(2 + seed % 4, seed);
}

// ---- the release queue -------------------------------------------------------------------------

enum { WAITERS = 24 };

static unsigned heap_check(const struct schedctx *s, const struct schedctx *up)
{
	if (s == NULL)
		return 0;
	assert_ptr_equal(s->release_up, up);
	assert_true(s->throttled);
	if (up)
		assert_true(up->refill[up->head].time <= s->refill[s->head].time);
	return 1 + heap_check(s->release_left, s) + heap_check(s->release_right, s);
}

static void test_release_queue(void **state)
{
	struct schedctx *heap = NULL;
	unsigned members = 0;

	srandom(7);
	for (unsigned i = 0; i < WAITERS; i++)
		refill_configure(context(i), BUDGET, PERIOD, 2, 0);
	for (unsigned round = 0; round < 20000; round++) {
		struct schedctx *s = context(random() % WAITERS);

		if (s->throttled) {
			if (random() % 3 == 0)
				s = heap; // the first leaves most often
			release_remove(&heap, s);
			assert_false(s->throttled);
			members--;
		} else {
			refill_configure(s, BUDGET, PERIOD, 2, random() % 64);
			release_add(&heap, s);
			members++;
		}
		assert_int_equal(heap_check(heap, NULL), members);
	}
}

int refill_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_fresh, unit_reset),
		cmocka_unit_test_setup(test_used_up, unit_reset),
		cmocka_unit_test_setup(test_overrun, unit_reset),
		cmocka_unit_test_setup(test_round_robin, unit_reset),
		cmocka_unit_test_setup(test_window, unit_reset),
		cmocka_unit_test_setup(test_release_queue, unit_reset),
	};

	return cmocka_run_group_tests_name("refill", tests, NULL, NULL);
}
