// SPDX-License-Identifier: MIT
//
// What a test printed, and what it means.
//
// A guest suite writes on its serial line
//
//	ok NAME
//	not ok NAME: why
//	suite done: P passed, F failed
//
// and leaves QEMU through isa-debug-exit with 0x10 (all passed, QEMU's status is 33) or 0x11
// (35). It has failed as a whole if a test failed, if it did not come to its last line, if the
// counts there are not the lines seen, if the status is not 33, if the kernel panicked, or if it
// took too long; so a suite that dies early or says nothing can never pass. A unit test prints TAP
// with the same first words and must end with status 0.

#include "run-tests.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { GUEST_SUCCESS = 33, TAIL_LINES = 30 };

struct log {
	const struct job *job;
	struct tally seen; // lines `ok` and `not ok`
	struct tally done; // as the suite's last line counts them
	bool complete;	   // the suite's last line was there
	bool panic;
};

static void test_print(const struct log *log, bool passed, const char *name)
{
	const char *verdict = passed ? "ok" : "FAIL";

	if (log->job->kind == JOB_COMMAND)
		printf("%s %s\n", verdict, log->job->name);
	else
		printf("%s %s/%s\n", verdict, log->job->name, name);
}

// TAP numbers its tests: `1 - name` is `name`.
static const char *tap_name(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits > 0 && strncmp(text + digits, " - ", 3) == 0 ? text + digits + 3 : text;
}

static void line_read(struct log *log, char *line)
{
	line[strcspn(line, "\r\n")] = '\0';
	if (strncmp(line, "ok ", 3) == 0) {
		log->seen.passed++;
		test_print(log, true, tap_name(line + 3));
	} else if (strncmp(line, "not ok ", 7) == 0) {
		log->seen.failed++;
		test_print(log, false, tap_name(line + 7));
	} else if (sscanf(line, "suite done: %u passed, %u failed", &log->done.passed,
			  &log->done.failed) == 2) {
		log->complete = true;
	} else if (strstr(line, "kernel panic") != NULL) {
		log->panic = true;
	}
}

static void log_read(struct log *log)
{
	FILE *file = fopen(log->job->log, "r");
	char *line = NULL;
	size_t size = 0;

	if (file == NULL)
		return;
	while (getline(&line, &size, file) >= 0)
		line_read(log, line);
	free(line);
	fclose(file);
}

static void tail_print(const struct job *job)
{
	char command[4096];

	printf("     | %s\n     | (end of %s)\n", job->command, job->log);
	fflush(stdout);
	snprintf(command, sizeof(command), "tail -n %d '%s' | tr -d '\\r' | sed 's/^/     | /'",
		 TAIL_LINES, job->log);
	if (system(command) != 0)
		printf("     | cannot read it\n");
}

// Why the job as a whole is wrong, whatever its single tests said; NULL if it is not.
static const char *job_fault(const struct log *log, int status)
{
	static char text[80];
	int expected = log->job->kind == JOB_GUEST ? GUEST_SUCCESS : 0;

	if (log->job->timed_out)
		return "took too long";
	if (log->panic && log->job->kind == JOB_GUEST)
		return "kernel panic";
	if (WIFSIGNALED(status)) {
		snprintf(text, sizeof(text), "killed by signal %d", WTERMSIG(status));
		return text;
	}
	if (log->job->kind == JOB_GUEST && !log->complete)
		return "ended before `suite done`";
	if (log->job->kind == JOB_GUEST &&
	    (log->seen.passed != log->done.passed || log->seen.failed != log->done.failed))
		return "`suite done` counts other tests than were seen";
	if (log->job->kind != JOB_COMMAND && log->seen.passed + log->seen.failed == 0)
		return "no test ran";
	if (WEXITSTATUS(status) != expected && log->seen.failed == 0) {
		snprintf(text, sizeof(text), "status %d", WEXITSTATUS(status));
		return text;
	}
	return NULL;
}

struct tally log_judge(const struct job *job, int status)
{
	struct log log = {.job = job};
	const char *fault;

	if (job->kind != JOB_COMMAND)
		log_read(&log);
	fault = job_fault(&log, status);
	if (fault != NULL) {
		log.seen.failed++;
		printf("FAIL %s: %s\n", job->name, fault);
	} else if (job->kind == JOB_COMMAND) {
		log.seen.passed++;
		test_print(&log, true, "");
	}
	if (log.seen.failed > 0)
		tail_print(job);
	fflush(stdout);
	return log.seen;
}
