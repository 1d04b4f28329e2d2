// SPDX-License-Identifier: MIT
//
// The ledger, killed at every store. A script of transactions runs until its n-th store, for every n;
// then the successor's recovery runs until its m-th store, for every m, and again to its end. What
// is found must be exactly what one of the commits left: the last one that was finished, or
// the one that was under way.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include <caplet/kill_point.h>
#include <caplet/ledger.h>
#include <caplet/slot.h>

#define LEDGER_BYTES (32 * PAGE_SIZE)
#define LOG_BYTES    4096
#define CELLS	     40

static jmp_buf death;
static unsigned long points, armed;
static unsigned commits_seen, rollbacks_seen;
static bool panicked;

void kill_point(void)
{
	if (++points == armed)
		longjmp(death, 1);
}

void slot_committed(void)
{
	commits_seen++;
}

void slot_rolled_back(void)
{
	rollbacks_seen++;
}

_Noreturn void server_panic(const char *reason)
{
	(void)reason;
	panicked = true;
	longjmp(death, 2);
}

static void arm(unsigned long at)
{
	points = 0;
	armed = at;
}

static void ledger_wipe(void)
{
	memset((void *)LEDGER_BASE, 0, LEDGER_BYTES);
}

static status_t open_mode(enum start_mode mode)
{
	return ledger_open(&mode, LEDGER_BYTES, LOG_BYTES);
}

struct cells {
	uint64_t done; // transactions committed
	uint64_t cell[CELLS];
	char text[37];
};

static struct cells *cells;
static unsigned volatile done; // the same, as the script knows it

// One transaction of the script, with the test's own stores as kill points too.
static void step(unsigned n)
{
	uint64_t block[5] = {n, n * 3, n * 5, n * 7, n * 11};

	ledger_set(&cells->done, n);
	kill_point();
	ledger_set(&cells->cell[n % CELLS], n * 1000);
	kill_point();
	ledger_store(&cells->cell[(n * 7) % (CELLS - 5)], block, sizeof(block));
	ledger_change(cells->text, sizeof(cells->text)); // odd length, changed twice
	memset(cells->text, 'a' + (int)n, sizeof(cells->text));
	kill_point();
	ledger_change(&cells->text[3], 5);
	memset(&cells->text[3], 'A' + (int)n, 5);
	kill_point();
}

// The same, on plain memory.
static void model_step(struct cells *model, unsigned n)
{
	uint64_t block[5] = {n, n * 3, n * 5, n * 7, n * 11};

	model->done = n;
	model->cell[n % CELLS] = n * 1000;
	memcpy(&model->cell[(n * 7) % (CELLS - 5)], block, sizeof(block));
	memset(model->text, 'a' + (int)n, sizeof(model->text));
	memset(&model->text[3], 'A' + (int)n, 5);
}

static void script(void)
{
	done = 0;
	cells = ledger_region("cells", 1, sizeof(*cells));
	assert_non_null(cells);
	ledger_set(&ledger_header()->initialised, 1);
	ledger_commit();
	for (unsigned n = 1; n <= 5; n++) {
		if (n == 3) { // changed its mind
			step(77);
			ledger_rollback();
		}
		step(n);
		ledger_commit();
		done = n;
	}
}

static void check_state(void)
{
	struct cells model = {0};

	cells = ledger_region("cells", 1, sizeof(*cells));
	assert_non_null(cells);
	if (!ledger_header()->initialised) {
		assert_int_equal(done, 0);
		return;
	}
	assert_true(cells->done == done || cells->done == done + 1);
	for (unsigned n = 1; n <= cells->done; n++)
		model_step(&model, n);
	assert_memory_equal(cells, &model, sizeof(model));
	assert_false(ledger_changed());
}

// Run the script to its n-th store -> false: it ended before.
static bool run_and_die(unsigned long n)
{
	ledger_wipe();
	arm(0);
	assert_int_equal(open_mode(START_FRESH), STATUS_OK);
	arm(n);
	if (setjmp(death) == 0) {
		script();
		arm(0);
		return false;
	}
	assert_false(panicked);
	arm(0);
	return true;
}

static void killed_at_every_store(void **state)
{
	unsigned long n;

	(void)state;
	for (n = 1; run_and_die(n); n++) {
		assert_int_equal(open_mode(START_RESTART), STATUS_OK);
		check_state();
	}
	assert_int_equal(done, 5);
	check_state();
	print_message("# %lu stores\n", n - 1);
}

static void killed_again_at_every_store_of_the_recovery(void **state)
{
	volatile unsigned long deaths = 0;
	void *image = malloc(LEDGER_BYTES);

	(void)state;
	for (volatile unsigned long n = 1; run_and_die(n); n++) {
		memcpy(image, (void *)LEDGER_BASE, LEDGER_BYTES);
		for (volatile unsigned long m = 1;; m++) {
			volatile bool died = true;

			memcpy((void *)LEDGER_BASE, image, LEDGER_BYTES);
			arm(m);
			if (setjmp(death) == 0) {
				assert_int_equal(open_mode(START_RESTART), STATUS_OK);
				died = false;
			}
			arm(0);
			assert_int_equal(open_mode(START_RESTART), STATUS_OK);
			check_state();
			if (!died)
				break;
			deaths++;
		}
	}
	free(image);
	print_message("# %lu second deaths\n", deaths);
}

static void a_start_that_died_is_fresh_again(void **state)
{
	enum start_mode mode = START_FRESH;
	uint64_t *region;

	(void)state;
	ledger_wipe();
	assert_int_equal(ledger_open(&mode, LEDGER_BYTES, LOG_BYTES), STATUS_OK);
	region = ledger_region("first", 1, 64);
	memset(region, 0xff, 64);
	mode = START_RESTART;
	assert_int_equal(ledger_open(&mode, LEDGER_BYTES, LOG_BYTES), STATUS_OK);
	assert_int_equal(mode, START_FRESH);
	assert_null(ledger_region_find("first"));
	region = ledger_region("second", 1, 64);
	assert_int_equal(region[0], 0);
	// Died before the header was whole.
	ledger_wipe();
	mode = START_RESTART;
	assert_int_equal(ledger_open(&mode, LEDGER_BYTES, LOG_BYTES), STATUS_OK);
	assert_int_equal(mode, START_FRESH);
}

static void regions_are_found_or_refused(void **state)
{
	void *a;

	(void)state;
	ledger_wipe();
	assert_int_equal(open_mode(START_FRESH), STATUS_OK);
	a = ledger_region("a", 1, 100);
	assert_non_null(a);
	assert_ptr_equal(ledger_region("a", 1, 100), a);
	assert_null(ledger_region("a", 2, 100)); // another layout
	assert_null(ledger_region("a", 1, 101)); // another size
	assert_int_equal(ledger_region_find("a")->version, 1);
	assert_null(ledger_region("large", 1, LEDGER_BYTES));
	assert_null(ledger_region("huge", 1, ~0ul));
	assert_null(ledger_region("none", 1, 0));
	assert_null(ledger_region("a name that is longer than there is room for", 1, 8));
	assert_ptr_equal((uint8_t *)ledger_region("b", 1, 8), (uint8_t *)a + PAGE_SIZE);
	ledger_commit();
}

// A wild store hits any 8 bytes of header or log: the next start refuses or goes on, within bounds.
static void absurd_contents_are_refused(void **state)
{
	struct ledger_header *header = ledger_header();
	static const uint64_t absurd[] = {0, 1, 7, 8, 4096, LOG_BYTES + 8, 1ul << 40, ~0ul};
	volatile unsigned refused = 0;

	(void)state;
	for (volatile size_t word = 0; word < (PAGE_SIZE + 512) / 8; word++)
		for (volatile size_t i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++) {
			volatile status_t status = STATUS_BAD_LEDGER;

			run_and_die(60);
			((uint64_t *)header)[word] = absurd[i];
			if (setjmp(death) == 0)
				status = open_mode(START_RESTART);
			panicked = false;
			refused += status != STATUS_OK;
		}
	assert_true(refused > 50);
	run_and_die(60);
	header->bytes *= 2;
	assert_int_equal(open_mode(START_RESTART), STATUS_BAD_LEDGER);
	run_and_die(60);
	header->log_used = LOG_BYTES + 8;
	assert_int_equal(open_mode(START_RESTART), STATUS_BAD_LEDGER);
	assert_int_equal(ledger_open(&(enum start_mode){START_FRESH}, PAGE_SIZE, 0),
			 STATUS_BAD_LEDGER);
}

static void changes_outside_of_the_rules_end_the_server(void **state)
{
	static char elsewhere[8];
	uint8_t *big;

	(void)state;
	ledger_wipe();
	assert_int_equal(open_mode(START_FRESH), STATUS_OK);
	big = ledger_region("big", 1, 3 * LOG_BYTES);
	ledger_commit();
	if (setjmp(death) == 0)
		ledger_change(elsewhere, 8);
	assert_true(panicked);
	panicked = false;
	if (setjmp(death) == 0)
		for (unsigned i = 0; i < 3 * LOG_BYTES; i += 64)
			ledger_change(big + i, 64);
	assert_true(panicked);
	panicked = false;
	assert_int_equal(open_mode(START_RESTART), STATUS_OK);
}

static void slots_hear_of_commits_and_rollbacks(void **state)
{
	(void)state;
	ledger_wipe();
	assert_int_equal(open_mode(START_FRESH), STATUS_OK);
	cells = ledger_region("cells", 1, sizeof(*cells));
	ledger_commit();
	commits_seen = rollbacks_seen = 0;
	ledger_commit(); // nothing to commit
	ledger_rollback();
	assert_int_equal(commits_seen + rollbacks_seen, 0);
	step(1);
	ledger_commit();
	step(2);
	ledger_rollback();
	assert_int_equal(commits_seen, 1);
	assert_int_equal(rollbacks_seen, 1);
	assert_int_equal(cells->done, 1);
}

static void records_are_old_or_new(void **state)
{
	char old[21] = "the old contents....", new[21] = "THE NEW CONTENTS....", read[21];
	uint64_t record[LEDGER_RECORD_BYTES(21) / 8] = {0};
	unsigned volatile lost = 0;

	(void)state;
	arm(0);
	assert_false(ledger_record_read(record, read, sizeof(read)));
	for (volatile unsigned long n = 1;; n++) {
		memset(record, 0, sizeof(record));
		arm(0);
		ledger_record_write(record, new, sizeof(new));
		ledger_record_write(record, old, sizeof(old));
		arm(n);
		if (setjmp(death) == 0) {
			ledger_record_write(record, new, sizeof(new));
			break;
		}
		arm(0);
		assert_true(ledger_record_read(record, read, sizeof(read)));
		assert_true(!strcmp(read, old) || !strcmp(read, new));
		lost++;
	}
	assert_true(lost > 5);
	assert_true(ledger_record_read(record, read, sizeof(read)));
	assert_string_equal(read, new);
	// A byte of the newer copy is overwritten: the older one counts.
	for (size_t i = 0; i < sizeof(record); i++)
		if (((char *)record)[i] == 'N')
			((char *)record)[i] = '!';
	assert_true(ledger_record_read(record, read, sizeof(read)));
	assert_string_equal(read, old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(killed_at_every_store),
		cmocka_unit_test(killed_again_at_every_store_of_the_recovery),
		cmocka_unit_test(a_start_that_died_is_fresh_again),
		cmocka_unit_test(regions_are_found_or_refused),
		cmocka_unit_test(absurd_contents_are_refused),
		cmocka_unit_test(changes_outside_of_the_rules_end_the_server),
		cmocka_unit_test(slots_hear_of_commits_and_rollbacks),
		cmocka_unit_test(records_are_old_or_new),
	};

	if (mmap((void *)LEDGER_BASE, LEDGER_BYTES, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
