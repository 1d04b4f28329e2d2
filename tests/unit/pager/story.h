// SPDX-License-Identifier: MIT
//
// What the tests of the pager share: how a request is asked, so that it is done once although the pager
// is killed in it, and the requests.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <caplet/protocol.h>

#define CLIENT	   16ul
#define SERVER	   17ul
#define PARENT	   18ul
#define CHILD	   19ul
#define GRANDCHILD 20ul
#define HOST	   21ul
#define POOL_PAGES 150ul
#define FORK_HEAP  0x4100000000ul
#define READ_WRITE (PAGER_READ | PAGER_WRITE)
#define TEXT	   0x400000ul
#define DATA	   0x500000ul
#define HEAP	   0x4000000000ul

struct question {
	status_t (*serve)(const uint64_t *argument, uint64_t *answer);
	uint64_t argument[6];
};

// Its effect and its answer are committed together; after a death it is asked again.
status_t ask(const struct question *request, uint64_t *answer);
#define ASK(answer, function, ...) ask(&(struct question){function, {__VA_ARGS__}}, answer)

void begin(void); // a pager that was just started, with a pool
void check_all(void);

// requests.c
status_t serve_create(const uint64_t *a, uint64_t *answer);
status_t serve_host(const uint64_t *a, uint64_t *answer);
status_t serve_map(const uint64_t *a, uint64_t *answer);
status_t serve_unmap(const uint64_t *a, uint64_t *answer);
status_t serve_protect(const uint64_t *a, uint64_t *answer);
status_t serve_discard(const uint64_t *a, uint64_t *answer);
status_t serve_archive(const uint64_t *a, uint64_t *answer);
status_t serve_map_file(const uint64_t *a, uint64_t *answer);
status_t serve_pool(const uint64_t *a, uint64_t *answer);
status_t serve_create_pooled(const uint64_t *a, uint64_t *answer);
status_t serve_fork(const uint64_t *a, uint64_t *answer);
status_t serve_ledger(const uint64_t *a, uint64_t *answer);
status_t serve_object(const uint64_t *a, uint64_t *answer);
status_t serve_clone(const uint64_t *a, uint64_t *answer);
status_t serve_resize(const uint64_t *a, uint64_t *answer);
status_t serve_release(const uint64_t *a, uint64_t *answer);
status_t serve_map_object(const uint64_t *a, uint64_t *answer);
status_t serve_write(const uint64_t *a, uint64_t *answer);
status_t serve_buffer(const uint64_t *a, uint64_t *answer);
status_t serve_buffer_release(const uint64_t *a, uint64_t *answer);
status_t serve_clear(const uint64_t *a, uint64_t *answer);
status_t serve_end(const uint64_t *a, uint64_t *answer);
status_t guest_ask_create(const uint64_t *a, uint64_t *answer);
status_t guest_ask_destroy(const uint64_t *a, uint64_t *answer);
status_t guest_ask_map(const uint64_t *a, uint64_t *answer);
status_t guest_ask_unmap(const uint64_t *a, uint64_t *answer);
status_t guest_ask_touch(const uint64_t *a, uint64_t *answer);
status_t guest_ask_vcpu(const uint64_t *a, uint64_t *answer);

// A byte of the guest's memory as it sees it; NULL: it would be left.
uint8_t *guest_sees(uint64_t owner, uint64_t address, bool write);

// misuse.c
void test_guest_misuse(void **unused);
void test_pool_leaves_slots(void **unused);
void test_pool_leaves_regions(void **unused);
