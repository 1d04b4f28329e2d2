// SPDX-License-Identifier: MIT
//
// How the kernel is measured: an operation is repeated ROUNDS times between two readings of the time
// stamp counter, which on the bench machine counts instructions. What an empty pair of readings
// costs is subtracted. The least is reported, and the most where it differs.
#pragma once

#include "../../guest/runtime/runtime.h"

#include <caplet/thread.h>

// As in caplet/syscall.h, which is for programs with the C library.
struct ipc_answer {
	uint64_t status, descriptor;
};
struct ipc_answer ipc_call_0(cptr_t cap, uint64_t descriptor);
struct ipc_answer ipc_call_4(cptr_t cap, uint64_t descriptor);
struct ipc_answer ipc_call_8(cptr_t cap, uint64_t descriptor);
struct ipc_answer ipc_recv_8(cptr_t from, uint64_t unused, cptr_t reply);
struct ipc_answer ipc_reply_recv_0(cptr_t from, uint64_t descriptor, cptr_t reply);
struct ipc_answer ipc_reply_recv_4(cptr_t from, uint64_t descriptor, cptr_t reply);
struct ipc_answer ipc_reply_recv_8(cptr_t from, uint64_t descriptor, cptr_t reply);
uint64_t ipc_signal(cptr_t notification);
struct ipc_answer ipc_wait(cptr_t notification);
void ipc_yield(void);

enum { ROUNDS = 32, CLIENT = 100, SERVER = 100 }; // priorities: equal

struct sample {
	uint64_t least, most;
};

extern uint64_t bench_empty; // ticks of an empty pair

void sample_start(struct sample *s);
void sample_add(struct sample *s, uint64_t ticks);
void sample_report(const char *name, const struct sample *s);

// Run the body in a thread of the client's priority until it has ended.
void bench_run(thread_body *body);
// A thread that has run until it waits for its first message; passive ones run on their callers' time.
struct guest_thread *bench_server(thread_body *body, cptr_t space, bool passive, bool uses_fpu);
// The stubs find the IPC buffer by way of fs.
void bench_thread_start(struct guest_thread *t, struct thread_block *block);

void bench_ipc(void);
void bench_objects(void);
void bench_events(void);
