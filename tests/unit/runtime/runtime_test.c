// SPDX-License-Identifier: MIT
//
// The runtime with generated stubs on both sides, over the mock machine: what arrives, what is refused, what
// is remembered, and above all that nothing of it changes when a server is killed at any of its
// kill points: every IPC step and every store to the ledger, one after the other.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <below.h>
#include <probe.h>

#include "mock.h"

static struct probe_client probe;

static int begin(void **state)
{
	(void)state;
	mock_start(PROBE, 0);
	return probe_connect(&probe, "probe");
}

static int end(void **state)
{
	(void)state;
	probe_disconnect(&probe);
	mock_stop();
	return 0;
}

// ---- arguments

static void every_type_there_and_back(void **state)
{
	struct probe_item item = {.value = ~0ul,
				  .kind = 7,
				  .shift = -3,
				  .pair = {1, 65535},
				  .wanted = 1,
				  .name = "ten bytes!"};
	struct probe_item ritem;
	char text[41], blob[20];
	uint64_t d, blob_bytes;
	int64_t f;
	uint32_t c;
	int32_t e;
	uint16_t b;
	uint8_t a;
	bool g;
	enum probe_colour h;
	enum probe_sparse i;

	(void)state;
	for (unsigned length = 0; length <= 20; length++) {
		char sent[41] = {0};

		memset(sent, 'x', length * 2);
		assert_int_equal(probe_turn(&probe, 255, 65535, ~0u, ~0ul, -5, INT64_MIN, true,
					    PROBE_BLUE, PROBE_MANY, &item, sent,
					    "01234567890123456789", length, &a, &b, &c, &d, &e, &f,
					    &g, &h, &i, &ritem, text, blob, &blob_bytes),
				 STATUS_OK);
		assert_int_equal(a, 255);
		assert_int_equal(b, 65535);
		assert_int_equal(c, ~0u);
		assert_true(d == ~0ul && e == -5 && f == INT64_MIN && g);
		assert_int_equal(h, PROBE_BLUE);
		assert_int_equal(i, PROBE_MANY);
		assert_memory_equal(&item, &ritem, sizeof(item));
		assert_string_equal(text, sent);
		assert_int_equal(blob_bytes, length);
		assert_memory_equal(blob, "01234567890123456789", length);
	}
	assert_int_equal(probe_turn(&probe, 1, 1, 1, 1, 1, 1, 1, PROBE_RED, PROBE_FEW, &item,
				    "12345678901234567890123456789012345678901", "", 0, &a, &b, &c,
				    &d, &e, &f, &g, &h, &i, &ritem, text, blob, &blob_bytes),
			 STATUS_TOO_LONG);
	assert_int_equal(probe_turn(&probe, 1, 1, 1, 1, 1, 1, 1, PROBE_RED, PROBE_FEW, &item, "",
				    blob, 21, &a, &b, &c, &d, &e, &f, &g, &h, &i, &ritem, text,
				    blob, &blob_bytes),
			 STATUS_TOO_LONG);
}

static void buffers_there_and_back(void **state)
{
	static uint8_t data[4096], back[4096];
	char text[] = "reversed", both[200];
	uint64_t sum, bytes;

	(void)state;
	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	assert_int_equal(probe_store(&probe, data, sizeof(data), &sum), STATUS_OK);
	assert_int_equal(sum, 2 * 128 * 255 * 8);
	assert_int_equal(probe_load(&probe, back, sizeof(back), &bytes), STATUS_OK);
	assert_int_equal(bytes, sizeof(data));
	assert_memory_equal(data, back, sizeof(data));
	assert_int_equal(probe_load(&probe, back, 3, &bytes), STATUS_OK);
	assert_int_equal(bytes, 3);
	assert_int_equal(probe_load(&probe, back, ~0ul, &bytes), STATUS_OK); // clipped to the bound
	assert_int_equal(probe_store(&probe, data, 4097, &sum), STATUS_TOO_LONG);
	assert_int_equal(probe_store(&probe, data, 0, &sum), STATUS_OK);
	assert_int_equal(probe_load(&probe, back, 10, &bytes), STATUS_OK);
	assert_int_equal(bytes, 0);
	assert_int_equal(probe_reverse(&probe, text, 8), STATUS_OK);
	assert_string_equal(text, "desrever");
	assert_int_equal(probe_join(&probe, "left", 4, "right", 5, both, sizeof(both), &bytes),
			 STATUS_OK);
	assert_int_equal(bytes, 9);
	assert_memory_equal(both, "leftright", 9);
}

static void capabilities_there_and_back(void **state)
{
	unsigned used = mock_slots_used(PROBE);
	cptr_t thing = mock_client_cap(MOCK_ENDPOINT(BELOW, 7));
	cptr_t token;
	uint64_t count, badge;

	(void)state;
	assert_int_equal(probe_keep(&probe, thing, &count), STATUS_OK);
	assert_int_equal(probe_keep(&probe, thing, &count), STATUS_OK);
	assert_int_equal(count, 2);
	assert_int_equal(mock_slots_used(PROBE), used + 2);
	assert_int_equal(probe_which(&probe, thing, &badge), STATUS_BAD_REQUEST); // not its own
	assert_int_equal(mock_slots_used(PROBE), used + 2);
	for (unsigned i = 1; i < 5; i++) { // what was given away goes when the lane moves on
		assert_int_equal(probe_make(&probe, 40 + i, &token), STATUS_OK);
		assert_int_equal(mock_slots_used(PROBE), used + 3);
		assert_int_equal(world->slots[CLIENT][slot_index(token)],
				 MOCK_ENDPOINT(PROBE, 40 + i));
		assert_int_equal(probe_which(&probe, token, &badge), STATUS_OK);
		assert_int_equal(badge, 40 + i);
		assert_int_equal(probe_keep(&probe, token, &count), STATUS_BAD_REQUEST);
		slot_return(token, 1);
		assert_int_equal(mock_slots_used(PROBE), used + 2);
	}
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(probe_lend(&probe, 50 + i, &token), STATUS_OK);
		slot_return(token, 1);
	}
	assert_int_equal(probe_add(&probe, 0, &badge), STATUS_OK);
	assert_int_equal(mock_slots_used(PROBE), used + 2);
	assert_int_equal(probe_keep(&probe, 0, &count), STATUS_BAD_REQUEST);
	slot_return(thing, 1);
}

// ---- what is refused

static uint64_t raw_sequence;

static status_t raw_words(uint32_t label, unsigned count, uint64_t *words)
{
	struct ipc_answer answer = {0};

	assert_true(mock_answer(mock_send(PROBE, msg_make(label, 0, count), words), &answer, words,
				5000));
	assert_int_equal(answer.status, STATUS_OK);
	return (status_t)msg_label(answer.descriptor);
}

static uint64_t raw_ticket(void)
{
	return 1ul << TICKET_LANE_SHIFT | ++raw_sequence;
}

static void requests_that_do_not_fit(void **state)
{
	uint64_t words[64] = {raw_ticket()};
	uint64_t good[64] = {0, 1, 2, 3, 4, 5, 6, 1, PROBE_RED, PROBE_FEW};
	static const struct {
		unsigned word;
		uint64_t value;
	} bad[] = {
		{0, 2ul << TICKET_LANE_SHIFT}, // no such lane
		{0, ~0ul},
		{1, 256},	// u8
		{2, 65536},	// u16
		{3, 1ul << 32}, // u32
		{5, 1ul << 31}, // i32
		{7, 2},		// bool
		{8, 0},		// enum: below, above, between
		{8, 4},
		{9, 1},
		{9, 101},
		{12, 0x0000000200000000}, // bool in a struct
		{14, 41},		  // string beyond its bound
		{14, 9},		  // string beyond the message
		{14, ~0ul},
		{15, 21},		  // bytes beyond their bound
		{15, 0},		  // leaves a word over
		{16, 0x6100620063006400}, // a zero byte inside of the string
	};

	(void)state;
	assert_int_equal(raw_words(0x7777, 1, words), STATUS_BAD_REQUEST);
	assert_int_equal(raw_words(PROBE_METHOD_POISON + 1, 1, words), STATUS_BAD_REQUEST);
	assert_int_equal(raw_words(PROBE_METHOD_GET | METHOD_CANCEL_BIT, 1, words),
			 STATUS_BAD_REQUEST);
	assert_int_equal(raw_words(PROBE_METHOD_GET, 0, words), STATUS_BAD_REQUEST);
	assert_int_equal(raw_words(PROBE_METHOD_GET, 2, words), STATUS_BAD_REQUEST);
	assert_int_equal(raw_words(PROBE_METHOD_ADD, 1, words), STATUS_BAD_REQUEST);
	assert_int_equal(raw_words(PROBE_METHOD_KEEP, 1, words), STATUS_BAD_REQUEST); // no cap
	words[0] = raw_ticket();
	words[1] = 4097; // buffers
	assert_int_equal(raw_words(PROBE_METHOD_STORE, 2, words), STATUS_BAD_REQUEST);
	words[0] = raw_ticket();
	words[1] = ~0ul;
	assert_int_equal(raw_words(PROBE_METHOD_LOAD, 2, words), STATUS_BAD_REQUEST);
	// Method turn, right but for one word: 10..13 the struct, then the lengths 8 and 8.
	good[14] = 8;
	good[15] = 8;
	memset(&good[16], 'a', 16);
	memcpy(words, good, sizeof(words));
	words[0] = raw_ticket();
	assert_int_equal(raw_words(PROBE_METHOD_TURN, 18, words), STATUS_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memcpy(words, good, sizeof(words));
		words[0] = raw_ticket();
		words[bad[i].word] = bad[i].value;
		if (raw_words(PROBE_METHOD_TURN, 18, words) != STATUS_BAD_REQUEST)
			fail_msg("word %u = 0x%lx was taken", bad[i].word, bad[i].value);
	}
}

// Words at random: never a crash, and nothing but OK, the interface's errors or BAD_REQUEST.
static void requests_at_random(void **state)
{
	uint64_t words[64];

	(void)state;
	srand(1);
	for (unsigned i = 0; i < 3000; i++) {
		uint32_t label = (unsigned)rand() % (PROBE_METHOD_POISON - 1) + 1;
		status_t status;

		if (label >= PROBE_METHOD_AWAIT || label == PROBE_METHOD_PEEK)
			continue;
		for (unsigned w = 0; w < 64; w++)
			words[w] = (unsigned)rand() % 4 ? (unsigned)rand() % 50
							: (uint64_t)rand() << 33 ^ (uint64_t)rand();
		words[0] = raw_ticket();
		status = raw_words(label, (unsigned)rand() % 65, words);
		assert_true(status == STATUS_OK || status == STATUS_BAD_REQUEST ||
			    status >= STATUS_FIRST_ERROR);
	}
	assert_int_equal(mock_deaths(), 0);
}

static void sessions_that_do_not_fit(void **state)
{
	uint64_t words[64] = {0, PROBE_HASH + 1, 77, 16384};
	uint64_t value;

	(void)state;
	assert_int_equal(raw_words(METHOD_CONNECT, 5, words), STATUS_BAD_PROTOCOL);
	memcpy(words, (uint64_t[]){0, PROBE_HASH, 77, 16384}, 32);
	assert_int_equal(raw_words(METHOD_CONNECT, 5, words), STATUS_BAD_REQUEST); // no memory
	memcpy(words, (uint64_t[]){0, PROBE_HASH, 77, 0}, 32);
	assert_int_equal(raw_words(METHOD_CONNECT, 5, words), STATUS_BAD_REQUEST);
	assert_int_equal(raw_words(METHOD_CONNECT, 2, words), STATUS_BAD_REQUEST);
	assert_int_equal(probe_get(&probe, &value), STATUS_OK); // the session is as it was
	words[0] = 0;
	assert_int_equal(raw_words(METHOD_DISCONNECT, 1, words), STATUS_OK);
	words[0] = raw_ticket();
	assert_int_equal(raw_words(PROBE_METHOD_GET, 1, words), STATUS_STALE);
	assert_int_equal(probe_get(&probe, &value), STATUS_STALE); // and connects anew
	assert_int_equal(probe_get(&probe, &value), STATUS_OK);
	struct probe_client none;
	assert_int_equal(probe_connect(&none, "nobody"), STATUS_NO_GRANT);
}

// ---- effects

static void a_failed_handler_has_no_effect(void **state)
{
	unsigned used = mock_slots_used(PROBE);
	uint64_t value;

	(void)state;
	assert_int_equal(probe_add(&probe, 5, &value), STATUS_OK);
	assert_int_equal(probe_add_and_fail(&probe, 100, &value), PROBE_EMPTY);
	assert_int_equal(probe_add(&probe, 2000000, &value), PROBE_TOO_MUCH);
	assert_int_equal(probe_get(&probe, &value), STATUS_OK);
	assert_int_equal(value, 5);
	assert_int_equal(mock_slots_used(PROBE), used);
	assert_string_equal(probe_error_name(PROBE_TOO_MUCH), "TOO_MUCH");
	assert_string_equal(probe_error_name(STATUS_STALE), "STALE");
}

// Each time a session was opened for another process, and taken back. A server that goes in circles
// among its sessions shows as SIGALRM.
static void failures_leave_no_session(void **state)
{
	uint64_t value;

	(void)state;
	alarm(60);
	for (unsigned i = 0; i < 3000; i++)
		assert_int_equal(probe_add_and_fail(&probe, 1, &value), PROBE_EMPTY);
	assert_int_equal(probe_get(&probe, &value), STATUS_OK);
	assert_int_equal(value, 0);
	alarm(0);
}

static void a_repeat_is_answered_from_the_lane(void **state)
{
	uint64_t ticket = raw_ticket();
	uint64_t words[64] = {ticket, 3};

	(void)state;
	assert_int_equal(raw_words(PROBE_METHOD_ADD, 2, words), STATUS_OK);
	assert_int_equal(words[0], 3);
	for (unsigned i = 0; i < 3; i++) {
		words[0] = ticket;
		words[1] = 3;
		assert_int_equal(raw_words(PROBE_METHOD_ADD, 2, words), STATUS_OK);
		assert_int_equal(words[0], 3);
		mock_kill(PROBE);
	}
	words[0] = ticket - 1;
	assert_int_equal(raw_words(PROBE_METHOD_ADD, 2, words), STATUS_BAD_SEQUENCE);
	// CANCEL: of what was done, its answer; of what was not, never.
	words[0] = ticket;
	assert_int_equal(raw_words(PROBE_METHOD_ADD | METHOD_CANCEL_BIT, 2, words), STATUS_OK);
	assert_int_equal(words[0], 3);
	words[0] = ticket = raw_ticket();
	assert_int_equal(raw_words(PROBE_METHOD_ADD | METHOD_CANCEL_BIT, 2, words),
			 STATUS_INTERRUPTED);
	words[0] = ticket;
	assert_int_equal(raw_words(PROBE_METHOD_ADD, 2, words), STATUS_INTERRUPTED);
	assert_int_equal(probe_get(&probe, &words[0]), STATUS_OK);
	assert_int_equal(words[0], 3);
}

static void answers_that_come_later(void **state)
{
	uint64_t words[64], value;
	struct ipc_answer answer;
	uint64_t first, second, cancelled, ticket;

	(void)state;
	words[0] = 1;
	words[1] = 10;
	first = mock_send(PROBE, msg_make(PROBE_METHOD_AWAIT, 0, 2), words);
	assert_false(mock_answer(first, &answer, words, 50));
	words[0] = ticket = raw_ticket();
	words[1] = 12;
	second = mock_send(PROBE, msg_make(PROBE_METHOD_AWAIT_ONCE, 0, 2), words);
	assert_false(mock_answer(second, &answer, words, 50));
	mock_kill(PROBE); // both are told
	assert_true(mock_answer(first, &answer, words, 5000));
	assert_int_equal(answer.status, STATUS_PEER_DIED);
	assert_true(mock_answer(second, &answer, words, 5000));
	assert_int_equal(answer.status, STATUS_PEER_DIED);
	words[0] = 1;
	words[1] = 10;
	first = mock_send(PROBE, msg_make(PROBE_METHOD_AWAIT, 0, 2), words);
	words[0] = ticket;
	words[1] = 12;
	second = mock_send(PROBE, msg_make(PROBE_METHOD_AWAIT_ONCE, 0, 2), words);
	// A third in the same lane says that nobody waits for the first any more.
	words[0] = 2;
	words[1] = 11;
	cancelled = first;
	first = mock_send(PROBE, msg_make(PROBE_METHOD_AWAIT, 0, 2), words);
	assert_false(mock_answer(cancelled, &answer, words, 50));
	probe.base.lane[0].busy = LANE_KEPT; // the raw calls are in lane 0 and 1: use none of them
	words[0] = 3;
	words[1] = 20;
	assert_false(mock_answer(first, &answer, words, 50));
	probe.base.lane[0].busy = 0;
	mock_send(PROBE, msg_make(PROBE_METHOD_GET, 0, 1), (uint64_t[]){4});
	assert_false(mock_answer(first, &answer, words, 50)); // cancelled by the call before
	assert_int_equal(probe_add(&probe, 15, &value), STATUS_OK);
	assert_true(mock_answer(second, &answer, words, 5000));
	assert_int_equal(words[0], 15);
	words[0] = ticket; // its answer is remembered
	words[1] = 12;
	assert_int_equal(raw_words(PROBE_METHOD_AWAIT_ONCE, 2, words), STATUS_OK);
	assert_int_equal(words[0], 15);
}

static void a_fresh_start_is_told(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(probe_add(&probe, 5, &value), STATUS_OK);
	mock_fresh(PROBE);
	mock_kill(PROBE);
	assert_int_equal(probe_get(&probe, &value), STATUS_STALE);
	assert_int_equal(probe_get(&probe, &value), STATUS_OK);
	assert_int_equal(value, 0);
}

static void a_dead_client_leaves_nothing(void **state)
{
	unsigned used = mock_slots_used(PROBE);
	cptr_t thing = mock_client_cap(MOCK_ENDPOINT(BELOW, 7));
	cptr_t token;
	uint64_t value;

	(void)state;
	assert_int_equal(probe_keep(&probe, thing, &value), STATUS_OK);
	assert_int_equal(probe_make(&probe, 9, &token), STATUS_OK);
	slot_return(token, 1);
	slot_return(thing, 1);
	mock_notify(PROBE, SERVER_BIT_DEATH); // somebody else died
	assert_int_equal(probe_get(&probe, &value), STATUS_OK);
	world->dead_client = true;
	mock_kill(PROBE); // the signal was lost: it looks by itself
	assert_int_equal(raw_words(PROBE_METHOD_GET, 1, (uint64_t[64]){raw_ticket()}),
			 STATUS_STALE);
	assert_int_equal(mock_slots_used(PROBE), used - 1); // the window's as well
}

static void what_kills_twice_is_not_tried_again(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(probe_poison(&probe), STATUS_POISONED);
	assert_int_equal(mock_deaths(), 2);
	assert_int_equal(probe_add(&probe, 1, &value), STATUS_OK);
	assert_int_equal(probe_poison(&probe), STATUS_POISONED);
	assert_int_equal(mock_deaths(), 4);
}

static void what_kills_twice_in_a_chain_leaves_nothing(void **state)
{
	unsigned used = mock_slots_used(PROBE);
	cptr_t thing = mock_client_cap(MOCK_ENDPOINT(BELOW, 7));
	uint64_t value;

	(void)state;
	assert_int_equal(probe_poison_chain(&probe, 5, thing), STATUS_POISONED);
	assert_int_equal(mock_deaths(), 2);
	assert_int_equal(mock_slots_used(PROBE), used);
	assert_int_equal(probe_add(&probe, 1, &value), STATUS_OK);
	slot_return(thing, 1);
}

// The server below starts FRESH before a chain, and probe is killed at each point of it.
static void a_chain_that_hears_stale_is_done_once(void **state)
{
	uint64_t below, point = 0;

	(void)state;
	do {
		mock_start(PROBE, 0);
		assert_int_equal(probe_connect(&probe, "probe"), STATUS_OK);
		mock_fresh(BELOW);
		mock_kill(BELOW);
		mock_arm(PROBE, mock_ledger(PROBE)->kill_count + ++point);
		if (probe_add_anew(&probe, 5, &below) != STATUS_OK || below != 5)
			fail_msg("killed at %lu: below has %lu", point, below);
		below = mock_deaths();
		probe_disconnect(&probe);
		mock_stop();
	} while (below == 2); // the other was the FRESH start's
	assert_true(point > 30);
}

// ---- killed everywhere

#define SECOND_POINTS 97 // how far behind the first death the second one may be

// A run of the script, with deaths on the way, against what it gave undisturbed.
static void run(struct script *script, uint64_t point, uint64_t second)
{
	if (!script_run(script))
		fail_msg("killed at %lu, %lu: script.c:%d: %s", point, second, script->failed_line,
			 status_name(script->failed_status));
	for (unsigned process = PROBE; process < PROCESSES; process++)
		script->result[script->count++] = mock_slots_used(process);
}

static void compare(const struct script *wanted, const struct script *got, uint64_t point,
		    uint64_t second)
{
	for (unsigned i = 0; i < wanted->count; i++)
		if (wanted->result[i] != got->result[i])
			fail_msg("killed at %lu, %lu: result %u is 0x%lx, not 0x%lx", point, second,
				 i, got->result[i], wanted->result[i]);
}

static void killed_everywhere(unsigned server)
{
	struct script undisturbed, script;
	uint64_t points, killed = 0, killed_again = 0;

	mock_start(server, 0);
	run(&undisturbed, 0, 0);
	points = mock_ledger(server)->kill_count;
	mock_stop();
	for (uint64_t point = 1; point <= points; point++) {
		mock_start(server, point);
		run(&script, point, 0);
		killed += mock_deaths();
		compare(&undisturbed, &script, point, 0);
		mock_stop();
	}
	assert_true(killed >= points - 3); // the last ones lie behind the last answer
	// And once more soon after: while the successor starts, or does the same request again.
	for (uint64_t point = 1; point <= points; point += 7) {
		uint64_t second = 1 + point % SECOND_POINTS;

		mock_start(server, point);
		mock_arm_next(server, second);
		run(&script, point, second);
		killed_again += mock_deaths() == 2;
		compare(&undisturbed, &script, point, second);
		mock_stop();
	}
	assert_true(killed_again > points / 9);
	print_message("# killed at %lu points, %lu times again soon after\n", killed, killed_again);
}

static void probe_killed_everywhere(void **state)
{
	(void)state;
	killed_everywhere(PROBE);
}

static void below_killed_everywhere(void **state)
{
	(void)state;
	killed_everywhere(BELOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_type_there_and_back, begin, end),
		cmocka_unit_test_setup_teardown(buffers_there_and_back, begin, end),
		cmocka_unit_test_setup_teardown(capabilities_there_and_back, begin, end),
		cmocka_unit_test_setup_teardown(requests_that_do_not_fit, begin, end),
		cmocka_unit_test_setup_teardown(requests_at_random, begin, end),
		cmocka_unit_test_setup_teardown(sessions_that_do_not_fit, begin, end),
		cmocka_unit_test_setup_teardown(a_failed_handler_has_no_effect, begin, end),
		cmocka_unit_test_setup_teardown(failures_leave_no_session, begin, end),
		cmocka_unit_test_setup_teardown(a_repeat_is_answered_from_the_lane, begin, end),
		cmocka_unit_test_setup_teardown(answers_that_come_later, begin, end),
		cmocka_unit_test_setup_teardown(a_fresh_start_is_told, begin, end),
		cmocka_unit_test_setup_teardown(a_dead_client_leaves_nothing, begin, end),
		cmocka_unit_test_setup_teardown(what_kills_twice_is_not_tried_again, begin, end),
		cmocka_unit_test_setup_teardown(what_kills_twice_in_a_chain_leaves_nothing, begin,
						end),
		cmocka_unit_test(a_chain_that_hears_stale_is_done_once),
		cmocka_unit_test(probe_killed_everywhere),
		cmocka_unit_test(below_killed_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
