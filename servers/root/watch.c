// SPDX-License-Identifier: MIT
//
// Root's loop, and what it does when one of its two services dies.
//
// A service is dead when it faults, and when it hangs: when it has used HANG_US of processor time, or
// has waited HANG_TICKS for a notification away from its loop, while its heartbeat stood still. A
// service that waits for a message (that is its loop) or for the answer of one below it is
// well; those below are watched themselves.
//
// A supervisor that reads an archive page that it has not yet is no fault but the way such
// pages get mapped.

#include "root.h"

#include <caplet/ledger.h>

#include <string.h>

enum {
	HANG_US = 350000, // four ticks of work: noticed within half a second
	HANG_TICKS = 4,
	START_US = 3000000, // a start looks through all that was left behind
	RESTARTS_MAX = 3,   // within one run of
	QUIET_TICKS = 100,  // ten seconds
};

cptr_t root_endpoint;

struct message {
	uint64_t kind; // enum received
	uint64_t badge;
	uint64_t descriptor;
	uint64_t word[MSG_REG_WORDS];
};

static cptr_t reply;
static cptr_t pager_news; // the supervisor's notification, badge NOTIFY_PAGER

// Without a cause nothing is said.
static void service_renew(struct service *service, const char *cause)
{
	if (cause != NULL) {
		emergency_print("root: ");
		emergency_print(service->plan->name);
		emergency_print(": ");
		emergency_print(cause);
		emergency_print(", restarted\n");
	}
	strncpy(service->told->last_end, cause != NULL ? cause : "ended for a test",
		sizeof(service->told->last_end) - 1);
	service_restart(service);
	if (service->plan->process == PROCESS_PAGER)
		kernel_must(ipc_signal(pager_news), "signal the supervisor");
}

static void service_died(struct service *service, const char *cause)
{
	if (service->crashes++ == RESTARTS_MAX)
		root_stop("died too often:", service->plan->name);
	service->quiet_ticks = 0;
	service_renew(service, cause);
}

// A death that a test asked for says nothing about the service.
static bool was_killed(struct service *service)
{
	const struct ledger_header *ledger = service_view(service, LEDGER_BASE);
	bool killed = service->kill_asked && ledger->kill_armed == 0;

	if (killed)
		service->kill_asked = false;
	return killed;
}

static void service_end(struct service *service, uint64_t points)
{
	struct ledger_header *ledger = service_view(service, LEDGER_BASE);

	if (points == 0) {
		service_renew(service, "ended on request");
		return;
	}
	service->kill_asked = true;
	ledger->kill_armed = ledger->kill_count + points; // LEDGER_KILL_HANGS passes through
}

static void fault_print(const struct message *fault)
{
	static const char *const page[] = {"address", "rip", "access", "rsp", "rflags"};
	static const char *const exception[] = {"vector", "rip", "error", "rsp", "rflags", "extra"};
	bool is_page = msg_label(fault->descriptor) == FAULT_PAGE;
	unsigned count = is_page ? 5 : 6;

	emergency_print(is_page ? "root: page fault:" : "root: exception:");
	for (unsigned i = 0; i < count; i++) {
		emergency_print(" ");
		emergency_print(is_page ? page[i] : exception[i]);
		emergency_print(" ");
		emergency_number(fault->word[i]);
	}
	emergency_print("\n");
}

// What a service that gave up by itself left in its ledger.
static void last_words_print(const struct service *service)
{
	const struct ledger_header *ledger = service_view(service, LEDGER_BASE);
	char words[sizeof(ledger->last_words) + 1] = {0};

	memcpy(words, ledger->last_words, sizeof(ledger->last_words));
	if (words[0] == '\0')
		return;
	emergency_print("root: its last words: ");
	emergency_print(words);
	emergency_print("\n");
}

static void fault_answer(uint32_t label)
{
	kernel_must(ipc_send_8(reply, msg_make(label, 0, 0)), "answer a fault");
}

static bool archive_fault(const struct service *service, const struct message *fault)
{
	return service->plan->process == PROCESS_SUPERVISOR &&
	       msg_label(fault->descriptor) == FAULT_PAGE && fault->word[2] == 0 &&
	       archive_map(service->vspace, HANDOVER_ARCHIVE_BASE, fault->word[0]);
}

static void fault_handle(struct service *service, const struct message *fault)
{
	if (archive_fault(service, fault)) {
		fault_answer(FAULT_RESUME);
		return;
	}
	if (was_killed(service)) {
		fault_answer(FAULT_STOP);
		service_renew(service, NULL);
		return;
	}
	fault_print(fault);
	last_words_print(service);
	fault_answer(FAULT_STOP);
	service_died(service, "crashed");
}

// A supervisor that dies over a request sends it again.
static bool is_repeat(uint64_t serial)
{
	static uint64_t last;
	bool repeat = serial == last;

	last = serial;
	return repeat;
}

static void request_handle(struct service *pager, struct service *supervisor,
			   const struct message *request)
{
	char text[MSG_REG_WORDS * 8 + 1] = {0};

	switch (msg_label(request->descriptor)) {
	case ROOT_PRINT:
		for (unsigned i = 0; i < sizeof(text) - 1; i++)
			text[i] = (char)(request->word[i / 8] >> i % 8 * 8);
		emergency_print(text);
		break;
	case ROOT_RESTART:
		if (!is_repeat(request->word[2]))
			service_end(request->word[0] == PROCESS_PAGER ? pager : supervisor,
				    request->word[1]);
		break;
	case ROOT_POWER_OFF: emergency_power_off(request->word[0]);
	case ROOT_REBOOT: emergency_reboot();
	}
}

static void service_watch(struct service *service)
{
	const volatile struct ledger_header *ledger = service_view(service, LEDGER_BASE);
	uint64_t heartbeat = ledger->heartbeat;
	uint64_t limit = ledger->phase == LEDGER_SERVING ? HANG_US : START_US;
	struct thread_facts facts;

	kernel_must(thread_info(service->thread, &facts), "look at a thread");
	service->told->consumed_us += facts.consumed;
	if (heartbeat != service->heartbeat) {
		service->heartbeat = heartbeat;
		service->stalled_us = 0;
		service->waits = 0;
	} else {
		// A host that looked elsewhere for a while is not the service's work.
		service->stalled_us +=
			facts.consumed < ROOT_TICK_US ? facts.consumed : ROOT_TICK_US;
		if (facts.state == THREAD_WAITING)
			service->waits++;
		if (facts.state == THREAD_RECEIVING)
			service->stalled_us = 0;
	}
	if (service->stalled_us >= limit || service->waits >= HANG_TICKS) {
		if (was_killed(service))
			service_renew(service, NULL);
		else
			service_died(service, "hangs");
	} else if (++service->quiet_ticks == QUIET_TICKS)
		service->crashes = 0;
}

static void ticker_start(void)
{
	cptr_t notification = memory_object(OBJECT_NOTIFICATION, 0), tick = memory_slot();
	cptr_t ticker = ticker_make(BOOT_SLOT_CNODE, BOOT_SLOT_VSPACE, 255, ROOT_TICK_US);

	kernel_mint(slot_own(tick), slot_own(notification), RIGHT_WRITE, 1);
	kernel_must(thread_bind_notification(BOOT_SLOT_THREAD, notification),
		    "bind a notification");
	thread_start(ticker, (vaddr_t)ticker_entry, 0, tick);
}

static void told_init(struct service *service, struct handover_service *told)
{
	service->told = told;
	told->memory_bytes = service->memory_bytes;
}

void watch_init(struct service *pager, struct service *supervisor)
{
	told_init(pager, &supervisor->handover->service[0]);
	told_init(supervisor, &supervisor->handover->service[1]);
	reply = memory_object(OBJECT_REPLY, 0);
	pager_news = memory_slot();
	kernel_mint(slot_own(pager_news), slot_own(supervisor->notification), RIGHT_WRITE,
		    NOTIFY_PAGER);
	ticker_start();
}

static struct message message_receive(void)
{
	struct ipc_answer answer = ipc_recv_8(root_endpoint, 0, reply);
	struct message message = {
		.kind = received_kind(),
		.badge = received_badge(),
		.descriptor = answer.descriptor,
	};

	kernel_must(answer.status, "receive");
	for (unsigned i = 0; i < MSG_REG_WORDS; i++)
		message.word[i] = thread_buffer()->words[i];
	return message;
}

void watch_run(struct service *pager, struct service *supervisor)
{
	for (;;) {
		struct message message = message_receive();

		switch (message.kind) {
		case RECEIVED_NOTIFICATION:
			service_watch(pager);
			service_watch(supervisor);
			break;
		case RECEIVED_FAULT:
			fault_handle(message.badge == PROCESS_PAGER ? pager : supervisor, &message);
			break;
		case RECEIVED_MESSAGE: request_handle(pager, supervisor, &message); break;
		}
	}
}
