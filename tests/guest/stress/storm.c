// SPDX-License-Identifier: MIT
//
// The storm: clients call servers across CPUs, mappers map, write and unmap pages, and the controller
// meanwhile suspends, resumes, moves, reads, kills and restarts any of them, revokes the endpoints'
// badges, and deletes the objects they wait in. Whatever status the threads get, they go on.

#include "stress.h"

enum { SERVERS = 4, CLIENTS = 4, MAPPERS = 2, ALL = SERVERS + CLIENTS + MAPPERS };
enum { OPERATIONS = 150, CHECK_EVERY = 10, MAKE_MAX = 30, PAGES = 8 };

static struct guest_thread *threads[ALL];
static cptr_t endpoints[SERVERS], replies[SERVERS], signals[SERVERS], fault_endpoint;
static cptr_t frames[MAPPERS][PAGES];
static unsigned made;

// The four servers' capabilities are in consecutive words from `other` on.
static void body_client(struct guest_thread *t)
{
	const volatile cptr_t *servers = (const volatile cptr_t *)t->other;

	for (;;) {
		uint64_t r = random_next(&t->argument);
		cptr_t server = servers[r % SERVERS];

		if (r >> 8 & 7)
			t->regs = CALL(server, 1, r, 2, 3);
		else if (r >> 11 & 1)
			t->regs = NB_SEND(server, 2, r);
		else
			t->regs = NB_SEND(servers[SERVERS + r % SERVERS], 0);
		t->counter++;
	}
}

static void body_server(struct guest_thread *t)
{
	for (;;) {
		struct sys_regs regs = RECV(t->endpoint, t->reply);

		while (regs.status == STATUS_OK) {
			t->counter++;
			regs = REPLY_RECV(t->endpoint, t->reply, 3, regs.word[0] + 1);
		}
		if (regs.status != STATUS_ABORTED)
			YIELD();
	}
}

static void body_mapper(struct guest_thread *t)
{
	const cptr_t *pages = (const cptr_t *)t->other;

	for (;;) {
		uint64_t r = random_next(&t->argument);
		cptr_t frame = pages[r % PAGES];
		vaddr_t page = t->endpoint + r % PAGES * PAGE_SIZE;

		CALL(frame, FRAME_UNMAP);
		if (CALL(frame, FRAME_MAP, BOOT_SLOT_VSPACE, page, RIGHT_READ | RIGHT_WRITE, 0)
			    .status == STATUS_OK)
			*(volatile uint64_t *)page = r;
		t->counter++;
	}
}

static struct guest_thread *make(unsigned i, uint64_t *random)
{
	thread_body *body = i < SERVERS		    ? body_server
			    : i < SERVERS + CLIENTS ? body_client
						    : body_mapper;
	struct guest_thread *t = thread_new(STRESS_PRIORITY - i % 3, body);

	made++;
	t->argument = random_next(random);
	CALL(t->thread, THREAD_SET_HANDLERS, fault_endpoint, 0);
	if (i < SERVERS) {
		t->endpoint = endpoints[i];
		t->reply = replies[i];
		CALL(t->thread, THREAD_BIND_NTFN, signals[i]);
	} else if (i < SERVERS + CLIENTS) {
		t->other = SCRATCH_BASE;
	} else {
		t->endpoint = TEST_VADDR + (i - SERVERS - CLIENTS) * PAGES * PAGE_SIZE;
		t->other = (uint64_t)frames[i - SERVERS - CLIENTS];
	}
	thread_place(t, random_next(random) % cpus_used(), 10000, 10000);
	thread_run(t);
	return t;
}

static void world_make(uint64_t *random)
{
	cptr_t *words = (cptr_t *)SCRATCH_BASE;

	made = 0;
	fault_endpoint = stopper_make();
	for (unsigned i = 0; i < SERVERS; i++) {
		cptr_t signal = object_make(OBJECT_NOTIFICATION, 0);
		endpoints[i] = object_make(OBJECT_ENDPOINT, 0);
		replies[i] = object_make(OBJECT_REPLY, 0);
		signals[i] = signal;
		words[i] = cap_mint(endpoints[i], RIGHT_ALL, 1 + i);
		words[SERVERS + i] = cap_mint(signal, RIGHT_ALL, 1 + i);
	}
	for (unsigned i = 0; i < MAPPERS; i++)
		for (unsigned p = 0; p < PAGES; p++)
			frames[i][p] = frame_map_new(BOOT_SLOT_VSPACE,
						     TEST_VADDR + (i * PAGES + p) * PAGE_SIZE,
						     RIGHT_READ | RIGHT_WRITE, 0);
	for (unsigned i = 0; i < ALL; i++)
		threads[i] = make(i, random);
}

// Half of the servers live on their callers' time.
static void budget_change(struct guest_thread *t, uint64_t r)
{
	switch (r % 4) {
	case 0: CALL(t->schedctx, SCHEDCTX_UNBIND); break;
	case 1: CALL(t->schedctx, SCHEDCTX_BIND, t->thread); break;
	case 2: thread_place(t, (r >> 8) % cpus_used(), 500, 2000); break;
	case 3: thread_place(t, (r >> 8) % cpus_used(), 10000, 10000); break;
	}
}

static void kill(unsigned i, uint64_t *random)
{
	if (made == MAKE_MAX)
		return;
	cap_delete(threads[i]->thread);
	if (random_next(random) & 1)
		cap_delete(threads[i]->schedctx);
	if (i < SERVERS && random_next(random) & 1) {
		cap_delete(replies[i]);
		replies[i] = object_make(OBJECT_REPLY, 0);
	}
	threads[i] = make(i, random);
}

static void badge_renew(unsigned i)
{
	cptr_t *words = (cptr_t *)SCRATCH_BASE;

	cap_revoke(endpoints[i]);
	CALL(BOOT_SLOT_CNODE, CNODE_MINT, words[i], ROOT_DEPTH, BOOT_SLOT_CNODE, endpoints[i],
	     ROOT_DEPTH, RIGHT_ALL, i + 1);
}

static void operation(uint64_t *random)
{
	uint64_t r = random_next(random);
	unsigned i = (r >> 8) % ALL;
	struct guest_thread *t = threads[i];
	struct thread_regs regs;

	switch (r % 12) {
	case 0: CALL(t->thread, THREAD_SUSPEND); break;
	case 1:
	case 2: thread_run(t); break;
	case 3:
	case 4: thread_place(t, (r >> 16) % cpus_used(), 10000, 10000); break;
	case 5: regs_read(t->thread, r >> 16 & 1, &regs); break;
	case 6:
		CALL(t->thread, THREAD_SET_SCHED, STRESS_PRIORITY - (r >> 16) % 8, 0,
		     BOOT_SLOT_THREAD);
		break;
	case 7: budget_change(t, r >> 16); break;
	case 8: kill(i, random); break;
	case 9: badge_renew(i % SERVERS); break;
	case 10: CALL(frames[i % MAPPERS][(r >> 16) % PAGES], FRAME_UNMAP); break;
	case 11: CALL(replies[i % SERVERS], REPLY_ABORT); break;
	}
}

bool storm_epoch(uint64_t *random)
{
	world_make(random);
	for (unsigned i = 1; i <= OPERATIONS; i++) {
		operation(random);
		if (random_next(random) % 4 == 0)
			sleep_us(1100 + random_next(random) % 400); // less would be none
		if (i % CHECK_EVERY == 0 && invariants_walk().status != STATUS_OK)
			return false;
	}
	for (unsigned i = 0; i < ALL; i++)
		operations += threads[i]->counter;
	return true;
}
