// SPDX-License-Identifier: MIT
//
// Who is attached to the guest's serial line: sessions that ask for its output, each at a position of
// its own. One that waits is told by the main thread; a processor's thread signals it when there is a
// line, or enough, or when the guest has nothing to do. While somebody is attached, the guest waits
// when it is a ring ahead of the slowest; with nobody there, the oldest is overwritten.
//
// None of this is in the ledger: who waited when this process died asks again by itself.
#include <string.h>

#include <caplet/kernel.h>
#include <caplet/server.h>
#include <vm.h>

#include "vmm.h"

enum {
	ATTACHED_MAX = 8,
	ENOUGH = 256,  // bytes
	PATIENCE = 64, // exits of the guest after which less is shown, too
};

static struct attached {
	struct session *session; // NULL: free
	uint64_t position;
	struct deferred *deferred; // waits for more
	uint8_t *data;
	uint64_t capacity;
} attached[ATTACHED_MAX];

static volatile bool wanted;		     // somebody waits
static volatile uint64_t limit = UINT64_MAX; // the guest's output may go so far
static uint64_t told;
static unsigned exits_since;

// ---- the processors' side -------------------------------------------------------------------------

bool attached_stall(void)
{
	return machine->uart.out_head >= limit;
}

void attached_tell(bool idle)
{
	const struct uart *u = &machine->uart;
	uint64_t head = u->out_head, last = (head - 1) % sizeof(u->out);

	if (!wanted || head == told)
		return;
	if (!idle && head - told < ENOUGH && u->out[last] != '\n' && ++exits_since < PATIENCE)
		return;
	exits_since = 0;
	told = head;
	machine_tell();
}

// ---- the main thread's side -----------------------------------------------------------------------

static void limits_set(void)
{
	uint64_t least = UINT64_MAX, old = limit;

	wanted = false;
	for (unsigned i = 0; i < ATTACHED_MAX; i++) {
		if (attached[i].session == NULL)
			continue;
		if (attached[i].position + sizeof(machine->uart.out) < least)
			least = attached[i].position + sizeof(machine->uart.out);
		wanted |= attached[i].deferred != NULL;
	}
	limit = least;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (machine->uart.out_head < old)
		return;
	for (unsigned i = 0; i < machine->configuration.cpus; i++)
		machine_kick(i); // one may have waited for it
}

static struct attached *attached_find(const struct session *session)
{
	for (unsigned i = 0; i < ATTACHED_MAX; i++)
		if (attached[i].session == session)
			return &attached[i];
	return NULL;
}

status_t vm_output_handle(struct session *session, uint64_t position, void *data,
			  uint64_t data_capacity, uint64_t *data_bytes, uint64_t *next, bool *ended)
{
	struct attached *a = attached_find(session);

	*data_bytes = uart_copy(position, data, data_capacity, next);
	*ended = *data_bytes == 0 && !machine_lives();
	if (a == NULL)
		a = attached_find(NULL);
	if (a == NULL)
		return STATUS_EXHAUSTED;
	a->session = session;
	a->position = *next;
	if (*data_bytes == 0 && !*ended) {
		a->deferred = server_defer(session);
		a->data = data;
		a->capacity = data_capacity;
	}
	limits_set();
	if (*data_bytes > 0 || *ended)
		return STATUS_OK;
	// What came before it was noted that somebody waits would not be told.
	if (machine->uart.out_head != a->position)
		machine_tell();
	return a->deferred != NULL ? SERVER_DEFERRED : STATUS_EXHAUSTED;
}

void attached_serve(void)
{
	for (unsigned i = 0; i < ATTACHED_MAX; i++) {
		struct attached *a = &attached[i];
		uint64_t count;

		if (a->deferred == NULL)
			continue;
		count = uart_copy(a->position, a->data, a->capacity, &a->position);
		if (count == 0 && machine_lives())
			continue;
		(void)vm_output_answer(a->deferred, STATUS_OK, a->position, count == 0, count);
		a->deferred = NULL;
	}
	limits_set();
}

void attached_cancel(const struct deferred *deferred)
{
	for (unsigned i = 0; i < ATTACHED_MAX; i++)
		if (attached[i].deferred == deferred)
			attached[i].deferred = NULL;
	limits_set();
}

void attached_end(const struct session *session)
{
	struct attached *a = attached_find(session);

	if (a != NULL)
		*a = (struct attached){0};
	limits_set();
}

status_t vm_type_handle(struct session *session, const void *text, uint64_t text_bytes,
			uint32_t *taken)
{
	(void)session;
	if (!machine_lives())
		return VM_NO_GUEST;
	*taken = uart_type(text, text_bytes);
	return STATUS_OK;
}
