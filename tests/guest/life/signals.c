// SPDX-License-Identifier: MIT
//
// Signals: to itself, to a computing process, in calls that wait; masks; stop and go on; alarms.

#include "life_test.h"

#include <caplet/clock.h>
#include <caplet/system.h>

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t caught, last;

static void note(int signal)
{
	caught++;
	last = signal;
}

static void handle(int signal, void (*handler)(int), int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags};

	sigaction(signal, &action, NULL);
}

static void to_itself(void)
{
	caught = 0;
	handle(SIGUSR1, note, 0);
	CHECK(raise(SIGUSR1) == 0 && caught == 1 && last == SIGUSR1);
	CHECK(kill(getpid(), SIGUSR1) == 0 && caught == 2);
	handle(SIGUSR1, SIG_IGN, 0);
	CHECK(raise(SIGUSR1) == 0 && caught == 2);
	handle(SIGUSR1, SIG_DFL, 0);
}

static void blocked_signals_wait(void)
{
	sigset_t set, old;

	caught = 0;
	handle(SIGUSR1, note, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK(sigprocmask(SIG_BLOCK, &set, &old) == 0);
	raise(SIGUSR1);
	raise(SIGUSR1);
	CHECK(caught == 0);
	CHECK(sigpending(&set) == 0 && sigismember(&set, SIGUSR1) == 1);
	CHECK(sigprocmask(SIG_SETMASK, &old, NULL) == 0);
	CHECK(caught == 1);
	handle(SIGUSR1, SIG_DFL, 0);
}

// A child sends the signal while this one computes, with floating point.
static void to_a_computing_process(void)
{
	double sum = 0, again = 0;
	uint64_t end;
	pid_t pid;

	caught = 0;
	handle(SIGUSR2, note, SA_RESTART);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 20; i++) {
			kill(getppid(), SIGUSR2);
			pause_ms(2);
		}
		_exit(0);
	}
	CHECK(pid > 0);
	end = clock_now() + 5000000000ul;
	while (caught < 10 && clock_now() < end) {
		sum = again = 0;
		for (int i = 1; i < 20000; i++)
			sum += 1.0 / i;
		for (int i = 1; i < 20000; i++)
			again += 1.0 / i;
		CHECK(sum == again);
	}
	CHECK(waitpid(pid, NULL, 0) == pid);
	CHECK(caught >= 10 && sum == again);
	handle(SIGUSR2, SIG_DFL, 0);
}

// Sends this process the signal after a while.
static pid_t sender(int signal)
{
	pid_t pid = fork();

	if (pid == 0) {
		pause_ms(60);
		kill(getppid(), signal);
		pause_ms(60);
		_exit(3);
	}
	return pid;
}

static void calls_that_wait_are_interrupted(void)
{
	int status;
	pid_t pid;

	handle(SIGUSR1, note, 0);
	caught = 0;
	pid = sender(SIGUSR1);
	errno = 0;
	CHECK(waitpid(pid, &status, 0) == -1 && errno == EINTR && caught == 1);
	CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3);
	handle(SIGUSR1, note, SA_RESTART);
	pid = sender(SIGUSR1);
	CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3 && caught == 2);
	handle(SIGUSR1, SIG_DFL, 0);
}

static sigjmp_buf back;

static void leap(int signal)
{
	siglongjmp(back, signal);
}

// More often than the session has lanes: each call that was left must have given its own back.
static void handlers_leap_out_of_calls(void)
{
	struct itimerval soon = {.it_value = {.tv_usec = 5000}};
	int ends[2], status;
	volatile int left = 0;
	char byte = 7;
	pid_t pid;

	CHECK(pipe(ends) == 0);
	handle(SIGALRM, leap, 0);
	while (left < 12) {
		if (sigsetjmp(back, 1) == 0) {
			setitimer(ITIMER_REAL, &soon, NULL);
			(void)read(ends[0], &byte, 1);
			CHECK(false);
		} else {
			left++;
		}
	}
	handle(SIGALRM, SIG_DFL, 0);
	pid = fork();
	if (pid == 0)
		_exit(write(ends[1], &byte, 1) == 1 ? 4 : 5);
	CHECK(read(ends[0], &byte, 1) == 1 && byte == 7);
	CHECK(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 4);
	close(ends[0]);
	close(ends[1]);
}

static volatile uint64_t where;
static volatile int code;

static void fault_note(int signal, siginfo_t *information, void *unused)
{
	last = signal;
	where = (uint64_t)information->si_addr;
	code = information->si_code;
	siglongjmp(back, signal);
}

static void handle_fault(int signal, int flags)
{
	struct sigaction action = {.sa_sigaction = fault_note, .sa_flags = SA_SIGINFO | flags};

	sigaction(signal, &action, NULL);
}

static volatile int zero;

static void faults_have_handlers(void)
{
	handle_fault(SIGSEGV, 0);
	handle_fault(SIGFPE, 0);
	handle_fault(SIGILL, 0);
	for (volatile int i = 0; i < 3; i++) {
		if (sigsetjmp(back, 1) == 0)
			*(volatile int *)0x1230 = 1;
		CHECK(last == SIGSEGV && where == 0x1230 && code == SEGV_MAPERR);
		if (sigsetjmp(back, 1) == 0)
			zero = 100 / zero;
		CHECK(last == SIGFPE && where != 0 && code == FPE_INTDIV);
		if (sigsetjmp(back, 1) == 0)
			__builtin_trap();
		CHECK(last == SIGILL);
	}
	handle(SIGSEGV, SIG_DFL, 0);
	handle(SIGFPE, SIG_DFL, 0);
	handle(SIGILL, SIG_DFL, 0);
}

static volatile bool enough;

static int overflow(volatile int depth)
{
	volatile char room[1000];

	room[0] = (char)depth;
	return enough ? 0 : overflow(depth + 1) + room[0];
}

// Twice: the other stack is free again after the leap.
static void full_stack_has_another(void)
{
	static char other[SIGSTKSZ];
	stack_t stack = {.ss_sp = other, .ss_size = sizeof(other)}, old;

	CHECK(sigaltstack(&stack, &old) == 0 && old.ss_flags == SS_DISABLE);
	handle_fault(SIGSEGV, SA_ONSTACK);
	for (volatile int i = 0; i < 2; i++) {
		last = 0;
		if (sigsetjmp(back, 1) == 0)
			(void)overflow(0);
		CHECK(last == SIGSEGV);
	}
	handle(SIGSEGV, SIG_DFL, 0);
	stack.ss_flags = SS_DISABLE;
	CHECK(sigaltstack(&stack, &old) == 0 && old.ss_flags == 0 && old.ss_sp == other);
}

static void sigsuspend_waits(void)
{
	sigset_t none, block, old;
	pid_t pid;

	caught = 0;
	handle(SIGUSR1, note, 0);
	sigemptyset(&none);
	sigemptyset(&block);
	sigaddset(&block, SIGUSR1);
	sigprocmask(SIG_BLOCK, &block, &old);
	pid = sender(SIGUSR1);
	CHECK(sigsuspend(&none) == -1 && errno == EINTR && caught == 1);
	sigprocmask(SIG_SETMASK, &old, NULL);
	CHECK(waitpid(pid, NULL, 0) == pid);
	handle(SIGUSR1, SIG_DFL, 0);
}

static void default_actions(void)
{
	int status;
	pid_t pid = child_start("sleep", NULL);

	CHECK(pid > 0);
	pause_ms(30);
	CHECK(kill(pid, SIGCHLD) == 0 && kill(pid, SIGWINCH) == 0);
	pause_ms(20);
	CHECK(waitpid(pid, &status, WNOHANG) == 0);
	CHECK(kill(pid, SIGTERM) == 0);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
	      WTERMSIG(status) == SIGTERM);
}

static void stop_and_go_on(void)
{
	int status;
	pid_t pid = child_start("spin", NULL);

	CHECK(pid > 0);
	pause_ms(30);
	CHECK(kill(pid, SIGSTOP) == 0);
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) &&
	      WSTOPSIG(status) == SIGSTOP);
	CHECK(kill(pid, SIGTERM) == 0);
	pause_ms(30);
	CHECK(waitpid(pid, &status, WNOHANG) == 0);
	CHECK(kill(pid, SIGCONT) == 0);
	CHECK(waitpid(pid, &status, 0) == pid && WTERMSIG(status) == SIGTERM);
}

static void tstp_stops_a_catching_process(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		handle(SIGTSTP, SIG_DFL, 0);
		raise(SIGTSTP);
		_exit(8);
	}
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status) &&
	      WSTOPSIG(status) == SIGTSTP);
	CHECK(kill(pid, SIGCONT) == 0);
	CHECK(waitpid(pid, &status, WCONTINUED) == pid);
	if (WIFCONTINUED(status))
		CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 8);
}

static void alarms_ring(void)
{
	struct itimerval every = {.it_interval = {.tv_usec = 20000},
				  .it_value = {.tv_usec = 20000}};
	struct itimerval none = {.it_value = {0}};
	uint64_t end = clock_now() + 3000000000ul;

	caught = 0;
	handle(SIGALRM, note, SA_RESTART);
	CHECK(setitimer(ITIMER_REAL, &every, NULL) == 0);
	while (caught < 3 && clock_now() < end)
		;
	CHECK(caught >= 3);
	CHECK(server_restart());
	caught = 0;
	while (caught < 3 && clock_now() < end)
		;
	CHECK(caught >= 3);
	// A timer that has forgotten everything is told again.
	CHECK(supervisor_restart_fresh(&supervisor_session, "timer") == STATUS_OK);
	caught = 0;
	while (caught < 3 && clock_now() < end)
		;
	CHECK(caught >= 3);
	CHECK(setitimer(ITIMER_REAL, &none, NULL) == 0);
	CHECK(alarm(100) == 0 && alarm(0) == 100);
	handle(SIGALRM, SIG_DFL, 0);
}

static void child_signals_its_end(void)
{
	int status;

	caught = 0;
	handle(SIGCHLD, note, SA_RESTART);
	CHECK(WEXITSTATUS(child_run("exit", "2")) == 2);
	CHECK(caught == 1 && last == SIGCHLD);
	handle(SIGCHLD, SIG_IGN, 0);
	CHECK(child_start("exit", "2") > 0);
	CHECK(waitpid(-1, &status, 0) == -1 && errno == ECHILD);
	handle(SIGCHLD, SIG_DFL, 0);
}

static void groups_are_signalled(void)
{
	int status;
	pid_t first = fork(), second;

	if (first == 0)
		for (;;)
			pause_ms(100);
	CHECK(setpgid(first, first) == 0);
	second = fork();
	if (second == 0)
		for (;;)
			pause_ms(100);
	CHECK(setpgid(second, first) == 0 && getpgid(second) == first);
	CHECK(kill(-first, SIGTERM) == 0);
	CHECK(waitpid(-first, &status, 0) > 0 && WTERMSIG(status) == SIGTERM);
	CHECK(waitpid(-first, &status, 0) > 0 && WTERMSIG(status) == SIGTERM);
	CHECK(waitpid(-first, &status, 0) == -1 && errno == ECHILD);
	CHECK(kill(-first, SIGTERM) == -1 && errno == ESRCH);
}

static void ignored_stays_ignored_through_exec(void)
{
	pid_t pid;
	int status;

	handle(SIGTERM, SIG_IGN, 0);
	pid = child_start("sleep", NULL);
	handle(SIGTERM, SIG_DFL, 0);
	CHECK(pid > 0);
	pause_ms(30);
	CHECK(kill(pid, SIGTERM) == 0);
	pause_ms(30);
	CHECK(waitpid(pid, &status, WNOHANG) == 0);
	CHECK(kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid);
}

const struct test signal_suite[] = {
	{"to_itself", to_itself},
	{"blocked_signals_wait", blocked_signals_wait},
	{"to_a_computing_process", to_a_computing_process},
	{"calls_that_wait_are_interrupted", calls_that_wait_are_interrupted},
	{"handlers_leap_out_of_calls", handlers_leap_out_of_calls},
	{"faults_have_handlers", faults_have_handlers},
	{"full_stack_has_another", full_stack_has_another},
	{"sigsuspend_waits", sigsuspend_waits},
	{"default_actions", default_actions},
	{"stop_and_go_on", stop_and_go_on},
	{"tstp_stops_a_catching_process", tstp_stops_a_catching_process},
	{"alarms_ring", alarms_ring},
	{"child_signals_its_end", child_signals_its_end},
	{"groups_are_signalled", groups_are_signalled},
	{"ignored_stays_ignored_through_exec", ignored_stays_ignored_through_exec},
	{NULL, NULL},
};
