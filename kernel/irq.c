// SPDX-License-Identifier: MIT
//
// Interrupt lines: owning, delivering, acknowledging. See irq.h.
#include "irq.h"
#include "derive.h"
#include "invocation.h"
#include "notification.h"

struct irq_line {
	bool owned;
	bool msi;
	struct notification *notification; // what is signalled, or NULL
	uint64_t badge;
};

// All under the kernel lock.
static struct irq_line lines[IRQ_MAX_LINES];

static unsigned line_count(void)
{
	unsigned count = arch_irq_lines();

	return count < IRQ_MAX_LINES ? count : IRQ_MAX_LINES;
}

static void unbind(struct irq_line *line)
{
	if (line->notification) {
		line->notification->lines--;
		line->notification = NULL;
	}
}

static void bind(struct irq_line *line, struct notification *notification, uint64_t badge)
{
	unbind(line);
	line->notification = notification;
	line->badge = badge;
	notification->lines++;
}

void irq_forget_notification(struct notification *notification)
{
	for (unsigned i = 0; notification->lines > 0; i++) {
		if (lines[i].notification == notification) {
			unbind(&lines[i]);
		}
	}
}

void irq_arrived(unsigned number)
{
	if (number < IRQ_MAX_LINES && lines[number].notification) {
		notification_signal(lines[number].notification, lines[number].badge);
	} else {
		arch_irq_mask(number);
	}
}

void irq_drop(struct slot *slot)
{
	unsigned number = cap_number(slot->cap);

	arch_irq_mask(number);
	if (lines[number].msi) {
		arch_irq_msi_release(number);
	}
	unbind(&lines[number]);
	lines[number] = (struct irq_line){0};
}

enum status irq_invoke(struct invocation *invocation)
{
	unsigned number = cap_number(invocation->slot->cap);
	enum status status;
	struct slot *slot;

	switch (invocation->method) {
	case IRQ_ACK: arch_irq_unmask(number); return STATUS_OK;
	case IRQ_CLEAR:
		arch_irq_mask(number);
		unbind(&lines[number]);
		return STATUS_OK;
	case IRQ_SET_NTFN:
		status = need_words(invocation, 1);
		if (status == STATUS_OK) {
			status = argument_cap(invocation, 0, OBJECT_NOTIFICATION, &slot);
		}
		if (status != STATUS_OK) {
			return status;
		}
		if (!(slot->cap.rights & RIGHT_WRITE)) {
			return bad(invocation, STATUS_NO_RIGHT, 0);
		}
		bind(&lines[number], cap_object(slot->cap), slot->cap.badge);
		return STATUS_OK;
	}
	return STATUS_BAD_METHOD;
}

static void own(struct invocation *invocation, struct slot *slot, unsigned number, bool msi)
{
	lines[number] = (struct irq_line){.owned = true, .msi = msi};
	derive_insert(invocation->slot, slot, cap_make_number(OBJECT_IRQ, number), true);
}

// Global system interrupt, flags, cnode_cap, index, depth.
must_check static enum status get_line(struct invocation *invocation)
{
	enum status status = need_words(invocation, 5);
	struct slot *slot;

	if (status == STATUS_OK) {
		status = argument_empty_place(invocation, 2, &slot);
	}
	if (status != STATUS_OK) {
		return status;
	}
	uint64_t number = argument(invocation, 0), flags = argument(invocation, 1);
	if (number >= line_count()) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 0);
	}
	if (flags > 3) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 1);
	}
	if (lines[number].owned) {
		return bad(invocation, STATUS_BUSY, 0);
	}
	if (!arch_irq_line_configure(number, flags)) {
		return bad(invocation, STATUS_UNSUPPORTED, 0);
	}
	own(invocation, slot, number, false);
	return STATUS_OK;
}

// Cnode_cap, index, depth, requester_cap -> address, data.
must_check static enum status get_msi(struct invocation *invocation)
{
	enum status status = need_words(invocation, 4);
	unsigned number, requester = REQUESTER_NONE;
	struct slot *slot, *sender;
	uint64_t address;
	uint32_t data;

	if (status == STATUS_OK) {
		status = argument_empty_place(invocation, 0, &slot);
	}
	if (status == STATUS_OK && arch_iommu_line() != 0) {
		status = argument_cap(invocation, 3, OBJECT_REQUESTER, &sender);
	}
	if (status != STATUS_OK) {
		return status;
	}
	if (arch_iommu_line() != 0) {
		requester = cap_number(sender->cap);
	}
	if (!arch_irq_msi_allocate(requester, &number, &address, &data)) {
		return STATUS_UNSUPPORTED;
	}
	own(invocation, slot, number, true);
	result(invocation, 0, address);
	result(invocation, 1, data);
	return STATUS_OK;
}

enum status irq_control_invoke(struct invocation *invocation)
{
	switch (invocation->method) {
	case IRQ_GET_LINE: return get_line(invocation);
	case IRQ_GET_MSI: return get_msi(invocation);
	}
	return STATUS_BAD_METHOD;
}
