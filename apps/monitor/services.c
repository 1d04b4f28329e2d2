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

static int supervisor_failure(status_t status)
{
	return failure_print("supervisor", supervisor_error_name(status));
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

const struct command service_commands[] = {
	{"svc", "[list]|log [NAME]", "services: state, restarts, memory, last end; their log",
	 svc_run, 2},
	{"svc", "kill|fresh NAME", "end one; it restarts, with its ledger or without", svc_run, 2},
	{"ps", "", "processes", ps_run, 0},
	{"mem", "", "memory of the machine", mem_run, 0},
	{"crash", "[NUMBER]", "crash reports", crash_run, 1},
	{"date", "", "time of day, time since the start", date_run, 0},
	{"poweroff", "[STATUS]", "turn the machine off", poweroff_run, 1},
	{"reboot", "", "start the machine anew", reboot_run, 0},
	{0},
};
