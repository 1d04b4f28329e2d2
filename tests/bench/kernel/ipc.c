// SPDX-License-Identifier: MIT
//
// Calls: to a server in another address space and in the same one, passive and active, with all
// lengths, with a capability.
#include "bench.h"

static struct guest_thread *server;
static uint64_t descriptor;
static struct sample sample;

// One server body and one client body for each stub.
#define BODIES(count)                                                                              \
	static void server_##count(struct guest_thread *t)                                         \
	{                                                                                          \
		struct thread_block block;                                                         \
		bench_thread_start(t, &block);                                                     \
		ipc_recv_8(t->endpoint, 0, t->reply);                                              \
		for (;;)                                                                           \
			ipc_reply_recv_##count(t->endpoint, descriptor, t->reply);                 \
	}                                                                                          \
	static void client_##count(struct guest_thread *t)                                         \
	{                                                                                          \
		cptr_t endpoint = server->endpoint;                                                \
		uint64_t message = descriptor;                                                     \
		sample_start(&sample);                                                             \
		for (unsigned i = 0; i < ROUNDS; i++) {                                            \
			uint64_t start = rdtsc();                                                  \
			ipc_call_##count(endpoint, message);                                       \
			sample_add(&sample, rdtsc() - start);                                      \
		}                                                                                  \
	}
BODIES(0)
BODIES(4)
BODIES(8)

static void fpu_client(struct guest_thread *t)
{
	CALL(t->thread, THREAD_SET_FPU, 1);
	client_0(t);
}

static void capability_server(struct guest_thread *t)
{
	struct thread_block block;

	bench_thread_start(t, &block);
	t->buffer->recv_cnode = BOOT_SLOT_CNODE;
	t->buffer->recv_index = t->other;
	t->buffer->recv_depth = ROOT_DEPTH;
	ipc_recv_8(t->endpoint, 0, t->reply);
	for (;;)
		ipc_reply_recv_4(t->endpoint, msg_make(0, 0, 1), t->reply);
}

static void capability_client(struct guest_thread *t)
{
	t->buffer->caps[0] = object_make(OBJECT_FRAME, 0);
	sample_start(&sample);
	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t start = rdtsc();

		ipc_call_4(server->endpoint, msg_make(0, 1, 1));
		sample_add(&sample, rdtsc() - start);
		if (cap_type(server->other) != OBJECT_FRAME)
			guest_die("the capability did not arrive", i);
		cap_delete(server->other);
	}
}

struct ipc_case {
	const char *name;
	thread_body *server, *client;
	unsigned words;
	bool intra, active, fpu;
};

static const struct ipc_case cases[] = {
	{"ipc_0w_inter", server_0, client_0, 0, false, false, false},
	{"ipc_4w_inter", server_4, client_4, 4, false, false, false},
	{"ipc_8w_inter", server_8, client_8, 8, false, false, false},
	{"ipc_64w_inter", server_8, client_8, 64, false, false, false},
	{"ipc_0w_intra", server_0, client_0, 0, true, false, false},
	{"ipc_active_inter", server_0, client_0, 0, false, true, false},
	{"ipc_fpu_inter", server_0, fpu_client, 0, false, false, true},
};

void bench_ipc(void)
{
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct ipc_case *c = &cases[i];

		test_memory_reset();
		descriptor = msg_make(0, 0, c->words);
		server = bench_server(c->server, c->intra ? 0 : space_make(), !c->active, c->fpu);
		bench_run(c->client);
		sample_report(c->name, &sample);
	}
	test_memory_reset();
	cptr_t slot = slot_take(1);
	server = thread_make(SERVER, space_make());
	server->other = slot;
	server->endpoint = object_make(OBJECT_ENDPOINT, 0);
	server->reply = object_make(OBJECT_REPLY, 0);
	thread_schedctx_make(server, 10000, 10000);
	thread_go(server, capability_server);
	settle();
	CALL(server->schedctx, SCHEDCTX_UNBIND);
	bench_run(capability_client);
	sample_report("ipc_cap_inter", &sample);
}
