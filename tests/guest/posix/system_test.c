// SPDX-License-Identifier: MIT
//
// The heap through the pager, time through the timer, the process through the supervisor.

#include "../libc/suite.h"
#include <caplet/system.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { MEGABYTE = 1 << 20 };

static uint64_t charged_bytes(void)
{
	struct pager_usage usage = {0};

	pager_usage(&pager_session, &usage);
	return usage.charged_bytes;
}

static void heap_grows_and_returns(void)
{
	uint64_t before = charged_bytes();
	char *volatile memory = malloc(4 * MEGABYTE); // volatile: compilers know malloc

	CHECK(memory != NULL);
	memset(memory, 0x5a, 4 * MEGABYTE);
	CHECK(charged_bytes() >= before + 3 * MEGABYTE);
	CHECK(memory[0] == 0x5a && memory[4 * MEGABYTE - 1] == 0x5a);
	free(memory);
	CHECK(charged_bytes() < before + MEGABYTE);
}

static void heap_ends_at_the_quota(void)
{
	enum { PIECES = 256 };
	static void *pieces[PIECES];
	size_t count = 0;

	errno = 0;
	while (count < PIECES && (pieces[count] = malloc(MEGABYTE)) != NULL)
		count++;
	CHECK(count < PIECES && errno == ENOMEM);
	while (count > 0)
		free(pieces[--count]);
	pieces[0] = malloc(MEGABYTE);
	CHECK(pieces[0] != NULL);
	free(pieces[0]);
}

static void heap_is_clear(void)
{
	char *memory = malloc(300000);

	CHECK(memory != NULL);
	memset(memory, 0x5a, 300000);
	free(memory);
	memory = calloc(300000, 1);
	CHECK(memory != NULL);
	for (size_t i = 0; i < 300000; i++)
		CHECK(memory[i] == 0);
	free(memory);
}

static uint64_t now(clockid_t clock)
{
	struct timespec time = {0};

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000ul + (uint64_t)time.tv_nsec;
}

static void clocks(void)
{
	uint64_t first = now(CLOCK_MONOTONIC), second = now(CLOCK_MONOTONIC);
	struct timeval time;
	struct timespec unused;

	CHECK(first > 0 && second >= first);
	CHECK(now(CLOCK_REALTIME) > 1600000000ul * 1000000000ul);
	CHECK(gettimeofday(&time, NULL) == 0);
	CHECK(time.tv_sec - (time_t)(now(CLOCK_REALTIME) / 1000000000ul) <= 1);
	CHECK(clock_gettime((clockid_t)99, &unused) == -1 && errno == EINVAL);
}

static void sleeping(void)
{
	const struct timespec wrong = {.tv_nsec = 1000000000}, short_time = {.tv_nsec = 20000000};
	uint64_t before = now(CLOCK_MONOTONIC), took;

	CHECK(nanosleep(&short_time, NULL) == 0);
	took = now(CLOCK_MONOTONIC) - before;
	CHECK(took >= 20000000ul && took < 2000000000ul);
	CHECK(nanosleep(&wrong, NULL) == -1 && errno == EINVAL);
}

static void process(void)
{
	CHECK(getpid() > 0);
	CHECK(kill(getpid(), 0) == 0);
	CHECK(kill(1, SIGTERM) == -1 && errno == ESRCH);
}

static void streams(void)
{
	CHECK(isatty(STDOUT_FILENO) == 1);
	CHECK(lseek(STDOUT_FILENO, 0, SEEK_SET) == -1 && errno == ESPIPE);
	CHECK(write(77, "x", 1) == -1 && errno == EBADF);
	CHECK(fprintf(stderr, "to standard error\n") == 18);
}

const struct test system_tests[] = {
	{"heap_grows_and_returns", heap_grows_and_returns},
	{"heap_ends_at_the_quota", heap_ends_at_the_quota},
	{"heap_is_clear", heap_is_clear},
	{"clocks", clocks},
	{"sleeping", sleeping},
	{"process", process},
	{"streams", streams},
	{NULL, NULL},
};
