// SPDX-License-Identifier: MIT
//
// A thread's visit is three instructions on a page of its own space: the access, and an undefined
// instruction. The crash that the pager then notes says which of them ended it, so a visit needs
// neither a program nor a session. The suite waits for it as the supervisor does.
//
// The suite's own output and end go through root.

#include "world.h"

#include <string.h>
#include <unistd.h>

#include <caplet/abi/fault.h>
#include <caplet/kernel.h>
#include <caplet/ledger.h>
#include <caplet/system.h>

#define CODE		      0x300000ul
#define SCRATCH_STACK	      0x301000ul
#define UNDEFINED_INSTRUCTION 6
#define PRIORITY	      100

#define POOL	HANDOVER_CPTR(ROOT_SLOT_POOL, 0)
#define CONTROL HANDOVER_CPTR(ROOT_SLOT_CONTROL, 0)
#define ROOT	HANDOVER_CPTR(ROOT_SLOT_CONTROL, SUPERVISOR_CONTROL_ROOT)

enum visit { VISIT_WRITE = 0, VISIT_READ = 16, VISIT_SWEEP = 32 };

static const uint8_t code[] = {
	[VISIT_WRITE] = 0x40,
	0x88,
	0x37,
	0x0f,
	0x0b, // mov %sil, (%rdi); ud2
	[VISIT_READ] = 0x0f,
	0xb6,
	0x07,
	0x0f,
	0x0b, // movzbl (%rdi), %eax; ud2
	// rdtsc; shl $32,%rdx; or %rdx,%rax; mov %rax,%r8; 1: movb $1,(%rdi); add $4096,%rdi;
	// dec %rsi; jnz 1b; rdtsc; shl $32,%rdx; or %rdx,%rax; sub %r8,%rax; ud2
	[VISIT_SWEEP] = 0x0f,
	0x31,
	0x48,
	0xc1,
	0xe2,
	0x20,
	0x48,
	0x09,
	0xd0,
	0x49,
	0x89,
	0xc0,
	0xc6,
	0x07,
	0x01,
	0x48,
	0x81,
	0xc7,
	0x00,
	0x10,
	0x00,
	0x00,
	0x48,
	0xff,
	0xce,
	0x75,
	0xf1,
	0x0f,
	0x31,
	0x48,
	0xc1,
	0xe2,
	0x20,
	0x48,
	0x09,
	0xd0,
	0x4c,
	0x29,
	0xc0,
	0x0f,
	0x0b,
};

struct pager_client control = PAGER_CLIENT(ROOT_CPTR(ROOT_SLOT_PAGER));

static uint64_t next_process = PROCESS_FIRST;
static uint64_t crashes_seen;

static status_t slot_object(unsigned slot, enum object_type type, unsigned bits)
{
	return untyped_retype(HANDOVER_CPTR(ROOT_SLOT_CONTROL, SUPERVISOR_CONTROL_UNTYPED), type, 0,
			      bits, POOL, 0, 0, slot, 1);
}

static status_t slot_session(unsigned slot, uint64_t rights, uint64_t badge)
{
	(void)cnode_delete(POOL, slot, SLOT_DEPTH);
	return cnode_mint(POOL, slot, SLOT_DEPTH, CONTROL, SUPERVISOR_CONTROL_PAGER, SLOT_DEPTH,
			  rights, badge);
}

// Two threads serve all bodies in turn.
enum { BODIES = 2, SLOTS_EACH = 8 };
enum slot { SLOT_THREAD = 1, SLOT_SCHEDCTX, SLOT_SESSION, SLOT_FAULT };

static unsigned slot_of(unsigned body, enum slot slot)
{
	return body * SLOTS_EACH + slot;
}

void world_begin(void)
{
	for (unsigned i = 0; i < BODIES; i++) {
		slot_object(slot_of(i, SLOT_THREAD), OBJECT_THREAD, THREAD_BITS);
		slot_object(slot_of(i, SLOT_SCHEDCTX), OBJECT_SCHEDCTX, SCHEDCTX_MIN_BITS);
		sched_configure(HANDOVER_CPTR(ROOT_SLOT_CONTROL, SUPERVISOR_CONTROL_SCHED),
				POOL + slot_of(i, SLOT_SCHEDCTX), 10000, 10000, 0, 0);
		schedctx_bind(POOL + slot_of(i, SLOT_SCHEDCTX), POOL + slot_of(i, SLOT_THREAD));
		thread_set_sched(POOL + slot_of(i, SLOT_THREAD), PRIORITY, PRIORITY,
				 HANDOVER_CPTR(ROOT_SLOT_CONTROL, SUPERVISOR_CONTROL_THREAD));
	}
}

status_t body_make(struct body *body, uint64_t quota_bytes, uint32_t quota_objects)
{
	unsigned i = next_process % BODIES;
	cptr_t received;
	status_t status;

	*body = (struct body){.process = next_process++, .thread = POOL + slot_of(i, SLOT_THREAD)};
	status = pager_space_create(&control, body->process, quota_bytes, quota_objects, 0,
				    PAGER_MAY_PIN, &received);
	if (status)
		return status;
	(void)slot_session(slot_of(i, SLOT_SESSION), RIGHT_WRITE | RIGHT_GRANT, body->process);
	(void)slot_session(slot_of(i, SLOT_FAULT), RIGHT_WRITE | RIGHT_GRANT_REPLY,
			   PAGER_BADGE_FAULT | body->process);
	body->pager = (struct pager_client)PAGER_CLIENT(POOL + slot_of(i, SLOT_SESSION));
	body->vspace = received;
	status = thread_configure(body->thread, SLOT_CNODE, received, 0, 0);
	slot_return(received, 1);
	if (!status)
		status = thread_set_handlers(body->thread, POOL + slot_of(i, SLOT_FAULT), 0);
	if (!status)
		status = pager_space_map(&control, body->process, CODE, PAGE_SIZE,
					 PAGER_READ | PAGER_EXECUTE);
	if (!status)
		status = pager_space_write(&control, body->process, CODE, code, sizeof(code));
	return status;
}

status_t body_end(struct body *body)
{
	(void)thread_suspend(body->thread);
	return pager_space_destroy(&control, body->process);
}

static uint32_t crash_wait(struct body *body, uint64_t expected_rip)
{
	struct pager_crash crash;

	ledger_header()->heartbeat++; // root watches it
	while (pager_crash_next(&control, crashes_seen, &crash) != STATUS_OK)
		(void)ipc_wait(ROOT_CPTR(ROOT_SLOT_NOTIFICATION));
	crashes_seen = crash.serial;
	(void)pager_crash_next(&control, crashes_seen, &crash);
	if (crash.process != body->process)
		return UINT32_MAX;
	if (crash.label == FAULT_EXCEPTION && crash.word0 == UNDEFINED_INSTRUCTION &&
	    crash.word1 == expected_rip)
		return 0;
	return crash.cause;
}

static uint32_t visit(struct body *body, uint64_t rip, uint64_t end, uint64_t address,
		      uint64_t argument, uint64_t *result)
{
	struct thread_regs regs = {
		.valid = REGS_CONTROL | REGS_GENERAL,
		.rip = rip,
		.rsp = SCRATCH_STACK,
		.rflags = 0x202,
		.rdi = address,
		.rsi = argument,
	};
	uint32_t cause;

	if (thread_write_regs(body->thread, true, &regs))
		return UINT32_MAX;
	cause = crash_wait(body, end);
	if (thread_read_regs(body->thread, true, &regs))
		return UINT32_MAX;
	*result = regs.rax;
	return cause;
}

uint32_t body_read(struct body *body, uint64_t address, uint8_t *value)
{
	uint64_t result = 0;
	uint32_t cause = visit(body, CODE + VISIT_READ, CODE + VISIT_READ + 3, address, 0, &result);

	*value = (uint8_t)result;
	return cause;
}

uint32_t body_write(struct body *body, uint64_t address, uint8_t value)
{
	uint64_t result;

	return visit(body, CODE + VISIT_WRITE, CODE + VISIT_WRITE + 3, address, value, &result);
}

uint32_t body_jump(struct body *body, uint64_t address)
{
	uint64_t result;

	return visit(body, address, 0, 0, 0, &result);
}

uint64_t body_sweep(struct body *body, uint64_t address, uint64_t count)
{
	uint64_t result = 0;

	if (visit(body, CODE + VISIT_SWEEP, CODE + sizeof(code) - 2, address, count, &result))
		return 0;
	return result;
}

struct pager_machine machine_now(void)
{
	struct pager_machine machine = {0};

	(void)pager_statistics(&control, &machine);
	return machine;
}

// ---- root

static void tell_root(enum root_request request, const uint64_t *words, unsigned count)
{
	memcpy(thread_buffer()->words, words, count * sizeof(words[0]));
	(void)ipc_send_8(ROOT, msg_make(request, 0, count));
}

void pager_kill(uint64_t points)
{
	static uint64_t serial; // each kill is one of its own

	tell_root(ROOT_RESTART, (uint64_t[]){PROCESS_PAGER, points, ++serial}, 3);
}

ssize_t write(int descriptor, const void *data, size_t size)
{
	const char *from = data;

	for (size_t done = 0; done < size;) {
		uint64_t words[MSG_REG_WORDS] = {0};
		size_t part = size - done < sizeof(words) ? size - done : sizeof(words);

		memcpy(words, from + done, part);
		tell_root(ROOT_PRINT, words, MSG_REG_WORDS);
		done += part;
	}
	return (ssize_t)size;
}

void _exit(int status)
{
	for (;;)
		tell_root(ROOT_POWER_OFF, (uint64_t[]){status == 0 ? 0x10 : 0x11}, 1);
}

void *sbrk(ptrdiff_t change)
{
	static _Alignas(16) char heap[65536];
	static ptrdiff_t used;

	if (used + change > (ptrdiff_t)sizeof(heap))
		return (void *)-1;
	used += change;
	return heap + used - change;
}
