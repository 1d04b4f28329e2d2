// SPDX-License-Identifier: MIT
//
// Courses of the two that root restarts: pager and supervisor.
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <caplet/system.h>
#include "kill.h"

#define BYTES (8 * PAGE_SIZE)
#define PLACE 0x6000000000ul

static const char *memory_course(uint64_t object)
{
	volatile uint64_t *page;
	uint64_t address;

	STEP(pager_map_anonymous(&pager_session, PLACE, BYTES,
				 PAGER_READ | PAGER_WRITE | PAGER_FIXED, &address),
	     STATUS_OK);
	for (page = (void *)PLACE; page < (uint64_t *)(PLACE + BYTES); page += PAGE_SIZE / 8) {
		STEP(*page, 0);
		*page = (uint64_t)page;
	}
	STEP(pager_protect(&pager_session, PLACE, PAGE_SIZE, PAGER_READ), STATUS_OK);
	STEP(pager_discard(&pager_session, PLACE + PAGE_SIZE, PAGE_SIZE), STATUS_OK);
	page = (void *)PLACE;
	STEP(page[0], PLACE);
	STEP(page[PAGE_SIZE / 8], 0);
	STEP(page[2 * PAGE_SIZE / 8], PLACE + 2 * PAGE_SIZE);
	STEP(pager_unmap(&pager_session, PLACE, BYTES), STATUS_OK);
	STEP(pager_object_map(&pager_session, object, 0, PLACE, BYTES,
			      PAGER_READ | PAGER_WRITE | PAGER_FIXED, &address),
	     STATUS_OK);
	page[1] = 17;
	STEP(pager_unmap(&pager_session, PLACE, BYTES), STATUS_OK);
	return NULL;
}

const char *pager_course(uint32_t number)
{
	struct pager_usage before, after;
	const char *wrong;
	uint64_t object;

	(void)number;
	STEP(pager_usage(&pager_session, &before), STATUS_OK);
	STEP(pager_object_create(&pager_session, BYTES, 0, &object), STATUS_OK);
	wrong = memory_course(object);
	if (wrong != NULL)
		return wrong;
	STEP(pager_object_release(&pager_session, object), STATUS_OK);
	STEP(pager_usage(&pager_session, &after), STATUS_OK);
	STEP(before.charged_bytes == after.charged_bytes &&
		     before.object_count == after.object_count &&
		     before.region_count == after.region_count,
	     true);
	return NULL;
}

static sigjmp_buf back;

static void fault_note(int signal, siginfo_t *information, void *unused)
{
	siglongjmp(back, (int)(uint64_t)information->si_addr);
}

// A fault of its own is handled once.
static const char *fault_course(void)
{
	struct sigaction action = {.sa_sigaction = fault_note, .sa_flags = SA_SIGINFO};
	int where;

	STEP(sigaction(SIGSEGV, &action, NULL), 0);
	where = sigsetjmp(back, 1);
	if (where == 0)
		*(volatile int *)0x1230 = 1;
	STEP(where, 0x1230);
	STEP(signal(SIGSEGV, SIG_DFL) == SIG_ERR, false);
	return NULL;
}

const char *supervisor_course(uint32_t number)
{
	uint64_t process, ended, bytes;
	char name[100];
	uint32_t end;
	int32_t status;
	bool alive;

	(void)number;
	STEP(supervisor_spawn(&supervisor_session, "hello", "hello\0again", 12, &process),
	     STATUS_OK);
	STEP(supervisor_wait(&supervisor_session, process, &ended, &end, &status), STATUS_OK);
	STEP(ended == process && end == SUPERVISOR_END_EXIT && status == 0, true);
	STEP(supervisor_process_alive(&supervisor_session, process, &alive), STATUS_OK);
	STEP(alive, false);
	STEP(supervisor_wait(&supervisor_session, process, &ended, &end, &status),
	     SUPERVISOR_NO_PROCESS);
	STEP(supervisor_file_name(&supervisor_session, 0, &bytes, name), STATUS_OK);
	STEP(strcmp(name, "root"), 0);
	return fault_course();
}
