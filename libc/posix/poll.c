// SPDX-License-Identifier: MIT
//
// poll and select. Each descriptor's server is asked whether it is ready. If none is: for one
// descriptor without a deadline the question is left with its server, which answers when it is so.
// Several may be of several servers, and a deadline is the timer's, and a thread can wait for one
// answer only: then they are asked again and again, with a sleep of up to POLL_STEP in between
// (docs/decisions/0015).

#include "files.h"
#include "process_internal.h"

#include <caplet/clock.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>

#define POLL_STEP 10000000ul // nanoseconds
#define FOR_EVER  UINT64_MAX

_Static_assert(FD_SETSIZE <= DESCRIPTORS_MAX || FD_SETSIZE >= 64, "a set holds descriptors");

static uint32_t events_from(short events)
{
	return (events & (POLLIN | POLLRDNORM) ? FILE_READABLE : 0) |
	       (events & (POLLOUT | POLLWRNORM) ? FILE_WRITABLE : 0);
}

static short events_to(short events, uint32_t ready)
{
	return (short)((ready & FILE_READABLE ? events & (POLLIN | POLLRDNORM) : 0) |
		       (ready & FILE_WRITABLE ? events & (POLLOUT | POLLWRNORM) : 0) |
		       (ready & FILE_HANGUP ? POLLHUP : 0) | (ready & FILE_BROKEN ? POLLERR : 0));
}

static status_t poll_file(struct file_client *session, uint64_t file, uint32_t events, bool wait,
			  uint32_t *ready)
{
	status_t status;

	signal_wait_begin();
	status = file_poll(session, file, events, wait, ready);
	signal_wait_end();
	return status;
}

// -> 1: it has something to tell, 0: nothing, -1: errno
static int ask(struct pollfd *p, bool wait)
{
	struct file_client *session;
	struct descriptor d;
	uint32_t ready = 0;
	status_t status;

	p->revents = 0;
	if (p->fd < 0)
		return 0;
	if (!descriptor_get(p->fd, &d)) {
		p->revents = POLLNVAL;
		return 1;
	}
	session = file_session(d.server);
	if (session == NULL || d.kind == FILE_REGULAR || d.kind == FILE_DIRECTORY)
		ready = FILE_READABLE | FILE_WRITABLE;
	else
		do
			status = poll_file(session, d.file, events_from(p->events), wait, &ready);
		while (status == STATUS_STALE && d.kind == FILE_TERMINAL);
	if (ready == 0 && session != NULL && d.kind != FILE_REGULAR && d.kind != FILE_DIRECTORY &&
	    file_result(status) != 0)
		return -1;
	p->revents = events_to(p->events, ready);
	return p->revents != 0;
}

static int ask_all(struct pollfd *descriptors, nfds_t count, nfds_t *asked, struct pollfd **one)
{
	int ready = 0;

	*asked = 0;
	for (nfds_t i = 0; i < count; i++) {
		int answer = ask(&descriptors[i], false);

		if (answer < 0)
			return -1;
		ready += answer;
		if (descriptors[i].fd >= 0) {
			++*asked;
			*one = &descriptors[i];
		}
	}
	return ready;
}

static int poll_until(struct pollfd *descriptors, nfds_t count, uint64_t deadline)
{
	for (;;) {
		struct pollfd *one = NULL;
		struct timespec step;
		uint64_t now, pause;
		nfds_t asked;
		int ready = ask_all(descriptors, count, &asked, &one);

		if (ready != 0)
			return ready;
		now = clock_now();
		if (deadline != FOR_EVER && now >= deadline)
			return 0;
		if (asked == 1 && deadline == FOR_EVER) {
			ready = ask(one, true);
			if (ready != 0)
				return ready;
			continue;
		}
		pause = asked == 0 || deadline - now < POLL_STEP ? deadline - now : POLL_STEP;
		step = (struct timespec){.tv_sec = (time_t)(pause / NANOSECONDS_PER_SECOND),
					 .tv_nsec = (long)(pause % NANOSECONDS_PER_SECOND)};
		if (step.tv_sec < 0 || pause == FOR_EVER - now)
			step.tv_sec = INT_MAX;
		if (nanosleep(&step, NULL) != 0)
			return -1;
	}
}

int poll(struct pollfd *descriptors, nfds_t count, int timeout)
{
	return poll_until(descriptors, count,
			  timeout < 0 ? FOR_EVER : clock_now() + (uint64_t)timeout * 1000000);
}

static bool deadline_from(const struct timespec *timeout, uint64_t *deadline)
{
	*deadline = FOR_EVER;
	if (timeout == NULL)
		return true;
	if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 ||
	    timeout->tv_nsec >= (long)NANOSECONDS_PER_SECOND) {
		errno = EINVAL;
		return false;
	}
	if (timeout->tv_sec < INT_MAX)
		*deadline = clock_now() + (uint64_t)timeout->tv_sec * NANOSECONDS_PER_SECOND +
			    (uint64_t)timeout->tv_nsec;
	return true;
}

int ppoll(struct pollfd *descriptors, nfds_t count, const struct timespec *timeout,
	  const sigset_t *mask)
{
	uint64_t deadline;
	sigset_t old;
	int ready, error;

	if (!deadline_from(timeout, &deadline) ||
	    (mask != NULL && sigprocmask(SIG_SETMASK, mask, &old) != 0))
		return -1;
	ready = poll_until(descriptors, count, deadline);
	error = errno;
	if (mask != NULL)
		(void)sigprocmask(SIG_SETMASK, &old, NULL);
	errno = error;
	return ready;
}

// ---- select ------------------------------------------------------------------------------------

static nfds_t list_make(int count, const fd_set *reads, const fd_set *writes, struct pollfd *list)
{
	nfds_t used = 0;

	for (int i = 0; i < count; i++) {
		short events = (short)((reads != NULL && FD_ISSET(i, reads) ? POLLIN : 0) |
				       (writes != NULL && FD_ISSET(i, writes) ? POLLOUT : 0));

		if (events != 0)
			list[used++] = (struct pollfd){.fd = i, .events = events};
	}
	return used;
}

static int sets_fill(const struct pollfd *list, nfds_t used, fd_set *reads, fd_set *writes)
{
	int bits = 0;

	for (nfds_t i = 0; i < used; i++) {
		if (reads != NULL && list[i].events & POLLIN &&
		    list[i].revents & (POLLIN | POLLHUP | POLLERR)) {
			FD_SET(list[i].fd, reads);
			bits++;
		}
		if (writes != NULL && list[i].events & POLLOUT &&
		    list[i].revents & (POLLOUT | POLLERR)) {
			FD_SET(list[i].fd, writes);
			bits++;
		}
	}
	return bits;
}

int pselect(int count, fd_set *reads, fd_set *writes, fd_set *errors,
	    const struct timespec *timeout, const sigset_t *mask)
{
	struct pollfd list[FD_SETSIZE];
	nfds_t used;
	int ready;

	if (count < 0 || count > FD_SETSIZE) {
		errno = EINVAL;
		return -1;
	}
	used = list_make(count, reads, writes, list);
	ready = ppoll(list, used, timeout, mask);
	for (nfds_t i = 0; i < used && ready >= 0; i++)
		if (list[i].revents & POLLNVAL) {
			errno = EBADF;
			return -1;
		}
	if (ready < 0)
		return -1;
	if (reads != NULL)
		FD_ZERO(reads);
	if (writes != NULL)
		FD_ZERO(writes);
	if (errors != NULL)
		FD_ZERO(errors); // nothing is exceptional here
	return sets_fill(list, used, reads, writes);
}

int select(int count, fd_set *reads, fd_set *writes, fd_set *errors, struct timeval *timeout)
{
	struct timespec time;

	if (timeout == NULL)
		return pselect(count, reads, writes, errors, NULL, NULL);
	time = (struct timespec){.tv_sec = timeout->tv_sec, .tv_nsec = timeout->tv_usec * 1000};
	return pselect(count, reads, writes, errors, &time, NULL);
}
