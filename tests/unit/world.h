// SPDX-License-Identifier: MIT
//
// A small world for the kernel on the model machine: one CPU, a root CNode, a root thread, and one
// untyped from which the test makes what it needs, through system calls.
//
// Rules:
// - All threads have the root CNode as their CSpace and round-robin time, unless the test changes
//   that. Slot numbers are cptrs.
// - Only the current thread can make a system call. With world_free_choice a runnable thread is made
//   current first, by letting the others' time slices pass, and the normal form forgets who was
//   current: so every order of threads is covered without being a state of its own.
// - world_canonical() brings the state into a normal form that means the same to the kernel: what
//   is dead (results in registers, memory of no object) gets one value, and the clock stands where
//   it stood. Memory that the kernel takes for zero is checked to be zero; dead memory is filled
//   with a pattern, so that an object made from memory that was not cleaned is noticed.
#pragma once

#include "arch_host.h"
#include "cpu.h"
#include "invariants.h"
#include "thread.h"

enum {
	CNODE_SLOT = 1,
	ROOT_SLOT = 2,
	SCHED_CONTROL_SLOT = 3,
	UNTYPED_SLOT = 4,
	ROOT_SCHEDCTX_SLOT = 5,
	FREE_SLOT = 8, // from here on
	CNODE_BITS = 6,
	UNTYPED_BITS = 14,
	SLICE = 10000, // ticks
	PRIORITY = 10,
};

#define WORLD_UNTYPED_PADDR 0x8000ul
#define WORLD_BYTES	    (WORLD_UNTYPED_PADDR + (1ul << UNTYPED_BITS))

extern struct thread *world_root;
extern bool world_free_choice; // any runnable thread may act next, whatever the run queue says

void world_setup(void);
struct slot *world_slot(cptr_t slot);
void *world_object(cptr_t slot);
bool world_holds(cptr_t slot, enum object_type type);

// A system call of `t`, if it is current (or, with free choice, runnable) and in user mode; else
// false.
bool world_sys(struct thread *t, uint64_t number, cptr_t cap, uint64_t info, cptr_t reply,
	       cptr_t send_to, unsigned count, const uint64_t *words);
// A page fault of `t`, on the same terms.
bool world_fault(struct thread *t);
#define SYS(t, number, cap, label, reply, ...)                                                     \
	world_sys(t, number, cap, msg_make(label, 0, sizeof((uint64_t[]){__VA_ARGS__}) / 8),       \
		  reply, 0, sizeof((uint64_t[]){__VA_ARGS__}) / 8, (uint64_t[]){__VA_ARGS__})
#define INVOKE(t, cap, method, ...) SYS(t, SYS_CALL, cap, method, 0, __VA_ARGS__)

// For setting up: these abort if they fail.
void world_must(cptr_t cap, uint32_t method, unsigned count, const uint64_t *words); // by root
#define MUST(cap, method, ...)                                                                     \
	world_must(cap, method, sizeof((uint64_t[]){__VA_ARGS__}) / 8, (uint64_t[]){__VA_ARGS__})
void world_make(cptr_t slot, enum object_type type, unsigned bits);
struct thread *world_thread(cptr_t slot, cptr_t schedctx); // made, configured, resumed
void world_run(struct thread *t);			   // it becomes current
void world_buffer(struct thread *t, cptr_t frame, unsigned offset);

bool world_slice(void);		      // the current thread's time slice ends; false while idle
bool world_pass(ticks_t ticks);	      // time passes; the timer fires if it is due
bool world_continue(unsigned number); // the pending operation of that thread of the scan goes on

const struct invariants_world *world_scan(void);
const char *world_canonical(void); // NULL, or what is wrong with free memory
