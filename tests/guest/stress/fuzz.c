// SPDX-License-Identifier: MIT
//
// Random system calls. A few threads share a CSpace with capabilities of every type, and try system calls
// with registers that are half sense and half noise, as fast as they can. They may break each other and
// their own address spaces; the controller sets them going again. What they hold is all they can
// reach: the controller's objects are not among it.

#include "stress.h"

enum { FUZZERS = 3, CNODE_BITS = 6, SLOTS = 1 << CNODE_BITS, SLICES = 6, SLICE_US = 1500 };

static cptr_t cnode, plain, space;
static unsigned filled;

// The capability, or a copy of it where there can be one, in the next slot of the fuzzers' CNode.
static void give(cptr_t source, unsigned rights)
{
	uint64_t status = CALL(plain, CNODE_COPY, ++filled, CNODE_BITS, BOOT_SLOT_CNODE, source,
			       ROOT_DEPTH, rights)
				  .status;

	if (status != STATUS_OK)
		status = CALL(plain, CNODE_MOVE, filled, CNODE_BITS, BOOT_SLOT_CNODE, source,
			      ROOT_DEPTH)
				 .status;
	if (status != STATUS_OK)
		guest_die("a capability for the fuzzers", status);
}

static const uint16_t labels[] = {
	UNTYPED_RETYPE,
	CNODE_COPY,
	CNODE_MINT,
	CNODE_MOVE,
	CNODE_DELETE,
	CNODE_REVOKE,
	CNODE_CANCEL_BADGED,
	CNODE_ENDPOINT_BUMP,
	CNODE_INSPECT,
	THREAD_CONFIGURE,
	THREAD_SET_HANDLERS,
	THREAD_SET_SCHED,
	THREAD_RESUME,
	THREAD_SUSPEND,
	THREAD_READ_REGS,
	THREAD_WRITE_REGS,
	THREAD_BIND_NTFN,
	THREAD_UNBIND_NTFN,
	THREAD_SET_FPU,
	THREAD_INFO,
	REPLY_ABORT,
	SCHED_CONFIGURE,
	SCHEDCTX_BIND,
	SCHEDCTX_UNBIND,
	SCHEDCTX_CONSUMED,
	SCHEDCTX_YIELD_TO,
	ASID_ASSIGN,
	TABLE_MAP,
	TABLE_UNMAP,
	FRAME_MAP,
	FRAME_UNMAP,
	FRAME_PADDR,
	IRQ_GET_LINE,
	IRQ_GET_MSI,
	IRQ_ACK,
	IRQ_SET_NTFN,
	IRQ_CLEAR,
	IOPORT_IN,
	IOPORT_OUT,
};

static uint64_t noise(uint64_t *random)
{
	uint64_t r = random_next(random), value = r >> 8;

	switch (r % 8) {
	case 0:
	case 1:
	case 2: return value % SLOTS;
	case 3: return value % 8;
	case 4: return CNODE_BITS;
	case 5: return TEST_VADDR + value % 64 * PAGE_SIZE;
	case 6: return 1ul << value % 64;
	}
	return value & 1 ? ~value : value;
}

static void body_fuzz(struct guest_thread *t)
{
	for (;;) {
		uint64_t r = random_next(&t->argument);
		struct sys_regs regs = {.number = SYS_CALL};

		if (r % 4 == 0)
			regs.number = (r >> 8) % 12;
		regs.cap = noise(&t->argument);
		regs.msg = msg_make(labels[(r >> 16) % (sizeof(labels) / 2)],
				    (r >> 32) % 16 ? 0 : (r >> 36) % 4, (r >> 40) % 10);
		if ((r >> 48) % 32 == 0)
			regs.msg = noise(&t->argument);
		regs.reply = r >> 60 & 1 ? noise(&t->argument) : 0;
		regs.send_to = noise(&t->argument);
		for (unsigned i = 0; i < MSG_REG_WORDS; i++)
			regs.word[i] = noise(&t->argument);
		sys_enter(&regs);
		t->counter++;
	}
}

static struct guest_thread *fuzzer_make(cptr_t handler, uint64_t *random)
{
	struct guest_thread *t = thread_make(STRESS_PRIORITY, space_make());
	uint64_t offset = (uint64_t)t->buffer - SHARED_BASE;

	thread_schedctx_make(t, 10000, 10000);
	thread_place(t, random_next(random) % cpus_used(), 10000, 10000);
	if (CALL(t->thread, THREAD_CONFIGURE, cnode, t->space, shared_frame_cap(), offset).status !=
	    STATUS_OK)
		guest_die("configuration of a fuzzer", 0);
	CALL(t->thread, THREAD_SET_HANDLERS, handler, 0);
	t->argument = random_next(random) | 1;
	return t;
}

static void give_all(struct guest_thread *const fuzzers[], uint64_t *random)
{
	static const uint8_t types[] = {OBJECT_ENDPOINT, OBJECT_NOTIFICATION, OBJECT_REPLY,
					OBJECT_TABLE,	 OBJECT_FRAME,	      OBJECT_THREAD};
	cptr_t ports = slot_take(1);

	filled = 0;
	give(plain, RIGHT_ALL);
	give(cnode, RIGHT_ALL);
	give(object_make(OBJECT_UNTYPED, 16), RIGHT_ALL);
	for (unsigned i = 0; i < FUZZERS; i++) {
		give(fuzzers[i]->thread, RIGHT_ALL);
		give(fuzzers[i]->schedctx, RIGHT_ALL);
	}
	for (unsigned i = 0; i < 3 * sizeof(types); i++)
		give(object_make(types[i % sizeof(types)], 0),
		     random_next(random) % 4 ? RIGHT_ALL : 5);
	give(space, RIGHT_ALL);
	for (unsigned i = 0; i < cpus_used(); i++)
		give(BOOT_SLOT_SCHED_CONTROL + i, RIGHT_ALL);
	give(BOOT_SLOT_ASID_CONTROL, RIGHT_ALL);
	give(BOOT_SLOT_IRQ_CONTROL, RIGHT_ALL);
	CALL(BOOT_SLOT_IOPORT_CONTROL, IOPORT_ISSUE, 0x80, 0x80, BOOT_SLOT_CNODE, ports,
	     ROOT_DEPTH);
	give(ports, RIGHT_ALL);
}

bool fuzz_epoch(uint64_t *random)
{
	struct guest_thread *fuzzers[FUZZERS];
	cptr_t handler = stopper_make();

	plain = object_make(OBJECT_CNODE, CNODE_BITS);
	cnode = slot_take(1); // with a guard: all bits of a cptr above the index have to be 0
	CALL(BOOT_SLOT_CNODE, CNODE_MINT, cnode, ROOT_DEPTH, BOOT_SLOT_CNODE, plain, ROOT_DEPTH,
	     RIGHT_ALL, 64 - CNODE_BITS);
	space = object_make(OBJECT_VSPACE, 0);
	for (unsigned i = 0; i < FUZZERS; i++)
		fuzzers[i] = fuzzer_make(handler, random);
	give_all(fuzzers, random);
	for (unsigned slice = 0; slice < SLICES; slice++) {
		for (unsigned i = 0; i < FUZZERS; i++)
			thread_go(fuzzers[i], body_fuzz);
		sleep_us(SLICE_US);
		for (unsigned i = 0; i < FUZZERS; i++) {
			operations += fuzzers[i]->counter;
			fuzzers[i]->counter = 0;
		}
		if (invariants_walk().status != STATUS_OK)
			return false;
	}
	return true;
}
