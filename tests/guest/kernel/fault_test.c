// SPDX-License-Identifier: MIT
//
// Faults as messages: what they say, and each way to answer them.

#include "suite.h"

#define BAD_ADDRESS (TEST_VADDR + 0x123456)

extern char read_bad[], read_bad_next[], write_bad[], trap_int3[];
void read_bad_body(struct guest_thread *t);
void write_bad_body(struct guest_thread *t);

__asm__(".text\n"
	".globl read_bad, read_bad_next, write_bad\n"
	"read_bad_body:\n"
	"	mov $0x30123456, %eax\n"
	"read_bad:\n"
	"	mov (%rax), %rcx\n"
	"read_bad_next:\n"
	"	ret\n"
	"write_bad_body:\n"
	"	mov $0x30123456, %eax\n"
	"write_bad:\n"
	"	mov %rcx, (%rax)\n"
	"	ret\n");

static void body_read(struct guest_thread *t)
{
	t->step = 1;
	read_bad_body(t);
	t->step = 2;
}

static void body_write(struct guest_thread *t)
{
	t->step = 1;
	write_bad_body(t);
	t->step = 2;
}

static void body_jump(struct guest_thread *t)
{
	((void (*)(void))BAD_ADDRESS)();
}

static bool test_page_message(void)
{
	struct sys_regs fault = fault_of(body_read);

	CHECK_EQUAL(msg_label(fault.msg), FAULT_PAGE);
	CHECK_EQUAL(fault.badge, 0xfa);
	CHECK_EQUAL(fault.word[0], BAD_ADDRESS);
	CHECK_EQUAL(fault.word[1], read_bad);
	CHECK_EQUAL(fault.word[2], 0);
	CHECK(fault.word[3] > SHARED_BASE && fault.word[3] < SHARED_BASE + 0x200000);
	CHECK_EQUAL(fault.word[4] & 0x202, 0x202);
	fault = fault_of(body_write);
	CHECK_EQUAL(fault.word[0], BAD_ADDRESS);
	CHECK_EQUAL(fault.word[1], write_bad);
	CHECK_EQUAL(fault.word[2], FAULT_ACCESS_WRITE);
	fault = fault_of(body_jump);
	CHECK_EQUAL(fault.word[0], BAD_ADDRESS);
	CHECK_EQUAL(fault.word[1], BAD_ADDRESS);
	CHECK_EQUAL(fault.word[2], FAULT_ACCESS_EXECUTE);
	return true;
}

static bool test_present_bit(void)
{
	frame_map_new(BOOT_SLOT_VSPACE, BAD_ADDRESS & ~0xffful, RIGHT_READ, 0);
	struct sys_regs fault = fault_of(body_write);

	CHECK_EQUAL(fault.word[2], FAULT_ACCESS_WRITE | FAULT_ACCESS_PRESENT);
	fault = fault_of(body_jump);
	CHECK_EQUAL(fault.word[2], FAULT_ACCESS_EXECUTE | FAULT_ACCESS_PRESENT);
	return true;
}

static bool test_resume_after_mapping(void)
{
	cptr_t endpoint, reply;
	struct guest_thread *t = fault_thread(body_write, &endpoint, &reply);

	thread_run(t);
	CHECK_EQUAL(RECV(endpoint, reply).received, RECEIVED_FAULT);
	CHECK_EQUAL(thread_state(t), THREAD_FAULTED);
	CHECK_EQUAL(CALL(t->thread, THREAD_INFO).word[4], FAULT_PAGE);
	frame_map_new(BOOT_SLOT_VSPACE, BAD_ADDRESS & ~0xffful, RIGHT_READ | RIGHT_WRITE, 0);
	CHECK_STATUS(SEND(reply, FAULT_RESUME).status, OK);
	settle();
	CHECK_EQUAL(t->step, 2);
	return true;
}

static bool test_resume_unmended(void)
{
	cptr_t endpoint, reply;
	struct guest_thread *t = fault_thread(body_read, &endpoint, &reply);

	thread_run(t);
	for (unsigned i = 0; i < 5; i++) {
		struct sys_regs fault = RECV(endpoint, reply);

		CHECK_EQUAL(fault.word[1], read_bad);
		CHECK_STATUS(SEND(reply, FAULT_RESUME).status, OK);
	}
	return true;
}

static bool test_resume_elsewhere(void)
{
	cptr_t endpoint, reply;
	struct guest_thread *t = fault_thread(body_read, &endpoint, &reply);

	thread_run(t);
	struct sys_regs fault = RECV(endpoint, reply);

	// rflags: TF, IOPL and IF tried too; only bits that are the user's may take.
	CHECK_STATUS(
		SEND(reply, FAULT_RESUME, (uint64_t)read_bad_next, fault.word[3], 0x3001 | 0x4000)
			.status,
		OK);
	settle();
	CHECK_EQUAL(t->step, 2);
	return true;
}

static bool test_resume_hostile(void)
{
	static const uint64_t addresses[] = {
		0xffff800000100000,
		0xffff900000000000,
		0x0000800000000000,
		0xffff7fffffffffff,
		0x00007ffffffff000,
		~0ul,
		0,
	};

	for (unsigned i = 0; i < sizeof(addresses) / 8; i++) {
		cptr_t endpoint, reply;
		struct guest_thread *t = fault_thread(body_read, &endpoint, &reply);

		thread_run(t);
		CHECK_EQUAL(RECV(endpoint, reply).received, RECEIVED_FAULT);
		uint64_t status =
			SEND(reply, FAULT_RESUME, addresses[i], addresses[i], ~0ul & ~0x100ul)
				.status;

		if (status != STATUS_OK)
			continue; // refused: just as good
		struct sys_regs fault = RECV(endpoint, reply);

		CHECK_EQUAL(fault.received, RECEIVED_FAULT);
		CHECK_STATUS(CALL(t->thread, THREAD_SUSPEND).status, OK);
	}
	return true;
}

static bool test_stop(void)
{
	cptr_t endpoint, reply;
	struct guest_thread *t = fault_thread(body_read, &endpoint, &reply);

	thread_run(t);
	RECV(endpoint, reply);
	CHECK_STATUS(SEND(reply, FAULT_STOP).status, OK);
	settle();
	CHECK_EQUAL(thread_state(t), THREAD_INACTIVE);
	CHECK_STATUS(NB_RECV(endpoint, reply).status, WOULD_BLOCK);
	thread_run(t); // at the same instruction
	CHECK_EQUAL(RECV(endpoint, reply).word[1], read_bad);
	return true;
}

static bool test_abort_refaults(void)
{
	cptr_t endpoint, reply;
	struct guest_thread *t = fault_thread(body_read, &endpoint, &reply);

	thread_run(t);
	RECV(endpoint, reply);
	CHECK_STATUS(CALL(reply, REPLY_ABORT).status, OK);
	CHECK_EQUAL(RECV(endpoint, reply).word[1], read_bad);
	CHECK_STATUS(cap_delete(reply), OK);
	reply = object_make(OBJECT_REPLY, 0);
	CHECK_EQUAL(RECV(endpoint, reply).word[1], read_bad);
	CHECK_EQUAL(t->step, 1);
	return true;
}

static bool test_no_handler(void)
{
	struct guest_thread *t = thread_new(BELOW, body_read);

	thread_run(t);
	settle();
	CHECK_EQUAL(t->step, 1);
	CHECK_EQUAL(thread_state(t), THREAD_INACTIVE);
	return true;
}

static bool test_handler_gone(void)
{
	cptr_t endpoint, reply;
	struct guest_thread *t = fault_thread(body_read, &endpoint, &reply);

	CHECK_STATUS(cap_revoke(endpoint), OK);
	CHECK_STATUS(cap_delete(endpoint), OK);
	thread_run(t);
	settle();
	CHECK_EQUAL(t->step, 1);
	CHECK_EQUAL(thread_state(t), THREAD_INACTIVE);
	return true;
}

// The handler's endpoint goes while the fault is queued on it.
static bool test_handler_deleted_queued(void)
{
	cptr_t endpoint, reply;
	struct guest_thread *t = fault_thread(body_read, &endpoint, &reply);

	thread_run(t);
	settle();
	CHECK_EQUAL(thread_state(t), THREAD_FAULTED);
	CHECK_STATUS(cap_revoke(endpoint), OK);
	CHECK_STATUS(cap_delete(endpoint), OK);
	settle();
	CHECK_EQUAL(t->step, 1);
	CHECK(thread_state(t) == THREAD_INACTIVE || thread_state(t) == THREAD_FAULTED);
	return true;
}

static bool test_recv_without_reply(void)
{
	cptr_t endpoint, reply;
	struct guest_thread *t = fault_thread(body_read, &endpoint, &reply);

	thread_run(t);
	settle();
	// Nobody could answer: whatever the receiver gets, the thread is not lost or let run on.
	struct sys_regs regs = NB_RECV(endpoint, 0);

	CHECK(regs.status == STATUS_OK || regs.status == STATUS_WOULD_BLOCK ||
	      regs.status == STATUS_NO_CAP);
	CHECK_EQUAL(t->step, 1);
	return true;
}

static bool test_handler_errors(void)
{
	struct guest_thread *t = thread_new(BELOW, body_read);
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);

	CHECK_STATUS(CALL(t->thread, THREAD_SET_HANDLERS, BOOT_SLOT_CNODE, 0).status, WRONG_TYPE);
	CHECK_STATUS(CALL(t->thread, THREAD_SET_HANDLERS, 1ul << 50, 0).status, NO_CAP);
	CHECK_STATUS(
		CALL(t->thread, THREAD_SET_HANDLERS, cap_copy(endpoint, RIGHT_WRITE), 0).status,
		NO_RIGHT);
	CHECK_STATUS(
		CALL(t->thread, THREAD_SET_HANDLERS, cap_copy(endpoint, RIGHT_GRANT), 0).status,
		NO_RIGHT);
	CHECK_STATUS(CALL(t->thread, THREAD_SET_HANDLERS,
			  cap_copy(endpoint, RIGHT_WRITE | RIGHT_GRANT_REPLY), 0)
			     .status,
		     OK);
	CHECK_STATUS(CALL(t->thread, THREAD_SET_HANDLERS, 0, 0).status, OK);
	return true;
}

const struct test fault_tests[] = {
	{"fault_page_message", test_page_message},
	{"fault_present_bit", test_present_bit},
	{"fault_resume_after_mapping", test_resume_after_mapping},
	{"fault_resume_unmended", test_resume_unmended},
	{"fault_resume_elsewhere", test_resume_elsewhere},
	{"fault_resume_hostile", test_resume_hostile},
	{"fault_stop", test_stop},
	{"fault_abort_refaults", test_abort_refaults},
	{"fault_no_handler", test_no_handler},
	{"fault_handler_gone", test_handler_gone},
	{"fault_handler_deleted_queued", test_handler_deleted_queued},
	{"fault_recv_without_reply", test_recv_without_reply},
	{"fault_handler_errors", test_handler_errors},
	{0},
};
