// SPDX-License-Identifier: MIT
//
// A client against a server that answers anything: words, lengths, capabilities and statuses at random.
// The stubs may return what they like, but they never write beyond what the caller gave them (the
// sanitizers look), never report more bytes than there is room for, and never keep a slot or a lane.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <probe.h>

#include <caplet/slot.h>

#define ROUNDS 60000

static struct ipc_buffer ipc_memory;
static struct thread_block block = {.buffer = &ipc_memory};
static unsigned slots_out;
static uint8_t window[16384];
static struct probe_client probe;

struct thread_block *thread_self(void)
{
	return &block;
}

static uint64_t any(void)
{
	switch (rand() % 4) {
	case 0: return (unsigned)rand() % 70;
	case 1: return 0;
	case 2: return (uint64_t)rand() << 40 ^ (uint64_t)rand();
	default: return ~0ul;
	}
}

struct ipc_answer ipc_call_8(cptr_t cap, uint64_t descriptor)
{
	static unsigned deaths;
	uint64_t status = rand() % 8 ? STATUS_OK : STATUS_PEER_DIED;

	(void)cap;
	(void)descriptor;
	if (status == STATUS_PEER_DIED && ++deaths % 3 == 0)
		status = STATUS_GONE; // some time it ends
	for (unsigned i = 0; i < MSG_MAX_WORDS; i++)
		ipc_memory.words[i] = any();
	for (unsigned i = 0; i < 64; i++)
		window[(unsigned)rand() % sizeof(window)] = (uint8_t)rand();
	return (struct ipc_answer){status, msg_make(rand() % 3 ? 0 : (unsigned)rand() % 80,
						    (unsigned)rand() % 3 ? 0 : (unsigned)rand() % 4,
						    (unsigned)rand() % 65)};
}

struct ipc_answer ipc_call_4(cptr_t cap, uint64_t descriptor)
{
	return ipc_call_8(cap, descriptor);
}

struct ipc_answer (*client_chain_call)(struct client *client, uint64_t descriptor);

status_t client_failure(struct client *client, uint64_t ticket, struct ipc_answer answer)
{
	(void)client;
	(void)ticket;
	return answer.status ? (status_t)answer.status : (status_t)msg_label(answer.descriptor);
}

uint64_t client_begin_slow(struct client *client, uint32_t frame)
{
	(void)client;
	fail_msg("a lane was kept");
	return 0;
}

cptr_t slot_borrow(unsigned count)
{
	slots_out += count;
	return DYNAMIC_CPTR(100);
}

void slot_return(cptr_t slot, unsigned count)
{
	(void)slot;
	slots_out -= count;
}

static void turn(void)
{
	struct probe_item item = {0}, *ritem = malloc(sizeof(*ritem));
	char *text = malloc(41), *blob = malloc(20);
	uint64_t d, blob_bytes = 0;
	int64_t f;
	uint32_t c;
	int32_t e;
	uint16_t b;
	uint8_t a;
	bool g;
	enum probe_colour h;
	enum probe_sparse i;

	if (probe_turn(&probe, 1, 2, 3, 4, 5, 6, true, PROBE_RED, PROBE_FEW, &item, "text", "blob",
		       4, &a, &b, &c, &d, &e, &f, &g, &h, &i, ritem, text, blob,
		       &blob_bytes) == STATUS_OK) {
		assert_true(strlen(text) <= 40);
		assert_true(blob_bytes <= 20);
		assert_true(strlen(ritem->name) < sizeof(ritem->name));
	}
	free(ritem);
	free(text);
	free(blob);
}

static void buffers(void)
{
	uint64_t capacity = (unsigned)rand() % 5000, bytes = 0;
	uint8_t *data = malloc(capacity + 1), small[64], both[200];

	if (probe_load(&probe, data, capacity, &bytes) == STATUS_OK)
		assert_true(bytes <= capacity);
	if (probe_take(&probe, small, sizeof(small), &bytes) == STATUS_OK)
		assert_true(bytes <= sizeof(small));
	if (probe_join(&probe, "a", 1, "b", 1, both, sizeof(both), &bytes) == STATUS_OK)
		assert_true(bytes <= sizeof(both));
	(void)probe_reverse(&probe, small, sizeof(small));
	(void)probe_store(&probe, data, capacity > 4096 ? 4096 : capacity, &bytes);
	free(data);
}

static void capabilities(void)
{
	cptr_t token = 0;
	uint64_t below;

	if (probe_make(&probe, 1, &token) == STATUS_OK)
		slot_return(token, 1);
	if (probe_lend(&probe, 1, &token) == STATUS_OK)
		slot_return(token, 1);
	if (probe_add_thing(&probe, 1, 77, &below, &token) == STATUS_OK)
		slot_return(token, 1);
	assert_int_equal(slots_out, 0);
	assert_int_equal(ipc_memory.recv_cnode, 0);
}

static void answers_at_random(void **state)
{
	uint64_t value;

	(void)state;
	srand(7);
	probe.base = (struct client){
		.cap = 1, .lane_count = 2, .window = window, .slice = 8192, .lane[0].sequence = 1};
	for (unsigned i = 0; i < ROUNDS / 4; i++) {
		turn();
		buffers();
		capabilities();
		(void)probe_add(&probe, 1, &value);
		(void)probe_peek(&probe, &value);
		assert_int_equal(probe.base.lane[0].busy, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(answers_at_random)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
