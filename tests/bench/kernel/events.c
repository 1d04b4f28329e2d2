// SPDX-License-Identifier: MIT
//
// Notifications, faults, interrupts.
#include "bench.h"

enum { PIT_DATA = 0x40, PIT_COMMAND = 0x43, PIT_LINE = 2, HANDLER = 150 };

static struct sample sample;
static struct guest_thread *partner;
static volatile uint64_t seen; // the last time that the interrupted thread read
static volatile bool finished;

static void signal_idle(struct guest_thread *t)
{
	cptr_t notification = cap_mint(object_make(OBJECT_NOTIFICATION, 0), RIGHT_ALL, 1);

	sample_start(&sample);
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t start = rdtsc();

		ipc_signal(notification);
		sample_add(&sample, rdtsc() - start);
	}
}

static void pong(struct guest_thread *t)
{
	struct thread_block block;

	bench_thread_start(t, &block);
	for (;;) {
		ipc_wait(t->notification);
		ipc_signal(t->other);
	}
}

static void ping(struct guest_thread *t)
{
	sample_start(&sample);
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t start = rdtsc();

		ipc_signal(partner->notification);
		ipc_wait(partner->other);
		sample_add(&sample, rdtsc() - start);
	}
}

// The handler sets the thread behind the instruction that faulted.
static void fault_handler(struct guest_thread *t)
{
	struct thread_block block;

	bench_thread_start(t, &block);
	ipc_recv_8(t->endpoint, 0, t->reply);
	for (;;) {
		uint64_t *words = t->buffer->words;

		words[0] = words[1] + 3;
		words[1] = words[3];
		words[2] = words[4];
		words[3] = 0;
		ipc_reply_recv_8(t->endpoint, msg_make(FAULT_RESUME, 0, 3), t->reply);
	}
}

static void faulting(struct guest_thread *t)
{
	CALL(t->thread, THREAD_SET_HANDLERS, partner->endpoint, 0);
	sample_start(&sample);
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t start = rdtsc();

		__asm__ volatile("mov (%0), %0" : : "a"(TEST_VADDR + (1ul << 30)) : "memory");
		sample_add(&sample, rdtsc() - start);
	}
}

static void pit_set(cptr_t ports, uint16_t count)
{
	CALL(ports, IOPORT_OUT, PIT_COMMAND, 1, 0x30); // channel 0, one shot
	CALL(ports, IOPORT_OUT, PIT_DATA, 1, count & 0xff);
	CALL(ports, IOPORT_OUT, PIT_DATA, 1, count >> 8);
}

static void interrupt_handler(struct guest_thread *t)
{
	struct thread_block block;

	bench_thread_start(t, &block);
	CALL(t->endpoint, IRQ_ACK);
	for (unsigned i = 0; i < ROUNDS; i++) {
		pit_set(t->other, 1000);
		ipc_wait(t->notification);
		sample_add(&sample, rdtsc() - seen);
		CALL(t->endpoint, IRQ_ACK);
	}
	finished = true;
}

static void spin(struct guest_thread *t)
{
	while (!finished)
		seen = rdtsc();
}

static void bench_interrupt(void)
{
	struct guest_thread *t = thread_make(HANDLER, 0);
	cptr_t line = slot_take(2), ports = line + 1;

	thread_schedctx_make(t, 10000, 10000);
	t->endpoint = line;
	t->other = ports;
	t->notification = cap_mint(object_make(OBJECT_NOTIFICATION, 0), RIGHT_ALL, 1);
	CALL(BOOT_SLOT_IRQ_CONTROL, IRQ_GET_LINE, PIT_LINE, 0, BOOT_SLOT_CNODE, line, ROOT_DEPTH);
	CALL(BOOT_SLOT_IOPORT_CONTROL, IOPORT_ISSUE, PIT_DATA, PIT_COMMAND, BOOT_SLOT_CNODE, ports,
	     ROOT_DEPTH);
	if (CALL(line, IRQ_SET_NTFN, t->notification).status != STATUS_OK)
		guest_die("interrupt line", PIT_LINE);
	sample_start(&sample);
	thread_go(t, interrupt_handler);
	bench_run(spin);
	sample_report("irq_to_thread", &sample);
}

void bench_events(void)
{
	test_memory_reset();
	bench_run(signal_idle);
	sample_report("ntfn_signal_idle", &sample);
	partner = thread_make(SERVER, space_make());
	partner->notification = cap_mint(object_make(OBJECT_NOTIFICATION, 0), RIGHT_ALL, 1);
	partner->other = cap_mint(object_make(OBJECT_NOTIFICATION, 0), RIGHT_ALL, 1);
	thread_schedctx_make(partner, 10000, 10000);
	thread_go(partner, pong);
	settle();
	bench_run(ping);
	sample_report("ntfn_pingpong", &sample);
	test_memory_reset();
	partner = bench_server(fault_handler, space_make(), true, false);
	bench_run(faulting);
	sample_report("fault_roundtrip", &sample);
	test_memory_reset();
	bench_interrupt();
}
