// SPDX-License-Identifier: MIT
//
// Measures guests: one that measures by itself what its exits cost, and prints it, then Debian's kernel
// from its start to its power-off. What the guests print is passed on.
#include <caplet/clock.h>
#include <caplet/process.h>
#include <caplet/system.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vm.h>

enum { EXIT_SUCCESS_STATUS = 0x10, EXIT_FAILURE_STATUS = 0x11 };

static void must(status_t status, const char *what)
{
	if (status == STATUS_OK)
		return;
	printf("bench: %s: status %u\n", what, (unsigned)status);
	fflush(stdout);
	(void)supervisor_power_off(&supervisor_session, EXIT_FAILURE_STATUS);
}

static void show(struct vm_client *vm)
{
	uint8_t data[VM_OUTPUT_MAX];
	uint64_t position = 0, bytes;
	bool ended = false;

	while (!ended) {
		must(vm_output(vm, position, data, sizeof(data), &bytes, &position, &ended),
		     "output");
		(void)write(STDOUT_FILENO, data, bytes);
	}
}

static uint64_t memory_of(const char *name)
{
	struct supervisor_process facts = {0};

	while (supervisor_process_next(&supervisor_session, facts.process, &facts) == STATUS_OK)
		if (strcmp(facts.name, name) == 0)
			return facts.memory_bytes;
	return 0;
}

static void print(const char *name, uint64_t value, const char *unit)
{
	printf("bench\t%s\t%lu\t%s\n", name, value, unit);
}

static void run(const char *server, const char *file, bool count)
{
	static struct vm_client clients[2];
	struct vm_client *vm = &clients[count];
	struct vm_figures figures;
	char message[300];
	status_t status;
	uint64_t start;

	must(supervisor_wake(&supervisor_session, server), "wake");
	must(vm_connect(vm, server), "connect");
	status = vm_start(vm, file);
	if (status == VM_BAD_CONFIGURATION && vm_explain(vm, message) == STATUS_OK)
		printf("bench: %s\n", message);
	must(status, "start");
	start = clock_ticks();
	if (count)
		print("vm_memory_overhead", (memory_of(server) - (128ul << 20)) >> 10, "KiB");
	show(vm);
	must(vm_stat(vm, &figures), "stat");
	if (!count)
		return;
	print("guest_boot_exits", figures.exits, "exits");
	print("guest_boot", clock_ticks() - start, "insn");
	print("vmexit_handling", figures.handling_ticks / figures.exits, "insn");
}

int main(void)
{
	run("vm1", "vm/guest.vm", false);
	run("vm2", "vm/quit.vm", true);
	fflush(stdout);
	(void)supervisor_power_off(&supervisor_session, EXIT_SUCCESS_STATUS);
	pause();
}
