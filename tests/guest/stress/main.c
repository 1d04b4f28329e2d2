// SPDX-License-Identifier: MIT
//
// The stress suite: the kernel that checks itself (tests/invariants) under random load, on as many CPUs
// as there are.
//
//   storm   clients, servers and mappers on all CPUs, and one who stops, moves, kills and restarts
//           them at random
//   fuzz    random system calls with random registers through capabilities of every type
//
// Each test is a number of epochs: a world is made, lives for a while, is checked many times, goes,
// and what is left must be what was there before. The command line may say seed=N and epochs=N; with
// `-icount` and one CPU a seed always gives the same run.

#include "stress.h"

static uint64_t number_after(const char *word, uint64_t otherwise)
{
	for (const char *p = boot->command_line; *p != 0; p++) {
		unsigned i = 0;
		while (word[i] != 0 && p[i] == word[i])
			i++;
		if (word[i] != 0)
			continue;
		uint64_t number = 0;
		for (p += i; *p >= '0' && *p <= '9'; p++)
			number = 10 * number + *p - '0';
		return number;
	}
	return otherwise;
}

struct sys_regs invariants_walk(void)
{
	return sys_do(CHECK_NUMBER, 0, 0, 0, 0, 0, 0, NULL);
}

void thread_place(struct guest_thread *t, unsigned cpu, uint64_t budget, uint64_t period)
{
	CALL(BOOT_SLOT_SCHED_CONTROL + cpu, SCHED_CONFIGURE, t->schedctx, budget, period, 0, 0);
}

void body_stopper(struct guest_thread *t)
{
	RECV(t->endpoint, t->reply);
	for (;;) {
		t->counter++;
		REPLY_RECV(t->endpoint, t->reply, FAULT_STOP);
	}
}

cptr_t stopper_make(void)
{
	struct guest_thread *t = thread_new(STOPPER_PRIORITY, body_stopper);

	t->endpoint = object_make(OBJECT_ENDPOINT, 0);
	t->reply = object_make(OBJECT_REPLY, 0);
	thread_run(t);
	return t->endpoint;
}

uint64_t operations;

static const struct stress {
	const char *name;
	bool (*epoch)(uint64_t *random);
	unsigned epochs;
} stresses[] = {
	{"storm", storm_epoch, 12},
	{"fuzz", fuzz_epoch, 40},
};

// Nothing of a world is left behind.
static bool epoch_run(const struct stress *stress, unsigned number, uint64_t *random)
{
	uint64_t seed = *random, before = invariants_walk().word[0];
	bool good = stress->epoch(random);

	test_memory_reset();
	struct sys_regs after = invariants_walk();
	if (after.status != STATUS_OK || after.word[0] != before) {
		print("# %lu capabilities before, %lu after\n", before, after.word[0]);
		good = false;
	}
	if (!good)
		print("# %s: epoch %u, seed %lu\n", stress->name, number, seed);
	return good;
}

void guest_main(void)
{
	unsigned passed = 0, failed = 0;

	print("suite stress\n");
	memory_setup();
	spaces_setup();
	test_buffer = boot_buffer;
	settle_setup();
	test_memory_keep();
	if (invariants_walk().status != STATUS_OK)
		guest_die("the walk", 0);
	for (unsigned i = 0; i < sizeof(stresses) / sizeof(stresses[0]); i++) {
		uint64_t random = number_after("seed=", 20261120);
		unsigned epochs = number_after("epochs=", stresses[i].epochs);
		bool good = true;

		operations = 0;
		for (unsigned n = 0; n < epochs && good; n++)
			good = epoch_run(&stresses[i], n, &random);
		print("# %s: %lu operations on %u CPUs\n", stresses[i].name, operations,
		      boot->cpu_count);
		print("%s %s\n", good ? "ok" : "not ok", stresses[i].name);
		passed += good;
		failed += !good;
	}
	print("suite done: %u passed, %u failed\n", passed, failed);
	guest_exit(failed == 0);
}
