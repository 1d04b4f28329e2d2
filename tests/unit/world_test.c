// SPDX-License-Identifier: MIT
//
// endpoint.c, reply.c, notification.c, schedctx.c, sched.c and the methods of cnode and thread,
// through system calls in the small world; and garbage at every system call, under the sanitizers.
//
// The explorer covers sequences; here are the answers, and what it leaves out: bad arguments.

#include "unit.h"

#include "destroy.h"
#include "endpoint.h"
#include "entry.h"
#include "fault.h"
#include "reply.h"
#include "schedctx.h"
#include "world.h"

enum {
	ENDPOINT = FREE_SLOT,
	REPLY,
	CLIENT,
	CLIENT_TIME,
	SERVER,
	SERVER_TIME,
	NOTIFICATION,
	SIGNAL,
	EMPTY,
};

static struct thread *client, *server;

static int setup(void **state)
{
	world_setup();
	world_make(ENDPOINT, OBJECT_ENDPOINT, 0);
	world_make(REPLY, OBJECT_REPLY, 0);
	world_make(NOTIFICATION, OBJECT_NOTIFICATION, 0);
	client = world_thread(CLIENT, CLIENT_TIME);
	server = world_thread(SERVER, SERVER_TIME);
	MUST(CNODE_SLOT, CNODE_MINT, SIGNAL, 64, CNODE_SLOT, NOTIFICATION, 64, RIGHT_ALL, 6);
	world_free_choice = true;
	return 0;
}

static int teardown(void **state)
{
	assert_null(invariants_check(world_scan()));
	assert_null(world_canonical());
	world_free_choice = false;
	return 0;
}

static void test_call(void **state)
{
	assert_true(SYS(server, SYS_RECV, ENDPOINT, 0, REPLY, 0));
	assert_int_equal(server->state, THREAD_RECEIVING);
	assert_true(SYS(client, SYS_CALL, ENDPOINT, 77, 0, 1, 2, 3));
	assert_int_equal(client->state, THREAD_CALLING);
	assert_int_equal(server->msg.status, STATUS_OK);
	assert_int_equal(server->msg.aux, RECEIVED_CALL);
	assert_int_equal(msg_label(server->msg.info), 77);
	assert_int_equal(server->msg.words[2], 3);
	assert_int_equal(msg_words(server->msg.info), 3);
	assert_true(SYS(server, SYS_REPLY_RECV, ENDPOINT, 78, REPLY, 9));
	assert_int_equal(client->state, THREAD_RUNNING);
	assert_int_equal(client->msg.status, STATUS_OK);
	assert_int_equal(client->msg.words[0], 9);
	assert_int_equal(msg_words(client->msg.info), 1);
	assert_int_equal(server->state, THREAD_RECEIVING);
}

static void test_reply_lost_once(void **state)
{
	SYS(client, SYS_CALL, ENDPOINT, 0, 0, 0);
	SYS(server, SYS_RECV, ENDPOINT, 0, REPLY, 0);
	INVOKE(world_root, CLIENT, THREAD_SUSPEND, 0);
	assert_int_equal(client->msg.status, STATUS_ABORTED);
	assert_int_equal(((struct reply *)world_object(REPLY))->state, REPLY_GONE);
	SYS(server, SYS_REPLY_RECV, ENDPOINT, 0, REPLY, 0);
	assert_int_equal(server->msg.status, STATUS_GONE);
	assert_int_equal(server->state, THREAD_RUNNING);
	SYS(server, SYS_REPLY_RECV, ENDPOINT, 0, REPLY, 0); // reported once, then forgotten
	assert_int_equal(server->state, THREAD_RECEIVING);
}

// What a thread has decoded of a slot is forgotten with what was in it.
static void test_decoded(void **state)
{
	assert_int_equal(client->cspace_slots, 1ul << CNODE_BITS);
	assert_int_equal(destroy_slot(&client->slot[THREAD_SLOT_CSPACE]), DONE);
	assert_int_equal(client->cspace_slots, 0);
	assert_null(invariants_check(world_scan()));
	assert_true(SYS(client, SYS_CALL, ENDPOINT, 0, 0, 0));
	assert_int_equal(client->msg.status, STATUS_NO_CAP);
}

// Its slots are swapped out of it when it is taken apart: nowhere else may one say that it is a thread's.
static void test_destroyed_has_decoded_nothing(void **state)
{
	assert_true(client->slot[THREAD_SLOT_CSPACE].decoded);
	thread_destroy(client);
	for (unsigned i = 0; i < THREAD_SLOT_COUNT; i++)
		assert_false(client->slot[i].decoded);
	assert_int_equal(client->cspace_slots, 0);
}

static void test_lending(void **state)
{
	uint64_t direct = entry_direct_count;
	struct schedctx *time = world_object(CLIENT_TIME);

	SYS(server, SYS_RECV, ENDPOINT, 0, REPLY, 0);
	INVOKE(world_root, SERVER_TIME, SCHEDCTX_UNBIND, 0);
	assert_null(server->schedctx);
	SYS(client, SYS_CALL, ENDPOINT, 0, 0, 0);
	assert_ptr_equal(server->schedctx, time);
	assert_ptr_equal(time->lender, client);
	assert_null(client->schedctx);
	SYS(server, SYS_REPLY_RECV, ENDPOINT, 0, REPLY, 0);
	assert_ptr_equal(client->schedctx, time);
	assert_null(server->schedctx);
	assert_null(time->lender);
	assert_int_equal(entry_direct_count, direct + 2);
}

// A server that waits without time must not be woken by what brings none: it could never run again.
static void test_timeout_brings_no_time(void **state)
{
	SYS(server, SYS_RECV, ENDPOINT, 0, REPLY, 0);
	INVOKE(world_root, SERVER_TIME, SCHEDCTX_UNBIND, 0);
	MUST(SCHED_CONTROL_SLOT, SCHED_CONFIGURE, CLIENT_TIME, SLICE / 2, 4 * SLICE, 0, 0);
	MUST(CLIENT, THREAD_SET_HANDLERS, 0, ENDPOINT);
	world_run(client);
	world_slice();
	assert_int_equal(client->state, THREAD_RUNNING);
	assert_int_equal(server->state, THREAD_RECEIVING);
}

static void test_fault_brings_no_time(void **state)
{
	MUST(CLIENT, THREAD_SET_HANDLERS, ENDPOINT, 0);
	SYS(server, SYS_RECV, ENDPOINT, 0, 0, 0);
	INVOKE(world_root, SERVER_TIME, SCHEDCTX_UNBIND, 0);
	assert_true(world_fault(client));
	assert_int_equal(client->state, THREAD_INACTIVE);
	assert_int_equal(server->state, THREAD_RECEIVING);
}

// Nor does a server give its present client's time back for a call that brings none.
// However often threads without a handler fault, the kernel does not wait for its port for ever.
static void test_fault_lines_bounded(void **state)
{
	unsigned before = host_lines;

	host_silent = true;
	for (unsigned i = 0; i < 3 * FAULT_LINES_MAX; i++) {
		world_run(client);
		assert_true(world_fault(client));
		assert_int_equal(client->state, THREAD_INACTIVE);
		MUST(CLIENT, THREAD_RESUME, 0);
	}
	host_silent = false;
	assert_in_range(host_lines - before, 1, FAULT_LINES_MAX);
}

static void test_timeout_takes_no_time(void **state)
{
	struct thread *late = world_thread(EMPTY, EMPTY + 1);

	SYS(server, SYS_RECV, ENDPOINT, 0, REPLY, 0);
	INVOKE(world_root, SERVER_TIME, SCHEDCTX_UNBIND, 0);
	SYS(client, SYS_CALL, ENDPOINT, 0, 0, 0);
	MUST(SCHED_CONTROL_SLOT, SCHED_CONFIGURE, EMPTY + 1, SLICE / 2, 4 * SLICE, 0, 0);
	MUST(EMPTY, THREAD_SET_HANDLERS, 0, ENDPOINT);
	world_run(late);
	world_slice();
	assert_int_equal(late->state, THREAD_FAULTED);
	SYS(server, SYS_REPLY_RECV, ENDPOINT, 0, REPLY, 0);
	assert_int_equal(server->msg.aux, RECEIVED_FAULT);
	assert_ptr_equal(server->schedctx, world_object(CLIENT_TIME));
}

// An operation that cannot go on, its capability being gone, leaves nothing to the next one.
static void test_started_ends(void **state)
{
	INVOKE(client, SERVER_TIME, SCHEDCTX_YIELD_TO, 0);
	assert_true(client->pending);
	INVOKE(world_root, CNODE_SLOT, CNODE_DELETE, SERVER_TIME, 64);
	for (unsigned i = 0; i < 4; i++)
		world_continue(i);
	assert_false(client->pending);
	assert_int_equal(client->msg.status, STATUS_NO_CAP);
	assert_false(client->started);
}

static void test_signal(void **state)
{
	SYS(client, SYS_SEND, SIGNAL, 0, 0, 0);
	SYS(server, SYS_NB_RECV, NOTIFICATION, 0, 0, 0);
	assert_int_equal(server->msg.badge, 6);
	assert_int_equal(server->msg.aux, RECEIVED_NOTIFICATION);
	SYS(server, SYS_NB_RECV, NOTIFICATION, 0, 0, 0);
	assert_int_equal(server->msg.status, STATUS_WOULD_BLOCK);
	SYS(server, SYS_RECV, NOTIFICATION, 0, 0, 0);
	assert_int_equal(server->state, THREAD_WAITING);
	SYS(client, SYS_SEND, SIGNAL, 0, 0, 0);
	assert_int_equal(server->state, THREAD_RUNNING);
}

// What cannot be received is refused before the answer goes out.
static void test_answer_kept(void **state)
{
	SYS(client, SYS_CALL, ENDPOINT, 0, 0, 0);
	SYS(server, SYS_RECV, ENDPOINT, 0, REPLY, 0);
	INVOKE(world_root, CLIENT, THREAD_BIND_NTFN, NOTIFICATION);
	assert_int_equal(world_root->msg.status, STATUS_OK);
	SYS(server, SYS_REPLY_RECV, NOTIFICATION, 0, REPLY, 0);
	assert_int_equal(server->msg.status, STATUS_BUSY);
	assert_int_equal(client->state, THREAD_CALLING);
}

// Time is given to a notification by who may wait for it.
static void test_bind_right(void **state)
{
	INVOKE(world_root, SERVER_TIME, SCHEDCTX_UNBIND, 0);
	INVOKE(world_root, CNODE_SLOT, CNODE_COPY, EMPTY, 64, CNODE_SLOT, NOTIFICATION, 64,
	       RIGHT_WRITE);
	INVOKE(world_root, SERVER_TIME, SCHEDCTX_BIND, EMPTY);
	assert_int_equal(world_root->msg.status, STATUS_NO_RIGHT);
	INVOKE(world_root, SERVER_TIME, SCHEDCTX_BIND, NOTIFICATION);
	assert_int_equal(world_root->msg.status, STATUS_OK);
}

static void test_cnode_errors(void **state)
{
	static const struct {
		uint64_t words[7];
		unsigned count;
		enum status status;
	} cases[] = {
		{{EMPTY, 64, CNODE_SLOT, ENDPOINT, 64, RIGHT_ALL}, 5, STATUS_TRUNCATED},
		{{ENDPOINT, 64, CNODE_SLOT, ENDPOINT, 64, RIGHT_ALL}, 6, STATUS_SLOT_OCCUPIED},
		{{EMPTY, 64, CNODE_SLOT, EMPTY, 64, RIGHT_ALL}, 6, STATUS_NO_CAP},
		{{EMPTY, 64, ENDPOINT, ENDPOINT, 64, RIGHT_ALL}, 6, STATUS_WRONG_TYPE},
		{{EMPTY, 65, CNODE_SLOT, ENDPOINT, 64, RIGHT_ALL}, 6, STATUS_BAD_ARGUMENT},
		{{EMPTY, 0, CNODE_SLOT, ENDPOINT, 64, RIGHT_ALL}, 6, STATUS_BAD_ARGUMENT},
		{{1 << CNODE_BITS, 64, CNODE_SLOT, ENDPOINT, 64, RIGHT_ALL}, 6, STATUS_NO_CAP},
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(world_sys(client, SYS_CALL, CNODE_SLOT,
				      msg_make(CNODE_COPY, 0, cases[i].count), 0, 0, cases[i].count,
				      cases[i].words));
		assert_int_equal(client->msg.status, cases[i].status);
		assert_false(world_holds(EMPTY, OBJECT_ENDPOINT));
	}
}

// Random numbers at every system call, by a thread that holds everything. What it destroys is gone,
// but the invariants hold after each call.
static void test_garbage(void **state)
{
	for (unsigned seed = 1; seed <= 300; seed++) {
		setup(state);
		srandom(seed);
		for (unsigned i = 0; i < 400; i++) {
			uint64_t words[MSG_REG_WORDS];
			struct thread *t = random() % 2	  ? client
					   : random() % 2 ? server
							  : world_root;

			for (unsigned w = 0; w < MSG_REG_WORDS; w++)
				words[w] = random() % 8	  ? (uint64_t)random() % 24
					   : random() % 2 ? 64
							  : (uint64_t)random() << (random() % 34);
			uint64_t info = msg_make(((random() % 8 + 1) << 4) + random() % 11,
						 random() % 4, random() % 9);

			host->points = 0;
			host->preempt_at = random() % 4;
			if (t->state != THREAD_RUNNING || !t->schedctx ||
			    (t->pending && !world_slice()))
				continue;
			world_sys(t, random() % 2 ? SYS_CALL : random() % 9, random() % 24, info,
				  random() % 24, random() % 24, MSG_REG_WORDS, words);
			for (unsigned j = 0; j < 3; j++)
				world_continue(random() % 4);
			const char *wrong = invariants_check(world_scan());

			if (wrong)
				fail_msg("seed %u, call %u: %s", seed, i, wrong);
			// The root thread and its time must go on to the end of the test.
			if (world_slot(ROOT_SLOT)->cap.type != OBJECT_THREAD)
				break;
		}
	}
	setup(state);
}

int world_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_call, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reply_lost_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_decoded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_destroyed_has_decoded_nothing, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_lending, setup, teardown),
		cmocka_unit_test_setup_teardown(test_timeout_brings_no_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fault_brings_no_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fault_lines_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_timeout_takes_no_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_started_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signal, setup, teardown),
		cmocka_unit_test_setup_teardown(test_answer_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bind_right, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cnode_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_garbage, setup, teardown),
	};

	return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
