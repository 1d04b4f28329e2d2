// SPDX-License-Identifier: MIT
//
// console: the server around terminal and 16550. A handler changes the terminal only; bytes go to
// the device after the change is committed, never before, because what the device has got cannot
// be taken back. What waits is looked at again after each interrupt: console_work.
#include <stdlib.h>
#include <caplet/system.h>
#include "console.h"
#include "uart.h"

#define TERMINAL_LAYOUT 2
#define LOG_CHUNK	320 // bytes that supervisor.log_read gives at once
#define BIT_LOG		(1ul << SUPERVISOR_LOG_BIT)
#define BIT_WORK	SERVER_BIT_OWN(0)

struct terminal *terminal;
struct waiters waiters;
static struct uart uart;
static const struct process_grant *irq;
static cptr_t work; // the own notification, with BIT_WORK

void terminal_save(void *at, size_t bytes)
{
	ledger_change(at, bytes);
}

// The last place is kept for the process server: without it no job would ever be ended or brought to
// the foreground, and no place would become free.
status_t wait_for(struct session *session, struct waiter waiter)
{
	unsigned taken = waiters.count + !server_trusts(session);

	waiter.deferred = taken < process_info()->inflight - 1 ? server_defer(session) : NULL;
	if (waiter.deferred == NULL)
		return STATUS_EXHAUSTED;
	waiters_add(&waiters, waiter);
	return SERVER_DEFERRED;
}

// In a transaction of its own: this one may let go of bytes of the rings, which are to stay as they
// are until it is committed.
void work_later(void)
{
	if (waiters.count > 0)
		(void)ipc_signal(work);
}

// One that could go on: what it waits for is room, and that comes with an interrupt.
bool writer_waits(void)
{
	for (uint32_t i = 0; i < waiters.count; i++)
		if (waiters.waiter[i].kind == WAITER_WRITE || file_writer_waits(&waiters.waiter[i]))
			return true;
	return false;
}

// ---- what clients ask --------------------------------------------------------------------------

status_t console_write_handle(struct session *session, const void *data, uint64_t data_bytes,
			      uint32_t *count)
{
	*count = 0;
	if (!writer_waits())
		*count = terminal_write(terminal, data, data_bytes);
	if (*count > 0 || data_bytes == 0)
		return STATUS_OK;
	return wait_for(session, (struct waiter){.kind = WAITER_WRITE,
						 .data = (uint8_t *)data,
						 .bytes = data_bytes});
}

status_t console_read_handle(struct session *session, bool wait, void *data, uint64_t data_capacity,
			     uint64_t *data_bytes)
{
	if (terminal_readable(terminal) || data_capacity == 0) {
		*data_bytes = terminal_read(terminal, data, data_capacity);
		return STATUS_OK;
	}
	if (!wait)
		return CONSOLE_NOTHING_TYPED;
	return wait_for(session, (struct waiter){.kind = WAITER_READ,
						 .data = data,
						 .bytes = data_capacity,
						 .mark = terminal->interrupts});
}

status_t console_available_handle(struct session *session, uint32_t *count)
{
	(void)session;
	*count = terminal_available(terminal);
	return STATUS_OK;
}

status_t console_set_mode_handle(struct session *session, uint32_t mode, uint32_t *old)
{
	if (mode & ~(uint32_t)CONSOLE_MODE_DEFAULT)
		return CONSOLE_BAD_MODE;
	*old = terminal_mode(terminal);
	terminal_set_mode(terminal, mode, session->badge);
	work_later();
	return STATUS_OK;
}

status_t console_get_mode_handle(struct session *session, uint32_t *mode)
{
	(void)session;
	*mode = terminal_mode(terminal);
	return STATUS_OK;
}

status_t console_discard_input_handle(struct session *session)
{
	(void)session;
	terminal_discard(terminal);
	return STATUS_OK;
}

status_t console_drain_handle(struct session *session)
{
	if (terminal->sent == terminal->queued && uart_idle(&uart))
		return STATUS_OK;
	return wait_for(session, (struct waiter){.kind = WAITER_DRAIN, .mark = terminal->queued});
}

status_t console_await_interrupt_handle(struct session *session, uint64_t seen, uint64_t *count)
{
	*count = terminal->interrupts;
	if (*count != seen)
		return STATUS_OK;
	return wait_for(session, (struct waiter){.kind = WAITER_INTERRUPT, .mark = seen});
}

// ---- answers that were owed --------------------------------------------------------------------

// Whether the waiter can be answered now; then it is.
static bool waiter_serve(const struct waiter *w)
{
	uint32_t count;

	switch (w->kind) {
	case WAITER_READ:
		if (terminal->interrupts != w->mark)
			return console_read_answer(w->deferred, CONSOLE_INTERRUPTED, 0), true;
		if (!terminal_readable(terminal))
			return false;
		count = terminal_read(terminal, w->data, w->bytes);
		return console_read_answer(w->deferred, STATUS_OK, count), true;
	case WAITER_WRITE:
		count = terminal_write(terminal, w->data, w->bytes);
		return count > 0 && (console_write_answer(w->deferred, STATUS_OK, count), true);
	case WAITER_DRAIN:
		// Nothing is left also when output was thrown away.
		if (terminal->sent < w->mark && terminal->sent != terminal->queued)
			return false;
		while (!uart_idle(&uart)) // one byte is being shifted out: 87 us
			;
		return console_drain_answer(w->deferred, STATUS_OK), true;
	case WAITER_INTERRUPT:
		if (terminal->interrupts == w->mark)
			return false;
		return console_await_interrupt_answer(w->deferred, STATUS_OK, terminal->interrupts),
		       true;
	default: return file_waiter_serve(w);
	}
}

static bool waiters_serve(void)
{
	bool served = false;

	for (uint32_t i = 0; i < waiters.count;) {
		struct waiter waiter = waiters.waiter[i];

		if (waiter_serve(&waiter)) {
			waiters_remove(&waiters, &waiters.waiter[i]);
			served = true;
		} else {
			i++;
		}
	}
	return served;
}

// Queues what the log has more than we have seen. -> whether there may be yet more
static bool log_take(void)
{
	uint8_t text[LOG_CHUNK];
	uint64_t next, bytes = 0;
	uint32_t taken;

	if (terminal_room(terminal) < 2 * LOG_CHUNK ||
	    supervisor_log_read(&supervisor_session, terminal->logged, &next, text, &bytes) !=
		    STATUS_OK ||
	    bytes == 0)
		return false;
	taken = terminal_write(terminal, text, bytes);
	ledger_set(&terminal->logged, next - bytes + taken);
	return true;
}

static bool log_pending;

// Moves everything on until nothing moves any more.
static void console_work(void)
{
	bool moved;

	do {
		moved = uart_serve(&uart, terminal);
		while (terminal->taken != terminal->received) {
			uint64_t before = terminal->taken;

			terminal_discipline(terminal);
			ledger_commit();
			if (terminal->taken == before)
				break;
			moved = true;
		}
		moved |= waiters_serve();
		if (log_pending) {
			log_pending = log_take();
			moved |= log_pending;
		}
		ledger_commit();
		uart_send(&uart, terminal);
	} while (moved);
}

static void console_notified(uint64_t bits)
{
	// The line is edge triggered: what comes after the acknowledgement interrupts anew, what came
	// before it is served here.
	if (bits & SERVER_BIT_IRQ(0) && irq_ack(irq->cap) != STATUS_OK)
		abort();
	if (bits & BIT_LOG)
		log_pending = true;
	console_work();
}

static void console_committed(void)
{
	uart_send(&uart, terminal);
}

static void console_cancelled(struct deferred *deferred)
{
	waiters_remove_deferred(&waiters, deferred);
}

static void console_session_died(struct session *session)
{
	waiters_remove_session(&waiters, session);
	if (terminal->mode_owner == session->badge) {
		terminal_set_mode(terminal, CONSOLE_MODE_DEFAULT, 0);
		work_later();
	}
}

// ---- starting ----------------------------------------------------------------------------------

static status_t work_open(void)
{
	work = slot_borrow(1);
	return cnode_mint(SLOT_CNODE, slot_index(work), SLOT_DEPTH, SLOT_CNODE,
			  DYNAMIC_SLOT_NOTIFICATION, SLOT_DEPTH, RIGHT_WRITE, BIT_WORK);
}

static status_t console_init(enum start_mode mode)
{
	const struct process_grant *port = process_grant(GRANT_IOPORT, "com1");
	bool first;

	(void)mode;
	irq = process_grant(GRANT_IRQ, "com1");
	terminal = ledger_region("terminal", TERMINAL_LAYOUT, sizeof *terminal);
	if (port == NULL || irq == NULL || terminal == NULL || work_open() != STATUS_OK)
		return STATUS_NO_GRANT;
	uart = (struct uart){.port = port->cap, .base = port->detail >> 16};
	first = !terminal->opened;
	if (first)
		terminal_open(terminal);
	uart_open(&uart, terminal, first);
	terminal->opened = 1;
	// A predecessor may have died between an interrupt and its acknowledgement.
	if (irq_ack(irq->cap) != STATUS_OK)
		return STATUS_NO_GRANT;
	log_pending = true;
	console_work();
	return STATUS_OK;
}

static status_t console_check(void)
{
	const struct ledger_region *region = ledger_region_find("terminal");
	const char *wrong = NULL;

	if (region != NULL)
		wrong = terminal_check((const struct terminal *)(LEDGER_BASE + region->offset));
	if (wrong != NULL)
		server_panic(wrong);
	return STATUS_OK;
}

static const struct server console = {
	.name = "console",
	.interface = &console_interface,
	.init = console_init,
	.ledger_check = console_check,
	.notified = console_notified,
	.committed = console_committed,
	.cancelled = console_cancelled,
	.session_died = console_session_died,
};

int main(void)
{
	return server_run(&console);
}
