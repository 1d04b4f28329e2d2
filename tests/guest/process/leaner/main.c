// SPDX-License-Identifier: MIT
//
// leaner: a server that another one takes down with it. It tells whether its start blamed the
// request that it was serving for that death.

#include <caplet/process.h>
#include <caplet/server.h>
#include <timer.h>

status_t timer_sleep_until_handle(struct session *session, uint64_t deadline)
{
	return STATUS_OK;
}

status_t timer_arm_handle(struct session *session, uint64_t deadline)
{
	return STATUS_OK;
}

status_t timer_alarm_target_handle(struct session *session, uint32_t which, cptr_t target)
{
	return TIMER_TOO_MANY_SLEEPERS;
}

status_t timer_alarm_handle(struct session *session, uint32_t which, uint64_t deadline)
{
	return TIMER_TOO_MANY_SLEEPERS;
}

status_t timer_wall_handle(struct session *session, uint64_t *wall, uint64_t *monotonic)
{
	*wall = process_info()->blameless;
	*monotonic = process_info()->restarts;
	return STATUS_OK;
}

static const struct server leaner = {
	.name = "leaner",
	.interface = &timer_interface,
};

int main(void)
{
	return server_run(&leaner);
}
