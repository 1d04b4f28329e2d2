// SPDX-License-Identifier: MIT
//
// Measures what a program sees of the whole system: calls through generated stubs to real servers,
// memory, threads, files, processes, and how long the boot took. Each operation is done ROUNDS times
// after some to warm up; the smallest count is printed, and the largest under NAME_most where it
// differs. The cost of reading the counter is taken off. Results are kept until the end, so that
// printing does not disturb what comes later.

#include "bench.h"

#include <caplet/clock.h>
#include <caplet/library.h>
#include <caplet/process.h>
#include <caplet/start.h>
#include <caplet/system.h>
#include <console.h>
#include <fs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <timer.h>

enum { RESULTS_MAX = 64, TOUCHED_PAGES = 256, STRIDE = 16 * PAGE_SIZE, EXIT_SUCCESS_STATUS = 0x10 };

struct result {
	const char *name;
	uint64_t least, most;
	uint64_t hundredths; // of a mean
};

static struct result results[RESULTS_MAX];
static size_t result_count;
static uint64_t empty; // what reading the counter twice costs

void measure(const char *name, void (*operation)(void))
{
	struct result *result = &results[result_count++];

	*result = (struct result){.name = name, .least = UINT64_MAX};
	for (int round = -WARM_UP; round < ROUNDS; round++) {
		uint64_t before = clock_ticks(), took;

		operation();
		took = clock_ticks() - before;
		took = took > empty ? took - empty : 0;
		if (round < 0)
			continue;
		if (took < result->least)
			result->least = took;
		if (took > result->most)
			result->most = took;
	}
}

void measured(const char *name, uint64_t ticks, uint64_t count)
{
	results[result_count++] = (struct result){.name = name,
						  .least = ticks / count,
						  .most = ticks / count,
						  .hundredths = ticks * 100 / count % 100};
}

static void nothing(void)
{
}

static struct fs_client volume; // tmpfs runs on its callers' time, as the other ipc_*_inter

static void call_passive(void)
{
	uint64_t node;

	fs_root(&volume, &node);
}

// After the sleep: only then has the supervisor taken its own time from the server.
static void measure_passive(void)
{
	if (fs_connect(&volume, "fs") != STATUS_OK)
		return;
	measure("ipc_idl_inter", call_passive);
	fs_disconnect(&volume); // libc opens its own
}

static void call_console(void)
{
	uint32_t mode;

	console_get_mode(console_session(), &mode);
}

static void call_pager(void)
{
	struct pager_usage usage;

	pager_usage(&pager_session, &usage);
}

static void call_timer(void)
{
	timer_sleep_until(timer_session(), 0);
}

static void call_once(void)
{
	uint32_t old;

	console_set_mode(console_session(), CONSOLE_MODE_DEFAULT, &old);
}

static char *fresh; // pages never touched before

static void touch_page(void)
{
	*fresh = 1;
	fresh += STRIDE; // not one after the other: the pager sees that
}

// One page after the other, as who fills memory does: the mean.
static void measure_touching(void)
{
	volatile char *memory = mmap(NULL, TOUCHED_PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t before;

	if (memory == MAP_FAILED)
		return;
	before = clock_ticks();
	for (size_t i = 0; i < TOUCHED_PAGES; i++)
		memory[i * PAGE_SIZE] = 1;
	measured("page_touch", clock_ticks() - before, TOUCHED_PAGES);
	munmap((void *)memory, TOUCHED_PAGES * PAGE_SIZE);
}

static void *thread_body(void *argument)
{
	return argument;
}

static void thread_create_join(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_body, NULL) == 0)
		pthread_join(thread, NULL);
}

static void malloc_free(void)
{
	void *volatile memory = malloc(100); // volatile: the pair would be left out

	free(memory);
}

static void result_print(const struct result *result)
{
	printf("bench\t%s\t%llu", result->name, (unsigned long long)result->least);
	if (result->hundredths != 0)
		printf(".%02u", (unsigned)result->hundredths);
	printf("\tinsn\n");
	if (result->most != result->least)
		printf("bench\t%s_most\t%llu\tinsn\n", result->name,
		       (unsigned long long)result->most);
}

static void results_print(uint64_t boot)
{
	printf("bench\tboot_to_shell\t%llu\tinsn\n", (unsigned long long)boot);
	for (size_t i = 0; i < result_count; i++)
		result_print(&results[i]);
	fflush(stdout);
}

int main(void)
{
	const struct process_info *info = start_information;
	uint64_t boot = clock_ticks() - info->entry_tsc;

	measure("empty", nothing);
	empty = results[--result_count].least;
	if (console_session() == NULL || timer_session() == NULL)
		return 1;
	fresh = aligned_alloc(PAGE_SIZE, (ROUNDS + WARM_UP + 1) * STRIDE);
	measure("ipc_idl_active", call_console);
	measure("ipc_idl_once", call_once);
	measure("ipc_idl_pager", call_pager);
	measure("ipc_idl_timer", call_timer);
	measure("page_touch_fresh", touch_page);
	measure_touching();
	measure("malloc_free", malloc_free);
	measure("thread_create_join", thread_create_join);
	timer_sleep_until(timer_session(), clock_now() + 2000000000ul);
	measure_passive();
	measure_files();
	measure_processes();
	results_print(boot);
	console_drain(console_session());
	supervisor_power_off(&supervisor_session, EXIT_SUCCESS_STATUS);
	return 1;
}
