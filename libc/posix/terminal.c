// SPDX-License-Identifier: MIT
//
// Terminals: settings, size, the foreground group. The console's interface carries struct termios as it
// is, so there is nothing to translate.

#include "files.h"

#include <caplet/library.h>
#include <console.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

_Static_assert(sizeof(struct termios) == sizeof(struct console_settings), "one layout");
_Static_assert(offsetof(struct termios, c_cc) == offsetof(struct console_settings, characters) &&
		       offsetof(struct termios, c_ispeed) ==
			       offsetof(struct console_settings, input_speed),
	       "one layout");
_Static_assert(VINTR == CONSOLE_INTERRUPT && VMIN == CONSOLE_LEAST && VTIME == CONSOLE_TIME &&
		       ICANON == CONSOLE_LOCAL_LINES && ICRNL == CONSOLE_INPUT_CR_TO_NL,
	       "one set of numbers");

// The console behind a descriptor; NULL and errno.
static struct console_client *console_of(int number)
{
	struct console_client *console;
	struct descriptor d;

	if (!descriptor_get(number, &d))
		return NULL;
	console = d.kind == FILE_TERMINAL ? console_session() : NULL;
	if (console == NULL)
		errno = ENOTTY;
	return console;
}

int tcgetattr(int number, struct termios *attributes)
{
	struct console_client *console = console_of(number);

	if (console == NULL)
		return -1;
	return file_result(console_get_settings(console, (struct console_settings *)attributes));
}

int tcdrain(int number)
{
	struct console_client *console = console_of(number);

	return console != NULL ? file_result(console_drain(console)) : -1;
}

int tcsetattr(int number, int when, const struct termios *attributes)
{
	struct console_client *console = console_of(number);
	int result = 0;

	if (console == NULL)
		return -1;
	if (when < TCSANOW || when > TCSAFLUSH) {
		errno = EINVAL;
		return -1;
	}
	if (when != TCSANOW)
		result = tcdrain(number);
	if (when == TCSAFLUSH && result == 0)
		result = file_result(console_flush(console, CONSOLE_FLUSH_INPUT));
	if (result == 0)
		result = file_result(
			console_set_settings(console, (const struct console_settings *)attributes));
	return result;
}

int tcflush(int number, int queue)
{
	static const uint32_t what[] = {
		[TCIFLUSH] = CONSOLE_FLUSH_INPUT,
		[TCOFLUSH] = CONSOLE_FLUSH_OUTPUT,
		[TCIOFLUSH] = CONSOLE_FLUSH_INPUT | CONSOLE_FLUSH_OUTPUT,
	};
	struct console_client *console = console_of(number);

	if (console == NULL)
		return -1;
	if (queue < TCIFLUSH || queue > TCIOFLUSH) {
		errno = EINVAL;
		return -1;
	}
	return file_result(console_flush(console, what[queue]));
}

// What is typed cannot be held back at its source: that half does nothing.
int tcflow(int number, int action)
{
	struct console_client *console = console_of(number);

	if (console == NULL)
		return -1;
	if (action == TCOOFF || action == TCOON)
		return file_result(console_hold_output(console, action == TCOOFF));
	return 0;
}

static int group_result(status_t status)
{
	switch (status) {
	case CONSOLE_NOT_YOURS: errno = ENOTTY; return -1;
	case CONSOLE_NOT_PERMITTED: errno = EPERM; return -1;
	default: return file_result(status);
	}
}

static int control(int number)
{
	struct console_client *console = console_of(number);

	return console != NULL ? group_result(console_control(console)) : -1;
}

pid_t tcgetpgrp(int number)
{
	struct console_client *console = console_of(number);
	uint32_t group = 0;

	if (console == NULL || group_result(console_get_foreground(console, &group)) != 0)
		return -1;
	return (pid_t)group;
}

// From the background it is SIGTTOU, as for every change of the terminal; only a process that
// does not mind the signal may. True: it went on and is to look again.
static bool is_stopped(int number)
{
	struct sigaction action;
	sigset_t mask;

	if (tcgetpgrp(number) == getpgrp() || sigaction(SIGTTOU, NULL, &action) != 0 ||
	    sigprocmask(SIG_SETMASK, NULL, &mask) != 0 || sigismember(&mask, SIGTTOU) ||
	    action.sa_handler != SIG_DFL)
		return false;
	return kill(0, SIGTTOU) == 0;
}

int tcsetpgrp(int number, pid_t group)
{
	struct console_client *console = console_of(number);

	if (console == NULL)
		return -1;
	if (group < 0) {
		errno = EINVAL;
		return -1;
	}
	while (is_stopped(number))
		;
	return group_result(console_set_foreground(console, (uint32_t)group));
}

int tcgetwinsize(int number, struct winsize *size)
{
	struct console_client *console = console_of(number);

	*size = (struct winsize){0};
	return console != NULL
		       ? file_result(console_get_size(console, &size->ws_row, &size->ws_col))
		       : -1;
}

int tcsetwinsize(int number, const struct winsize *size)
{
	struct console_client *console = console_of(number);

	return console != NULL ? file_result(console_set_size(console, size->ws_row, size->ws_col))
			       : -1;
}

// How much can be read at once: a terminal knows, a pipe's size is it, a file's rest follows from its size.
static int readable(int number, int *bytes)
{
	struct console_client *console = console_of(number);
	struct stat status;
	off_t position;
	uint32_t count = 0;

	if (console != NULL) {
		if (file_result(console_available(console, &count)) != 0)
			return -1;
		*bytes = (int)count;
		return 0;
	}
	if (errno != ENOTTY || fstat(number, &status) != 0)
		return -1;
	position = S_ISREG(status.st_mode) ? lseek(number, 0, SEEK_CUR) : 0;
	*bytes = (int)(status.st_size > position ? status.st_size - position : 0);
	return 0;
}

static int set_waiting(int number, bool wait)
{
	struct descriptor d;
	struct file_client *session;
	uint32_t now;

	if (!descriptor_get(number, &d))
		return -1;
	session = file_session(d.server);
	return session == NULL ? 0
			       : file_result(file_set_flags(session, d.file, FILE_NO_WAIT,
							    wait ? 0 : FILE_NO_WAIT, &now));
}

int ioctl(int number, unsigned long request, ...)
{
	va_list list;
	void *argument;

	va_start(list, request);
	argument = va_arg(list, void *);
	va_end(list);
	switch (request) {
	case TCGETS: return tcgetattr(number, argument);
	case TCSETS: return tcsetattr(number, TCSANOW, argument);
	case TCSETSW: return tcsetattr(number, TCSADRAIN, argument);
	case TCSETSF: return tcsetattr(number, TCSAFLUSH, argument);
	case TCSBRK: return tcdrain(number);
	case TCXONC: return tcflow(number, (int)(intptr_t)argument);
	case TCFLSH: return tcflush(number, (int)(intptr_t)argument);
	case TIOCGWINSZ: return tcgetwinsize(number, argument);
	case TIOCSWINSZ: return tcsetwinsize(number, argument);
	case TIOCSCTTY: return control(number);
	case TIOCGSID:
		*(pid_t *)argument = tcgetsid(number);
		return *(pid_t *)argument < 0 ? -1 : 0;
	case TIOCSPGRP: return tcsetpgrp(number, *(pid_t *)argument);
	case TIOCGPGRP:
		*(pid_t *)argument = tcgetpgrp(number);
		return *(pid_t *)argument < 0 ? -1 : 0;
	case FIONREAD: return readable(number, argument);
	case FIONBIO: return set_waiting(number, *(int *)argument == 0);
	default: {
		struct descriptor d;

		if (descriptor_get(number, &d))
			errno = ENOTTY;
		return -1;
	}
	}
}
