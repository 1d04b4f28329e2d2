// SPDX-License-Identifier: MIT
//
// caps PROCESS: what a process can do, which is what it has capabilities for. Listed are those that
// the supervisor gave it by the manifest; it can make others only from these. What the manifest lets
// it ask of the supervisor comes last.

#include <caplet/manifest.h>
#include <caplet/system.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const kinds[] = {"every process", "session", "interrupt",
				    "ports",	     "signals", "memory"};
static const char *const authorities[] = {"spawn", "observe", "control", "power"};

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

int main(int argc, char **argv)
{
	char *end = NULL;
	uint64_t process = argc == 2 ? strtoul(argv[1], &end, 10) : 0;
	struct supervisor_grant grant = {0};
	uint32_t index = 0;
	status_t status;

	if (end == NULL || end == argv[1] || *end != '\0') {
		fprintf(stderr, "usage: caps PROCESS\n");
		return 2;
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
