// SPDX-License-Identifier: MIT
//
// The kernel's benchmarks: what all of them share, and their order.
#include "bench.h"

uint64_t bench_empty;
static cptr_t done;
static thread_body *client_body;

void sample_start(struct sample *s)
{
	*s = (struct sample){.least = ~0ul};
}

void sample_add(struct sample *s, uint64_t ticks)
{
	ticks -= bench_empty;
	if (ticks < s->least)
		s->least = ticks;
	if (ticks > s->most)
		s->most = ticks;
}

void sample_report(const char *name, const struct sample *s)
{
	print("bench\t%s\t%lu\tinsn\n", name, s->least);
	if (s->most != s->least)
		print("bench\t%s_most\t%lu\tinsn\n", name, s->most);
}

void bench_thread_start(struct guest_thread *t, struct thread_block *block)
{
	*block = (struct thread_block){.self = block, .buffer = t->buffer};
	__asm__ volatile("wrfsbase %0" : : "r"(block) : "memory");
}

static void client_start(struct guest_thread *t)
{
	struct thread_block block;

	bench_thread_start(t, &block);
	client_body(t);
	notification_signal(done);
}

void bench_run(thread_body *body)
{
	struct guest_thread *t = thread_new(CLIENT, client_start);

	client_body = body;
	thread_run(t);
	notification_wait(done);
}

struct guest_thread *bench_server(thread_body *body, cptr_t space, bool passive, bool uses_fpu)
{
	struct guest_thread *t = thread_make(SERVER, space);

	t->endpoint = object_make(OBJECT_ENDPOINT, 0);
	t->reply = object_make(OBJECT_REPLY, 0);
	thread_schedctx_make(t, 10000, 10000);
	CALL(t->thread, THREAD_SET_FPU, uses_fpu);
	thread_go(t, body);
	settle();
	if (passive)
		CALL(t->schedctx, SCHEDCTX_UNBIND);
	return t;
}

static void measure_empty(void)
{
	bench_empty = ~0ul;
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t start = rdtsc(), ticks = rdtsc() - start;

		if (ticks < bench_empty)
			bench_empty = ticks;
	}
}

void guest_main(void)
{
	memory_setup();
	spaces_setup();
	settle_setup();
	done = cap_mint(pool_make(OBJECT_NOTIFICATION, 0), RIGHT_ALL, 1);
	test_memory_keep();
	measure_empty();
	print("bench\tboot_to_root\t%lu\tinsn\n",
	      boot->root_tsc - boot->entry_tsc - boot->calibration);
	bench_objects();
	bench_ipc();
	bench_events();
	guest_exit(true);
}
