// SPDX-License-Identifier: MIT
//
// What one process may not do to others: take the tables' places that servers need, and ask the
// guest methods for what is not its own or cannot be.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "intent.h"
#include "pager.h"
#include "reap.h"
#include "spaces.h"
#include "story.h"

// A program of the pool that takes what it can get, and a server that then needs something: a piece of
// its image, and a window that a client brings.
static void server_finds_some(uint64_t bytes)
{
	uint64_t object, at;
	status_t status;

	assert_int_equal(space_make(PARENT, 100, 10000, 10000, PAGER_POOLED, &(uint32_t){0}),
			 STATUS_OK);
	change_commit();
	assert_int_equal(ASK(&object, serve_object, PARENT, bytes, 0), STATUS_OK);
	do
		status = ASK(&at, serve_map_object, PARENT, object, READ_WRITE, 7);
	while (status == STATUS_OK);
	assert_int_equal(status, STATUS_QUOTA);
	assert_int_equal(ASK(NULL, serve_create, SERVER, 100), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_archive, SERVER, 0, 4096, DATA, 4096, READ_WRITE),
			 STATUS_OK);
	assert_int_equal(ASK(&at, serve_map_object, SERVER, object, READ_WRITE, 7), STATUS_OK);
	check_all();
}

void test_pool_leaves_slots(void **unused)
{
	begin();
	server_finds_some(64 * 4096);
}

void test_pool_leaves_regions(void **unused)
{
	begin();
	server_finds_some(4096);
}

// What is refused has changed nothing, and what is asked for the wrong thing is refused.
static void refused(status_t (*serve)(const uint64_t *argument, uint64_t *answer),
		    const uint64_t *arguments, status_t status)
{
	struct question question = {.serve = serve};
	uint64_t charged = state->space[space_find(HOST)].charged;

	memcpy(question.argument, arguments, sizeof(question.argument));
	assert_int_equal(ask(&question, NULL), status);
	changes_begin();
	check_all();
	assert_int_equal(state->space[space_find(HOST)].charged, charged);
}

#define REFUSED(status, serve, ...) refused(serve, (const uint64_t[6]){__VA_ARGS__}, status)

static void ask_without_guest(uint64_t memory, uint64_t page)
{
	REFUSED(STATUS_NOT_ALLOWED, guest_ask_create, 99, 4096);
	REFUSED(STATUS_NOT_ALLOWED, guest_ask_create, CLIENT, 4096);
	REFUSED(STATUS_NOT_ALLOWED, guest_ask_destroy, 99);
	REFUSED(STATUS_OK, guest_ask_destroy, HOST);
	REFUSED(PAGER_NO_GUEST, guest_ask_map, HOST, memory, 0, 0, 4096, PAGER_READ);
	REFUSED(PAGER_NO_GUEST, guest_ask_unmap, HOST, 0, 4096);
	REFUSED(PAGER_NO_GUEST, guest_ask_touch, HOST, 0, 4096);
	REFUSED(PAGER_NO_GUEST, guest_ask_vcpu, HOST, 0, page, 0);
	REFUSED(PAGER_BAD_RANGE, guest_ask_create, HOST, 0);
	REFUSED(PAGER_BAD_RANGE, guest_ask_create, HOST, UINT64_MAX);
	REFUSED(STATUS_QUOTA, guest_ask_create, HOST, 1ul << 30);
}

static void map_wrongly(uint64_t memory, uint64_t foreign)
{
	REFUSED(STATUS_OK, guest_ask_create, HOST, 16ul << 20);
	REFUSED(PAGER_NO_GUEST, guest_ask_map, CLIENT, foreign, 0, 0, 4096, PAGER_READ);
	REFUSED(PAGER_NO_OBJECT, guest_ask_map, HOST, foreign, 0, 0, 4096, PAGER_READ);
	REFUSED(PAGER_NO_OBJECT, guest_ask_map, HOST, 0, 0, 0, 4096, PAGER_READ);
	REFUSED(PAGER_BAD_RIGHTS, guest_ask_map, HOST, memory, 0, 0, 4096, 0);
	REFUSED(PAGER_BAD_RIGHTS, guest_ask_map, HOST, memory, 0, 0, 4096, 7);
	REFUSED(PAGER_BAD_RIGHTS, guest_ask_map, HOST, memory, 0, 0, 4096,
		READ_WRITE | PAGER_PRIVATE);
	REFUSED(PAGER_BAD_RANGE, guest_ask_map, HOST, memory, 0, 0, 0, READ_WRITE);
	REFUSED(PAGER_BAD_RANGE, guest_ask_map, HOST, memory, 0, 1, 4096, READ_WRITE);
	REFUSED(PAGER_BAD_RANGE, guest_ask_map, HOST, memory, 1, 0, 4096, READ_WRITE);
	REFUSED(PAGER_BAD_RANGE, guest_ask_map, HOST, memory, 4096, 0, 4 * 4096, READ_WRITE);
	REFUSED(PAGER_BAD_RANGE, guest_ask_map, HOST, memory, 0, (1ul << 38) - 4096, 8192,
		READ_WRITE);
	REFUSED(PAGER_BAD_RANGE, guest_ask_map, HOST, memory, 0, UINT64_MAX - 4095, 4096,
		READ_WRITE);
}

static void reach_wrongly(uint64_t memory, uint64_t page, uint64_t foreign)
{
	REFUSED(PAGER_NO_SPACE, guest_ask_map, HOST, memory, 0, 3 * 4096, 4096, READ_WRITE);
	REFUSED(PAGER_NOT_MAPPED, guest_ask_touch, HOST, 4 * 4096, 4096);
	REFUSED(PAGER_BAD_RANGE, guest_ask_touch, HOST, 0, 0);
	REFUSED(PAGER_BAD_RANGE, guest_ask_touch, HOST, 1, 4096);
	REFUSED(PAGER_BAD_RANGE, guest_ask_touch, HOST, 0, (2ul << 20) + 4096);
	REFUSED(PAGER_BAD_RANGE, guest_ask_touch, HOST, UINT64_MAX - 4095, 4096);
	REFUSED(PAGER_BAD_RANGE, guest_ask_unmap, HOST, 0, 1);
	REFUSED(PAGER_BAD_RANGE, guest_ask_unmap, HOST, 0, 0);
	REFUSED(PAGER_BAD_RANGE, guest_ask_unmap, HOST, 4096, UINT64_MAX);
	REFUSED(PAGER_NO_OBJECT, guest_ask_vcpu, HOST, 0, foreign, 0);
	REFUSED(PAGER_BAD_RANGE, guest_ask_vcpu, HOST, 0, page, 8);
	REFUSED(PAGER_BAD_RANGE, guest_ask_vcpu, HOST, 0, page, 4096);
	REFUSED(PAGER_BAD_RANGE, guest_ask_vcpu, HOST, 0, memory, 4096); // not touched
	REFUSED(PAGER_NO_GUEST, guest_ask_vcpu, CLIENT, 0, foreign, 0);
}

void test_guest_misuse(void **unused)
{
	uint64_t memory, page, foreign;

	begin();
	assert_int_equal(ASK(NULL, serve_create, CLIENT, 50), STATUS_OK);
	assert_int_equal(ASK(NULL, serve_host, HOST, 220), STATUS_OK);
	assert_int_equal(ASK(&foreign, serve_object, CLIENT, 4096, PAGER_COMMITTED), STATUS_OK);
	assert_int_equal(ASK(&memory, serve_object, HOST, 4 * 4096, 0), STATUS_OK);
	assert_int_equal(ASK(&page, serve_object, HOST, 4096, PAGER_COMMITTED), STATUS_OK);

	ask_without_guest(memory, page);
	assert_int_equal(ASK(NULL, guest_ask_create, HOST, 8ul << 20), STATUS_OK);
	map_wrongly(memory, foreign);
	assert_int_equal(ASK(NULL, guest_ask_map, HOST, memory, 0, 0, 4 * 4096, READ_WRITE),
			 STATUS_OK);
	reach_wrongly(memory, page, foreign);

	// As many as the quota pays for, each once.
	for (uint64_t i = 0; i < 19; i++)
		assert_int_equal(ASK(NULL, guest_ask_vcpu, HOST, 1000 + i, page, 0),
				 i < 18 ? STATUS_OK : STATUS_QUOTA);
	check_all();
	assert_int_equal(ASK(NULL, guest_ask_destroy, HOST), STATUS_OK);
	REFUSED(STATUS_OK, guest_ask_destroy, HOST);
	assert_int_equal(state->vcpus_used, 0);
}
