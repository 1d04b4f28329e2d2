// SPDX-License-Identifier: MIT
//
// Invocations: null, yield, map, unmap, retype.
#include "bench.h"

static struct sample sample;

static void null_invocation(struct guest_thread *t)
{
	sample_start(&sample);
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t start = rdtsc();

		ipc_call_0(BOOT_SLOT_CNODE, msg_make(CAP_NULL, 0, 0));
		sample_add(&sample, rdtsc() - start);
	}
}

static void yield_alone(struct guest_thread *t)
{
	sample_start(&sample);
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t start = rdtsc();

		ipc_yield();
		sample_add(&sample, rdtsc() - start);
	}
}

static void must(struct ipc_answer answer, const char *what)
{
	if (answer.status != STATUS_OK)
		guest_die(what, answer.status);
}

static void map_and_unmap(struct guest_thread *t)
{
	cptr_t frame = object_make(OBJECT_FRAME, FRAME_4K_BITS);
	struct sample unmap;

	frame_map(frame, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0);
	CALL(frame, FRAME_UNMAP);
	sample_start(&sample);
	sample_start(&unmap);
	for (unsigned i = 0; i < ROUNDS; i++) {
		t->buffer->words[0] = BOOT_SLOT_VSPACE;
		t->buffer->words[1] = TEST_VADDR + i * PAGE_SIZE;
		t->buffer->words[2] = RIGHT_READ | RIGHT_WRITE;
		t->buffer->words[3] = 0;
		uint64_t start = rdtsc();
		struct ipc_answer answer = ipc_call_4(frame, msg_make(FRAME_MAP, 0, 4));

		sample_add(&sample, rdtsc() - start);
		must(answer, "map");
		start = rdtsc();
		answer = ipc_call_0(frame, msg_make(FRAME_UNMAP, 0, 0));
		sample_add(&unmap, rdtsc() - start);
		must(answer, "unmap");
	}
	sample_report("unmap_4k", &unmap);
}

static void retype_frame(struct guest_thread *t)
{
	cptr_t untyped = object_make(OBJECT_UNTYPED, 20), slots = slot_take(ROUNDS);

	object_retype(untyped, OBJECT_FRAME, FRAME_4K_BITS, slots, 1); // zeroes the first part
	sample_start(&sample);
	for (unsigned i = 1; i < ROUNDS; i++) {
		uint64_t *words = t->buffer->words;

		words[0] = OBJECT_FRAME;
		words[1] = FRAME_4K_BITS;
		words[2] = BOOT_SLOT_CNODE;
		words[3] = words[4] = 0;
		words[5] = slots + i;
		words[6] = 1;
		uint64_t start = rdtsc();
		struct ipc_answer answer = ipc_call_8(untyped, msg_make(UNTYPED_RETYPE, 0, 7));

		if (i % 16 != 0) // where the next part has to be zeroed
			sample_add(&sample, rdtsc() - start);
		must(answer, "retype");
	}
}

// The longest path without a preemption point: as many objects as one call makes.
static void retype_many(struct guest_thread *t)
{
	cptr_t untyped = object_make(OBJECT_UNTYPED, 15), slots = slot_take(256);
	uint64_t *words = t->buffer->words;

	words[0] = OBJECT_ENDPOINT;
	words[1] = 0;
	words[2] = BOOT_SLOT_CNODE;
	words[3] = words[4] = 0;
	words[5] = slots;
	words[6] = 256;
	sample_start(&sample);
	uint64_t start = rdtsc();
	struct ipc_answer answer = ipc_call_8(untyped, msg_make(UNTYPED_RETYPE, 0, 7));

	sample_add(&sample, rdtsc() - start);
	must(answer, "retype");
}

void bench_objects(void)
{
	bench_run(null_invocation);
	sample_report("null_invocation", &sample);
	bench_run(yield_alone);
	sample_report("yield_alone", &sample);
	bench_run(map_and_unmap);
	sample_report("map_4k", &sample);
	bench_run(retype_frame);
	sample_report("retype_frame_4k", &sample);
	bench_run(retype_many);
	sample_report("retype_256", &sample);
}
