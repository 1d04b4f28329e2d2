// SPDX-License-Identifier: MIT
//
// Commands that look at the system and steer it: services, processes, memory, log, power.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <caplet/clock.h>
#include <caplet/system.h>
#include "monitor.h"

static const char *const state_names[] = {"?",	   "starting",	 "running", "ending",
					  "ended", "restarting", "given up"};

static const char *state_name(uint32_t state)
{
	return state < sizeof state_names / sizeof state_names[0] ? state_names[state] : "?";
}

static int supervisor_failure(status_t status)
{
	return failure_print("supervisor", supervisor_error_name(status));
}

static bool process_facts(uint64_t process, struct supervisor_process *facts)
{
	return supervisor_process_next(&supervisor_session, process - 1, facts) == STATUS_OK &&
	       facts->process == process;
}

static int services_list(void)
{
	struct supervisor_service s;
	struct supervisor_process p;
	char reason[100];
	status_t status;

	printf("%-12s %-11s %8s %8s  %s\n", "SERVICE", "STATE", "RESTARTS", "MEMORY", "LAST CRASH");
	for (uint32_t i = 0;
	     (status = supervisor_service_next(&supervisor_session, i, &s, reason)) == STATUS_OK;
	     i++) {
		char memory[24] = "-";

		if (process_facts(s.process, &p))
			snprintf(memory, sizeof memory, "%luK",
				 (unsigned long)p.memory_bytes / 1024);
		printf("%-12s %-11s %8u %8s  ", s.name, state_name(s.state), s.restarts, memory);
		if (s.crash != 0)
			printf("#%u ", s.crash);
		printf("%s\n", reason);
	}
	return status == SUPERVISOR_NO_SERVICE ? 0 : supervisor_failure(status);
}

static int log_print(void)
{
	uint64_t position = 0, next, bytes;
	char text[320];
	status_t status;

	while ((status = supervisor_log_read(&supervisor_session, position, &next, text, &bytes)) ==
		       STATUS_OK &&
	       bytes > 0) {
		fwrite(text, 1, bytes, stdout);
		position = next;
	}
	return status == STATUS_OK ? 0 : supervisor_failure(status);
}

static int svc_run(int argc, char **argv)
{
	status_t status;

	if (argc == 1 || (argc == 2 && strcmp(argv[1], "list") == 0))
		return services_list();
	if (argc == 2 && strcmp(argv[1], "log") == 0)
		return log_print();
	if (argc != 3)
		return failure_print("svc", "list, log, kill NAME, restart NAME, fresh NAME"), 2;
	if (strcmp(argv[1], "kill") == 0 || strcmp(argv[1], "restart") == 0)
		status = supervisor_restart(&supervisor_session, argv[2]);
	else if (strcmp(argv[1], "fresh") == 0)
		status = supervisor_restart_fresh(&supervisor_session, argv[2]);
	else
		return failure_print("svc", "list, log, kill NAME, restart NAME, fresh NAME"), 2;
	return status == STATUS_OK ? 0 : failure_print(argv[2], supervisor_error_name(status));
}

static int ps_run(int argc, char **argv)
{
	struct supervisor_process p = {0};
	status_t status;

	(void)argc, (void)argv;
	printf("%7s %7s %-11s %7s %8s %10s  %s\n", "PROCESS", "PARENT", "STATE", "THREADS",
	       "MEMORY", "CPU ms", "NAME");
	while ((status = supervisor_process_next(&supervisor_session, p.process, &p)) == STATUS_OK)
		printf("%7lu %7lu %-11s %7u %7luK %6lu.%03lu  %s\n", (unsigned long)p.process,
		       (unsigned long)p.parent, state_name(p.state), p.threads,
		       (unsigned long)p.memory_bytes / 1024, (unsigned long)p.consumed_us / 1000,
		       (unsigned long)p.consumed_us % 1000, p.name);
	return status == SUPERVISOR_NO_PROCESS ? 0 : supervisor_failure(status);
}

static int mem_run(int argc, char **argv)
{
	struct pager_machine m;
	status_t status = pager_statistics(&pager_session, &m);
	const unsigned long page = PAGE_SIZE / 1024;

	(void)argc, (void)argv;
	if (status != STATUS_OK)
		return failure_print("pager", pager_error_name(status));
	printf("%10lu KiB under the pager\n", (unsigned long)m.frames_total * page);
	printf("%10lu KiB free\n", (unsigned long)m.frames_free * page);
	printf("%10lu KiB in %lu objects\n", (unsigned long)m.frames_objects * page,
	       (unsigned long)m.objects);
	printf("%10lu KiB in page tables of %lu spaces\n", (unsigned long)m.frames_tables * page,
	       (unsigned long)m.spaces);
	printf("%10lu KiB in the pager's own tables\n", (unsigned long)m.frames_pager * page);
	printf("%10lu KiB promised by quotas\n", (unsigned long)m.promised_bytes / 1024);
	printf("%10lu faults: %lu fresh pages, %lu copies\n", (unsigned long)m.faults,
	       (unsigned long)m.faults_zero, (unsigned long)m.faults_copy);
	return 0;
}

static int crash_run(int argc, char **argv)
{
	uint32_t serial = 0, lines;
	uint64_t process;

	if (argc > 1) {
		crash_print(atoi(argv[1]));
		return 0;
	}
	while (supervisor_crash_next(&supervisor_session, serial, &serial, &process, &lines) ==
	       STATUS_OK)
		crash_print(serial);
	return 0;
}

static int date_run(int argc, char **argv)
{
	time_t now = time(NULL);
	uint64_t up = clock_now() / 1000000;
	char text[64];

	(void)argc, (void)argv;
	strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", gmtime(&now));
	printf("%s, up %lu.%03lu s\n", text, (unsigned long)up / 1000, (unsigned long)up % 1000);
	return 0;
}

static int poweroff_run(int argc, char **argv)
{
	fflush(stdout);
	return supervisor_failure(
		supervisor_power_off(&supervisor_session, argc > 1 ? atoi(argv[1]) : 0));
}

static int reboot_run(int argc, char **argv)
{
	(void)argc, (void)argv;
	fflush(stdout);
	return supervisor_failure(supervisor_reboot(&supervisor_session));
}

const struct command service_commands[] = {
	{"svc", "[list]|log", "services: state, restarts, memory, last crash; their log", svc_run},
	{"svc", "kill|fresh NAME", "end one; it restarts, with its ledger or without", svc_run},
	{"ps", "", "processes", ps_run},
	{"mem", "", "memory of the machine", mem_run},
	{"crash", "[NUMBER]", "crash reports", crash_run},
	{"date", "", "time of day, time since the start", date_run},
	{"poweroff", "[STATUS]", "turn the machine off", poweroff_run},
	{"reboot", "", "start the machine anew", reboot_run},
	{0},
};
