// SPDX-License-Identifier: MIT
//
// explore [-l LIMIT] [-s STEPS] [-x] [NAME...]: explore the configurations, all or those named.
//
// Prints for each what was explored, as the test log wants it (`ok NAME`), and ends with status 0 if
// nothing is wrong. -l raises the limit of states, -s lets that much more time pass in the
// configurations of time; a configuration that is not finished within its
// limit is said so, and counts as passed: everything up to that depth holds. -x expects a
// violation instead: status 0 if one is found (a kernel broken on purpose must not pass).

#include "explore.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LIMIT = 150000 };

extern unsigned explore_extra_steps;
extern const struct configuration two_clients_one_server, two_clients_passive_server,
	chain_of_three, chain_of_three_passive, bound_notification, capability_transfer, faults,
	faults_passive, untyped_and_cnodes, deleted_threads, budgets_run_out, passive_budgets,
	timeout_faults;

static const struct configuration *const configurations[] = {
	&two_clients_one_server,
	&two_clients_passive_server,
	&chain_of_three,
	&chain_of_three_passive,
	&bound_notification,
	&capability_transfer,
	&faults,
	&faults_passive,
	&untyped_and_cnodes,
	&deleted_threads,
	&budgets_run_out,
	&passive_budgets,
	&timeout_faults,
};

static bool wanted(const char *name, char **names)
{
	if (*names == NULL)
		return true;
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool run(const struct configuration *c, uint64_t limit, bool expect_violation)
{
	double start = seconds();
	struct exploration e = explore(c, limit, true);

	printf("%s %s\n", e.wrong ? "not ok" : "ok", c->name);
	printf("# %s: %lu states, %lu transitions, %.1f s%s (%s)\n", c->name,
	       (unsigned long)e.states, (unsigned long)e.transitions, seconds() - start,
	       e.complete ? ", complete"
	       : e.wrong  ? ""
			  : ", limit reached",
	       c->about);
	fflush(stdout);
	return expect_violation ? e.wrong != NULL : e.wrong == NULL;
}

int main(int count, char **arguments)
{
	uint64_t limit = LIMIT;
	bool expect_violation = false, all = true, any = false;
	int option;

	while ((option = getopt(count, arguments, "l:s:x")) != -1) {
		if (option == 'l')
			limit = strtoull(optarg, NULL, 0);
		else if (option == 's')
			explore_extra_steps = (unsigned)strtoul(optarg, NULL, 0);
		else if (option == 'x')
			expect_violation = true;
		else
			return 2;
	}
	for (unsigned i = 0; i < sizeof(configurations) / sizeof(configurations[0]); i++) {
		if (!wanted(configurations[i]->name, arguments + optind))
			continue;
		bool good = run(configurations[i], limit, expect_violation);

		all &= good;
		any |= good;
	}
	return (expect_violation ? any : all) ? 0 : 1;
}
