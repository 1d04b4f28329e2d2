// SPDX-License-Identifier: MIT
//
// What guests cost, in figures: of the guest from its server, of the server from the supervisor.
#include "vm.h"

#include <stdio.h>
#include <string.h>

#include <caplet/clock.h>
#include <caplet/process.h>
#include <caplet/system.h>

static const char *const states[] = {"idle", "running", "paused", "off", "failed"};

static const char *state_text(uint32_t state)
{
	return state < sizeof(states) / sizeof(states[0]) ? states[state] : "?";
}

static bool server_facts(const char *name, struct supervisor_process *facts)
{
	facts->process = 0;
	while (supervisor_process_next(&supervisor_session, facts->process, facts) == STATUS_OK)
		if (strcmp(facts->name, name) == 0)
			return true;
	return false;
}

// Of one processor, since the guest's start, in percent.
static uint64_t processor_share(const struct supervisor_process *server,
				const struct vm_figures *figures)
{
	uint64_t hz = process_info()->tsc_hz;
	uint64_t us = (clock_ticks() - figures->started_ticks) / (hz / 1000000 ? hz / 1000000 : 1);

	return us ? server->consumed_us * 100 / us : 0;
}

int figures_list(void)
{
	printf("%-6s %-16s %-8s %5s %8s %10s\n", "SERVER", "NAME", "STATE", "CPUS", "MEMORY",
	       "EXITS");
	for (unsigned i = 0; i < INSTANCES_MAX; i++) {
		const struct vm_figures *f = &instances[i].figures;

		if (instance_lives(&instances[i]))
			printf("%-6s %-16s %-8s %5u %7luM %10lu\n", instances[i].name, f->name,
			       state_text(f->state), f->vcpus, f->memory_bytes >> 20, f->exits);
	}
	return 0;
}

int figures_print(struct instance *instance)
{
	static const char *const reasons[] = {"none",	    "kick",	"window",    "io",
					      "memory",	    "cpuid",	"msr read",  "msr write",
					      "halt",	    "shutdown", "hypercall", "xsetbv",
					      "privileged", "cache",	"failed"};
	static const char *const devices[] = {"", "net", "disk", "console", "random", "balloon"};
	const struct vm_figures *f = &instance->figures;
	uint64_t count;
	struct supervisor_process server;

	printf("%s in %s: state %s, %u processors, %lu MiB, %lu exits, %lu restarts\n", f->name,
	       instance->name, state_text(f->state), f->vcpus, f->memory_bytes >> 20, f->exits,
	       f->restarts);
	for (uint32_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (vm_exits(&instance->client, i, &count) == STATUS_OK && count > 0)
			printf("  %-10s %lu\n", reasons[i], count);
	}
	for (uint32_t i = 0, kind; vm_device(&instance->client, i, &kind, &count) == STATUS_OK; i++)
		if (kind != 0)
			printf("  %-10s %lu requests\n",
			       kind < sizeof(devices) / sizeof(devices[0]) ? devices[kind] : "",
			       count);
	printf("  %lu clock ticks of the server for each exit\n",
	       f->exits ? f->handling_ticks / f->exits : 0);
	if (server_facts(instance->name, &server))
		printf("  memory %lu KiB held, %lu KiB configured for the guest; CPU %lu %% (%lu ms)\n",
		       server.memory_bytes >> 10, f->memory_bytes >> 10,
		       processor_share(&server, f), server.consumed_us / 1000);
	return 0;
}
