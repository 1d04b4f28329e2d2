// SPDX-License-Identifier: MIT
//
// What the terminal tells: characters typed for the group in the foreground, reads and writes wanted by
// another one. The console keeps its events by number; a thread waits for the next one and hands it
// to the main thread, which sends the signals and notes the number in one transaction. So an
// event whose signals were not committed is asked for again by the next life.

#include "state.h"

#include <caplet/syscall.h>
#include <console.h>

#include <pthread.h>

#define BIT_TERMINAL SERVER_BIT_OWN(8)

static struct console_client *console; // NULL: the manifest gives no terminal
static cptr_t wake;		       // signals the own notification

// One event on its way: the thread writes it while `full` is 0, the main thread sets that back.
static struct {
	uint64_t number;
	enum console_event event;
	uint32_t group, full;
} event;

static void *watch(void *unused)
{
	uint64_t seen = state->terminal_seen, process;

	for (;;) {
		status_t status = console_await_event(console, seen, &event.number, &event.event,
						      &event.group, &process);

		if (status != STATUS_OK) {
			ipc_yield(); // started anew: its events are numbered from the beginning
			seen = 0;
			continue;
		}
		seen = event.number;
		__atomic_store_n(&event.full, 1, __ATOMIC_RELEASE);
		(void)ipc_signal(wake);
		while (__atomic_load_n(&event.full, __ATOMIC_ACQUIRE) != 0)
			ipc_yield();
	}
	return unused;
}

static uint32_t signal_of(enum console_event what)
{
	switch (what) {
	case CONSOLE_TYPED_INTERRUPT: return SIGNAL_INT;
	case CONSOLE_TYPED_QUIT: return SIGNAL_QUIT;
	case CONSOLE_TYPED_SUSPEND: return SIGNAL_TSTP;
	case CONSOLE_BACKGROUND_READ: return SIGNAL_TTIN;
	case CONSOLE_BACKGROUND_WRITE: return SIGNAL_TTOU;
	default: return SIGNAL_WINCH;
	}
}

void terminal_events(void)
{
	if (__atomic_load_n(&event.full, __ATOMIC_ACQUIRE) == 0)
		return;
	if (event.group != 0)
		signal_group((int32_t)event.group, signal_of(event.event));
	ledger_set(&state->terminal_seen, event.number);
	ledger_commit();
	__atomic_store_n(&event.full, 0, __ATOMIC_RELEASE);
}

void terminal_group(const struct entry *entry)
{
	if (console != NULL)
		(void)console_set_group(console, entry->process, (uint32_t)entry->group,
					(uint32_t)entry->session);
}

void terminal_release(int32_t session)
{
	if (console != NULL)
		(void)console_release(console, (uint32_t)session);
}

uint32_t terminal_foreground(void)
{
	uint32_t group = 0;

	if (console == NULL || console_get_foreground(console, &group) != STATUS_OK)
		return 0;
	return group;
}

status_t terminal_begin(void)
{
	pthread_t thread;

	console = (struct console_client *)inherit_client("console");
	if (console == NULL)
		return STATUS_OK;
	wake = slot_borrow(1);
	if (wake == 0 || cnode_mint(SLOT_CNODE, slot_index(wake), SLOT_DEPTH, SLOT_CNODE,
				    DYNAMIC_SLOT_NOTIFICATION, SLOT_DEPTH, RIGHT_WRITE,
				    BIT_TERMINAL) != STATUS_OK)
		return STATUS_NO_SLOT;
	return pthread_create(&thread, NULL, watch, NULL) == 0 ? STATUS_OK : STATUS_EXHAUSTED;
}
