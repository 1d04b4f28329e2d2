// SPDX-License-Identifier: MIT
//
// The kernel test suite: runs each test of the tables in the worker thread and prints one line for
// each, then "suite done: P passed, F failed", and ends QEMU with status 0x10 or 0x11.
//
// The root task's own thread is the harness. It waits on one endpoint for three things: the
// worker's fault, the worker's "done" and the watchdog's ticks (the last two through its bound
// notification). The first few checks run in the root task itself, because the worker
// needs what they check.

#include "suite.h"

enum {
	EVENT_DONE = 1,
	EVENT_TICK = 2,
	TICK_US = 250000,
	TICKS_MAX = 40,
	WATCHDOG_PRIORITY = 253,
};

static cptr_t harness_endpoint, harness_reply, harness_notification;
static struct guest_thread *worker, *watchdog;
static cptr_t done_signal, tick_signal;

static const struct test *volatile current_test;
static volatile bool current_result;
static unsigned passed, failed;

// ---- checks --------------------------------------------------------------------------------------

static struct {
	int line;
	const char *what;
	uint64_t got, want;
	bool is_status;
} failure;

static bool note_failure(int line, const char *what, uint64_t got, uint64_t want, bool is_status)
{
	failure.line = line;
	failure.what = what;
	failure.got = got;
	failure.want = want;
	failure.is_status = is_status;
	return false;
}

bool check_fail(int line, const char *what, uint64_t got, uint64_t want)
{
	return note_failure(line, what, got, want, false);
}

bool check_status_fail(int line, const char *what, uint64_t got, uint64_t want)
{
	return note_failure(line, what, got, want, true);
}

static void report(const struct test *test, bool result)
{
	if (result) {
		passed++;
		print("ok %s\n", test->name);
		return;
	}
	failed++;
	print("not ok %s: line %d: %s is ", test->name, failure.line, failure.what);
	if (failure.is_status)
		print("%s, not %s\n", status_name(failure.got), status_name(failure.want));
	else
		print("0x%lx, not 0x%lx\n", failure.got, failure.want);
}

// ---- before the worker ---------------------------------------------------------------------------

static bool test_boot_info(void)
{
	CHECK_EQUAL(boot->magic, BOOT_INFO_MAGIC);
	CHECK_EQUAL(boot->size, sizeof(struct boot_info));
	CHECK(boot->cpu_count >= 1);
	CHECK(boot->tsc_hz > 1000000);
	CHECK(boot->root_tsc > boot->entry_tsc);
	CHECK(boot->untyped_count > 0 && boot->untyped_count <= BOOT_MAX_UNTYPED);
	CHECK(boot->first_free_slot >= BOOT_SLOT_FIRST_UNTYPED + boot->untyped_count);
	CHECK_EQUAL(boot->image_end % PAGE_SIZE, 0);
	CHECK_EQUAL(boot->archive_paddr % PAGE_SIZE, 0);
	CHECK(boot->archive_bytes > 0);
	for (unsigned i = 0; i < boot->untyped_count; i++) {
		CHECK(boot->untyped[i].kind <= BOOT_ACPI);
		CHECK_EQUAL(boot->untyped[i].paddr & ((1ul << boot->untyped[i].size_bits) - 1), 0);
		for (unsigned j = 0; j < i; j++) {
			paddr_t a = boot->untyped[i].paddr, b = boot->untyped[j].paddr;

			CHECK(a + (1ul << boot->untyped[i].size_bits) <= b ||
			      b + (1ul << boot->untyped[j].size_bits) <= a);
		}
	}
	return true;
}

static bool test_boot_slots(void)
{
	static const uint8_t types[] = {
		[BOOT_SLOT_CNODE] = OBJECT_CNODE,
		[BOOT_SLOT_VSPACE] = OBJECT_VSPACE,
		[BOOT_SLOT_THREAD] = OBJECT_THREAD,
		[BOOT_SLOT_SCHEDCTX] = OBJECT_SCHEDCTX,
		[BOOT_SLOT_BUFFER] = OBJECT_FRAME,
		[BOOT_SLOT_INFO] = OBJECT_FRAME,
		[BOOT_SLOT_IRQ_CONTROL] = OBJECT_IRQ_CONTROL,
		[BOOT_SLOT_IOPORT_CONTROL] = OBJECT_IOPORT_CONTROL,
		[BOOT_SLOT_ASID_CONTROL] = OBJECT_ASID_CONTROL,
		[BOOT_SLOT_SCHED_CONTROL] = OBJECT_SCHED_CONTROL,
	};

	if (boot->iommu_line != 0)
		CHECK_EQUAL(cap_type(BOOT_SLOT_IOMMU_CONTROL), OBJECT_IOMMU_CONTROL);
	CHECK_STATUS(CALL(BOOT_SLOT_CNODE, CAP_NULL).status, OK);
	for (cptr_t slot = 1; slot < sizeof(types); slot++)
		if (slot != BOOT_SLOT_IOMMU_CONTROL || boot->iommu_line == 0)
			CHECK_EQUAL(cap_type(slot), types[slot]);
	for (unsigned i = 0; i < boot->untyped_count; i++) {
		struct sys_regs regs = CALL(BOOT_SLOT_CNODE, CNODE_INSPECT,
					    BOOT_SLOT_FIRST_UNTYPED + i, ROOT_DEPTH);

		CHECK_STATUS(regs.status, OK);
		CHECK_EQUAL(regs.word[0], OBJECT_UNTYPED);
		CHECK_EQUAL(regs.word[2], boot->untyped[i].size_bits);
	}
	CHECK_EQUAL(cap_type(boot->first_free_slot + 100), 0);
	return true;
}

static bool test_boot_retype(void)
{
	cptr_t endpoint = object_make(OBJECT_ENDPOINT, 0);

	CHECK_EQUAL(cap_type(endpoint), OBJECT_ENDPOINT);
	CHECK_STATUS(cap_delete(endpoint), OK);
	CHECK_EQUAL(cap_type(endpoint), 0);
	CHECK_STATUS(cap_revoke(test_untyped), OK);
	return true;
}

static bool test_boot_signal_self(void)
{
	cptr_t notification = object_make(OBJECT_NOTIFICATION, 0);
	cptr_t signal = cap_mint(notification, RIGHT_ALL, 0x55);

	CHECK_STATUS(NB_RECV(notification, 0).status, WOULD_BLOCK);
	CHECK_STATUS(notification_signal(signal), OK);
	CHECK_EQUAL(notification_wait(notification), 0x55);
	return true;
}

static const struct test boot_tests[] = {
	{"boot_info", test_boot_info},
	{"boot_slots", test_boot_slots},
	{"boot_retype", test_boot_retype},
	{"boot_signal_self", test_boot_signal_self},
	{0},
};

// ---- worker and watchdog ---------------------------------------------------------------------------

static void worker_body(struct guest_thread *t)
{
	test_buffer = t->buffer;
	current_result = current_test->run();
	notification_signal(done_signal);
	thread_end(t);
}

static void watchdog_body(struct guest_thread *t)
{
	for (;;) {
		notification_signal(tick_signal);
		YIELD();
	}
}

static void harness_setup(void)
{
	cptr_t usual = test_untyped;

	test_untyped = pool_untyped;
	harness_endpoint = object_make(OBJECT_ENDPOINT, 0);
	harness_reply = object_make(OBJECT_REPLY, 0);
	harness_notification = object_make(OBJECT_NOTIFICATION, 0);
	done_signal = cap_mint(harness_notification, RIGHT_ALL, EVENT_DONE);
	tick_signal = cap_mint(harness_notification, RIGHT_ALL, EVENT_TICK);
	uint64_t status = CALL(BOOT_SLOT_THREAD, THREAD_BIND_NTFN, harness_notification).status;

	if (status != STATUS_OK)
		guest_die("binding of the harness notification", status);
	worker = thread_new(WORKER_PRIORITY, worker_body);
	status = CALL(worker->thread, THREAD_SET_HANDLERS, harness_endpoint, 0).status;
	if (status != STATUS_OK)
		guest_die("fault handler of the worker", status);
	watchdog = thread_make(WATCHDOG_PRIORITY, 0);
	thread_schedctx_make(watchdog, 1000, TICK_US);
	test_untyped = usual;
	settle_setup();
	thread_go(watchdog, watchdog_body);
}

static void report_fault(const struct test *test, const struct sys_regs *fault)
{
	failed++;
	print("not ok %s: ", test->name);
	if (msg_label(fault->msg) == FAULT_PAGE)
		print("page fault at 0x%lx, rip 0x%lx, access %lu\n", fault->word[0],
		      fault->word[1], fault->word[2]);
	else
		print("exception %lu, rip 0x%lx, error 0x%lx\n", fault->word[0], fault->word[1],
		      fault->word[2]);
	sys_do(SYS_SEND, harness_reply, 0, 0, FAULT_STOP, 0, 0, NULL);
}

static void run_test(const struct test *test)
{
	current_test = test;
	test_buffer = boot_buffer;
	thread_go(worker, worker_body);
	for (unsigned ticks = 0; ticks < TICKS_MAX;) {
		struct sys_regs event = RECV(harness_endpoint, harness_reply);

		if (event.status != STATUS_OK)
			guest_die("the harness could not receive", event.status);
		if (event.received == RECEIVED_FAULT)
			return report_fault(test, &event);
		if (event.badge & EVENT_DONE)
			return report(test, current_result);
		ticks++;
	}
	struct thread_regs regs = {0};

	test_buffer = boot_buffer;
	regs_read(worker->thread, 1, &regs);
	failed++;
	print("not ok %s: hangs, rip 0x%lx\n", test->name, regs.rip);
}

static bool begins(const char *text, const char *with, unsigned length)
{
	for (unsigned i = 0; i < length; i++)
		if (text[i] != with[i])
			return false;
	return true;
}

// Is the test's group (its name up to the first underscore) in the list that follows `only=` on the
// command line? Without such a list all are.
static bool is_wanted(const char *name)
{
	const char *p = boot->command_line;
	unsigned length = 0;

	while (*p != 0 && !begins(p, "only=", 5))
		p++;
	if (*p == 0)
		return true;
	while (name[length] != '_' && name[length] != 0)
		length++;
	for (p += 5; *p != 0 && *p != ' '; p++) {
		if ((p[-1] == '=' || p[-1] == ',') && begins(p, name, length) &&
		    (p[length] == ',' || p[length] == ' ' || p[length] == 0))
			return true;
	}
	return false;
}

static void run_table(const struct test *table)
{
	for (const struct test *test = table; test->name != NULL; test++) {
		if (!is_wanted(test->name))
			continue;
		run_test(test);
		test_memory_reset();
	}
}

void guest_main(void)
{
	print("suite kernel\n");
	memory_setup();
	for (const struct test *test = boot_tests; test->name != NULL; test++)
		report(test, test->run());
	spaces_setup();
	harness_setup();
	test_memory_keep();

	static const struct test *const tables[] = {
		untyped_tests,	    cnode_tests,  ipc_tests,	 long_tests,	cap_tests,
		notification_tests, death_tests,  fault_tests,	 thread_tests,	sched_tests,
		space_tests,	    device_tests, hostile_tests, garbage_tests, register_tests,
		fpu_tests,	    smp_tests,	  wild_tests,
	};

	for (unsigned i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		run_table(tables[i]);
	run_table(vcpu_supported() ? vcpu_tests : vcpu_absent_tests);
	if (iommu_usable())
		run_table(iommu_tests);
	else if (boot->iommu_line == 0)
		run_table(iommu_absent_tests);
	print("suite done: %u passed, %u failed\n", passed, failed);
	guest_exit(failed == 0);
}
