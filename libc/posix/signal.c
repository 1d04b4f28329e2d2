// SPDX-License-Identifier: MIT
//
// Signals. The process server keeps those that were sent until this process takes them; when there are
// any it has the main thread sent to signal_entry (signal_entry.S), which saves the registers and
// comes here. Handlers, masks and what is blocked are matters of this file alone, so that changing them costs
// no call. The server is told only which signals are not wanted at all.
//
// A handler may run between any two instructions of the main thread, also of libc's own: what a call in
// progress needs is put aside around it. A thread that was in a call finds it ended with ABORTED, and its
// stub sends it again, unless a handler without SA_RESTART ran in a call that waits (signal_wait_begin).

#include "park.h"
#include "process_internal.h"

#include <caplet/process.h>
#include <caplet/signal_frame.h>
#include <caplet/syscall.h>
#include <caplet/thread.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BIT(signal)	(1ul << ((signal)-1))
#define DEFAULT_IGNORED (BIT(SIGCHLD) | BIT(SIGCONT) | BIT(SIGURG) | BIT(SIGWINCH))
#define DEFAULT_STOPS	(BIT(SIGSTOP) | BIT(SIGTSTP) | BIT(SIGTTIN) | BIT(SIGTTOU))
#define NEVER_BLOCKED	(BIT(SIGKILL) | BIT(SIGSTOP))

static struct sigaction actions[NSIG];
static uint64_t pending; // taken from the server, and not yet acted upon
static uint64_t told = DEFAULT_IGNORED;
static bool told_reap;
static uint32_t arrivals; // counts them, for those who wait for one
static __thread uint64_t mask;
static bool taking; // a take of signals is under way below on the stack
static bool take_again;
static uint64_t own_process; // that the sessions are of: a forked child's are not its own at first
static size_t signal_stack_bytes;
static struct thread_block *signalled; // the main thread's: signals come to it alone

// ---- what a signal does

static void act_by_default(int signal)
{
	struct process_client *process = process_session();

	if (BIT(signal) & DEFAULT_IGNORED)
		return;
	if (process == NULL)
		_exit(128 + signal);
	if (BIT(signal) & DEFAULT_STOPS)
		(void)process_pause(process, (uint32_t)signal);
	else
		for (;;)
			(void)process_terminate(process, (uint32_t)signal);
}

// On the stack for signals, if the handler wants it and it is not in use.
static void handler_call(const struct sigaction *action, int signal, siginfo_t *information)
{
	struct thread_block *self = thread_self();
	bool changes = (unsigned)action->sa_flags & SA_ONSTACK && self->signal_stack != 0 &&
		       !self->on_signal_stack;
	void (*handler)(int, siginfo_t *, void *) = action->sa_sigaction;

	if (!changes) {
		handler(signal, information, NULL); // the plain kind takes the first only
		return;
	}
	self->on_signal_stack = 1;
	signal_call_on(self->signal_stack, handler, signal, information);
	self->on_signal_stack = 0;
}

// -> whether a call that waits is to end.
static bool act(int signal, siginfo_t *information)
{
	struct sigaction action = actions[signal];
	uint64_t old = mask;

	if (action.sa_handler == SIG_IGN)
		return false;
	if (action.sa_handler == SIG_DFL) {
		act_by_default(signal);
		return false;
	}
	if ((unsigned)action.sa_flags & SA_RESETHAND)
		actions[signal].sa_handler = SIG_DFL;
	mask |= action.sa_mask & ~NEVER_BLOCKED;
	if (!((unsigned)action.sa_flags & SA_NODEFER))
		mask |= BIT(signal);
	handler_call(&action, signal, information);
	mask = old;
	return !(action.sa_flags & SA_RESTART);
}

static bool act_all(void)
{
	bool ends = false;
	uint64_t ready;

	while ((ready = __atomic_load_n(&pending, __ATOMIC_ACQUIRE) & ~mask) != 0) {
		int signal = __builtin_ctzl(ready) + 1;

		__atomic_fetch_and(&pending, ~BIT(signal), __ATOMIC_ACQ_REL);
		ends |= act(signal, &(siginfo_t){.si_signo = signal, .si_code = SI_USER});
	}
	return ends;
}

// ---- how a signal comes

// Interrupted in here, the inner one leaves it to the outer one: else each might hold a lane.
static void take(void)
{
	struct process_client *process = process_session();
	uint64_t taken;

	if (taking) {
		take_again = true;
		return;
	}
	taking = true;
	do {
		take_again = false;
		taken = 0;
		if (process != NULL && process_take_signals(process, &taken) == STATUS_OK)
			__atomic_fetch_or(&pending, taken, __ATOMIC_ACQ_REL);
	} while (take_again);
	taking = false;
}

// A fault of its own. Where no handler wants it, the instruction is let fault again, with nowhere to send the
// thread to: then it is a crash like any other, with its report.
static void fault_act(const struct signal_frame *frame)
{
	struct thread_block *self = thread_self();
	struct ipc_buffer buffer = *self->buffer;
	siginfo_t information = {.si_signo = (int)frame->signal,
				 .si_code = (int)frame->code,
				 .si_addr = (void *)frame->address};
	_sig_func_ptr handler = actions[frame->signal].sa_handler;
	int error = errno;

	if (handler == SIG_DFL || handler == SIG_IGN || mask & BIT(frame->signal)) {
		if (frame->signal == SIGTRAP) // which does not come again
			act_by_default(SIGTRAP);
		self->signal_entry = 0;
		return;
	}
	// The supervisor had to take the other stack for the frame: that is where this runs.
	if ((uint64_t)frame - (self->signal_stack - signal_stack_bytes) < signal_stack_bytes)
		self->on_signal_stack = 1;
	(void)act((int)frame->signal, &information);
	self->on_signal_stack = 0;
	errno = error;
	*self->buffer = buffer;
}

// From signal_entry.S, with the interrupted registers in the frame.
void signal_arrived(struct signal_frame *frame)
{
	struct thread_block *self = thread_self();
	struct ipc_buffer buffer = *self->buffer;
	uint64_t badge = self->received_badge, kind = self->received_kind;
	uint32_t was_waiting = signal_waiting;
	uint64_t interrupted = self->interrupted;
	const uint32_t *parked;
	int error = errno;
	bool ends;

	if (frame->signal != 0) {
		fault_act(frame);
		return;
	}
	if (signal_held != 0) {
		signal_late = 1;
		return;
	}
	if (process_info()->process != own_process) {
		take_again = true; // by signal_forked
		return;
	}
	parked = park_leave();
	signal_waiting = 0;
	self->interrupted = 0;
	take();
	ends = act_all();
	signal_waiting = was_waiting;
	self->interrupted = interrupted | (ends && was_waiting);
	errno = error;
	self->received_badge = badge;
	self->received_kind = kind;
	__atomic_fetch_add(&arrivals, 1, __ATOMIC_SEQ_CST);
	park_return(parked);
	*self->buffer = buffer;
}

// One that arrived while signals were held.
void signal_come_late(void)
{
	int error = errno;

	signal_late = 0;
	take();
	(void)act_all();
	errno = error;
	__atomic_fetch_add(&arrivals, 1, __ATOMIC_SEQ_CST);
}

// ---- settings

// Signals that nobody here would notice need not come at all.
static uint64_t unwanted_now(void)
{
	uint64_t unwanted = 0;

	for (int i = 1; i < NSIG; i++)
		if (actions[i].sa_handler == SIG_IGN ||
		    (actions[i].sa_handler == SIG_DFL && BIT(i) & DEFAULT_IGNORED))
			unwanted |= BIT(i);
	return unwanted;
}

static void tell(void)
{
	struct process_client *process;
	uint64_t unwanted = unwanted_now();
	bool reap =
		actions[SIGCHLD].sa_handler == SIG_IGN || actions[SIGCHLD].sa_flags & SA_NOCLDWAIT;

	if (unwanted == told && reap == told_reap)
		return;
	process = process_session();
	if (process != NULL && process_ignore(process, unwanted, reap) == STATUS_OK) {
		told = unwanted;
		told_reap = reap;
	}
}

// What the supervisor looks at before it sends the thread here for a fault of its own.
static void faults_want(int signal, _sig_func_ptr handler)
{
	if (handler == SIG_DFL || handler == SIG_IGN)
		signalled->faults_wanted &= ~BIT(signal);
	else
		signalled->faults_wanted |= BIT(signal);
}

int sigaction(int signal, const struct sigaction *action, struct sigaction *old)
{
	if (signal < 1 || signal >= NSIG ||
	    (action != NULL && BIT(signal) & NEVER_BLOCKED && action->sa_handler != SIG_DFL)) {
		errno = EINVAL;
		return -1;
	}
	if (old != NULL)
		*old = actions[signal];
	if (action == NULL)
		return 0;
	actions[signal] = *action;
	faults_want(signal, action->sa_handler);
	if (action->sa_handler == SIG_IGN)
		__atomic_fetch_and(&pending, ~BIT(signal), __ATOMIC_ACQ_REL);
	tell();
	return 0;
}

_sig_func_ptr signal(int number, _sig_func_ptr handler)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, old;

	return sigaction(number, &action, &old) == 0 ? old.sa_handler : SIG_ERR;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	if (old != NULL)
		*old = mask;
	if (set == NULL)
		return 0;
	switch (how) {
	case SIG_BLOCK: mask |= *set & ~NEVER_BLOCKED; break;
	case SIG_UNBLOCK: mask &= ~*set; break;
	case SIG_SETMASK: mask = *set & ~NEVER_BLOCKED; break;
	default: errno = EINVAL; return -1;
	}
	(void)act_all();
	return 0;
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	return sigprocmask(how, set, old) == 0 ? 0 : errno;
}

int sigpending(sigset_t *set)
{
	*set = pending & mask;
	return 0;
}

// Until a handler has run. One that arrives before the wait is seen by the count.
int sigsuspend(const sigset_t *set)
{
	uint64_t old = mask;
	uint32_t seen;

	mask = *set & ~NEVER_BLOCKED;
	do
		seen = __atomic_load_n(&arrivals, __ATOMIC_SEQ_CST);
	while (!act_all() &&
	       (park_wait(&arrivals, seen), __atomic_load_n(&arrivals, __ATOMIC_SEQ_CST) == seen));
	(void)act_all();
	mask = old;
	(void)act_all();
	errno = EINTR;
	return -1;
}

int sigaltstack(const stack_t *restrict stack, stack_t *restrict old)
{
	struct thread_block *self = thread_self();

	if (old != NULL)
		*old = (stack_t){.ss_sp = (void *)(self->signal_stack - signal_stack_bytes),
				 .ss_size = signal_stack_bytes,
				 .ss_flags = self->signal_stack == 0 ? SS_DISABLE
					     : self->on_signal_stack ? SS_ONSTACK
								     : 0};
	if (stack == NULL)
		return 0;
	errno = self->on_signal_stack						  ? EPERM
		: stack->ss_flags & ~SS_DISABLE					  ? EINVAL
		: !(stack->ss_flags & SS_DISABLE) && stack->ss_size < MINSIGSTKSZ ? ENOMEM
										  : 0;
	if (errno != 0)
		return -1;
	signal_stack_bytes = stack->ss_flags & SS_DISABLE ? 0 : stack->ss_size;
	self->signal_stack = signal_stack_bytes != 0 ? (uint64_t)stack->ss_sp + stack->ss_size : 0;
	return 0;
}

int pause(void)
{
	sigset_t set = mask;

	return sigsuspend(&set);
}

int sigwait(const sigset_t *set, int *signal)
{
	uint64_t ready;

	for (;;) {
		uint32_t seen = __atomic_load_n(&arrivals, __ATOMIC_SEQ_CST);

		ready = __atomic_load_n(&pending, __ATOMIC_ACQUIRE) & *set;
		if (ready != 0)
			break;
		park_wait(&arrivals, seen);
	}
	*signal = __builtin_ctzl(ready) + 1;
	__atomic_fetch_and(&pending, ~BIT(*signal), __ATOMIC_ACQ_REL);
	return 0;
}

// To itself. false: that is for the server to do.
bool signal_raise(int signal)
{
	if (BIT(signal) & NEVER_BLOCKED || signal == SIGCONT)
		return false;
	__atomic_fetch_or(&pending, BIT(signal), __ATOMIC_ACQ_REL);
	(void)act_all();
	return true;
}

// ---- from image to image

void signal_forked(void)
{
	bool early;

	pending = 0;
	taking = false;
	signal_waiting = 0;
	own_process = process_info()->process;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	early = take_again;
	take_again = false;
	if (early)
		take();
	(void)act_all();
}

void signal_export(struct process_block *block)
{
	block->signal_mask = mask;
	block->signal_told = told;
	block->signal_pending = pending;
	for (int i = 1; i < NSIG; i++)
		if (actions[i].sa_handler == SIG_IGN)
			block->signal_ignored |= BIT(i);
}

void signal_import(const struct process_block *block)
{
	own_process = process_info()->process;
	signalled = thread_self();
	signalled->signal_entry = (uint64_t)signal_entry;
	if (block == NULL)
		return;
	mask = block->signal_mask;
	told = block->signal_told;
	pending = block->executed ? block->signal_pending : 0;
	for (int i = 1; i < NSIG; i++)
		if (block->signal_ignored & BIT(i))
			actions[i].sa_handler = SIG_IGN;
	if (told & ~unwanted_now()) // what a spawned child is to have by default
		tell();
}
