// SPDX-License-Identifier: MIT
//
// run-tests: run the tests of a list, a few at a time, and say what passed.
//
//	run-tests [-j JOBS] [-l LOG-FOLDER] LIST [PATTERN]
//
// Each line of LIST is KIND|NAME|SECONDS|COMMAND with KIND command, unit or guest (see
// run-tests.h); COMMAND is for sh. Only tests whose name contains PATTERN are run. What a test
// prints goes to LOG-FOLDER/NAME.log. A test that takes longer than SECONDS is killed, with
// all that it started, and has failed.
//
// For each test one line is printed, `ok NAME` or `FAIL NAME`, then what took long, tallies by
// kind, and alone on the last line `N passed, N failed`. Status 0 if nothing failed and something passed.

#include "run-tests.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *const kind_names[] = {
	[JOB_COMMAND] = "command", [JOB_UNIT] = "unit", [JOB_GUEST] = "guest"};
enum { KINDS = sizeof(kind_names) / sizeof(kind_names[0]) };
enum { SLOWEST_SHOWN = 8, SLOW_SECONDS = 10 };

static struct job *jobs;
static size_t job_count;
static const char *log_folder = "build/tests";

_Noreturn static void die(const char *what)
{
	perror(what);
	exit(2);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static enum job_kind kind_parse(const char *name)
{
	for (size_t i = 0; i < KINDS; i++)
		if (name != NULL && strcmp(name, kind_names[i]) == 0)
			return (enum job_kind)i;
	fprintf(stderr, "run-tests: unknown kind %s\n", name != NULL ? name : "(none)");
	exit(2);
}

static void job_parse(char *line, const char *pattern)
{
	char *rest = line;
	struct job job = {.kind = kind_parse(strsep(&rest, "|"))};
	char *seconds;

	job.name = strsep(&rest, "|");
	seconds = strsep(&rest, "|");
	job.command = rest;
	if (rest == NULL) {
		fprintf(stderr, "run-tests: expected KIND|NAME|SECONDS|COMMAND: %s\n", line);
		exit(2);
	}
	job.seconds = atof(seconds);
	if (pattern != NULL && strstr(job.name, pattern) == NULL)
		return;
	if (asprintf(&job.log, "%s/%s.log", log_folder, job.name) < 0)
		die("asprintf");
	for (char *slash = job.log + strlen(log_folder) + 1; (slash = strchr(slash, '/'));)
		*slash = '-';
	jobs = realloc(jobs, (job_count + 1) * sizeof(*jobs));
	if (jobs == NULL)
		die("realloc");
	jobs[job_count++] = job;
}

static void list_read(const char *path, const char *pattern)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;

	if (file == NULL)
		die(path);
	while (getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0' && line[0] != '#')
			job_parse(strdup(line), pattern);
	}
	free(line);
	fclose(file);
}

// Each job leads a process group of its own, so that it can be killed with its children.
static void job_start(struct job *job)
{
	job->started = now();
	job->deadline = job->started + job->seconds;
	job->pid = fork();
	if (job->pid < 0)
		die("fork");
	if (job->pid > 0) {
		setpgid(job->pid, job->pid); // here too: the kill may come first
		return;
	}
	setpgid(0, 0);
	close(STDIN_FILENO);
	close(STDOUT_FILENO);
	if (open("/dev/null", O_RDONLY) != STDIN_FILENO ||
	    open(job->log, O_WRONLY | O_CREAT | O_TRUNC, 0666) != STDOUT_FILENO)
		die(job->log);
	dup2(STDOUT_FILENO, STDERR_FILENO);
	execl("/bin/sh", "sh", "-c", job->command, NULL);
	die("/bin/sh");
}

static void overdue_kill(void)
{
	for (size_t i = 0; i < job_count; i++) {
		if (jobs[i].pid > 0 && !jobs[i].timed_out && now() > jobs[i].deadline) {
			jobs[i].timed_out = true;
			kill(-jobs[i].pid, SIGKILL);
			kill(jobs[i].pid, SIGKILL);
		}
	}
}

// Ends with all that was started, when the runner itself is told to end.
static void interrupted(int signal)
{
	for (size_t i = 0; i < job_count; i++)
		if (jobs[i].pid > 0)
			kill(-jobs[i].pid, SIGKILL);
	_exit(128 + signal);
}

static struct job *job_of(pid_t pid)
{
	for (size_t i = 0; i < job_count; i++)
		if (jobs[i].pid == pid)
			return &jobs[i];
	return NULL;
}

// Waits until a job ends, and judges it.
static void job_collect(struct tally tallies[])
{
	const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
	struct tally tally;
	struct job *job;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) == 0) {
		overdue_kill();
		nanosleep(&pause, NULL);
	}
	job = job_of(pid);
	if (job == NULL)
		return;
	job->pid = 0;
	job->took = now() - job->started;
	tally = log_judge(job, status);
	tallies[job->kind].passed += tally.passed;
	tallies[job->kind].failed += tally.failed;
}

static int compare_took(const void *left, const void *right)
{
	double a = ((const struct job *)left)->took, b = ((const struct job *)right)->took;

	return (a < b) - (a > b);
}

// Where the time went.
static void slowest_print(void)
{
	qsort(jobs, job_count, sizeof(*jobs), compare_took);
	for (size_t i = 0; i < job_count && i < SLOWEST_SHOWN; i++)
		if (jobs[i].took >= SLOW_SECONDS)
			printf("slow: %s, %.0f s\n", jobs[i].name, jobs[i].took);
}

static void jobs_run(unsigned at_once, struct tally tallies[])
{
	size_t started = 0, ended = 0;

	while (ended < job_count) {
		if (started < job_count && started - ended < at_once) {
			job_start(&jobs[started++]);
		} else {
			job_collect(tallies);
			ended++;
		}
	}
}

int main(int argc, char **argv)
{
	struct tally tallies[KINDS] = {0}, sum = {0};
	unsigned at_once = 2;
	int option;

	while ((option = getopt(argc, argv, "j:l:")) != -1) {
		switch (option) {
		case 'j': at_once = (unsigned)atoi(optarg); break;
		case 'l': log_folder = optarg; break;
		default: return 2;
		}
	}
	if (optind >= argc || at_once == 0) {
		fprintf(stderr, "usage: run-tests [-j JOBS] [-l LOG-FOLDER] LIST [PATTERN]\n");
		return 2;
	}
	signal(SIGINT, interrupted);
	signal(SIGTERM, interrupted);
	signal(SIGHUP, interrupted);
	mkdir(log_folder, 0777);
	list_read(argv[optind], argv[optind + 1]);
	jobs_run(at_once, tallies);
	slowest_print();
	for (size_t i = 0; i < KINDS; i++) {
		if (tallies[i].passed + tallies[i].failed > 0)
			printf("%s: %u passed, %u failed\n", kind_names[i], tallies[i].passed,
			       tallies[i].failed);
		sum.passed += tallies[i].passed;
		sum.failed += tallies[i].failed;
	}
	printf("%u passed, %u failed\n", sum.passed, sum.failed);
	return sum.failed > 0 || sum.passed == 0;
}
