// SPDX-License-Identifier: MIT
//
// Start of a guest program; its slots and objects.
//
// Slots are taken in ascending order from the root CNode. Test memory is one untyped: after each
// test every slot taken since test_memory_keep() is deleted and the untyped revoked.

#include "runtime.h"

enum {
	POOL_BITS = 24,
	TEST_BITS = 24,
};

const struct boot_info *boot;
struct ipc_buffer *test_buffer, *boot_buffer;
cptr_t pool_untyped, test_untyped;

static cptr_t next_slot, kept_slot;

_Noreturn void guest_start(const struct boot_info *info, struct ipc_buffer *buffer);

void guest_start(const struct boot_info *info, struct ipc_buffer *buffer)
{
	boot = info;
	test_buffer = boot_buffer = buffer;
	next_slot = info->first_free_slot;
	console_setup();
	guest_main();
	guest_exit(false);
}

struct sys_regs sys_do(uint64_t number, cptr_t cap, cptr_t reply, cptr_t send_to, uint32_t label,
		       unsigned caps, unsigned count, const uint64_t *words)
{
	struct sys_regs regs = {
		.number = number,
		.cap = cap,
		.reply = reply,
		.send_to = send_to,
		.msg = msg_make(label, caps, count),
	};

	for (unsigned i = 0; i < count && i < MSG_REG_WORDS; i++)
		regs.word[i] = words[i];
	sys_enter(&regs);
	return regs;
}

uint64_t notification_wait(cptr_t notification)
{
	struct sys_regs regs = RECV(notification, 0);

	if (regs.status != STATUS_OK)
		guest_die("wait on a notification", regs.status);
	return regs.badge;
}

uint64_t notification_signal(cptr_t notification)
{
	return SEND(notification, 0).status;
}

void memory_setup(void)
{
	for (unsigned i = 0; i < boot->untyped_count; i++) {
		cptr_t source = BOOT_SLOT_FIRST_UNTYPED + i;

		if (boot->untyped[i].kind != BOOT_MEMORY ||
		    boot->untyped[i].size_bits <= POOL_BITS ||
		    boot->untyped[i].size_bits <= TEST_BITS)
			continue;
		pool_untyped = slot_take(1);
		test_untyped = slot_take(1);
		uint64_t first = object_retype(source, OBJECT_UNTYPED, POOL_BITS, pool_untyped, 1);
		uint64_t second = object_retype(source, OBJECT_UNTYPED, TEST_BITS, test_untyped, 1);

		if (first != STATUS_OK || second != STATUS_OK)
			guest_die("retype of the pools", first << 8 | second);
		return;
	}
	guest_die("no untyped is large enough", boot->untyped_count);
}

cptr_t slot_take(unsigned count)
{
	cptr_t slot = next_slot;

	next_slot += count;
	if (next_slot > 1ul << BOOT_CNODE_BITS)
		guest_die("out of slots", next_slot);
	return slot;
}

uint64_t object_retype(cptr_t untyped, unsigned type, unsigned bits, cptr_t slot, unsigned count)
{
	return CALL(untyped, UNTYPED_RETYPE, type, bits, BOOT_SLOT_CNODE, 0, 0, slot, count).status;
}

static unsigned fixed_bits(unsigned type)
{
	switch (type) {
	case OBJECT_THREAD: return THREAD_BITS;
	case OBJECT_ENDPOINT: return ENDPOINT_BITS;
	case OBJECT_NOTIFICATION: return NOTIFICATION_BITS;
	case OBJECT_REPLY: return REPLY_BITS;
	case OBJECT_SCHEDCTX: return SCHEDCTX_MIN_BITS;
	case OBJECT_VSPACE: return VSPACE_BITS;
	case OBJECT_VCPU: return VCPU_BITS;
	case OBJECT_TABLE: return TABLE_BITS;
	case OBJECT_FRAME: return FRAME_4K_BITS;
	default: guest_die("no fixed size", type);
	}
}

static cptr_t make(cptr_t untyped, unsigned type, unsigned bits)
{
	cptr_t slot = slot_take(1);
	uint64_t status = object_retype(untyped, type, bits ? bits : fixed_bits(type), slot, 1);

	if (status != STATUS_OK)
		guest_die("retype", (uint64_t)type << 16 | bits << 8 | status);
	return slot;
}

cptr_t object_make(unsigned type, unsigned bits)
{
	return make(test_untyped, type, bits);
}

cptr_t pool_make(unsigned type, unsigned bits)
{
	return make(pool_untyped, type, bits);
}

cptr_t cap_copy(cptr_t source, unsigned rights)
{
	cptr_t slot = slot_take(1);
	uint64_t status = CALL(BOOT_SLOT_CNODE, CNODE_COPY, slot, ROOT_DEPTH, BOOT_SLOT_CNODE,
			       source, ROOT_DEPTH, rights)
				  .status;

	if (status != STATUS_OK)
		guest_die("copy of a capability", status);
	return slot;
}

cptr_t cap_mint(cptr_t source, unsigned rights, uint64_t badge)
{
	cptr_t slot = slot_take(1);
	uint64_t status = CALL(BOOT_SLOT_CNODE, CNODE_MINT, slot, ROOT_DEPTH, BOOT_SLOT_CNODE,
			       source, ROOT_DEPTH, rights, badge)
				  .status;

	if (status != STATUS_OK)
		guest_die("mint of a capability", status);
	return slot;
}

uint64_t cap_delete(cptr_t slot)
{
	return CALL(BOOT_SLOT_CNODE, CNODE_DELETE, slot, ROOT_DEPTH).status;
}

uint64_t cap_revoke(cptr_t slot)
{
	return CALL(BOOT_SLOT_CNODE, CNODE_REVOKE, slot, ROOT_DEPTH).status;
}

unsigned cap_type(cptr_t slot)
{
	return (unsigned)CALL(BOOT_SLOT_CNODE, CNODE_INSPECT, slot, ROOT_DEPTH).word[0];
}

uint64_t cap_identity(cptr_t slot)
{
	return CALL(BOOT_SLOT_CNODE, CNODE_INSPECT, slot, ROOT_DEPTH).word[3];
}

void test_memory_keep(void)
{
	kept_slot = next_slot;
}

void test_memory_reset(void)
{
	uint64_t status = cap_revoke(test_untyped);

	if (status != STATUS_OK)
		guest_die("revoke of test memory", status);
	for (cptr_t slot = kept_slot; slot < next_slot; slot++)
		cap_delete(slot);
	next_slot = kept_slot;
	threads_forget();
}

// The compiler calls these for large structures; volatile keeps it from calling them in here.
void *memset(void *to, int value, size_t count)
{
	for (size_t i = 0; i < count; i++)
		((volatile char *)to)[i] = (char)value;
	return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		((volatile char *)to)[i] = ((const char *)from)[i];
	return to;
}
