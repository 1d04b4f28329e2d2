// SPDX-License-Identifier: MIT
//
// A child of the process tests: ends itself in the way that its first argument says. What goes wrong
// here goes wrong on purpose, so the compiler must not see it coming: addresses are volatile.

#include <caplet/client.h>
#include <caplet/clock.h>
#include <caplet/kernel.h>
#include <caplet/slot.h>
#include <caplet/system.h>
#include <fs.h>
#include <timer.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile uint64_t null_address = 0x10;
static volatile uint64_t wild_address = 0x123456789000;
static volatile uint64_t kernel_address = 0xffff800000100000;
int main(int argc, char **argv);
static volatile uint64_t text_address = (uint64_t)main;
static volatile uint64_t odd_address = 0x8000000000000000;

static void read_from(uint64_t address)
{
	(void)*(volatile uint64_t *)address;
}

static unsigned recurse(unsigned depth);
static unsigned (*volatile recursion)(unsigned depth) = recurse;

static unsigned recurse(unsigned depth)
{
	volatile char frame[512];

	frame[0] = (char)depth;
	return recursion(depth + 1) + (unsigned)frame[0];
}

static int memory_use_up(void)
{
	uint64_t total = 0, address;

	while (pager_map_anonymous(&pager_session, 0, 1 << 16, PAGER_READ | PAGER_WRITE,
				   &address) == STATUS_OK) {
		memset((void *)address, 1, 1 << 16);
		total += 1 << 16;
	}
	return total > 1 << 18 && total < 1 << 20 ? 0 : 1; // near its quota, never above
}

static int slots_use_up(void)
{
	unsigned count = 0;

	while (slot_borrow(8) != 0)
		count++;
	return count > 24 && count <= 32 ? 0 : 1; // of the 256 of a program
}

static int sleeper(void)
{
	struct timer_client timer;
	status_t status = timer_connect(&timer, "timer");

	return (int)(status == STATUS_OK ? timer_sleep_until(&timer, ~0ul >> 2) : status);
}

static int nap(int status)
{
	struct timer_client timer;

	if (timer_connect(&timer, "timer") != STATUS_OK)
		return 98;
	(void)timer_sleep_until(&timer, clock_now() + 2000000);
	return status;
}

static void thread_wait(uint64_t argument)
{
	for (;;)
		ipc_yield();
}

static int threads_use_up(void)
{
	static char stacks[8][4096] __attribute__((aligned(64)));
	unsigned count = 0;
	uint32_t number;

	while (count < 8 && supervisor_thread_create(&supervisor_session, (uint64_t)thread_wait,
						     (uint64_t)stacks[count] + 4096 - 8, 0, 0, 1,
						     false, &number) == STATUS_OK)
		count++;
	return count == 3 ? 0 : 1; // its manifest allows four with the main one
}

static int session_hold(bool for_ever)
{
	static struct fs_client fs;
	status_t status = fs_connect(&fs, "fs");

	if (status == STATUS_OK && for_ever)
		sleeper();
	return status;
}

static int not_allowed(void)
{
	struct supervisor_process facts;
	uint64_t number;

	if (supervisor_spawn(&supervisor_session, "processchild", "", 0, &number) !=
	    STATUS_NOT_ALLOWED)
		return 1;
	if (supervisor_power_off(&supervisor_session, 0) != STATUS_NOT_ALLOWED)
		return 2;
	if (supervisor_restart(&supervisor_session, "timer") != STATUS_NOT_ALLOWED)
		return 3;
	if (supervisor_process_next(&supervisor_session, 0, &facts) != STATUS_NOT_ALLOWED)
		return 4;
	return pager_space_destroy(&pager_session, 16) == STATUS_NOT_ALLOWED ? 0 : 5;
}

#define TRAP_FLAG_SET "pushf; orl $0x100, (%%rsp); popf; "

// Tricks at the entry of the kernel; 7 is SYS_YIELD.
static void step(const char *how)
{
	if (strcmp(how, "step") == 0)
		__asm__ volatile(TRAP_FLAG_SET "nop; nop" : : : "memory", "cc");
	else if (strcmp(how, "step-syscall") == 0)
		__asm__ volatile("mov $7, %%eax; " TRAP_FLAG_SET "syscall; nop; nop"
				 :
				 :
				 : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11",
				   "r12", "r13", "r14", "r15", "memory", "cc");
	else if (strcmp(how, "step-mov-ss") == 0)
		__asm__ volatile("mov %%ss, %%ecx; mov $7, %%eax; " TRAP_FLAG_SET
				 "mov %%ecx, %%ss; syscall; nop; nop"
				 :
				 :
				 : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11",
				   "r12", "r13", "r14", "r15", "memory", "cc");
	else
		__asm__ volatile("mov %%ss, %%ecx; mov %%ecx, %%ss; int3" : : : "rcx");
}

static status_t child_spawn(const char *how, uint64_t *number)
{
	char arguments[40] = "processchild";
	uint64_t length = strlen(arguments) + 1;

	strcpy(arguments + length, how);
	length += strlen(how) + 1;
	return supervisor_spawn(&supervisor_session, "processchild", arguments, length, number);
}

// Starts children until it is refused, and ends them all: the status of the refusal.
static int spawn_all(void)
{
	static uint64_t numbers[256];
	uint64_t ended;
	unsigned count = 0;
	int32_t status;
	uint32_t end;
	status_t refusal;

	while ((refusal = child_spawn("sleep", &numbers[count])) == STATUS_OK)
		count++;
	for (unsigned i = 0; i < count; i++)
		(void)supervisor_kill(&supervisor_session, numbers[i]);
	while (supervisor_wait(&supervisor_session, 0, &ended, &end, &status) == STATUS_OK)
		count--;
	return count == 0 ? (int)refusal : -1;
}

static int spawn_one(void)
{
	uint64_t number, ended;
	int32_t status = 1;
	uint32_t end;

	if (child_spawn("exit", &number) != STATUS_OK ||
	    supervisor_wait(&supervisor_session, number, &ended, &end, &status) != STATUS_OK)
		return 1;
	return status;
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";

	if (strcmp(how, "exit") == 0)
		return argc > 2 ? atoi(argv[2]) : 0;
	if (strcmp(how, "null") == 0)
		read_from(null_address);
	else if (strcmp(how, "call-null") == 0)
		((void (*)(void))null_address)();
	else if (strcmp(how, "wild") == 0)
		*(volatile uint64_t *)wild_address = 1;
	else if (strcmp(how, "kernel") == 0)
		read_from(kernel_address);
	else if (strcmp(how, "non-canonical") == 0)
		read_from(odd_address);
	else if (strcmp(how, "write-text") == 0)
		*(volatile uint32_t *)text_address = 2;
	else if (strcmp(how, "run-stack") == 0)
		((void (*)(void))((uint64_t)__builtin_frame_address(0)))();
	else if (strcmp(how, "overflow") == 0)
		return (int)recurse(0);
	else if (strcmp(how, "int3") == 0)
		__asm__ volatile("int3");
	else if (strcmp(how, "ud2") == 0)
		__asm__ volatile("ud2");
	else if (strcmp(how, "divide") == 0)
		__asm__ volatile("xor %%ecx, %%ecx; div %%ecx" : : : "eax", "ecx", "edx");
	else if (strcmp(how, "hlt") == 0)
		__asm__ volatile("hlt");
	else if (strcmp(how, "out") == 0)
		__asm__ volatile("out %al, $0x80");
	else if (strcmp(how, "vector") == 0)
		__asm__ volatile("pxor %xmm0, %xmm0");
	else if (strncmp(how, "step", 4) == 0 || strcmp(how, "mov-ss-int3") == 0)
		step(how);
	else if (strcmp(how, "memory") == 0)
		return memory_use_up();
	else if (strcmp(how, "slots") == 0)
		return slots_use_up();
	else if (strcmp(how, "threads") == 0)
		return threads_use_up();
	else if (strcmp(how, "not-allowed") == 0)
		return not_allowed();
	else if (strcmp(how, "hold") == 0)
		return session_hold(true);
	else if (strcmp(how, "hold-once") == 0)
		return session_hold(false);
	else if (strcmp(how, "spawn-all") == 0)
		return spawn_all();
	else if (strcmp(how, "spawn-one") == 0)
		return spawn_one();
	else if (strcmp(how, "sleep") == 0)
		return sleeper();
	else if (strcmp(how, "nap") == 0)
		return nap(argc > 2 ? atoi(argv[2]) : 0);
	return 99;
}
