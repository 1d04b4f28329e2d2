// SPDX-License-Identifier: MIT
//
// How a process can end, and what is told of it: each bad deed of the child must end it, alone, with
// a report that names the cause in words, and with a backtrace that has names.

#include "process_test.h"

#include <stdio.h>
#include <string.h>

// Runs the child; true if it crashed and the report's first line holds these words.
static bool crashes_with(const char *how, const char *words)
{
	struct ending ending = child_run(how, NULL);
	char line[160] = "";

	if (ending.end == SUPERVISOR_END_CRASH &&
	    report_first_line((uint32_t)ending.status, line) && strstr(line, words) != NULL &&
	    strstr(line, "processchild") != NULL)
		return true;
	printf("%s: end %u, status %d, report: %s\n", how, ending.end, ending.status, line);
	return false;
}

static void exit_statuses(void)
{
	struct ending ending = child_run("exit", "0");

	CHECK(ending.end == SUPERVISOR_END_EXIT && ending.status == 0);
	ending = child_run("exit", "42");
	CHECK(ending.end == SUPERVISOR_END_EXIT && ending.status == 42);
	ending = child_run("exit", "-1");
	CHECK(ending.end == SUPERVISOR_END_EXIT && ending.status == -1);
}

static void null_pointers(void)
{
	CHECK(crashes_with("null", "read from 0x10, a null pointer"));
	CHECK(crashes_with("call-null", "jumped to 0x10, a null pointer"));
}

static void wild_addresses(void)
{
	CHECK(crashes_with("wild", "wrote to 0x123456789000, where nothing is mapped"));
	CHECK(crashes_with("kernel", "read from 0xffff800000100000, which no process can have"));
	CHECK(crashes_with("non-canonical", "general protection"));
}

static void protected_memory(void)
{
	CHECK(crashes_with("write-text", "which is read-only"));
	CHECK(crashes_with("run-stack", "which is not executable"));
	CHECK(crashes_with("overflow", "stack overflow"));
}

static void exceptions(void)
{
	CHECK(crashes_with("int3", "breakpoint"));
	CHECK(crashes_with("ud2", "undefined instruction"));
	CHECK(crashes_with("divide", "divide error"));
	CHECK(crashes_with("hlt", "general protection"));
	CHECK(crashes_with("out", "general protection"));
	CHECK(crashes_with("vector", "vector registers"));
}

// A step that begins before the system call is told after it, at user level.
static void single_steps(void)
{
	CHECK(crashes_with("step", "single step"));
	CHECK(crashes_with("step-syscall", "single step"));
	CHECK(crashes_with("step-mov-ss", "single step"));
	CHECK(crashes_with("mov-ss-int3", "breakpoint"));
}

static void backtrace_has_names(void)
{
	struct ending ending = child_run("null", NULL);

	CHECK(ending.end == SUPERVISOR_END_CRASH);
	CHECK(report_holds((uint32_t)ending.status, "main+0x"));
	CHECK(report_holds((uint32_t)ending.status, "program_start+0x"));
	CHECK(report_holds((uint32_t)ending.status, "rip 0000"));
}

static void killed_while_it_waits(void)
{
	uint64_t number = child_start("sleep", NULL), ended;
	struct ending ending;

	CHECK(number != 0);
	pause_ms(20);
	CHECK(supervisor_kill(&supervisor_session, number) == STATUS_OK);
	CHECK(supervisor_wait(&supervisor_session, number, &ended, &ending.end, &ending.status) ==
	      STATUS_OK);
	CHECK(ended == number && ending.end == SUPERVISOR_END_KILLED);
	CHECK(supervisor_wait(&supervisor_session, number, &ended, &ending.end, &ending.status) ==
	      SUPERVISOR_NO_PROCESS);
}

static void any_child(void)
{
	uint64_t first = child_start("exit", "1"), second = child_start("exit", "2");
	uint64_t one, other;
	struct ending ending;

	CHECK(supervisor_wait(&supervisor_session, 0, &one, &ending.end, &ending.status) ==
	      STATUS_OK);
	CHECK(supervisor_wait(&supervisor_session, 0, &other, &ending.end, &ending.status) ==
	      STATUS_OK);
	CHECK(one + other == first + second && one != other);
	CHECK(supervisor_wait(&supervisor_session, 0, &one, &ending.end, &ending.status) ==
	      SUPERVISOR_NO_PROCESS);
}

static void refusals(void)
{
	uint64_t number;

	CHECK(supervisor_spawn(&supervisor_session, "nosuch", "", 0, &number) ==
	      SUPERVISOR_NO_PROGRAM);
	CHECK(supervisor_spawn(&supervisor_session, "timer", "", 0, &number) ==
	      SUPERVISOR_NO_PROGRAM);
	CHECK(supervisor_spawn(&supervisor_session, "processchild", "open", 4, &number) ==
	      STATUS_BAD_REQUEST);
	CHECK(supervisor_kill(&supervisor_session, 16) == STATUS_NOT_ALLOWED);
	CHECK(supervisor_kill(&supervisor_session, 1) == SUPERVISOR_NO_PROCESS);
	CHECK(supervisor_restart(&supervisor_session, "nosuch") == SUPERVISOR_NO_SERVICE);
}

const struct test end_tests[] = {
	{"exit_statuses", exit_statuses},
	{"null_pointers", null_pointers},
	{"wild_addresses", wild_addresses},
	{"protected_memory", protected_memory},
	{"exceptions", exceptions},
	{"single_steps", single_steps},
	{"backtrace_has_names", backtrace_has_names},
	{"killed_while_it_waits", killed_while_it_waits},
	{"any_child", any_child},
	{"refusals", refusals},
	{NULL, NULL},
};
