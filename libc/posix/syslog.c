// SPDX-License-Identifier: MIT
//
// Messages for the log: NAME: TEXT, one line, by way of the supervisor. It keeps no facilities and
// no priorities; those above the mask are left out.

#include <caplet/system.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

enum { LINE_BYTES = 300 };

static const char *log_name;
static int log_options, log_mask = 0xff;

void openlog(const char *name, int options, int facility)
{
	log_name = name;
	log_options = options;
}

void closelog(void)
{
	log_name = NULL;
	log_options = 0;
}

int setlogmask(int mask)
{
	int old = log_mask;

	if (mask != 0)
		log_mask = mask;
	return old;
}

void vsyslog(int priority, const char *format, va_list arguments)
{
	const char *name = log_name != NULL ? log_name : process_info()->name;
	char line[LINE_BYTES + 1];
	int length;

	if (!(log_mask & LOG_MASK(priority & LOG_PRIMASK)))
		return;
	length = snprintf(line, sizeof(line), "%s: ", name);
	if (length < LINE_BYTES)
		vsnprintf(line + length, sizeof(line) - (size_t)length, format, arguments);
	line[strcspn(line, "\n")] = '\0';
	supervisor_log(&supervisor_session, line);
	if (log_options & LOG_PERROR)
		fprintf(stderr, "%s\n", line);
}

void syslog(int priority, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsyslog(priority, format, arguments);
	va_end(arguments);
}
