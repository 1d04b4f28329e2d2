// SPDX-License-Identifier: MIT
//
// What two processes, or two threads, do with each other: pipes, beginnings and ends, handing over;
// and a signal that a process sends to itself.

#include "bench.h"

#include <caplet/clock.h>
#include <caplet/spawn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STREAM_PIECE = 65536, STREAM_PIECES = 16 };

static char piece[STREAM_PIECE];
static int there[2], back[2]; // pipes to the child and from it

// ---- pipes

static void pipe_round_trip(void)
{
	char byte = 0;

	write(there[1], &byte, 1);
	read(back[0], &byte, 1);
}

// The child's side: gives each byte back.
static void bytes_return(void)
{
	char byte;

	while (read(there[0], &byte, 1) == 1)
		write(back[1], &byte, 1);
}

// The child's side: takes everything, and says so at the end of a stream.
static void stream_take(void)
{
	size_t left = (size_t)STREAM_PIECE * STREAM_PIECES;

	while (left > 0) {
		ssize_t count = read(there[0], piece, sizeof(piece));

		if (count <= 0)
			return;
		left -= (size_t)count;
	}
	write(back[1], piece, 1);
}

// A child that does `work` between the two pipes -> its pid.
static pid_t child_begin(void (*work)(void))
{
	pid_t pid;

	if (pipe(there) != 0 || pipe(back) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(there[1]);
		close(back[0]);
		work();
		_exit(0);
	}
	close(there[0]);
	close(back[1]);
	return pid;
}

static void child_end(pid_t pid)
{
	close(there[1]);
	close(back[0]);
	waitpid(pid, NULL, 0);
}

static void measure_stream(void)
{
	pid_t pid = child_begin(stream_take);
	uint64_t before = clock_ticks();
	char byte;

	if (pid < 0)
		return;
	for (int i = 0; i < STREAM_PIECES; i++)
		write(there[1], piece, sizeof(piece));
	read(back[0], &byte, 1);
	measured("pipe_stream_per_byte", clock_ticks() - before,
		 (uint64_t)STREAM_PIECE * STREAM_PIECES);
	child_end(pid);
}

static void measure_pipes(void)
{
	pid_t pid = child_begin(bytes_return);

	if (pid < 0)
		return;
	measure("pipe_rr_1", pipe_round_trip);
	child_end(pid);
	measure_stream();
}

// ---- beginnings and ends

static void spawn_exit_wait(void)
{
	char *const arguments[] = {"benchchild", NULL};

	waitpid(process_start("/bin/benchchild", arguments, NULL, 0), NULL, 0);
}

static void fork_exit_wait(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
}

// ---- two threads

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int turn; // 0: the main thread's, 1: the other's
static bool over;

static void hand_to(int whom)
{
	pthread_mutex_lock(&mutex);
	turn = whom;
	pthread_cond_signal(&changed);
	while (turn == whom && !over)
		pthread_cond_wait(&changed, &mutex);
	pthread_mutex_unlock(&mutex);
}

static void *other_thread(void *argument)
{
	while (!over)
		hand_to(0);
	return argument;
}

// There and back.
static void thread_handover(void)
{
	hand_to(1);
}

static void measure_handover(void)
{
	pthread_t other;

	turn = 1;
	if (pthread_create(&other, NULL, other_thread, NULL) != 0)
		return;
	measure("thread_handover", thread_handover);
	pthread_mutex_lock(&mutex);
	over = true;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&mutex);
	pthread_join(other, NULL);
}

// ---- a signal

static volatile sig_atomic_t taken;

static void signal_take(int number)
{
	taken = number;
}

static void signal_self(void)
{
	taken = 0;
	kill(getpid(), SIGUSR1);
	while (!taken)
		pause();
}

void measure_processes(void)
{
	measure_handover();
	measure_pipes();
	measure("fork_exit_wait", fork_exit_wait);
	measure("spawn_exit_wait", spawn_exit_wait);
	signal(SIGUSR1, signal_take);
	measure("signal_self", signal_self);
}
