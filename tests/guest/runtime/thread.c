// SPDX-License-Identifier: MIT
//
// Address spaces and threads of guest programs.
//
// Both large frames are mapped with writable and executable pages: these programs test the kernel,
// not themselves. settle() and sleep_us() stand on two helper threads: one of the lowest
// priority, which runs only when everything else is blocked, and one whose scheduling context has
// the wanted period, so that giving up its refill is a wait.

#include "runtime.h"

enum {
	SHARED_BUFFERS = 0x10000, // offsets in SHARED
	SHARED_STACKS = 0x20000,
	SETTLER_PRIORITY = 5,
	SLEEPER_PRIORITY = 254,
	DEFAULT_PERIOD_US = 10000,
};

extern char __executable_start[], _end[]; // by the linker

static cptr_t image_frame, shared_frame;
static unsigned next_asid = 16, thread_count, thread_kept;

static struct guest_thread *const threads = (struct guest_thread *)SHARED_BASE;

// ---- address spaces ------------------------------------------------------------------------------

uint64_t frame_map(cptr_t frame, cptr_t space, vaddr_t address, unsigned rights,
		   unsigned attributes)
{
	for (;;) {
		uint64_t status = CALL(frame, FRAME_MAP, space, address, rights, attributes).status;

		if (status != STATUS_NO_TABLE)
			return status;
		cptr_t table = object_make(OBJECT_TABLE, 0);

		status = CALL(table, TABLE_MAP, space, address).status;
		if (status != STATUS_OK)
			return status;
	}
}

cptr_t frame_map_new(cptr_t space, vaddr_t address, unsigned rights, unsigned attributes)
{
	cptr_t frame = object_make(OBJECT_FRAME, 0);
	uint64_t status = frame_map(frame, space, address, rights, attributes);

	if (status != STATUS_OK)
		guest_die("map of a frame", status);
	return frame;
}

static void map_large(cptr_t frame, cptr_t space, vaddr_t address, cptr_t untyped)
{
	for (;;) {
		uint64_t status = CALL(frame, FRAME_MAP, space, address, RIGHT_READ | RIGHT_WRITE,
				       MAP_EXECUTE)
					  .status;

		if (status == STATUS_OK)
			return;
		if (status != STATUS_NO_TABLE)
			guest_die("map of a large frame", status);
		cptr_t table = slot_take(1);

		status = object_retype(untyped, OBJECT_TABLE, TABLE_BITS, table, 1);
		if (status == STATUS_OK)
			status = CALL(table, TABLE_MAP, space, address).status;
		if (status != STATUS_OK)
			guest_die("map of a table", status);
	}
}

void spaces_setup(void)
{
	uint64_t *to = (uint64_t *)TEST_VADDR;
	const uint64_t *from = (const uint64_t *)__executable_start;

	shared_frame = pool_make(OBJECT_FRAME, FRAME_2M_BITS);
	map_large(shared_frame, BOOT_SLOT_VSPACE, SHARED_BASE, pool_untyped);
	image_frame = pool_make(OBJECT_FRAME, FRAME_2M_BITS);
	map_large(image_frame, BOOT_SLOT_VSPACE, TEST_VADDR, pool_untyped);
	while ((const char *)from < _end)
		*to++ = *from++;
	CALL(image_frame, FRAME_UNMAP);
}

cptr_t shared_frame_cap(void)
{
	return shared_frame;
}

cptr_t space_make(void)
{
	cptr_t space = object_make(OBJECT_VSPACE, 0);
	vaddr_t image = (vaddr_t)__executable_start & -(1ul << FRAME_2M_BITS);
	uint64_t status = CALL(BOOT_SLOT_ASID_CONTROL, ASID_ASSIGN, space, next_asid++).status;

	if (status != STATUS_OK)
		guest_die("assignment of an address space number", status);
	map_large(cap_copy(image_frame, RIGHT_ALL), space, image, test_untyped);
	map_large(cap_copy(shared_frame, RIGHT_ALL), space, SHARED_BASE, test_untyped);
	return space;
}

// ---- threads -----------------------------------------------------------------------------------------

struct guest_thread *thread_make(unsigned priority, cptr_t space)
{
	if (thread_count == THREAD_MAX)
		guest_die("out of threads", thread_count);
	unsigned number = thread_count++;
	struct guest_thread *t = &threads[number];
	uint64_t offset = SHARED_BUFFERS + number * sizeof(struct ipc_buffer);

	*t = (struct guest_thread){0};
	t->space = space ? space : BOOT_SLOT_VSPACE;
	t->buffer = (struct ipc_buffer *)(SHARED_BASE + offset);
	*t->buffer = (struct ipc_buffer){0};
	t->stack_top = SHARED_BASE + SHARED_STACKS + (number + 1) * THREAD_STACK_BYTES;
	t->thread = object_make(OBJECT_THREAD, 0);
	uint64_t status =
		CALL(t->thread, THREAD_CONFIGURE, BOOT_SLOT_CNODE, t->space, shared_frame, offset)
			.status;

	if (status != STATUS_OK)
		guest_die("configuration of a thread", status);
	status = CALL(t->thread, THREAD_SET_SCHED, priority, priority, BOOT_SLOT_THREAD).status;
	if (status != STATUS_OK)
		guest_die("priority of a thread", status);
	return t;
}

void thread_schedctx_make(struct guest_thread *t, uint64_t budget, uint64_t period)
{
	t->schedctx = object_make(OBJECT_SCHEDCTX, 0);
	uint64_t status = CALL(BOOT_SLOT_SCHED_CONTROL, SCHED_CONFIGURE, t->schedctx, budget,
			       period, 0, t->thread)
				  .status;

	if (status != STATUS_OK)
		guest_die("configuration of a scheduling context", status);
	status = CALL(t->schedctx, SCHEDCTX_BIND, t->thread).status;
	if (status != STATUS_OK)
		guest_die("binding of a scheduling context", status);
}

static void thread_start(struct guest_thread *t, thread_body *body)
{
	body(t);
	thread_end(t);
}

static void set_entry(struct guest_thread *t, thread_body *body, unsigned flags)
{
	// The stack looks as if thread_start() had been called.
	struct thread_regs regs = {
		.valid = REGS_CONTROL | REGS_GENERAL,
		.rip = (uint64_t)thread_start,
		.rsp = t->stack_top - 8,
		.rflags = 0x202,
		.rdi = (uint64_t)t,
		.rsi = (uint64_t)body,
	};
	uint64_t status = regs_write(t->thread, flags, &regs);

	if (status != STATUS_OK)
		guest_die("registers of a thread", status);
}

void thread_go(struct guest_thread *t, thread_body *body)
{
	set_entry(t, body, 1);
}

struct guest_thread *thread_new(unsigned priority, thread_body *body)
{
	struct guest_thread *t = thread_make(priority, 0);

	thread_schedctx_make(t, DEFAULT_PERIOD_US, DEFAULT_PERIOD_US);
	set_entry(t, body, 0);
	return t;
}

void thread_run(struct guest_thread *t)
{
	uint64_t status = CALL(t->thread, THREAD_RESUME).status;

	if (status != STATUS_OK)
		guest_die("resumption of a thread", status);
}

void thread_end(struct guest_thread *t)
{
	for (;;)
		CALL(t->thread, THREAD_SUSPEND);
}

uint64_t thread_state(struct guest_thread *t)
{
	return CALL(t->thread, THREAD_INFO).word[0];
}

void threads_forget(void)
{
	thread_count = thread_kept;
}

uint64_t regs_read(cptr_t thread, unsigned flags, struct thread_regs *out)
{
	struct sys_regs regs = CALL(thread, THREAD_READ_REGS, flags);
	uint64_t *to = (uint64_t *)out;

	for (unsigned i = 0; i < sizeof(*out) / 8; i++)
		to[i] = i < MSG_REG_WORDS ? regs.word[i] : test_buffer->words[i];
	return regs.status;
}

uint64_t regs_write(cptr_t thread, unsigned flags, const struct thread_regs *in)
{
	const uint64_t *from = (const uint64_t *)in;
	unsigned count = sizeof(*in) / 8;
	struct sys_regs regs = {
		.number = SYS_CALL,
		.cap = thread,
		.msg = msg_make(THREAD_WRITE_REGS, 0, count + 1),
		.word = {flags},
	};

	for (unsigned i = 0; i < count; i++) {
		if (i + 1 < MSG_REG_WORDS)
			regs.word[i + 1] = from[i];
		else
			test_buffer->words[i + 1] = from[i];
	}
	sys_enter(&regs);
	return regs.status;
}

// ---- letting others run -------------------------------------------------------------------------

static struct guest_thread *settler, *sleeper;

static void settler_body(struct guest_thread *t)
{
	for (;;) {
		notification_wait(t->notification);
		notification_signal(t->other);
	}
}

static void sleeper_body(struct guest_thread *t)
{
	for (;;) {
		notification_wait(t->notification);
		YIELD();
		notification_signal(t->other);
	}
}

static struct guest_thread *helper_make(unsigned priority, thread_body *body)
{
	struct guest_thread *t = thread_new(priority, body);

	t->notification = cap_mint(object_make(OBJECT_NOTIFICATION, 0), RIGHT_ALL, 1);
	t->other = cap_mint(object_make(OBJECT_NOTIFICATION, 0), RIGHT_ALL, 1);
	thread_run(t);
	return t;
}

void settle_setup(void)
{
	cptr_t usual = test_untyped;

	test_untyped = pool_untyped;
	settler = helper_make(SETTLER_PRIORITY, settler_body);
	sleeper = helper_make(SLEEPER_PRIORITY, sleeper_body);
	test_untyped = usual;
	thread_kept = thread_count;
}

void settle(void)
{
	notification_signal(settler->notification);
	notification_wait(settler->other);
}

void sleep_us(uint64_t us)
{
	uint64_t status = CALL(BOOT_SLOT_SCHED_CONTROL, SCHED_CONFIGURE, sleeper->schedctx,
			       us < 1000 ? us : 1000, us, 0, 0)
				  .status;

	if (status != STATUS_OK)
		guest_die("configuration of the sleeper", status);
	notification_signal(sleeper->notification);
	notification_wait(sleeper->other);
}
