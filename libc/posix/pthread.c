// SPDX-License-Identifier: MIT
//
// Threads: create, join, detach, exit.
//
// A thread is a record in a table, a stack from the pager with the thread's block at its top, and
// a kernel thread from the supervisor. Its pthread_t is the record's place plus one; the main
// thread has record 0. Only its joiner, or pthread_create when it looks for a free record, gives
// the stack back, and only when the record says GONE: from the instruction that writes this word
// on, the thread uses no memory any more. All that is left of it is then a call in registers that
// asks the supervisor for its end; the one register that survives a system call, rsp, holds the
// thread's number, so that the call can be repeated if the supervisor is restarted under it.
//
// Threads run with the process's priority. There is no cancellation.

#include "../crt/thread_block.h"
#include "park.h"
#include "pthread_internal.h"
#include <caplet/layout.h>
#include <caplet/system.h>
#include <errno.h>
#include <pthread.h>
#include <reent.h>
#include <stdlib.h>

#define STACK_BYTES_DEFAULT 0x20000ul
#define STACK_BYTES_MIN	    0x4000ul

enum record_state {
	RECORD_FREE,
	RECORD_CLAIMED,
	RECORD_RUNNING,
	RECORD_ENDING, // it has its result and is about to be gone
	RECORD_GONE,   // ended, the stack can be taken away
};

struct record {
	uint32_t state; // enum record_state
	uint32_t detached;
	uint64_t stack, stack_bytes;
	void *(*start)(void *);
	void *argument, *result;
};

// Record 0 is the main thread, which is always there.
static struct record records[PROCESS_THREADS_MAX] = {{.state = RECORD_RUNNING}};

static struct record *own_record(void)
{
	return &records[thread_self()->library[0]];
}

static struct record *record_of(pthread_t thread)
{
	return thread >= 1 && thread <= PROCESS_THREADS_MAX ? &records[thread - 1] : NULL;
}

static void record_free(struct record *record)
{
	pager_unmap(&pager_session, record->stack, record->stack_bytes);
	__atomic_store_n(&record->state, RECORD_FREE, __ATOMIC_RELEASE);
}

static bool record_claim_from(struct record *record, uint32_t state)
{
	return __atomic_compare_exchange_n(&record->state, &state, RECORD_CLAIMED, false,
					   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

// A free record, or one of a detached thread that has ended; NULL if all are in use.
static struct record *record_claim(void)
{
	for (struct record *record = records + 1; record < records + PROCESS_THREADS_MAX;
	     record++) {
		if (record->detached && record_claim_from(record, RECORD_GONE))
			pager_unmap(&pager_session, record->stack, record->stack_bytes);
		else if (!record_claim_from(record, RECORD_FREE))
			continue;
		return record;
	}
	return NULL;
}

// Writes RECORD_GONE and asks for the end, with rsp holding the thread's number. No memory is
// touched after the first store; the loop goes round when the supervisor died over the call. The number
// is the ticket as well: no lane is held, and no two threads that leave have the same.
_Noreturn static void thread_leave(uint32_t *state, uint64_t number)
{
	__asm__ volatile("mov %[number], %%rsp\n"
			 "	movl %[gone], (%[state])\n"
			 "1:	mov %[supervisor], %%rdi\n"
			 "	mov %[message], %%rsi\n"
			 "	xor %%edx, %%edx\n"
			 "	mov %%rsp, %%r8\n"
			 "	mov %%rsp, %%r9\n"
			 "	mov %[call], %%eax\n"
			 "	syscall\n"
			 "	jmp 1b\n"
			 :
			 : [state] "r"(state), [number] "r"(number), [gone] "i"(RECORD_GONE),
			   [supervisor] "i"(ROOT_CPTR(ROOT_SLOT_SUPERVISOR)), [call] "i"(SYS_CALL),
			   [message] "i"((uint64_t)SUPERVISOR_METHOD_THREAD_LEAVE << 32 | 2)
			 : "memory");
	__builtin_unreachable();
}

_Noreturn void pthread_exit(void *result)
{
	struct record *record = own_record();

	pthread_keys_end();
	if (record == &records[0])
		exit(0);
	record->result = result;
	_reclaim_reent(_REENT);
	__atomic_store_n(&record->state, RECORD_ENDING, __ATOMIC_RELEASE);
	park_wake(&record->state, PROCESS_THREADS_MAX);
	thread_leave(&record->state, thread_self()->index);
}

// The first function of a thread; the supervisor put its number into the second argument.
_Noreturn static void thread_start(struct thread_block *block, uint64_t number)
{
	struct record *record = &records[block->library[0]];

	block->index = number;
	block->buffer = (struct ipc_buffer *)(IPC_BUFFER_BASE + number * PAGE_SIZE);
	pthread_exit(record->start(record->argument));
}

// The entry proper: aligns the stack as a call would have left it.
__attribute__((naked)) static void thread_entry(void)
{
	__asm__("xor %%ebp, %%ebp\n"
		"	and $-16, %%rsp\n"
		"	call %P0\n"
		"	ud2" ::"i"(thread_start));
}

static status_t thread_launch(struct record *record)
{
	uint64_t top = record->stack + record->stack_bytes;
	uint64_t place = (top - thread_block_above()) & -THREAD_BLOCK_ALIGNMENT;
	struct thread_block *block = (struct thread_block *)place;
	bool fpu = true;
	uint32_t number;

#ifdef CAPLET_NOFPU
	fpu = false;
#endif
	thread_block_make(block);
	block->library[0] = (uint64_t)(record - records);
	__atomic_store_n(&record->state, RECORD_RUNNING, __ATOMIC_RELEASE);
	return supervisor_thread_create(&supervisor_session, (uint64_t)thread_entry,
					place - thread_block_below(), (uint64_t)block,
					(uint64_t)block, 0, fpu, &number);
}

static uint64_t stack_bytes(const pthread_attr_t *attributes)
{
	uint64_t wanted = STACK_BYTES_DEFAULT;

	if (attributes != NULL && attributes->stacksize > 0)
		wanted = (uint64_t)attributes->stacksize;
	if (wanted < STACK_BYTES_MIN)
		wanted = STACK_BYTES_MIN;
	return (wanted + PAGE_SIZE - 1) & -PAGE_SIZE;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
		   void *argument)
{
	struct record *record = record_claim();

	if (record == NULL)
		return EAGAIN;
	record->start = start;
	record->argument = argument;
	record->detached = attributes != NULL && attributes->detachstate == PTHREAD_CREATE_DETACHED;
	record->stack_bytes = stack_bytes(attributes);
	if (pager_map_anonymous(&pager_session, 0, record->stack_bytes,
				PAGER_READ | PAGER_WRITE | PAGER_GUARD,
				&record->stack) != STATUS_OK) {
		__atomic_store_n(&record->state, RECORD_FREE, __ATOMIC_RELEASE);
		return EAGAIN;
	}
	*thread = (pthread_t)(record - records + 1);
	if (thread_launch(record) != STATUS_OK) {
		record_free(record);
		return EAGAIN;
	}
	return 0;
}

int pthread_join(pthread_t thread, void **result)
{
	struct record *record = record_of(thread);
	uint32_t state;

	if (record == NULL || record->state < RECORD_RUNNING)
		return ESRCH;
	if (record->detached)
		return EINVAL;
	if (record == own_record())
		return EDEADLK;
	while ((state = __atomic_load_n(&record->state, __ATOMIC_ACQUIRE)) == RECORD_RUNNING)
		park_wait(&record->state, state);
	while (__atomic_load_n(&record->state, __ATOMIC_ACQUIRE) != RECORD_GONE)
		ipc_yield();
	if (result != NULL)
		*result = record->result;
	record_free(record);
	return 0;
}

int pthread_detach(pthread_t thread)
{
	struct record *record = record_of(thread);

	if (record == NULL || record->state < RECORD_RUNNING)
		return ESRCH;
	if (record->detached)
		return EINVAL;
	record->detached = true;
	return 0;
}

pthread_t pthread_self(void)
{
	return (pthread_t)(thread_self()->library[0] + 1);
}

int pthread_equal(pthread_t left, pthread_t right)
{
	return left == right;
}

int pthread_attr_init(pthread_attr_t *attributes)
{
	*attributes = (pthread_attr_t){.is_initialized = 1,
				       .stacksize = (int)STACK_BYTES_DEFAULT,
				       .detachstate = PTHREAD_CREATE_JOINABLE};
	return 0;
}

int pthread_attr_destroy(pthread_attr_t *attributes)
{
	attributes->is_initialized = 0;
	return 0;
}

int pthread_attr_setdetachstate(pthread_attr_t *attributes, int state)
{
	attributes->detachstate = state;
	return 0;
}

int pthread_attr_setstacksize(pthread_attr_t *attributes, size_t bytes)
{
	if (bytes < STACK_BYTES_MIN || bytes > INT32_MAX)
		return EINVAL;
	attributes->stacksize = (int)bytes;
	return 0;
}
