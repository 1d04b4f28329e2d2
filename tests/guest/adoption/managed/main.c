// SPDX-License-Identifier: MIT
//
// A process that another one manages. It may manage nobody, and says so by its exit status if it is
// let; then it sleeps until it is ended.

#include <caplet/handover.h>
#include <caplet/system.h>
#include <timer.h>

static bool refused(void)
{
	struct supervisor_source source = {0};
	uint32_t end, signal;
	uint64_t number;
	int32_t status;

	return supervisor_create(&supervisor_session, "managed", &source, &number) ==
		       STATUS_NOT_ALLOWED &&
	       supervisor_clone(&supervisor_session, PROCESS_FIRST, 0, 0, 0, false, &number) ==
		       STATUS_NOT_ALLOWED &&
	       supervisor_load(&supervisor_session, PROCESS_FIRST, "managed", &source) ==
		       STATUS_NOT_ALLOWED &&
	       supervisor_launch(&supervisor_session, PROCESS_FIRST) == STATUS_NOT_ALLOWED &&
	       supervisor_end(&supervisor_session, PROCESS_FIRST, 9) == STATUS_NOT_ALLOWED &&
	       supervisor_stop(&supervisor_session, PROCESS_FIRST) == STATUS_NOT_ALLOWED &&
	       supervisor_go_on(&supervisor_session, PROCESS_FIRST) == STATUS_NOT_ALLOWED &&
	       supervisor_interrupt(&supervisor_session, PROCESS_FIRST, 0) == STATUS_NOT_ALLOWED &&
	       supervisor_child_ended(&supervisor_session, &number, &end, &status, &signal) ==
		       STATUS_NOT_ALLOWED &&
	       supervisor_child_forget(&supervisor_session, PROCESS_FIRST) == STATUS_NOT_ALLOWED;
}

int main(void)
{
	struct timer_client timer;

	if (!refused() || timer_connect(&timer, "timer") != STATUS_OK)
		return 1;
	for (;;)
		(void)timer_sleep_until(&timer, ~0ul >> 2);
}
