// SPDX-License-Identifier: MIT
//
// Programs that do what they must not: each ends in the documented fault message, and the kernel
// and the others go on.
//
// The programs are a few bytes of machine code each, copied into the writable and executable part
// of SHARED and run there by a thread of their own.

#include "suite.h"

enum {
	VECTOR_DIVIDE = 0,
	VECTOR_DEBUG = 1,
	VECTOR_BREAKPOINT = 3,
	VECTOR_OVERFLOW = 4,
	VECTOR_OPCODE = 6,
	VECTOR_STACK = 12,
	VECTOR_PROTECTION = 13,
	PAGE = 256, // stands for a FAULT_PAGE message
	CODE_MAX = 32,
};

#define CODE ((uint8_t *)SCRATCH_BASE)

static struct sys_regs fault_of_code(const uint8_t *code)
{
	for (unsigned i = 0; i < CODE_MAX; i++)
		CODE[i] = code[i];
	return fault_of((thread_body *)CODE);
}

struct program {
	const char *name;
	uint16_t vector, or_vector; // 0 in the second: only the first
	uint8_t code[CODE_MAX];
};

static const struct program programs[] = {
	{"divide by zero", VECTOR_DIVIDE, 0, {0x31, 0xc9, 0xf7, 0xf1}},
	{"divide overflow",
	 VECTOR_DIVIDE,
	 0,
	 {0x48, 0xc7, 0xc2, 0xff, 0xff, 0xff, 0xff, 0xb9, 1, 0, 0, 0, 0x48, 0xf7, 0xf1}},
	{"int3", VECTOR_BREAKPOINT, 0, {0xcc}},
	{"icebp", VECTOR_DEBUG, VECTOR_OPCODE, {0xf1}}, // QEMU knows no icebp at user level,
	{"ud2", VECTOR_OPCODE, 0, {0x0f, 0x0b}},
	{"into", VECTOR_OPCODE, 0, {0xce}},
	{"vmcall", VECTOR_OPCODE, 0, {0x0f, 0x01, 0xc1}},
	{"vmmcall", VECTOR_OPCODE, 0, {0x0f, 0x01, 0xd9}},
	{"vmrun", VECTOR_OPCODE, VECTOR_PROTECTION, {0x0f, 0x01, 0xd8}},
	{"rsm", VECTOR_OPCODE, 0, {0x0f, 0xaa}},
	{"monitor", VECTOR_OPCODE, VECTOR_PROTECTION, {0x0f, 0x01, 0xc8}},
	{"hlt", VECTOR_PROTECTION, 0, {0xf4}},
	{"cli", VECTOR_PROTECTION, 0, {0xfa}},
	{"sti", VECTOR_PROTECTION, 0, {0xfb}},
	{"in", VECTOR_PROTECTION, 0, {0x66, 0xba, 0x80, 0x00, 0xec}},
	{"out", VECTOR_PROTECTION, 0, {0x66, 0xba, 0x80, 0x00, 0xee}},
	{"insb", VECTOR_PROTECTION, 0, {0x6c}},
	{"lgdt", VECTOR_PROTECTION, 0, {0x0f, 0x01, 0x14, 0x24}},
	{"lidt", VECTOR_PROTECTION, 0, {0x0f, 0x01, 0x1c, 0x24}},
	{"ltr", VECTOR_PROTECTION, 0, {0x0f, 0x00, 0xd8}},
	{"lldt", VECTOR_PROTECTION, 0, {0x0f, 0x00, 0xd0}},
	{"mov cr0, rax", VECTOR_PROTECTION, 0, {0x0f, 0x22, 0xc0}},
	{"mov rax, cr0", VECTOR_PROTECTION, 0, {0x0f, 0x20, 0xc0}},
	{"mov cr3, rax", VECTOR_PROTECTION, 0, {0x0f, 0x22, 0xd8}},
	{"mov rax, cr3", VECTOR_PROTECTION, 0, {0x0f, 0x20, 0xd8}},
	{"mov cr4, rax", VECTOR_PROTECTION, 0, {0x0f, 0x22, 0xe0}},
	{"mov cr8, rax", VECTOR_PROTECTION, 0, {0x44, 0x0f, 0x22, 0xc0}},
	{"mov dr7, rax", VECTOR_PROTECTION, 0, {0x0f, 0x23, 0xf8}},
	{"mov rax, dr7", VECTOR_PROTECTION, 0, {0x0f, 0x21, 0xf8}},
	{"rdmsr", VECTOR_PROTECTION, 0, {0x0f, 0x32}},
	{"wrmsr", VECTOR_PROTECTION, 0, {0x0f, 0x30}},
	{"invlpg", VECTOR_PROTECTION, 0, {0x0f, 0x01, 0x38}},
	{"invd", VECTOR_PROTECTION, 0, {0x0f, 0x08}},
	{"wbinvd", VECTOR_PROTECTION, 0, {0x0f, 0x09}},
	{"clts", VECTOR_PROTECTION, 0, {0x0f, 0x06}},
	{"lmsw", VECTOR_PROTECTION, 0, {0x0f, 0x01, 0xf0}},
	{"swapgs", VECTOR_PROTECTION, 0, {0x0f, 0x01, 0xf8}},
	{"sysret", VECTOR_PROTECTION, 0, {0x48, 0x0f, 0x07}},
	{"sysexit", VECTOR_PROTECTION, VECTOR_OPCODE, {0x0f, 0x35}},
	{"sysenter", VECTOR_PROTECTION, VECTOR_OPCODE, {0x0f, 0x34}},
	{"xsetbv", VECTOR_PROTECTION, VECTOR_OPCODE, {0x0f, 0x01, 0xd1}},
	{"clgi", VECTOR_PROTECTION, VECTOR_OPCODE, {0x0f, 0x01, 0xdd}},
	{"15 prefixes",
	 VECTOR_PROTECTION,
	 VECTOR_OPCODE,
	 {0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
	  0x90}},
	// push $8; push $0; lretq: into the kernel's code segment
	// (QEMU reads the stack as the kernel would, which SMAP forbids: here and at iret)
	{"far return", VECTOR_PROTECTION, PAGE, {0x6a, 0x08, 0x6a, 0x00, 0x48, 0xcb}},
	// push $16; push $0; push $2; push $8; push $0; iretq: all in the kernel's segments
	{"iret",
	 VECTOR_PROTECTION,
	 PAGE,
	 {0x6a, 0x10, 0x6a, 0x00, 0x6a, 0x02, 0x6a, 0x08, 0x6a, 0x00, 0x48, 0xcf}},
	{"null ss", VECTOR_PROTECTION, 0, {0x31, 0xc0, 0x8e, 0xd0}},
	// mov $0x10, %eax; mov %eax, %ds
	{"kernel's ds", VECTOR_PROTECTION, 0, {0xb8, 0x10, 0, 0, 0, 0x8e, 0xd8}},
	// movabs $0x8000000000000000, %rax; mov (%rax), %eax
	{"non-canonical read",
	 VECTOR_PROTECTION,
	 0,
	 {0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x8b, 0x00}},
	// movabs $0x8000000000000000, %rsp; push %rax
	{"non-canonical push",
	 VECTOR_STACK,
	 VECTOR_PROTECTION,
	 {0x48, 0xbc, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x50}},
	// movabs $0x8000000000000000, %rax; jmp *%rax
	{"non-canonical jump",
	 VECTOR_PROTECTION,
	 0,
	 {0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0xe0}},
	// movabs $0xffff800000100000, %rax; mov (%rax), %eax
	{"kernel read", PAGE, 0, {0x48, 0xb8, 0, 0, 0x10, 0, 0, 0x80, 0xff, 0xff, 0x8b, 0x00}},
	// the same; mov %eax, (%rax)
	{"kernel write", PAGE, 0, {0x48, 0xb8, 0, 0, 0x10, 0, 0, 0x80, 0xff, 0xff, 0x89, 0x00}},
	// the same; jmp *%rax
	{"kernel jump", PAGE, 0, {0x48, 0xb8, 0, 0, 0x10, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xe0}},
	// xor %eax, %eax; call *%rax
	{"null call", PAGE, 0, {0x31, 0xc0, 0xff, 0xd0}},
	{"null read", PAGE, 0, {0x31, 0xc0, 0x8b, 0x00}},
	// pushf; orl $0x100, (%rsp); popf; nop; nop
	{"single step", VECTOR_DEBUG, 0, {0x9c, 0x81, 0x0c, 0x24, 0, 1, 0, 0, 0x9d, 0x90, 0x90}},
	// pushf; orl $0x100, (%rsp); mov $7, %eax; popf; syscall; nop; nop
	{"single step over syscall",
	 VECTOR_DEBUG,
	 0,
	 {0x9c, 0x81, 0x0c, 0x24, 0, 1, 0, 0, 0xb8, 7, 0, 0, 0, 0x9d, 0x0f, 0x05, 0x90, 0x90}},
	// pushf; orl $0x100, (%rsp); mov %ss, %ecx; mov $7, %eax; popf; mov %ecx, %ss; syscall; nop
	{"single step, mov ss, syscall", VECTOR_DEBUG, 0, {0x9c, 0x81, 0x0c, 0x24, 0,	 1,
							   0,	 0,    0x8c, 0xd1, 0xb8, 7,
							   0,	 0,    0,    0x9d, 0x8e, 0xd1,
							   0x0f, 0x05, 0x90, 0x90}},
	// mov %ss, %ecx; mov %ecx, %ss; int3
	{"mov ss, int3", VECTOR_BREAKPOINT, 0, {0x8c, 0xd1, 0x8e, 0xd1, 0xcc}},
	// mov %ss, %ecx; mov %ecx, %ss; mov $7, %eax; mov %ecx, %ss; syscall; ud2
	{"mov ss, syscall",
	 VECTOR_OPCODE,
	 0,
	 {0x8c, 0xd1, 0xb8, 7, 0, 0, 0, 0x8e, 0xd1, 0x0f, 0x05, 0x0f, 0x0b}},
	// std; mov $7, %eax; syscall; ud2
	{"direction flag at syscall",
	 VECTOR_OPCODE,
	 0,
	 {0xfd, 0xb8, 7, 0, 0, 0, 0x0f, 0x05, 0x0f, 0x0b}},
	// pushf; orl $0x44000, (%rsp) (AC, NT); popf; mov $7, %eax; syscall; ud2
	{"AC and NT at syscall",
	 VECTOR_OPCODE,
	 0,
	 {0x9c, 0x81, 0x0c, 0x24, 0, 0x40, 4, 0, 0x9d, 0xb8, 7, 0, 0, 0, 0x0f, 0x05, 0x0f, 0x0b}},
	// mov $0x3f000040, %rsp; 1: push %rax; jmp 1b
	{"stack overflow", PAGE, 0, {0x48, 0xc7, 0xc4, 0x40, 0x00, 0x00, 0x3f, 0x50, 0xeb, 0xfd}},
};

static bool fault_matches(const struct sys_regs *fault, unsigned vector, unsigned or_vector)
{
	if (msg_label(fault->msg) == FAULT_PAGE)
		return vector == PAGE || or_vector == PAGE;
	if (msg_label(fault->msg) != FAULT_EXCEPTION)
		return false;
	return fault->word[0] == vector || (or_vector != 0 && fault->word[0] == or_vector);
}

static bool test_programs(void)
{
	bool all = true;

	frame_map_new(BOOT_SLOT_VSPACE, 0x3f000000, RIGHT_READ | RIGHT_WRITE, 0);
	for (unsigned i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		struct sys_regs fault = fault_of_code(programs[i].code);

		threads_forget();
		if (fault_matches(&fault, programs[i].vector, programs[i].or_vector))
			continue;
		print("# %s: label 0x%x, word 0x%lx, rip 0x%lx\n", programs[i].name,
		      msg_label(fault.msg), fault.word[0], fault.word[1]);
		all = false;
	}
	CHECK(all);
	return true;
}

static bool test_every_vector(void)
{
	for (unsigned vector = 0; vector < 256; vector++) {
		uint8_t code[CODE_MAX] = {0xcd, (uint8_t)vector, 0x0f, 0x0b};
		struct sys_regs fault = fault_of_code(code);

		threads_forget();
		CHECK_EQUAL(msg_label(fault.msg), FAULT_EXCEPTION);
		if (vector == VECTOR_BREAKPOINT || vector == VECTOR_OVERFLOW) {
			CHECK(fault.word[0] == vector || fault.word[0] == VECTOR_PROTECTION);
			continue;
		}
		CHECK_EQUAL(fault.word[0], VECTOR_PROTECTION);
		CHECK_EQUAL(fault.word[1], (uint64_t)CODE);
		// the gate, in the descriptor table; QEMU shifts by one too many
		CHECK(fault.word[2] == (vector << 3 | 2) || fault.word[2] == (vector << 4 | 2));
		if (vector % 32 == 31) // each thread took memory: give it back
			CHECK_STATUS(cap_revoke(test_untyped), OK);
	}
	return true;
}

static bool test_exception_words(void)
{
	static const uint8_t ud2[CODE_MAX] = {0x0f, 0x0b}, int3[CODE_MAX] = {0xcc};
	static const uint8_t step[CODE_MAX] = {0x9c, 0x81, 0x0c, 0x24, 0,   1,
					       0,    0,	   0x9d, 0x90, 0x90};
	struct sys_regs fault = fault_of_code(ud2);

	CHECK_EQUAL(fault.word[1], (uint64_t)CODE);
	CHECK_EQUAL(fault.word[2], 0);
	CHECK_EQUAL(fault.word[3] & 7, 0);
	CHECK_EQUAL(fault.word[4] & 0x200, 0x200);
	fault = fault_of_code(int3);
	CHECK_EQUAL(fault.word[1], (uint64_t)CODE + 1); // a trap: behind it
	fault = fault_of_code(step);
	CHECK_EQUAL(fault.word[5] & 0x4000, 0x4000); // DR6.BS
	return true;
}

// `syscall` as the last instruction below the end of user text.
static bool test_last_instruction(void)
{
	cptr_t frame = object_make(OBJECT_FRAME, 0), last = object_make(OBJECT_FRAME, 0);
	volatile uint8_t *page = (volatile uint8_t *)TEST_VADDR;
	vaddr_t address = USER_TEXT_END - PAGE_SIZE;
	cptr_t endpoint, reply;
	struct sys_regs fault;

	CHECK(frame_map(last, BOOT_SLOT_VSPACE, USER_TEXT_END, RIGHT_READ, MAP_EXECUTE) !=
	      STATUS_OK);
	CHECK_STATUS(frame_map(cap_copy(frame, RIGHT_ALL), BOOT_SLOT_VSPACE, TEST_VADDR,
			       RIGHT_READ | RIGHT_WRITE, 0),
		     OK);
	page[0xffe] = 0x0f;
	page[0xfff] = 0x05;
	CHECK_STATUS(frame_map(frame, BOOT_SLOT_VSPACE, address, RIGHT_READ, MAP_EXECUTE), OK);
	struct guest_thread *t = fault_thread(body_spin, &endpoint, &reply);
	struct thread_regs regs = {
		.valid = REGS_CONTROL | REGS_GENERAL,
		.rip = address + 0xffe,
		.rsp = t->stack_top,
		.rflags = 0x202,
		.rax = SYS_YIELD,
	};

	CHECK_STATUS(regs_write(t->thread, 1, &regs), OK);
	fault = RECV(endpoint, reply);
	CHECK_EQUAL(msg_label(fault.msg), FAULT_PAGE);
	CHECK_EQUAL(fault.word[0], USER_TEXT_END);
	CHECK_EQUAL(fault.word[1], USER_TEXT_END);
	return true;
}

// Other values of gs and fs bases, and garbage in rsp, while it enters the kernel.
void garbage_stack_body(struct guest_thread *t);

__asm__(".text\n"
	"garbage_stack_body:\n"
	"	push %rbx\n	push %rbp\n	push %r12\n	push %r13\n	push %r14\n	push %r15\n"
	"	mov %rsp, saved_rsp_place(%rip)\n"
	"	movabs $0xffff800000100000, %rsp\n"
	"	mov $7, %eax\n"
	"	syscall\n"
	"	movabs $0x8000000000000001, %rsp\n"
	"	mov $7, %eax\n"
	"	syscall\n"
	"	mov $0, %esp\n"
	"	mov $3, %eax\n"
	"	syscall\n"
	"	mov saved_rsp_place(%rip), %rsp\n"
	"	pop %r15\n	pop %r14\n	pop %r13\n	pop %r12\n	pop %rbp\n	pop %rbx\n"
	"	ret\n"
	".bss\n"
	"saved_rsp_place: .skip 8\n"
	".text\n");

static void body_garbage_stack(struct guest_thread *t)
{
	t->step = 1;
	garbage_stack_body(t);
	t->step = 2;
}

static bool test_garbage_stack(void)
{
	struct guest_thread *t = thread_new(BELOW, body_garbage_stack);

	thread_run(t);
	settle();
	CHECK_EQUAL(t->step, 2);
	return true;
}

const struct test hostile_tests[] = {
	{"hostile_programs", test_programs},
	{"hostile_every_vector", test_every_vector},
	{"hostile_exception_words", test_exception_words},
	{"hostile_last_instruction", test_last_instruction},
	{"hostile_garbage_stack", test_garbage_stack},
	{0},
};
