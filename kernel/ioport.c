// SPDX-License-Identifier: MIT
//
// I/O port ranges: issue, in, out. See ioport.h.
#include "ioport.h"
#include "derive.h"
#include "invocation.h"

#define PORT_COUNT 0x10000ul

// Each issue is an object of its own, told from others by this number; under the kernel lock.
static uint64_t issued;

must_check static enum status check_access(struct invocation *invocation)
{
	struct cap cap = invocation->slot->cap;
	uint64_t port = argument(invocation, 0), bytes = argument(invocation, 1);

	if (bytes != 1 && bytes != 2 && bytes != 4) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 1);
	}
	if (port < cap.ioport.first || port > cap.ioport.last ||
	    cap.ioport.last - port < bytes - 1) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 0);
	}
	return STATUS_OK;
}

enum status ioport_invoke(struct invocation *invocation)
{
	bool out = invocation->method == IOPORT_OUT;

	if (!out && invocation->method != IOPORT_IN) {
		return STATUS_BAD_METHOD;
	}
	enum status status = need_words(invocation, out ? 3 : 2);
	if (status == STATUS_OK) {
		status = check_access(invocation);
	}
	if (status != STATUS_OK) {
		return status;
	}
	uint16_t port = argument(invocation, 0);
	unsigned bytes = argument(invocation, 1);
	if (out) {
		arch_port_out(port, bytes, argument(invocation, 2));
	} else {
		result(invocation, 0, arch_port_in(port, bytes));
	}
	return STATUS_OK;
}

// IOPORT_ISSUE: first, last, cnode_cap, index, depth.
enum status ioport_control_invoke(struct invocation *invocation)
{
	if (invocation->method != IOPORT_ISSUE) {
		return STATUS_BAD_METHOD;
	}
	enum status status = need_words(invocation, 5);
	struct slot *slot;
	if (status == STATUS_OK) {
		status = argument_empty_place(invocation, 2, &slot);
	}
	if (status != STATUS_OK) {
		return status;
	}
	uint64_t first = argument(invocation, 0), last = argument(invocation, 1);
	if (last >= PORT_COUNT) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 1);
	}
	if (first > last) {
		return bad(invocation, STATUS_BAD_ARGUMENT, 0);
	}
	struct cap cap = cap_make_number(OBJECT_IOPORT, ++issued);
	cap.ioport.first = first;
	cap.ioport.last = last;
	derive_insert(invocation->slot, slot, cap, true);
	return STATUS_OK;
}
