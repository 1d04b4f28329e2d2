// SPDX-License-Identifier: MIT
//
// run-tests' parts: the jobs to run, and the reading of what they printed.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum job_kind {
	JOB_COMMAND, // one test: passed if the command's status is 0
	JOB_UNIT,    // a host program that prints TAP: `ok 1 - name`, `not ok 2 - name`
	JOB_GUEST,   // QEMU with a suite in it, see log.c for the protocol
};

struct job {
	enum job_kind kind;
	char *name;
	double seconds;			// it may take
	char *command;			// for sh
	char *log;			// path of what it printed
	pid_t pid;			// 0 when it does not run
	double started, deadline, took; // seconds of the monotonic clock
	bool timed_out;
};

// How many tests passed and failed.
struct tally {
	unsigned passed, failed;
};

// Reads the log of a job that ended with `status` (as waitpid gives it), prints a line for each
// test in it, and the log's end where a failure needs explaining.
struct tally log_judge(const struct job *job, int status);
