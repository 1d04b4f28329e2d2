// SPDX-License-Identifier: MIT
//
// The kernel test suite: how a test is written.
//
// A test is a function that returns true if all its checks held; CHECK and its kin return false
// after noting why. It runs in the worker thread (priority WORKER_PRIORITY) of the root task with
// fresh test memory; whatever it makes is deleted afterwards. A test that hangs is stopped by the
// watchdog, one that faults is reported with its fault; the next one runs in either case.
// Each file of tests ends in a table that main.c strings together.
#pragma once

#include "../runtime/runtime.h"

enum {
	WORKER_PRIORITY = 200,
	ABOVE = 210, // threads that run as soon as they can
	BELOW = 150, // threads that run when the test waits
};

struct test {
	const char *name;
	bool (*run)(void);
};

extern const struct test untyped_tests[], cnode_tests[], ipc_tests[], long_tests[], cap_tests[],
	notification_tests[], death_tests[], fault_tests[], thread_tests[], sched_tests[],
	space_tests[], device_tests[], hostile_tests[], garbage_tests[], register_tests[],
	fpu_tests[], smp_tests[], wild_tests[], vcpu_tests[], vcpu_absent_tests[], iommu_tests[],
	iommu_absent_tests[];
bool vcpu_supported(void);				     // can this machine run guests?
uint64_t thread_place(struct guest_thread *t, unsigned cpu); // -> status
bool iommu_usable(void); // does it have an IOMMU, and the device for its tests?
cptr_t requester_make(unsigned number);
cptr_t dma_space_make(unsigned asid); // of the format IOMMU

bool check_fail(int line, const char *what, uint64_t got, uint64_t want);
bool check_status_fail(int line, const char *what, uint64_t got, uint64_t want);

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition))                                                                  \
			return check_fail(__LINE__, #condition, 0, 1);                             \
	} while (0)

#define CHECK_EQUAL(expression, expected)                                                          \
	do {                                                                                       \
		uint64_t check_got = (uint64_t)(expression), check_want = (uint64_t)(expected);    \
		if (check_got != check_want)                                                       \
			return check_fail(__LINE__, #expression, check_got, check_want);           \
	} while (0)

#define CHECK_STATUS(expression, expected)                                                         \
	do {                                                                                       \
		uint64_t check_got = (expression), check_want = STATUS_##expected;                 \
		if (check_got != check_want)                                                       \
			return check_status_fail(__LINE__, #expression, check_got, check_want);    \
	} while (0)

// Bodies of helper threads that many tests use.
void body_call(struct guest_thread *t); // one call on t->endpoint; t->regs: its outcome
void body_recv(struct guest_thread *t); // one receive on t->endpoint with t->reply
void body_echo(struct guest_thread *t); // answers every call with words + 1
void body_wait(struct guest_thread *t); // counts what t->notification brings
void body_spin(struct guest_thread *t); // counts for ever
void body_send(struct guest_thread *t); // one SEND on t->endpoint with t->argument

// Lets others run until the counter is greater than `above`; false if that takes very long. On an
// emulator that itself waits for a CPU, no single sleep is long enough.
bool counter_passes(const volatile uint64_t *counter, uint64_t above);

void fpu_fill(uint64_t pattern);  // xmm0..15 = pattern
bool fpu_holds(uint64_t pattern); // all still that?

// A thread with an endpoint as fault handler; what its fault message was.
struct guest_thread *fault_thread(thread_body *body, cptr_t *endpoint, cptr_t *reply);
struct sys_regs fault_of(thread_body *body);
