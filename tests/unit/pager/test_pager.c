// SPDX-License-Identifier: MIT
//
// The pager's state under a model kernel: one story of a few processes, told once undisturbed and then
// once for every step in it, with the pager killed before that step, and at single instructions between
// the steps. Each time the successor must find a sound state, and the story must end as the first
// time.
//
// A request is made as the server stub makes it: its effect and its answer are committed together, and
// after a kill it is sent again unless the answer is there. A fault is sent again always.
//
// Long because it is one story, whose parts follow one another.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <caplet/abi/fault.h>
#include <caplet/handover.h>

#include "check.h"
#include "faults.h"
#include "frames.h"
#include "intent.h"
#include "model.h"
#include "objects.h"
#include "pager.h"
#include "reap.h"
#include "memory.h"
#include "spaces.h"
#include "story.h"

// The lane of the one who asks, and where the story stands; both outlive the pager.
static struct {
	uint64_t sequence;
	status_t status;
	uint64_t answer;
} * lane;
static uint64_t asked;
static uint64_t killed_at; // the step before which it was killed last
static unsigned deaths;
static uint64_t again_after; // so many steps into the recovery it is killed once more; 0: it is not

static void fail_with(const char *what)
{
	fail_msg("killed before step %lu, now at %lu, request %lu: %s", killed_at, model_steps,
		 asked, what);
}

void check_all(void)
{
	const char *wrong = NULL;

	if (state_check(&wrong))
		fail_with(wrong);
	wrong = model_check();
	if (wrong)
		fail_with(wrong);
}

static void pager_start(void)
{
	const struct supply supply = {.archive_pages = MODEL_ARCHIVE_PAGES,
				      .pool_leaves = 6,
				      .untyped_count = 3,
				      .untyped_bits = {15, 0, 21}};

	if (!state_attach(model_ledger + PAGE_SIZE, sizeof(model_ledger) - PAGE_SIZE))
		assert_true(state_make(model_ledger + PAGE_SIZE, sizeof(model_ledger) - PAGE_SIZE,
				       &supply));
	state_recover();
	assert_int_equal(archive_announce(), STATUS_OK);
	change_commit();
}

// Comes back from the dead, perhaps not at the first attempt.
static void recover(void)
{
	if (model_kill_step)
		killed_at = model_kill_step;
	deaths++;
	model_kill_step = again_after ? model_steps + again_after : 0;
	model_trace_step = 0;
	again_after = 0;
	model_restart();
	pager_start();
	changes_begin();
	check_all();
}

// ---- what is asked

// ---- how it is asked

status_t ask(const struct question *request, uint64_t *answer)
{
	uint64_t given = 0;

	asked++;
	if (setjmp(model_killed))
		recover();
	if (lane->sequence != asked) {
		status_t status;

		changes_begin();
		status = request->serve(request->argument, &given);
		if (status)
			change_abort();
		journal_save(lane, sizeof(*lane));
		lane->status = status;
		lane->answer = given;
		lane->sequence = asked;
		journal_commit();
	}
	model_trace_end();
	if (answer)
		*answer = lane->answer;
	return lane->status;
}

// A byte of a process's memory, as its instruction would reach it; NULL: it crashed.
static uint8_t *touch(uint64_t process, uint64_t address, bool write)
{
	uint64_t words[6] = {address, TEXT, write ? FAULT_ACCESS_WRITE : 0};
	static unsigned tries;
	uint8_t *byte;

	tries = 0;
	if (setjmp(model_killed))
		recover();
	while (!(byte = model_access(space_find(process), address, write))) {
		if (tries++ > 4)
			fail_with("a fault that is answered comes again");
		if (!fault_handle(process, 0, FAULT_PAGE, words)) {
			model_trace_end();
			return NULL;
		}
	}
	model_trace_end();
	return byte;
}

static void put(uint64_t process, uint64_t address, uint8_t value)
{
	uint8_t *byte = touch(process, address, true);

	if (!byte)
		fail_with("a write crashed");
	*byte = value;
}

static uint8_t get(uint64_t process, uint64_t address)
{
	uint8_t *byte = touch(process, address, false);

	if (!byte)
		fail_with("a read crashed");
	return *byte;
}

// ---- the story

static void story_image(void)
{
	assert_int_equal(ASK(NULL, serve_create, CLIENT, 200), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_create, SERVER, 100), STATUS_OK);
	assert_int_equal(
		ASK(NULL, serve_archive, CLIENT, 0, 8192, TEXT, 8192, PAGER_READ | PAGER_EXECUTE),
		STATUS_OK);
	assert_int_equal(ASK(NULL, serve_archive, CLIENT, 8192, 5000, DATA, 16384, READ_WRITE),
			 STATUS_OK);
	assert_int_equal(get(CLIENT, TEXT + 4096), 'b');
	assert_int_equal(get(CLIENT, DATA), 'c');
	put(CLIENT, DATA + 1, 'x');
	assert_int_equal(get(CLIENT, DATA), 'c');
	assert_int_equal(get(CLIENT, DATA + 1), 'x');
	assert_int_equal(get(CLIENT, DATA + 4999), 'd');
	assert_int_equal(get(CLIENT, DATA + 5000), 0);
	put(CLIENT, DATA + 12288, 'y');
	assert_null(touch(CLIENT, TEXT, true));
	assert_int_equal(ASK(NULL, serve_ledger, CLIENT, 16384), STATUS_OK);
	put(CLIENT, LEDGER_BASE + 8192, 'l');
	assert_int_equal(ASK(NULL, serve_buffer, CLIENT, 3), STATUS_OK);
	put(CLIENT, IPC_BUFFER_BASE + 3 * 4096, 'i');
}

static void story_heap(void)
{
	uint64_t at;

	assert_int_equal(ASK(&at, serve_map, CLIENT, 0, 8 * 4096, READ_WRITE), STATUS_OK);
	assert_int_equal(at, HEAP);
	for (unsigned i = 0; i < 8; i++)
		put(CLIENT, HEAP + i * 4096, (uint8_t)i);
	assert_int_equal(ASK(&at, serve_map, CLIENT, 0, 4 * 4096, READ_WRITE), STATUS_OK);
	assert_int_equal(at, HEAP + 8 * 4096);
	put(CLIENT, at + 4096, 9);
	assert_int_equal(ASK(NULL, serve_unmap, CLIENT, HEAP + 2 * 4096, 2 * 4096), STATUS_OK);
	assert_null(touch(CLIENT, HEAP + 2 * 4096, false));
	assert_int_equal(ASK(NULL, serve_protect, CLIENT, HEAP + 5 * 4096, 2 * 4096, PAGER_READ),
			 STATUS_OK);
	assert_null(touch(CLIENT, HEAP + 5 * 4096, true));
	assert_int_equal(get(CLIENT, HEAP + 5 * 4096), 5);
	assert_int_equal(ASK(NULL, serve_discard, CLIENT, HEAP + 7 * 4096, 4096), STATUS_OK);
	assert_int_equal(get(CLIENT, HEAP + 7 * 4096), 0);
	assert_int_equal(get(CLIENT, HEAP + 9 * 4096), 9);
	assert_int_equal(ASK(&at, serve_map, CLIENT, 0, 180 * 4096, READ_WRITE), STATUS_QUOTA);
	assert_int_equal(ASK(NULL, serve_protect, CLIENT, TEXT, 4096, READ_WRITE), STATUS_OK);
	put(CLIENT, TEXT, 'w');
	assert_int_equal(get(CLIENT, TEXT + 1), 'a');
	assert_int_equal(ASK(NULL, serve_buffer_release, CLIENT, 3), STATUS_OK);
}

static void story_objects(void)
{
	uint64_t object, clone, mine, theirs, copy, private, seen;

	assert_int_equal(ASK(&object, serve_object, CLIENT, 4 * 4096, PAGER_COMMITTED), STATUS_OK);
	assert_int_equal(ASK(&mine, serve_map_object, CLIENT, object, READ_WRITE, 7), STATUS_OK);
	assert_int_equal(
		ASK(&theirs, serve_map_object, SERVER, object, READ_WRITE | PAGER_POPULATE, 7),
		STATUS_OK);
	put(CLIENT, mine + 4096, 's');
	assert_int_equal(get(SERVER, theirs + 4096), 's');
	put(SERVER, theirs + 4096, 't');
	assert_int_equal(get(CLIENT, mine + 4096), 't');
	// What one may only look at cannot be written in one's name either.
	assert_int_equal(ASK(&seen, serve_map_object, SERVER, object, PAGER_READ, 5), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_write, SERVER, seen, 'z'), PAGER_NOT_MAPPED);
	assert_int_equal(ASK(NULL, serve_write, SERVER, theirs, 'z'), STATUS_OK);
	assert_int_equal(get(SERVER, seen), 'z');
	assert_int_equal(ASK(NULL, serve_unmap, SERVER, seen, 4 * 4096), STATUS_OK);
	assert_int_equal(ASK(&clone, serve_clone, CLIENT, object), STATUS_OK);
	assert_int_equal(ASK(&copy, serve_map_object, CLIENT, clone, READ_WRITE, 7), STATUS_OK);
	put(CLIENT, mine + 4096, 'u');
	assert_int_equal(get(CLIENT, copy + 4096), 't');
	assert_int_equal(get(SERVER, theirs + 4096), 'u');
	assert_int_equal(get(CLIENT, copy + 8192), 0);
	put(CLIENT, copy + 8192, 'v');
	assert_int_equal(get(CLIENT, mine + 8192), 0);
	assert_int_equal(
		ASK(&private, serve_map_object, SERVER, object, READ_WRITE | PAGER_PRIVATE, 5),
		STATUS_OK);
	assert_int_equal(get(SERVER, private + 4096), 'u');
	put(SERVER, private + 4096, 'p');
	assert_int_equal(get(SERVER, theirs + 4096), 'u');
	assert_int_equal(ASK(NULL, serve_resize, CLIENT, object, 4096), PAGER_SHARED);
	assert_int_equal(ASK(NULL, serve_unmap, CLIENT, copy, 4 * 4096), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_resize, CLIENT, clone, 4096), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_resize, CLIENT, clone, 3 * 4096), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_release, CLIENT, clone), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_release, CLIENT, clone), PAGER_NO_OBJECT);
	assert_int_equal(ASK(NULL, serve_release, SERVER, object), PAGER_NO_OBJECT);
}

// A parent of the pool and its child; then a grandchild, when the two have written different things.
static void story_fork(void)
{
	uint64_t object, shared;

	assert_int_equal(ASK(NULL, serve_pool, POOL_PAGES), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_create_pooled, PARENT, 100), STATUS_OK);
	assert_int_equal(ASK(&object, serve_object, PARENT, 2 * 4096, 0), STATUS_OK);
	assert_int_equal(ASK(&shared, serve_map_object, PARENT, object, READ_WRITE, 7), STATUS_OK);
	put(PARENT, shared, 'm');
	assert_int_equal(
		ASK(NULL, serve_map_file, PARENT, object, 4097, DATA, 3 * 4096, READ_WRITE),
		STATUS_OK);
	assert_int_equal(get(PARENT, DATA), 'm');
	put(PARENT, DATA + 4096, 'f');
	assert_int_equal(
		ASK(NULL, serve_map, PARENT, FORK_HEAP, 4 * 4096, READ_WRITE | PAGER_FIXED),
		STATUS_OK);
	put(PARENT, FORK_HEAP, 'a');
	put(PARENT, FORK_HEAP + 8192, 'c');
	assert_int_equal(ASK(NULL, serve_map, PARENT, FORK_HEAP + 0x100000, 4096,
			     READ_WRITE | PAGER_FIXED | PAGER_ALONE),
			 STATUS_OK);
	assert_int_equal(ASK(NULL, serve_create_pooled, CHILD, 100), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_fork, PARENT, CHILD), STATUS_OK);
	assert_int_equal(get(CHILD, FORK_HEAP), 'a');
	assert_int_equal(get(PARENT, FORK_HEAP), 'a');
	put(CHILD, FORK_HEAP, 'b');
	put(PARENT, FORK_HEAP + 8192, 'd');
	put(PARENT, shared, 'n');
	assert_int_equal(get(PARENT, FORK_HEAP), 'a');
	assert_int_equal(get(CHILD, FORK_HEAP + 8192), 'c');
	assert_int_equal(get(CHILD, FORK_HEAP + 4096), 0);
	assert_int_equal(get(CHILD, shared), 'n');
	assert_int_equal(get(CHILD, DATA), 'n');
	assert_int_equal(get(CHILD, DATA + 4096), 'f');
	assert_null(touch(CHILD, FORK_HEAP + 0x100000, true));
	assert_int_equal(ASK(NULL, serve_unmap, CHILD, FORK_HEAP + 4096, 4096), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_create_pooled, GRANDCHILD, 100), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_fork, CHILD, GRANDCHILD), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_end, PARENT), STATUS_OK);
	assert_int_equal(get(GRANDCHILD, shared), 'n');
	assert_int_equal(get(GRANDCHILD, FORK_HEAP), 'b');
	put(GRANDCHILD, FORK_HEAP + 8192, 'e');
	assert_int_equal(get(CHILD, FORK_HEAP + 8192), 'c');
	// A child that cannot have all of it has nothing.
	assert_int_equal(ASK(NULL, serve_map, CHILD, 0, (POOL_PAGES / 2) * 4096, READ_WRITE),
			 STATUS_OK);
	assert_int_equal(ASK(NULL, serve_fork, CHILD, GRANDCHILD), STATUS_QUOTA);
	assert_int_equal(ASK(NULL, serve_end, CHILD), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_end, GRANDCHILD), STATUS_OK);
	changes_begin();
	assert_int_equal(state->space[SPACE_POOL].charged, 0);
}

static void story_guest(void)
{
	uint64_t memory, page, before;

	assert_int_equal(ASK(NULL, serve_host, HOST, 200), STATUS_OK);
	before = state->space[space_find(HOST)].charged;
	assert_int_equal(ASK(&memory, serve_object, HOST, 6 * 4096, 0), STATUS_OK);
	assert_int_equal(ASK(&page, serve_object, HOST, 4096, PAGER_COMMITTED), STATUS_OK);
	assert_int_equal(ASK(NULL, guest_ask_create, HOST, 8ul << 20), STATUS_OK);
	assert_int_equal(ASK(NULL, guest_ask_map, HOST, memory, 4096, 0, 4 * 4096, READ_WRITE),
			 STATUS_OK);
	assert_int_equal(ASK(NULL, guest_ask_touch, HOST, 4096, 2 * 4096), STATUS_OK);
	assert_non_null(guest_sees(HOST, 4096, true));
	assert_null(guest_sees(HOST, 3 * 4096, true));
	assert_int_equal(ASK(NULL, guest_ask_vcpu, HOST, 0, page, 0), STATUS_OK);
	assert_int_equal(ASK(NULL, guest_ask_vcpu, HOST, 1, page, 0), STATUS_OK);
	assert_int_equal(ASK(NULL, guest_ask_vcpu, HOST, 0, page, 0), STATUS_OK);
	assert_int_equal(state->vcpus_used, 2);
	// A restart of its owner leaves it there, with what it maps.
	assert_int_equal(ASK(NULL, serve_clear, HOST, 0), STATUS_OK);
	assert_non_null(guest_sees(HOST, 4096, false));
	assert_int_equal(ASK(NULL, guest_ask_unmap, HOST, 4096, 4096), STATUS_OK);
	assert_null(guest_sees(HOST, 4096, false));
	assert_int_equal(ASK(NULL, guest_ask_destroy, HOST), STATUS_OK);
	changes_begin();
	assert_int_equal(state->vcpus_used, 0);
	assert_int_equal(state->space[space_find(HOST)].charged, before);
	// And once more, to end with its owner.
	assert_int_equal(ASK(NULL, guest_ask_create, HOST, 8ul << 20), STATUS_OK);
	assert_int_equal(ASK(&page, serve_object, HOST, 4096, PAGER_COMMITTED), STATUS_OK);
	assert_int_equal(ASK(NULL, guest_ask_vcpu, HOST, 7, page, 0), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_end, HOST), STATUS_OK);
}

static void story_end(void)
{
	assert_int_equal(ASK(NULL, serve_clear, CLIENT, 0), STATUS_OK);
	assert_null(touch(CLIENT, DATA, false));
	assert_int_equal(ASK(NULL, serve_ledger, CLIENT, 16384), STATUS_OK);
	assert_int_equal(get(CLIENT, LEDGER_BASE + 8192), 'l');
	assert_int_equal(ASK(NULL, serve_map, CLIENT, HEAP, 4096, READ_WRITE | PAGER_FIXED),
			 STATUS_OK);
	put(CLIENT, HEAP, 'h');
	// The server still maps what the client made.
	assert_int_equal(get(SERVER, HEAP + 4096), 'u');
	assert_int_equal(ASK(NULL, serve_end, CLIENT), STATUS_OK);
	assert_int_equal(get(SERVER, HEAP + 4096), 'u');
	assert_int_equal(ASK(NULL, serve_unmap, SERVER, HEAP, 4 * 4096), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_end, SERVER), STATUS_OK);
}

static void story(void)
{
	model_reset();
	asked = 0;
	killed_at = 0;
	memset(lane, 0, sizeof(*lane));
	if (setjmp(model_killed))
		recover();
	else
		pager_start();
	model_trace_end();
	story_image();
	story_heap();
	story_objects();
	story_fork();
	story_end();
	story_guest();
	model_kill_step = 0;
	changes_begin();
	check_all();
	assert_int_equal(state->frames_used, 0);
	assert_int_equal(state->promised, POOL_PAGES);
	assert_int_equal(state->region_count, 0);
	assert_int_equal(state->object_count, 1);
	assert_int_equal(state->mappings_extra, 0);
	assert_int_equal(model_capabilities(), 0);
}

static void test_undisturbed(void **unused)
{
	model_kill_step = 0;
	story();
}

static void test_killed_at_every_step(void **unused)
{
	uint64_t steps;

	model_kill_step = 0;
	story();
	steps = model_steps;
	for (uint64_t i = 1; i <= steps; i++) {
		model_kill_step = i;
		story();
	}
	print_message("# kill points: %lu\n", steps);
}

// One instruction behind each step, another one each time. Where the next step comes first, an earlier
// one is tried.
static void test_killed_between_steps(void **unused)
{
	uint64_t steps, count = 0;

	model_kill_step = 0;
	story();
	steps = model_steps;
	for (uint64_t i = 1; i <= steps; i += 5) {
		for (uint64_t n = 2 + i * 31 % 61; n > 1; n /= 2) {
			deaths = 0;
			model_trace_step = i;
			model_trace_count = n;
			story();
			if (deaths)
				break;
		}
		count += deaths;
	}
	print_message("# kill points: %lu\n", count);
}

// A fault that kills the pager each time is given up after the second.
static void test_poison(void **unused)
{
	uint64_t words[6] = {HEAP, TEXT, FAULT_ACCESS_WRITE};

	static bool resumed;

	model_kill_step = 0;
	model_reset();
	memset(lane, 0, sizeof(*lane));
	asked = 0;
	pager_start();
	assert_int_equal(ASK(NULL, serve_create, CLIENT, 200), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_map, CLIENT, HEAP, 4096, READ_WRITE | PAGER_FIXED),
			 STATUS_OK);
	deaths = 0;
	if (setjmp(model_killed)) {
		recover();
	}
	model_kill_step = model_steps + 12;
	resumed = fault_handle(CLIENT, 0, FAULT_PAGE, words);
	model_kill_step = 0;
	assert_int_equal(deaths, 2);
	assert_false(resumed);
	assert_int_equal(state->space[space_find(CLIENT)].crash.cause, PAGER_CAUSE_POISON);
	assert_true(fault_handle(CLIENT, 0, FAULT_PAGE, words));
	check_all();
}

static void test_killed_in_recovery(void **unused)
{
	uint64_t steps, count = 0;

	model_kill_step = 0;
	story();
	steps = model_steps;
	for (uint64_t i = 1; i <= steps; i += 97) {
		for (uint64_t n = 1; n <= 30; n++, count++) {
			model_kill_step = i;
			again_after = n;
			story();
		}
	}
	print_message("# kill points: %lu\n", count);
}

void begin(void)
{
	model_kill_step = 0;
	model_reset();
	memset(lane, 0, sizeof(*lane));
	asked = 0;
	pager_start();
	assert_int_equal(ASK(NULL, serve_pool, POOL_PAGES), STATUS_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undisturbed),
		cmocka_unit_test(test_poison),
		cmocka_unit_test(test_guest_misuse),
		cmocka_unit_test(test_pool_leaves_slots),
		cmocka_unit_test(test_pool_leaves_regions),
		cmocka_unit_test(test_killed_at_every_step),
		cmocka_unit_test(test_killed_between_steps),
		cmocka_unit_test(test_killed_in_recovery),
	};

	lane = (void *)model_ledger;
	return cmocka_run_group_tests_name("pager", tests, NULL, NULL);
}
