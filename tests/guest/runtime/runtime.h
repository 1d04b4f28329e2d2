// SPDX-License-Identifier: MIT
//
// The runtime of guest programs that run as the root task directly on the kernel, without
// servers and without libc: the kernel test suite and the kernel benchmarks.
//
// Rules:
// - Everything is made from two untypeds: the pool (lives for the whole run) and the test untyped,
//   which test_memory_reset() revokes, so that what one test leaves behind cannot help the next.
// - Threads, their stacks and IPC buffers lie in one 2 MiB frame (SHARED) that is mapped at the
//   same address in every address space; a copy of the program lies in another one. A thread in
//   another address space therefore finds its code and its struct guest_thread, and read-only
//   globals as they were when spaces_setup() ran, but not the root task's variables.
// - Helpers that cannot go on call guest_die(), which prints and executes ud2: the suite counts
//   the test as failed and goes on.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <caplet/abi/boot.h>
#include <caplet/abi/fault.h>
#include <caplet/abi/invoke.h>
#include <caplet/abi/object.h>
#include <caplet/abi/status.h>
#include <caplet/abi/syscall.h>

// ---- system calls ------------------------------------------------------------------------------

// The registers of a system call, in and out, in the order that sys_enter() expects.
struct sys_regs {
	union {
		uint64_t rax, number, status;
	};
	union {
		uint64_t rdi, cap, badge;
	};
	union {
		uint64_t rsi, msg;
	};
	union {
		uint64_t rdx, reply, generation, received;
	};
	union {
		uint64_t rbp, send_to;
	};
	uint64_t word[MSG_REG_WORDS];
	uint64_t rcx, r11; // out only
};

void sys_enter(struct sys_regs *regs); // loads all, enters the kernel, stores all

struct sys_regs sys_do(uint64_t number, cptr_t cap, cptr_t reply, cptr_t send_to, uint32_t label,
		       unsigned caps, unsigned count, const uint64_t *words);

#define WORDS_OF(...)                                                                              \
	(sizeof((uint64_t[]){0, ##__VA_ARGS__}) / 8 - 1), (((uint64_t[]){0, ##__VA_ARGS__}) + 1)

// CALL(cap, label, words...), SEND, NB_SEND; REPLY_RECV(cap, reply, label, words...)
#define CALL(cap, label, ...)	 sys_do(SYS_CALL, cap, 0, 0, label, 0, WORDS_OF(__VA_ARGS__))
#define SEND(cap, label, ...)	 sys_do(SYS_SEND, cap, 0, 0, label, 0, WORDS_OF(__VA_ARGS__))
#define NB_SEND(cap, label, ...) sys_do(SYS_NB_SEND, cap, 0, 0, label, 0, WORDS_OF(__VA_ARGS__))
#define RECV(cap, reply)	 sys_do(SYS_RECV, cap, reply, 0, 0, 0, 0, NULL)
#define NB_RECV(cap, reply)	 sys_do(SYS_NB_RECV, cap, reply, 0, 0, 0, 0, NULL)
#define REPLY_RECV(cap, reply, label, ...)                                                         \
	sys_do(SYS_REPLY_RECV, cap, reply, 0, label, 0, WORDS_OF(__VA_ARGS__))
#define SEND_RECV(to, cap, reply, label, ...)                                                      \
	sys_do(SYS_SEND_RECV, cap, reply, to, label, 0, WORDS_OF(__VA_ARGS__))
#define YIELD() sys_do(SYS_YIELD, 0, 0, 0, 0, 0, 0, NULL)

uint64_t notification_wait(cptr_t notification);   // -> the word; dies on an error
uint64_t notification_signal(cptr_t notification); // -> status

// ---- console -------------------------------------------------------------------------------------

void console_setup(void);
void print(const char *format, ...) __attribute__((format(printf, 1, 2))); // %s %c %d %u %x %lx %lu
const char *status_name(uint64_t status);
_Noreturn void guest_exit(bool success); // through isa-debug-exit
_Noreturn void guest_die(const char *what, uint64_t value);

// ---- slots and objects -----------------------------------------------------------------------------

#define ROOT_DEPTH 64 // bits that the root CNode's guard and index resolve

extern const struct boot_info *boot;
extern struct ipc_buffer *test_buffer; // of the thread that runs the tests
extern struct ipc_buffer *boot_buffer; // of the root task
extern cptr_t pool_untyped, test_untyped;

void memory_setup(void);
cptr_t slot_take(unsigned count); // first of `count` consecutive empty slots
uint64_t object_retype(cptr_t untyped, unsigned type, unsigned bits, cptr_t slot, unsigned count);
cptr_t object_make(unsigned type, unsigned bits); // one, from test memory; bits 0: its fixed size
cptr_t pool_make(unsigned type, unsigned bits);	  // one that lives for the whole run
cptr_t cap_copy(cptr_t source, unsigned rights);
cptr_t cap_mint(cptr_t source, unsigned rights, uint64_t badge);
uint64_t cap_delete(cptr_t slot);
uint64_t cap_revoke(cptr_t slot);
unsigned cap_type(cptr_t slot); // 0: empty
uint64_t cap_identity(cptr_t slot);
void test_memory_keep(void);  // what was taken so far stays
void test_memory_reset(void); // what was taken since then is deleted

// ---- address spaces ------------------------------------------------------------------------------

#define SHARED_BASE  0x20000000ul		// the shared 2 MiB frame
#define SCRATCH_BASE (SHARED_BASE + 0x100000ul) // its upper half is the tests' own
#define TEST_VADDR   0x30000000ul // addresses from here on are free in every address space

void spaces_setup(void);
cptr_t shared_frame_cap(void); // of the frame at SHARED_BASE
cptr_t space_make(void);       // a further address space with program and SHARED
cptr_t frame_map_new(cptr_t space, vaddr_t address, unsigned rights, unsigned attributes);
uint64_t frame_map(cptr_t frame, cptr_t space, vaddr_t address, unsigned rights,
		   unsigned attributes); // makes the tables that are missing

// ---- threads -----------------------------------------------------------------------------------------

#define THREAD_MAX	   48
#define THREAD_STACK_BYTES 16384

struct guest_thread {
	cptr_t thread, schedctx, space;
	struct ipc_buffer *buffer;
	uint64_t stack_top;
	cptr_t endpoint, reply, notification, other; // what its body works with
	uint64_t argument;
	volatile uint64_t step; // how far it came
	volatile uint64_t counter;
	struct sys_regs regs; // of its last interesting system call
};

typedef void thread_body(struct guest_thread *);

struct guest_thread *thread_make(unsigned priority, cptr_t space); // space 0: the root task's
void thread_schedctx_make(struct guest_thread *t, uint64_t budget, uint64_t period);
void thread_go(struct guest_thread *t, thread_body *body);	       // write registers and resume
struct guest_thread *thread_new(unsigned priority, thread_body *body); // configured, not started
void thread_run(struct guest_thread *t);
uint64_t thread_state(struct guest_thread *t);
uint64_t regs_read(cptr_t thread, unsigned flags, struct thread_regs *out);
uint64_t regs_write(cptr_t thread, unsigned flags, const struct thread_regs *in);
_Noreturn void thread_end(struct guest_thread *t); // suspends itself
void threads_forget(void);			   // all thread structures are free again

// Lets everything of a lower or equal priority run until all of it is blocked.
void settle(void);
void sleep_us(uint64_t us);
void settle_setup(void);

static inline uint64_t rdtsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

// xorshift64: every state but 0 comes around.
static inline uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

void guest_main(void); // the program
