// SPDX-License-Identifier: MIT
//
// Root's start: builds the pager and the supervisor, starts both, and goes to its loop. The pager is
// started first and has the higher priority, so it is ready when the supervisor asks; if it were
// not, the supervisor's first call would just wait.

#include "root.h"

#include <caplet/start.h>

enum { SUPERVISOR_LEDGER = 4 << 20 };

static const struct service_plan pager_plan = {
	.name = "pager",
	.member = "bin/pager",
	.process = PROCESS_PAGER,
	.priority = 250,
	.maximum_priority = 250,
	.inflight = 4,
	.sessions = 256,
	.budget_us = 10000,
	.period_us = 10000,
};

static const struct service_plan supervisor_plan = {
	.name = "supervisor",
	.member = "bin/supervisor",
	.process = PROCESS_SUPERVISOR,
	.priority = 240,
	.maximum_priority = 240,
	.inflight = 16,
	.sessions = 256,
	.budget_us = 10000,
	.period_us = 10000,
};

static struct service pager, supervisor;

int main(void)
{
	const struct boot_info *info = start_information;

	memory_init(info);
	emergency_init();
	memory_check();
	archive_init(info);
	root_endpoint = memory_object(OBJECT_ENDPOINT, 0);
	service_build(&pager, &pager_plan, info, handover_pager_ledger(memory_total()));
	service_build(&supervisor, &supervisor_plan, info, SUPERVISOR_LEDGER);
	watch_init(&pager, &supervisor);
	handover_supervisor(&supervisor, &pager, info, root_endpoint);
	handover_pager(&pager, &supervisor, info);
	service_start(&pager);
	service_start(&supervisor);
	watch_run(&pager, &supervisor);
}
