// SPDX-License-Identifier: MIT
//
// The IOMMU: a device that is told to reach what it may not. QEMU's teaching device does whatever it is
// told; this suite is its driver and its supervisor. A machine without an IOMMU says so.
//
// QEMU 7.2 drops an interrupt that is not its sender's, but records no fault for it, lets messages
// of the old format pass, and does not look for the sender of a message that was written by DMA. So
// forged interrupts are sent here the way in which it looks. Nor does it record a write to a page that
// may be read and was read just before.

#include "edu.h"
#include "suite.h"

enum {
	DMA_ASID = 3800,
	WINDOW = 0x200000, // where the device sees the page
	WORDS = 8,	   // of what it moves
	KILLS = 30,
	UNUSED_PIN = 5,
};

// A check that has said itself why it failed.
#define MUST(condition)                                                                            \
	do {                                                                                       \
		if (!(condition))                                                                  \
			return false;                                                              \
	} while (0)

#define PAGE ((volatile uint64_t *)TEST_VADDR)

static cptr_t requester, dma_space, frame, window;

static uint64_t requester_issue(uint64_t number, cptr_t slot)
{
	return CALL(BOOT_SLOT_IOMMU_CONTROL, IOMMU_ISSUE, number, BOOT_SLOT_CNODE, slot, ROOT_DEPTH)
		.status;
}

static uint64_t dma_space_retype(cptr_t slot)
{
	return CALL(test_untyped, UNTYPED_RETYPE, OBJECT_VSPACE | (uint64_t)VSPACE_IOMMU << 32,
		    VSPACE_BITS, BOOT_SLOT_CNODE, 0, 0, slot, 1)
		.status;
}

cptr_t dma_space_make(unsigned asid)
{
	cptr_t slot = slot_take(1);
	uint64_t status = dma_space_retype(slot);

	if (status == STATUS_OK)
		status = CALL(BOOT_SLOT_ASID_CONTROL, ASID_ASSIGN, slot, asid).status;
	if (status != STATUS_OK)
		guest_die("a space for a device", status);
	return slot;
}

cptr_t requester_make(unsigned number)
{
	cptr_t slot = slot_take(1);
	uint64_t status = requester_issue(number, slot);

	if (status != STATUS_OK)
		guest_die("a requester", status);
	return slot;
}

static void faults_drop(void)
{
	while (CALL(BOOT_SLOT_IOMMU_CONTROL, IOMMU_FAULT).status == STATUS_OK)
		;
}

// The device, bound to a space with one page in it, which is at TEST_VADDR here.
static void device_setup(unsigned rights)
{
	edu_setup();
	requester = requester_make(edu_requester);
	dma_space = dma_space_make(DMA_ASID);
	frame = frame_map_new(BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0);
	window = cap_copy(frame, RIGHT_ALL);
	uint64_t status = frame_map(window, dma_space, WINDOW, rights, 0);
	if (status == STATUS_OK)
		status = CALL(requester, REQUESTER_BIND, dma_space).status;
	if (status != STATUS_OK)
		guest_die("a window for a device", status);
	faults_drop();
}

static void page_fill(uint64_t pattern)
{
	for (unsigned i = 0; i < WORDS; i++)
		PAGE[i] = pattern + i;
}

static bool page_holds(uint64_t pattern)
{
	for (unsigned i = 0; i < WORDS; i++)
		if (PAGE[i] != pattern + i)
			return false;
	return true;
}

// The device's buffer gets the pattern through the window, which must be open.
static void buffer_fill(uint64_t pattern)
{
	page_fill(pattern);
	edu_read(WINDOW);
	page_fill(0);
}

// The next thing that was blocked is this.
static bool fault_is(unsigned kind, uint64_t address)
{
	struct sys_regs regs = CALL(BOOT_SLOT_IOMMU_CONTROL, IOMMU_FAULT);

	CHECK_STATUS(regs.status, OK);
	CHECK_EQUAL(regs.word[0], edu_requester);
	CHECK_EQUAL(regs.word[1], kind);
	CHECK_EQUAL(regs.word[2], address);
	CHECK(regs.word[3] != 0);
	CHECK_STATUS(CALL(BOOT_SLOT_IOMMU_CONTROL, IOMMU_FAULT).status, WOULD_BLOCK);
	return true;
}

static bool write_blocked(uint64_t address)
{
	page_fill(0x1111);
	edu_write(address);
	CHECK(page_holds(0x1111));
	return fault_is(IOMMU_FAULT_WRITE, address);
}

static bool test_window(void)
{
	device_setup(RIGHT_READ | RIGHT_WRITE);
	buffer_fill(0xabcd0000);
	edu_write(WINDOW + 64);
	CHECK_EQUAL(PAGE[8], 0xabcd0000);
	CHECK_EQUAL(PAGE[15], 0xabcd0007);
	CHECK_STATUS(CALL(BOOT_SLOT_IOMMU_CONTROL, IOMMU_FAULT).status, WOULD_BLOCK);
	MUST(write_blocked(WINDOW + PAGE_SIZE));
	MUST(write_blocked(WINDOW - PAGE_SIZE));
	return write_blocked(CALL(frame, FRAME_PADDR).word[0]);
}

static bool test_unbound(void)
{
	device_setup(RIGHT_READ | RIGHT_WRITE);
	buffer_fill(0x2222);
	CHECK_STATUS(CALL(requester, REQUESTER_UNBIND).status, OK);
	MUST(write_blocked(WINDOW));
	edu_read(WINDOW);
	MUST(fault_is(IOMMU_FAULT_READ, WINDOW));
	CHECK_STATUS(CALL(requester, REQUESTER_UNBIND).status, OK);
	CHECK_STATUS(CALL(requester, REQUESTER_BIND, dma_space).status, OK);
	buffer_fill(0x2222); // a read that was blocked has spoilt it
	edu_write(WINDOW);
	CHECK(page_holds(0x2222));
	return true;
}

static bool test_rights(void)
{
	device_setup(RIGHT_READ);
	MUST(write_blocked(WINDOW));
	buffer_fill(0x3333);
	// More rights at the same place, and fewer again.
	CHECK_STATUS(frame_map(window, dma_space, WINDOW, RIGHT_READ | RIGHT_WRITE, 0), OK);
	edu_write(WINDOW);
	CHECK(page_holds(0x3333));
	CHECK_STATUS(frame_map(window, dma_space, WINDOW, RIGHT_READ, 0), OK);
	MUST(write_blocked(WINDOW));
	CHECK_STATUS(CALL(cap_copy(frame, RIGHT_READ), FRAME_MAP, dma_space, WINDOW + PAGE_SIZE,
			  RIGHT_READ | RIGHT_WRITE, 0)
			     .status,
		     NO_RIGHT);
	return true;
}

static bool test_large(void)
{
	device_setup(RIGHT_READ | RIGHT_WRITE);
	buffer_fill(0x4444);
	cptr_t large = cap_copy(shared_frame_cap(), RIGHT_ALL);
	CHECK_STATUS(frame_map(large, dma_space, 0x40000000, RIGHT_READ | RIGHT_WRITE, 0), OK);
	edu_write(0x40000000 + SCRATCH_BASE - SHARED_BASE);
	CHECK_EQUAL(*(volatile uint64_t *)SCRATCH_BASE, 0x4444);
	CHECK_STATUS(CALL(large, FRAME_UNMAP).status, OK);
	return write_blocked(0x40000000 + SCRATCH_BASE - SHARED_BASE);
}

// However a mapping ends, the device sees it no more.
static bool test_unmap(void)
{
	device_setup(RIGHT_READ | RIGHT_WRITE);
	buffer_fill(0x5555);
	CHECK_STATUS(CALL(window, FRAME_UNMAP).status, OK);
	MUST(write_blocked(WINDOW));
	CHECK_STATUS(frame_map(window, dma_space, WINDOW, RIGHT_READ | RIGHT_WRITE, 0), OK);
	edu_write(WINDOW);
	CHECK(page_holds(0x5555));
	CHECK_STATUS(cap_delete(window), OK);
	return write_blocked(WINDOW);
}

static bool test_revoke(void)
{
	device_setup(RIGHT_READ | RIGHT_WRITE);
	buffer_fill(0x6666);
	CHECK_STATUS(cap_revoke(frame), OK);
	CHECK_EQUAL(cap_type(window), 0);
	return write_blocked(WINDOW);
}

static bool test_space_deleted(void)
{
	device_setup(RIGHT_READ | RIGHT_WRITE);
	buffer_fill(0x7777);
	CHECK_STATUS(cap_delete(dma_space), OK);
	MUST(write_blocked(WINDOW));
	// Its number is free, and another space takes its place with the same requester.
	dma_space = dma_space_make(DMA_ASID);
	CHECK_STATUS(CALL(requester, REQUESTER_BIND, dma_space).status, OK);
	MUST(write_blocked(WINDOW));
	CHECK_STATUS(frame_map(window, dma_space, WINDOW, RIGHT_READ | RIGHT_WRITE, 0), OK);
	edu_write(WINDOW);
	CHECK(page_holds(0x7777));
	return true;
}

static bool test_requester_deleted(void)
{
	device_setup(RIGHT_READ | RIGHT_WRITE);
	buffer_fill(0x8888);
	cptr_t copy = cap_copy(requester, RIGHT_ALL);
	CHECK_STATUS(cap_delete(requester), OK);
	edu_write(WINDOW);
	CHECK(page_holds(0x8888));
	CHECK_STATUS(requester_issue(edu_requester, slot_take(1)), BUSY);
	CHECK_STATUS(cap_delete(copy), OK);
	MUST(write_blocked(WINDOW));
	CHECK_STATUS(requester_issue(edu_requester, requester), OK);
	CHECK_STATUS(cap_revoke(BOOT_SLOT_IOMMU_CONTROL), OK);
	CHECK_EQUAL(cap_type(requester), 0);
	return write_blocked(WINDOW);
}

// The page ends its life in the middle of a transfer, and is another's when it ends.
static bool test_reuse(void)
{
	device_setup(RIGHT_READ | RIGHT_WRITE);
	buffer_fill(0x9999);
	for (unsigned i = 0; i < 20; i++) {
		faults_drop();
		edu_start(WINDOW, 64, true);
		sleep_us(1000 + i * 6000);
		CHECK_STATUS(i % 2 ? CALL(requester, REQUESTER_UNBIND).status
				   : CALL(window, FRAME_UNMAP).status,
			     OK);
		page_fill(i);
		edu_wait();
		CHECK(page_holds(i));
		if (i % 2)
			CHECK_STATUS(CALL(requester, REQUESTER_BIND, dma_space).status, OK);
		else
			CHECK_STATUS(
				frame_map(window, dma_space, WINDOW, RIGHT_READ | RIGHT_WRITE, 0),
				OK);
	}
	return true;
}

static bool test_fault_line(void)
{
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0), line = slot_take(1);

	device_setup(RIGHT_READ);
	CHECK_STATUS(CALL(BOOT_SLOT_IRQ_CONTROL, IRQ_GET_LINE, boot->iommu_line, 0, BOOT_SLOT_CNODE,
			  line, ROOT_DEPTH)
			     .status,
		     OK);
	CHECK_STATUS(CALL(line, IRQ_SET_NTFN, cap_mint(notification, RIGHT_WRITE, 4)).status, OK);
	CHECK_STATUS(CALL(line, IRQ_ACK).status, OK);
	for (unsigned i = 0; i < 3; i++) {
		CHECK_STATUS(NB_RECV(notification, 0).status, WOULD_BLOCK);
		edu_write(WINDOW);
		CHECK_EQUAL(notification_wait(notification), 4);
		MUST(fault_is(IOMMU_FAULT_WRITE, WINDOW));
	}
	return true;
}

// ---- a driver that is killed --------------------------------------------------------------------

// Has the device write to its window for ever.
static void body_drive(struct guest_thread *t)
{
	for (;;) {
		edu_start(WINDOW, WORDS * 8, true);
		t->counter++;
		while (edu_busy())
			for (volatile unsigned i = 0; i < 10000; i++)
				;
	}
}

// The order of a restart: the thread, the requester, and only then the memory, which is another's at
// once. Whatever the device was doing, the other's memory keeps what it holds.
static bool driver_kill(struct guest_thread *driver, cptr_t memory, unsigned round)
{
	CHECK_STATUS(CALL(driver->thread, THREAD_SUSPEND).status, OK);
	CHECK_STATUS(CALL(requester, REQUESTER_UNBIND).status, OK);
	CHECK_STATUS(cap_revoke(memory), OK);
	CHECK_EQUAL(cap_type(window), 0);
	CHECK_STATUS(object_retype(memory, OBJECT_FRAME, FRAME_4K_BITS, frame, 1), OK);
	CHECK_STATUS(frame_map(frame, BOOT_SLOT_VSPACE, TEST_VADDR, RIGHT_READ | RIGHT_WRITE, 0),
		     OK);
	CHECK_EQUAL(PAGE[0], 0);
	page_fill(round);
	edu_wait();
	CHECK(page_holds(round));
	return true;
}

static bool test_driver_killed(void)
{
	cptr_t memory = object_make(OBJECT_UNTYPED, FRAME_4K_BITS), space = space_make();
	struct guest_thread *driver = thread_make(BELOW, space);
	uint64_t random = 99;

	thread_schedctx_make(driver, 10000, 10000);
	device_setup(RIGHT_READ | RIGHT_WRITE);
	buffer_fill(0xdddd);
	CHECK_STATUS(CALL(requester, REQUESTER_UNBIND).status, OK);
	CHECK_STATUS(cap_revoke(frame), OK);
	CHECK_STATUS(cap_delete(frame), OK);
	edu_registers_map(space);
	if (boot->cpu_count > 1)
		CHECK_STATUS(thread_place(driver, 1), OK);
	CHECK_STATUS(object_retype(memory, OBJECT_FRAME, FRAME_4K_BITS, frame, 1), OK);
	for (unsigned round = 1; round <= KILLS; round++) {
		CHECK_STATUS(CALL(BOOT_SLOT_CNODE, CNODE_COPY, window, ROOT_DEPTH, BOOT_SLOT_CNODE,
				  frame, ROOT_DEPTH, RIGHT_ALL)
				     .status,
			     OK);
		CHECK_STATUS(frame_map(window, dma_space, WINDOW, RIGHT_READ | RIGHT_WRITE, 0), OK);
		CHECK_STATUS(CALL(requester, REQUESTER_BIND, dma_space).status, OK);
		thread_go(driver, body_drive);
		random = random * 6364136223846793005 + 1442695040888963407;
		sleep_us(1000 + (random >> 40) % 150000);
		MUST(driver_kill(driver, memory, round));
	}
	CHECK(driver->counter >= KILLS);
	return true;
}

static cptr_t line_make(cptr_t sender, struct sys_regs *message)
{
	cptr_t line = slot_take(1);

	*message =
		CALL(BOOT_SLOT_IRQ_CONTROL, IRQ_GET_MSI, BOOT_SLOT_CNODE, line, ROOT_DEPTH, sender);
	if (message->status != STATUS_OK)
		guest_die("an interrupt by message", message->status);
	return line;
}

static bool test_interrupts(void)
{
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0), other = slot_take(1);
	cptr_t pin = slot_take(1);
	struct sys_regs mine, theirs;

	device_setup(RIGHT_READ | RIGHT_WRITE);
	CHECK_STATUS(requester_issue(edu_requester ^ 0x800, other), OK);
	cptr_t line = line_make(requester, &mine), forged = line_make(other, &theirs);
	CHECK_STATUS(CALL(line, IRQ_SET_NTFN, cap_mint(notification, RIGHT_WRITE, 1)).status, OK);
	CHECK_STATUS(CALL(forged, IRQ_SET_NTFN, cap_mint(notification, RIGHT_WRITE, 2)).status, OK);
	edu_message(mine.word[0], mine.word[1]);
	edu_interrupt();
	CHECK_EQUAL(NB_RECV(notification, 0).badge, 1);
	edu_message(theirs.word[0], theirs.word[1]);
	edu_interrupt();
	CHECK_STATUS(NB_RECV(notification, 0).status, WOULD_BLOCK);
	CHECK_STATUS(cap_delete(line), OK);
	// Its number is nobody's now; its vector is a pin's.
	CHECK_STATUS(CALL(BOOT_SLOT_IRQ_CONTROL, IRQ_GET_LINE, UNUSED_PIN, 0, BOOT_SLOT_CNODE, pin,
			  ROOT_DEPTH)
			     .status,
		     OK);
	CHECK_STATUS(CALL(pin, IRQ_SET_NTFN, cap_mint(notification, RIGHT_WRITE, 4)).status, OK);
	edu_message(mine.word[0], mine.word[1]);
	edu_interrupt();
	CHECK_STATUS(NB_RECV(notification, 0).status, WOULD_BLOCK);
	// And by DMA: what looks like a write of memory is a message, which no window lets through.
	page_fill(0);
	edu_read(WINDOW);
	edu_start(mine.word[0], 4, true);
	edu_wait();
	CHECK_STATUS(NB_RECV(notification, 0).status, WOULD_BLOCK);
	return true;
}

static bool test_errors(void)
{
	device_setup(RIGHT_READ);
	cptr_t slot = slot_take(1), other = slot_take(1), unnumbered = slot_take(1);
	cptr_t second = dma_space_make(DMA_ASID + 1);

	CHECK_STATUS(requester_issue(0x10000, slot), BAD_ARGUMENT);
	CHECK_STATUS(requester_issue(~0ul, slot), BAD_ARGUMENT);
	CHECK_STATUS(requester_issue(edu_requester, slot), BUSY);
	CHECK_STATUS(requester_issue(1, requester), SLOT_OCCUPIED);
	CHECK_EQUAL(cap_type(slot), 0);
	CHECK_STATUS(requester_issue(0xffff, other), OK);
	CHECK_STATUS(CALL(BOOT_SLOT_IOMMU_CONTROL, IOMMU_ISSUE, 2).status, TRUNCATED);
	CHECK_STATUS(CALL(BOOT_SLOT_IOMMU_CONTROL, 0xa4).status, BAD_METHOD);
	CHECK_STATUS(CALL(requester, IOMMU_FAULT).status, BAD_METHOD);
	CHECK_STATUS(CALL(requester, REQUESTER_BIND).status, TRUNCATED);
	CHECK_STATUS(CALL(requester, REQUESTER_BIND, 0).status, NO_CAP);
	CHECK_STATUS(CALL(requester, REQUESTER_BIND, frame).status, WRONG_TYPE);
	CHECK_STATUS(CALL(requester, REQUESTER_BIND, BOOT_SLOT_VSPACE).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(requester, REQUESTER_BIND, second).status, BUSY);
	CHECK_STATUS(CALL(other, REQUESTER_BIND, dma_space).status, BUSY);
	CHECK_STATUS(dma_space_retype(unnumbered), OK);
	CHECK_STATUS(CALL(other, REQUESTER_BIND, unnumbered).status, BAD_ARGUMENT);
	CHECK_STATUS(CALL(other, REQUESTER_BIND, second).status, OK);
	CHECK_STATUS(CALL(window, FRAME_MAP, second, 1ul << 48, RIGHT_READ, 0).status,
		     BAD_ARGUMENT);
	CHECK_STATUS(CALL(BOOT_SLOT_IRQ_CONTROL, IRQ_GET_MSI, BOOT_SLOT_CNODE, slot, ROOT_DEPTH, 0)
			     .status,
		     NO_CAP);
	CHECK_STATUS(
		CALL(BOOT_SLOT_IRQ_CONTROL, IRQ_GET_MSI, BOOT_SLOT_CNODE, slot, ROOT_DEPTH, frame)
			.status,
		WRONG_TYPE);
	// A device's space is none for a thread.
	CHECK_STATUS(CALL(thread_make(ABOVE, 0)->thread, THREAD_CONFIGURE, BOOT_SLOT_CNODE,
			  dma_space, 0, 0)
			     .status,
		     WRONG_TYPE);
	return true;
}

static bool test_absent(void)
{
	CHECK_EQUAL(cap_type(BOOT_SLOT_IOMMU_CONTROL), 0);
	CHECK_STATUS(dma_space_retype(slot_take(1)), UNSUPPORTED);
	return true;
}

bool iommu_usable(void)
{
	return boot->iommu_line != 0 && edu_present();
}

const struct test iommu_absent_tests[] = {
	{"iommu_absent", test_absent},
	{0},
};

const struct test iommu_tests[] = {
	{"iommu_window", test_window},
	{"iommu_unbound", test_unbound},
	{"iommu_rights", test_rights},
	{"iommu_large", test_large},
	{"iommu_unmap", test_unmap},
	{"iommu_revoke", test_revoke},
	{"iommu_space_deleted", test_space_deleted},
	{"iommu_requester_deleted", test_requester_deleted},
	{"iommu_reuse", test_reuse},
	{"iommu_fault_line", test_fault_line},
	{"iommu_interrupts", test_interrupts},
	{"iommu_driver_killed", test_driver_killed},
	{"iommu_errors", test_errors},
	{0},
};
