// SPDX-License-Identifier: MIT
//
// vm: virtual machines, from the prompt.
//
//	vm run FILE       start the guest that FILE describes, and wait for its end
//	vm start FILE     start it and return
//	vm wait           wait for its end
//	vm stat | pause | resume | kill| stat | pause | resume | kill [NAME]
#include <stdio.h>
#include <string.h>

#include <caplet/system.h>
#include <vm.h>

static struct vm_client machine;

static const char *const states[] = {"idle", "running", "paused", "off", "failed"};

static int explain(const char *command, status_t status)
{
	char message[200] = "";

	if (status == VM_BAD_CONFIGURATION)
		(void)vm_explain(&machine, message);
	printf("vm %s: %s\n", command, message[0] ? message : vm_error_name(status));
	return 1;
}

static int wait(void)
{
	char message[200];
	status_t status;
	uint32_t state;

	do
		status = vm_wait(&machine, &state);
	while (status == STATUS_STALE);
	if (status != STATUS_OK)
		return explain("wait", status);
	if (vm_explain(&machine, message) == STATUS_OK)
		printf("\nvm: %s\n", message);
	return state == VM_STATE_OFF ? 0 : 1;
}

static int stat(void)
{
	static const char *const reasons[] = {"none",	    "kick",	"window",    "io",
					      "memory",	    "cpuid",	"msr read",  "msr write",
					      "halt",	    "shutdown", "hypercall", "xsetbv",
					      "privileged", "cache",	"failed"};
	static const char *const devices[] = {"", "net", "disk", "console", "random", "balloon"};
	struct vm_figures figures;
	uint64_t count;
	status_t status = vm_stat(&machine, &figures);

	if (status != STATUS_OK)
		return explain("stat", status);
	printf("state %s, %u processors, %lu MiB, %lu exits, %lu restarts\n",
	       states[figures.state < 5 ? figures.state : 0], figures.vcpus,
	       figures.memory_bytes >> 20, figures.exits, figures.restarts);
	for (uint32_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (vm_exits(&machine, i, &count) == STATUS_OK && count > 0)
			printf("  %-10s %lu\n", reasons[i], count);
	}
	for (uint32_t i = 0, kind; vm_device(&machine, i, &kind, &count) == STATUS_OK; i++)
		if (kind != 0)
			printf("  %-10s %lu requests\n",
			       kind < sizeof(devices) / sizeof(devices[0]) ? devices[kind] : "",
			       count);
	return 0;
}

static int simple(const char *command, status_t status)
{
	return status == STATUS_OK ? 0 : explain(command, status);
}

int main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";
	status_t status = vm_connect(&machine, "vm1");

	if (status != STATUS_OK) {
		printf("vm: there is no virtual machine server: %s\n", status_name(status));
		return 1;
	}
	if (argc == 3 && (strcmp(command, "run") == 0 || strcmp(command, "start") == 0)) {
		status = vm_start(&machine, argv[2]);
		if (status != STATUS_OK)
			return explain(command, status);
		return strcmp(command, "run") == 0 ? wait() : 0;
	}
	if (strcmp(command, "wait") == 0)
		return wait();
	if (strcmp(command, "stat") == 0)
		return stat();
	if (strcmp(command, "pause") == 0)
		return simple(command, vm_pause(&machine, true));
	if (strcmp(command, "resume") == 0)
		return simple(command, vm_pause(&machine, false));
	if (strcmp(command, "kill") == 0)
		return simple(command, vm_kill(&machine));
	printf("usage: vm run FILE | start FILE | wait | stat | pause | resume | kill\n");
	return 2;
}
