// SPDX-License-Identifier: MIT
//
// See services.h. What the caller may not do, the supervisor refuses: it goes by the manifest.

#include "services.h"
#include <caplet/system.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const state_names[] = {"?",	   "starting",	 "running",  "ending",
					  "ended", "restarting", "given up", "dormant"};

const char *state_name(uint32_t state)
{
	return state < sizeof(state_names) / sizeof(state_names[0]) ? state_names[state] : "?";
}

int failure_print(const char *what, const char *why)
{
	printf("%s: %s\n", what, why);
	return 1;
}

static int supervisor_failure(status_t status)
{
	return failure_print("supervisor", supervisor_error_name(status));
}

static int usage_print(void)
{
	failure_print("svc", "list, counts, log [NAME], kill NAME, restart NAME, fresh NAME");
	return 2;
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

	printf("%-12s %-11s %8s %8s  %s\n", "SERVICE", "STATE", "RESTARTS", "MEMORY", "LAST END");
	for (uint32_t i = 0;
	     (status = supervisor_service_next(&supervisor_session, i, &s, reason)) == STATUS_OK;
	     i++) {
		char memory[24] = "-";

		if (process_facts(s.process, &p))
			snprintf(memory, sizeof(memory), "%luK",
				 (unsigned long)p.memory_bytes / 1024);
		printf("%-12s %-11s %8u %8s  ", s.name, state_name(s.state), s.restarts, memory);
		if (s.crash != 0)
			printf("#%u ", s.crash);
		printf("%s\n", reason);
	}
	return status == SUPERVISOR_NO_SERVICE ? 0 : supervisor_failure(status);
}

// A line of the log is of a service if it has its name in it as a word.
static bool line_is_of(const char *line, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strstr(line, name); at != NULL; at = strstr(at + 1, name))
		if ((at == line || strchr(" \t([", at[-1]) != NULL) &&
		    strchr(" \t:,.)]", at[length]) != NULL)
			return true;
	return false;
}

// name: NULL for all.
static int log_print(const char *name)
{
	uint64_t position = 0, next, bytes;
	char text[321], line[400];
	size_t length = 0;
	status_t status;

	while ((status = supervisor_log_read(&supervisor_session, position, &next, text, &bytes)) ==
		       STATUS_OK &&
	       bytes > 0) {
		for (uint64_t i = 0; i < bytes; i++) {
			if (text[i] != '\n' && length < sizeof(line) - 1) {
				line[length++] = text[i];
				continue;
			}
			line[length] = '\0';
			length = 0;
			if (name == NULL || line_is_of(line, name))
				puts(line);
		}
		position = next;
	}
	return status == STATUS_OK ? 0 : supervisor_failure(status);
}

// What is in use of everything that could leak: the same before and after, whatever ran between.
static int counts_print(void)
{
	struct supervisor_census census;
	struct pager_machine machine;
	status_t status = supervisor_census(&supervisor_session, &census);

	if (status != STATUS_OK)
		return supervisor_failure(status);
	if (pager_statistics(&pager_session, &machine) != STATUS_OK)
		return failure_print("pager", "does not answer");
	printf("processes %lu, threads %lu, capabilities %lu\n", (unsigned long)census.processes,
	       (unsigned long)census.threads, (unsigned long)census.capabilities);
	printf("frames %lu, spaces %lu, objects %lu, regions %lu\n",
	       (unsigned long)(machine.frames_total - machine.frames_free),
	       (unsigned long)machine.spaces, (unsigned long)machine.objects,
	       (unsigned long)machine.regions);
	return 0;
}

int svc_run(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "list";
	status_t status;

	if (strcmp(verb, "list") == 0)
		return argc <= 2 ? services_list() : usage_print();
	if (strcmp(verb, "counts") == 0)
		return argc <= 2 ? counts_print() : usage_print();
	if (strcmp(verb, "log") == 0)
		return argc <= 3 ? log_print(argv[2]) : usage_print();
	if (argc != 3)
		return usage_print();
	if (strcmp(verb, "kill") == 0 || strcmp(verb, "restart") == 0)
		status = supervisor_restart(&supervisor_session, argv[2]);
	else if (strcmp(verb, "fresh") == 0)
		status = supervisor_restart_fresh(&supervisor_session, argv[2]);
	else
		return usage_print();
	return status == STATUS_OK ? 0 : failure_print(argv[2], supervisor_error_name(status));
}

void crash_print(uint32_t serial)
{
	char text[160];
	uint32_t found, lines;
	uint64_t process;

	if (supervisor_crash_next(&supervisor_session, serial - 1, &found, &process, &lines) !=
		    STATUS_OK ||
	    found != serial) {
		printf("there is no crash report %u\n", serial);
		return;
	}
	for (uint32_t i = 0; i < lines; i++)
		if (supervisor_crash_line(&supervisor_session, serial, i, text) == STATUS_OK)
			printf("%s\n", text);
}

int poweroff_run(int argc, char **argv)
{
	fflush(stdout);
	return supervisor_failure(
		supervisor_power_off(&supervisor_session, argc > 1 ? (uint32_t)atoi(argv[1]) : 0));
}

int reboot_run(int argc, char **argv)
{
	if (argc > 1)
		return failure_print("reboot", "takes no arguments"), 2;
	fflush(stdout);
	return supervisor_failure(supervisor_reboot(&supervisor_session));
}
