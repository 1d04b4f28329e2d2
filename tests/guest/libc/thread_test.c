// SPDX-License-Identifier: MIT
//
// What crt makes: constructors in their order, `__thread` variables with initial values and
// alignment, errno in the thread's own state, the arguments of the root task.

#include "suite.h"
#include <caplet/thread.h>
#include <errno.h>
#include <reent.h>
#include <setjmp.h>
#include <stdlib.h>
#include <unistd.h>

static __thread int initialised = 4711;
static __thread int zeroed;
static __thread _Alignas(64) char aligned[64] = "aligned";

static int order[2], constructed;

__attribute__((constructor(101))) static void first(void)
{
	order[0] = ++constructed;
}

__attribute__((constructor(102))) static void second(void)
{
	order[1] = ++constructed;
}

static void constructors(void)
{
	CHECK(constructed == 2);
	CHECK(order[0] == 1 && order[1] == 2);
}

static void thread_variables(void)
{
	CHECK(initialised == 4711);
	CHECK(zeroed == 0);
	CHECK((uintptr_t)aligned % 64 == 0);
	CHECK(aligned[0] == 'a' && aligned[6] == 'd' && aligned[7] == '\0');
	initialised = 1;
	CHECK(initialised == 1);
}

static void thread_block(void)
{
	CHECK(thread_self()->self == thread_self());
	CHECK(thread_self()->index == 0);
	CHECK(thread_buffer() != NULL);
	CHECK(thread_self()->reent == _REENT);
}

static void errno_value(void)
{
	errno = 0;
	CHECK(write(99, "", 0) == -1);
	CHECK(errno == EBADF);
	CHECK(_REENT->_errno == EBADF);
}

static jmp_buf environment;

static void jump(int depth);
static void (*volatile jump_next)(int) = jump; // volatile: each call makes a frame

static void jump(int depth)
{
	if (depth == 0)
		longjmp(environment, 42);
	jump_next(depth - 1);
}

static void setjmp_longjmp(void)
{
	volatile int before = 5;
	int value = setjmp(environment);

	if (value == 0) {
		before = 6;
		jump(10);
	}
	CHECK(value == 42);
	CHECK(before == 6);
}

const struct test thread_tests[] = {
	{"constructors", constructors}, {"thread_variables", thread_variables},
	{"thread_block", thread_block}, {"errno", errno_value},
	{"setjmp", setjmp_longjmp},	{NULL, NULL},
};
