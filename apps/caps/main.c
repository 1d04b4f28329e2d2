// SPDX-License-Identifier: MIT
//
// caps PID: what a process can do, which is what it has capabilities for. The pid is as ps shows it; servers, which are no
// processes of POSIX, have one there, too. Listed are those that
// the supervisor gave it by the manifest; it can make others only from these. What the manifest lets
// it ask of the supervisor comes last.

#include <caplet/manifest.h>
#include <caplet/system.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const kinds[] = {"every process", "session", "interrupt",
				    "ports",	     "signals", "memory"};
static const char *const authorities[] = {"spawn", "observe", "control", "power", "manage", "host"};

static void grant_print(const struct supervisor_grant *grant)
{
	size_t kind_count = sizeof(kinds) / sizeof(kinds[0]);

	printf("%#8lx  %-13s  %s", (unsigned long)grant->cap,
	       grant->kind < kind_count ? kinds[grant->kind] : "?", grant->name);
	if (grant->kind == GRANT_IRQ)
		printf(" (line %lu)", (unsigned long)grant->detail);
	else if (grant->kind == GRANT_IOPORT)
		printf(" (%#lx-%#lx)", (unsigned long)grant->detail >> 16,
		       (unsigned long)grant->detail & 0xffff);
	else if (grant->kind == GRANT_NOTIFICATION)
		printf(" (bit %lu)", (unsigned long)grant->detail);
	printf("\n");
}

static void authority_print(uint32_t authority)
{
	const char *before = "may ";

	for (unsigned i = 0; i < sizeof(authorities) / sizeof(authorities[0]); i++)
		if (authority & 1u << i) {
			printf("%s%s", before, authorities[i]);
			before = ", ";
		}
	if (authority != 0)
		printf("\n");
}

// Its number in the system; 0: there is no such process.
static uint64_t process_of(const char *pid)
{
	char line[80];
	uint64_t process = 0;
	FILE *file;

	snprintf(line, sizeof(line), "/proc/%.20s/status", pid);
	file = fopen(line, "r");
	if (file == NULL)
		return 0;
	while (fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, "Process: %lu", &process) == 1)
			break;
	fclose(file);
	return process;
}

int main(int argc, char **argv)
{
	char *end = NULL;
	uint64_t process;
	struct supervisor_grant grant = {0};
	uint32_t index = 0;
	status_t status;

	if (argc == 2)
		(void)strtoul(argv[1], &end, 10);
	if (end == NULL || end == argv[1] || *end != '\0') {
		fprintf(stderr, "usage: caps PID\n");
		return 2;
	}
	process = process_of(argv[1]);
	if (process == 0) {
		fprintf(stderr, "caps: %s: no such process\n", argv[1]);
		return 1;
	}
	while ((status = supervisor_grant_at(&supervisor_session, process, index, &grant)) ==
	       STATUS_OK) {
		grant_print(&grant);
		index++;
	}
	authority_print(grant.authority);
	if (status == SUPERVISOR_NO_LINE)
		return 0;
	fprintf(stderr, "caps: %s: %s\n", argv[1], supervisor_error_name(status));
	return 1;
}
