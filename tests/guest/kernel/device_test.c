// SPDX-License-Identifier: MIT
//
// Interrupt and I/O port capabilities, tried on COM1's own interrupt line and scratch register.

#include "suite.h"

enum {
	COM1 = 0x3f8,
	COM1_INTERRUPT_ENABLE = COM1 + 1,
	COM1_INTERRUPT_ID = COM1 + 2,
	COM1_MODEM_CONTROL = COM1 + 4,
	COM1_SCRATCH = COM1 + 7,
	COM1_LINE = 4, // global system interrupt
};

static uint64_t issue(uint64_t first, uint64_t last, cptr_t slot)
{
	return CALL(BOOT_SLOT_IOPORT_CONTROL, IOPORT_ISSUE, first, last, BOOT_SLOT_CNODE, slot,
		    ROOT_DEPTH)
		.status;
}

static cptr_t ports(void)
{
	cptr_t slot = slot_take(1);
	uint64_t status = issue(COM1, COM1 + 7, slot);

	if (status != STATUS_OK)
		guest_die("issue of ports", status);
	return slot;
}

static bool test_ports(void)
{
	cptr_t serial = ports();
	struct sys_regs regs;

	for (unsigned value = 0; value < 256; value += 51) {
		CHECK_STATUS(CALL(serial, IOPORT_OUT, COM1_SCRATCH, 1, value).status, OK);
		regs = CALL(serial, IOPORT_IN, COM1_SCRATCH, 1);
		CHECK_STATUS(regs.status, OK);
		CHECK_EQUAL(regs.word[0], value);
	}
	CHECK_STATUS(CALL(serial, IOPORT_IN, COM1 - 1, 1).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(serial, IOPORT_IN, COM1 + 8, 1).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(serial, IOPORT_IN, COM1 + 7, 2).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(serial, IOPORT_IN, COM1 + 5, 4).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(serial, IOPORT_IN, COM1, 0).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(serial, IOPORT_IN, COM1, 3).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(serial, IOPORT_IN, COM1, 8).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(serial, IOPORT_IN, COM1, ~0ul).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(serial, IOPORT_IN, 0x10000ul + COM1, 1).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(serial, IOPORT_IN, (1ul << 32) + COM1, 1).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(serial, IOPORT_OUT, COM1 + 8, 1, 0).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(serial, IOPORT_OUT, COM1, 1).status, TRUNCATED);
	CHECK_STATUS(CALL(serial, IOPORT_IN, COM1).status, TRUNCATED);
	return true;
}

static bool test_issue_errors(void)
{
	cptr_t slot = slot_take(1);

	CHECK_STATUS(issue(5, 4, slot), BAD_ARGUMENT);
	CHECK_STATUS(issue(0, 0x10000, slot), BAD_ARGUMENT);
	CHECK_STATUS(issue(0x10000, 0x10001, slot), BAD_ARGUMENT);
	CHECK_STATUS(issue(~0ul, ~0ul, slot), BAD_ARGUMENT);
	CHECK_STATUS(issue(1ul << 32, (1ul << 32) + 1, slot), BAD_ARGUMENT);
	CHECK_STATUS(issue(0x80, 0x80, BOOT_SLOT_CNODE), SLOT_OCCUPIED);
	CHECK_EQUAL(cap_type(slot), 0);
	CHECK_STATUS(issue(0xffff, 0xffff, slot), OK);
	CHECK_EQUAL(cap_type(slot), OBJECT_IOPORT);
	return true;
}

static cptr_t line_get(unsigned line, unsigned flags, uint64_t *status)
{
	cptr_t slot = slot_take(1);

	*status = CALL(BOOT_SLOT_IRQ_CONTROL, IRQ_GET_LINE, line, flags, BOOT_SLOT_CNODE, slot,
		       ROOT_DEPTH)
			  .status;
	return slot;
}

static bool test_irq_delivery(void)
{
	cptr_t serial = ports(), notification = object_make(OBJECT_NOTIFICATION, 0), irq;
	uint64_t status;

	irq = line_get(COM1_LINE, 0, &status);
	CHECK_STATUS(status, OK);
	CHECK_EQUAL(cap_type(irq), OBJECT_IRQ);
	CHECK_STATUS(CALL(irq, IRQ_SET_NTFN, cap_mint(notification, RIGHT_WRITE, 0x400)).status,
		     OK);
	CHECK_STATUS(CALL(irq, IRQ_ACK).status, OK);
	for (unsigned i = 0; i < 3; i++) {
		// The transmitter is empty: enabling its interrupt raises it.
		CALL(serial, IOPORT_OUT, COM1_MODEM_CONTROL, 1, 0x0b);
		CALL(serial, IOPORT_OUT, COM1_INTERRUPT_ENABLE, 1, 2);
		CHECK_EQUAL(notification_wait(notification), 0x400);
		CALL(serial, IOPORT_IN, COM1_INTERRUPT_ID, 1);
		CALL(serial, IOPORT_OUT, COM1_INTERRUPT_ENABLE, 1, 0);
		CHECK_STATUS(CALL(irq, IRQ_ACK).status, OK);
		CHECK_STATUS(NB_RECV(notification, 0).status, WOULD_BLOCK);
	}
	// No handler any more: the interrupt is lost, nobody hurt.
	CHECK_STATUS(CALL(irq, IRQ_CLEAR).status, OK);
	CALL(serial, IOPORT_OUT, COM1_INTERRUPT_ENABLE, 1, 2);
	CALL(serial, IOPORT_OUT, COM1_INTERRUPT_ENABLE, 1, 0);
	CHECK_STATUS(NB_RECV(notification, 0).status, WOULD_BLOCK);
	return true;
}

static bool test_irq_owner(void)
{
	uint64_t status;
	cptr_t irq = line_get(COM1_LINE, 0, &status);

	CHECK_STATUS(status, OK); // the former owner of this line was deleted with its test
	line_get(COM1_LINE, 0, &status);
	CHECK_STATUS(status, BUSY);
	CHECK_STATUS(cap_delete(irq), OK);
	line_get(COM1_LINE, 0, &status);
	CHECK_STATUS(status, OK);
	return true;
}

static bool test_irq_errors(void)
{
	static const uint64_t lines[] = {255, 256, 1024, 1ul << 32, ~0ul};
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0), irq;
	uint64_t status;

	for (unsigned i = 0; i < 5; i++) {
		cptr_t slot = slot_take(1);

		status = CALL(BOOT_SLOT_IRQ_CONTROL, IRQ_GET_LINE, lines[i], 0, BOOT_SLOT_CNODE,
			      slot, ROOT_DEPTH)
				 .status;
		CHECK(status != STATUS_OK);
		CHECK_EQUAL(cap_type(slot), 0);
	}
	line_get(COM1_LINE, ~0u, &status);
	CHECK(status != STATUS_OK);
	irq = line_get(COM1_LINE, 0, &status);
	CHECK_STATUS(status, OK);
	CHECK_STATUS(CALL(irq, IRQ_SET_NTFN, irq).status, WRONG_TYPE);
	CHECK_STATUS(CALL(irq, IRQ_SET_NTFN, 0).status, NO_CAP);
	CHECK_STATUS(CALL(irq, IRQ_SET_NTFN, cap_copy(notification, RIGHT_READ)).status, NO_RIGHT);
	CHECK_STATUS(CALL(irq, IRQ_SET_NTFN).status, TRUNCATED);
	CHECK_STATUS(CALL(irq, 0x75).status, BAD_METHOD);
	CHECK_STATUS(CALL(irq, IRQ_GET_MSI, BOOT_SLOT_CNODE, 0, 0, 0).status, BAD_METHOD);
	return true;
}

// Who sends it: 0 where there is no IOMMU.
static cptr_t sender(void)
{
	cptr_t slot = boot->iommu_line ? slot_take(1) : 0;

	if (slot)
		CALL(BOOT_SLOT_IOMMU_CONTROL, IOMMU_ISSUE, 0x18, BOOT_SLOT_CNODE, slot, ROOT_DEPTH);
	return slot;
}

static bool test_msi(void)
{
	cptr_t first = slot_take(2), from = sender();
	struct sys_regs a =
		CALL(BOOT_SLOT_IRQ_CONTROL, IRQ_GET_MSI, BOOT_SLOT_CNODE, first, ROOT_DEPTH, from);
	struct sys_regs b = CALL(BOOT_SLOT_IRQ_CONTROL, IRQ_GET_MSI, BOOT_SLOT_CNODE, first + 1,
				 ROOT_DEPTH, from);

	CHECK_STATUS(a.status, OK);
	CHECK_STATUS(b.status, OK);
	CHECK_EQUAL(a.word[0] >> 20, 0xfee);
	CHECK(a.word[0] != b.word[0] || a.word[1] != b.word[1]);
	CHECK_EQUAL(cap_type(first), OBJECT_IRQ);
	CHECK_STATUS(cap_delete(first), OK);
	CHECK_STATUS(
		CALL(BOOT_SLOT_IRQ_CONTROL, IRQ_GET_MSI, BOOT_SLOT_CNODE, first, ROOT_DEPTH, from)
			.status,
		OK);
	CHECK_STATUS(
		CALL(BOOT_SLOT_IRQ_CONTROL, IRQ_GET_MSI, BOOT_SLOT_CNODE, first, ROOT_DEPTH, from)
			.status,
		SLOT_OCCUPIED);
	return true;
}

// Vectors run out with an error, and come back.
static bool test_msi_exhausted(void)
{
	unsigned count = 0;
	cptr_t first = slot_take(300), from = sender();

	while (count < 300 && CALL(BOOT_SLOT_IRQ_CONTROL, IRQ_GET_MSI, BOOT_SLOT_CNODE,
				   first + count, ROOT_DEPTH, from)
					      .status == STATUS_OK)
		count++;
	CHECK(count > 8 && count < 256);
	for (unsigned i = 0; i < count; i++)
		CHECK_STATUS(cap_delete(first + i), OK);
	CHECK_STATUS(
		CALL(BOOT_SLOT_IRQ_CONTROL, IRQ_GET_MSI, BOOT_SLOT_CNODE, first, ROOT_DEPTH, from)
			.status,
		OK);
	return true;
}

const struct test device_tests[] = {
	{"device_ports", test_ports},
	{"device_issue_errors", test_issue_errors},
	{"device_irq_delivery", test_irq_delivery},
	{"device_irq_owner", test_irq_owner},
	{"device_irq_errors", test_irq_errors},
	{"device_msi", test_msi},
	{"device_msi_exhausted", test_msi_exhausted},
	{0},
};
