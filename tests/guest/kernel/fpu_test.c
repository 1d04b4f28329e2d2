// SPDX-License-Identifier: MIT
//
// Vector and x87 registers: trapped unless declared, kept across preemption, dead across a system
// call, and never another thread's.

#include "suite.h"

enum {
	VECTOR_OPCODE = 6,
	VECTOR_DEVICE = 7,
	VECTOR_X87 = 16,
	VECTOR_SIMD = 19,
};

// These are assembler: the suite itself is compiled without vector registers.
void fpu_touch(struct guest_thread *t); // one vector instruction
void fpu_x87_touch(struct guest_thread *t);
bool fpu_holds_or_zero(uint64_t pattern); // each that, or 0?
bool fpu_upper_zero(void);		  // upper halves of ymm0..15 are 0
void fpu_upper_fill(void);
void fpu_simd_fault(struct guest_thread *t);
void fpu_x87_fault(struct guest_thread *t);

__asm__(".text\n"
	".globl fpu_fill, fpu_holds\n"
	"fpu_touch:	movq %rdi, %xmm3\n	ret\n"
	"fpu_x87_touch:	fld1\n	ret\n"
	".globl fpu_fill\n"
	".altmacro\n"
	".macro each what\n"
	".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
	"	\\what \\n\n"
	".endr\n"
	".endm\n"
	".macro fill n\n"
	"	movq %rdi, %xmm\\n\n"
	".endm\n"
	".macro compare n\n"
	"	movq %xmm\\n, %rcx\n	cmp %rdi, %rcx\n	jne fpu_no\n"
	".endm\n"
	".macro compare_zero n\n"
	"	movq %xmm\\n, %rcx\n	test %rcx, %rcx\n	jz 1f\n"
	"	cmp %rdi, %rcx\n	jne fpu_no\n"
	"1:\n"
	".endm\n"
	".macro upper_fill n\n"
	"	vpcmpeqd %ymm\\n, %ymm\\n, %ymm\\n\n"
	".endm\n"
	".macro upper_compare n\n"
	"	vextractf128 $1, %ymm\\n, %xmm0\n	vptest %xmm0, %xmm0\n	jnz fpu_no\n"
	".endm\n"
	"fpu_fill:	each fill\n	ret\n"
	"fpu_holds:	each compare\n	mov $1, %eax\n	ret\n"
	"fpu_holds_or_zero:	each compare_zero\n	mov $1, %eax\n	ret\n"
	"fpu_upper_fill:	each upper_fill\n	ret\n"
	"fpu_upper_zero:	each upper_compare\n	mov $1, %eax\n	ret\n"
	"fpu_no:	xor %eax, %eax\n	ret\n"
	".noaltmacro\n"
	"fpu_simd_fault:\n"
	"	push $0x1d80\n	ldmxcsr (%rsp)\n	pop %rax\n"
	"	xorps %xmm0, %xmm0\n	mov $1, %eax\n	cvtsi2ss %eax, %xmm1\n"
	"	divss %xmm0, %xmm1\n	ud2\n"
	"fpu_x87_fault:\n"
	"	push $0x37b\n	fldcw (%rsp)\n	pop %rax\n"
	"	fld1\n	fldz\n	fdivrp\n	fwait\n	ud2\n");

static bool has_avx(void)
{
	uint32_t a = 1, b, c = 0, d, low, high;

	__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	if (!(c & 1u << 27) || !(c & 1u << 28)) // OSXSAVE, AVX
		return false;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (low & 6) == 6;
}

static struct guest_thread *fpu_thread(unsigned priority, thread_body *body)
{
	struct guest_thread *t = thread_new(priority, body);
	uint64_t status = CALL(t->thread, THREAD_SET_FPU, 1).status;

	if (status != STATUS_OK)
		guest_die("declaration of FPU use", status);
	return t;
}

static bool test_trapped(void)
{
	struct sys_regs fault = fault_of(fpu_touch);

	CHECK_EQUAL(msg_label(fault.msg), FAULT_EXCEPTION);
	CHECK_EQUAL(fault.word[0], VECTOR_DEVICE);
	fault = fault_of(fpu_x87_touch);
	CHECK_EQUAL(fault.word[0], VECTOR_DEVICE);
	return true;
}

static void body_keep(struct guest_thread *t)
{
	fpu_fill(t->argument);
	while (fpu_holds(t->argument))
		t->counter++;
	t->step = 1;
}

static bool test_preempted(void)
{
	struct guest_thread *t[3];

	for (unsigned i = 0; i < 3; i++) {
		t[i] = fpu_thread(BELOW, body_keep);
		CHECK_STATUS(CALL(BOOT_SLOT_SCHED_CONTROL, SCHED_CONFIGURE, t[i]->schedctx, 1000,
				  1000, 0, 0)
				     .status,
			     OK);
		t[i]->argument = 0x1111111111111111ul * (i + 1);
		thread_run(t[i]);
	}
	sleep_us(100000);
	for (unsigned i = 0; i < 3; i++) {
		CHECK(counter_passes(&t[i]->counter, 0));
		CHECK_EQUAL(t[i]->step, 0);
	}
	return true;
}

// After a system call the registers may be lost, but are not another's.
static void body_across_calls(struct guest_thread *t)
{
	for (;;) {
		fpu_fill(t->argument);
		YIELD();
		if (!fpu_holds_or_zero(t->argument)) {
			t->step = 1;
			return;
		}
		t->counter++;
	}
}

static bool test_across_calls(void)
{
	struct guest_thread *t[2];

	for (unsigned i = 0; i < 2; i++) {
		t[i] = fpu_thread(BELOW, body_across_calls);
		t[i]->argument = 0x2222222222222222ul * (i + 1);
		thread_run(t[i]);
	}
	sleep_us(30000);
	for (unsigned i = 0; i < 2; i++) {
		CHECK(counter_passes(&t[i]->counter, 2));
		CHECK_EQUAL(t[i]->step, 0);
	}
	return true;
}

static void body_fresh(struct guest_thread *t)
{
	uint32_t mxcsr;
	uint16_t control;

	t->argument = fpu_holds(0);
	__asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
	__asm__ volatile("fnstcw %0" : "=m"(control));
	t->other = mxcsr;
	t->counter = control;
	t->step = 1;
}

static bool test_fresh(void)
{
	struct guest_thread *dirty = fpu_thread(BELOW, body_keep);

	dirty->argument = 0x7777777777777777;
	thread_run(dirty);
	sleep_us(3000);
	struct guest_thread *t = fpu_thread(ABOVE, body_fresh);

	thread_run(t);
	CHECK_EQUAL(t->step, 1);
	CHECK_EQUAL(t->argument, 1);
	CHECK_EQUAL(t->other, 0x1f80);
	CHECK_EQUAL(t->counter, 0x37f);
	CHECK_EQUAL(dirty->step, 0);
	return true;
}

static void body_upper(struct guest_thread *t)
{
	fpu_upper_fill();
	for (;;)
		t->counter++;
}

static void body_upper_fresh(struct guest_thread *t)
{
	t->argument = fpu_upper_zero();
	t->step = 1;
}

static bool test_fresh_upper(void)
{
	if (!has_avx())
		return true;
	struct guest_thread *dirty = fpu_thread(BELOW, body_upper);

	thread_run(dirty);
	sleep_us(3000);
	struct guest_thread *t = fpu_thread(ABOVE, body_upper_fresh);

	thread_run(t);
	CHECK_EQUAL(t->step, 1);
	CHECK_EQUAL(t->argument, 1);
	return true;
}

// MXCSR and the x87 control word stay across system calls, each thread's own.
static void body_control(struct guest_thread *t)
{
	uint32_t mxcsr = (uint32_t)t->argument, got;
	uint16_t control = (uint16_t)t->other, got_control;

	__asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
	__asm__ volatile("fldcw %0" : : "m"(control));
	for (;;) {
		YIELD();
		__asm__ volatile("stmxcsr %0" : "=m"(got));
		__asm__ volatile("fnstcw %0" : "=m"(got_control));
		if (got != mxcsr || got_control != control) {
			t->step = 1;
			return;
		}
		t->counter++;
	}
}

static bool test_control(void)
{
	struct guest_thread *t[2];

	for (unsigned i = 0; i < 2; i++) {
		t[i] = fpu_thread(BELOW, body_control);
		t[i]->argument = i ? 0x1f80 : 0x7f80; // rounding
		t[i]->other = i ? 0x37f : 0xf7f;
		thread_run(t[i]);
	}
	sleep_us(30000);
	for (unsigned i = 0; i < 2; i++) {
		CHECK(counter_passes(&t[i]->counter, 2));
		CHECK_EQUAL(t[i]->step, 0);
	}
	return true;
}

static struct sys_regs fpu_fault_of(thread_body *body)
{
	cptr_t endpoint, reply;
	struct guest_thread *t = fault_thread(body, &endpoint, &reply);

	CALL(t->thread, THREAD_SET_FPU, 1);
	thread_run(t);
	return RECV(endpoint, reply);
}

static bool test_exceptions(void)
{
	struct sys_regs fault = fpu_fault_of(fpu_simd_fault);

	if (fault.word[0] != VECTOR_OPCODE) { // as with QEMU, which raises no SIMD exception
		CHECK_EQUAL(fault.word[0], VECTOR_SIMD);
		CHECK_EQUAL(fault.word[5] & 4, 4); // divide by zero
	}
	fault = fpu_fault_of(fpu_x87_fault);
	CHECK_EQUAL(fault.word[0], VECTOR_X87);
	CHECK_EQUAL(fault.word[5] & 4, 4);
	return true;
}

static bool test_undeclared_again(void)
{
	struct guest_thread *t = fpu_thread(BELOW, body_keep);

	t->argument = 5;
	thread_run(t);
	sleep_us(3000);
	CHECK(counter_passes(&t->counter, 0));
	CHECK_STATUS(CALL(t->thread, THREAD_SET_FPU, 0).status, OK);
	sleep_us(3000);
	CHECK_EQUAL(thread_state(t), THREAD_INACTIVE); // trapped, without a handler
	CHECK_STATUS(CALL(t->thread, THREAD_SET_FPU).status, TRUNCATED);
	CHECK_STATUS(CALL(t->thread, THREAD_SET_FPU, 2).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(t->thread, THREAD_SET_FPU, ~0ul).status, BAD_ARGUMENT);
	return true;
}

const struct test fpu_tests[] = {
	{"fpu_trapped", test_trapped},
	{"fpu_preempted", test_preempted},
	{"fpu_across_calls", test_across_calls},
	{"fpu_fresh", test_fresh},
	{"fpu_fresh_upper", test_fresh_upper},
	{"fpu_control", test_control},
	{"fpu_exceptions", test_exceptions},
	{"fpu_undeclared_again", test_undeclared_again},
	{0},
};
