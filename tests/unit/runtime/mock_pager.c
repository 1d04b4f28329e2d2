// SPDX-License-Identifier: MIT
//
// What the mock machine has for a pager and a supervisor: functions in place of their clients' stubs.
// A memory object is a piece of one file, which every process of the machine can map.

#include <sys/mman.h>
#include <unistd.h>

#include <caplet/kill_point.h>
#include <caplet/system.h>

#include "mock.h"

static int objects_file;

void mock_objects_make(void)
{
	objects_file = memfd_create("objects", 0);
	(void)!ftruncate(objects_file, MOCK_OBJECTS * MOCK_OBJECT_BYTES);
}

status_t pager_object_create(struct pager_client *client, uint64_t bytes, uint32_t flags,
			     uint64_t *object)
{
	(void)client;
	(void)flags;
	*object = ++world->objects;
	return bytes <= MOCK_OBJECT_BYTES && *object < MOCK_OBJECTS ? STATUS_OK : STATUS_QUOTA;
}

static status_t map(uint64_t object, uint64_t hint, uint64_t bytes, uint64_t *address)
{
	void *at = mmap((void *)hint, bytes, PROT_READ | PROT_WRITE,
			MAP_SHARED | (hint ? MAP_FIXED : 0), objects_file,
			(off_t)(object * MOCK_OBJECT_BYTES));

	*address = (uint64_t)at;
	return at == MAP_FAILED ? PAGER_NO_SPACE : STATUS_OK;
}

status_t pager_object_map(struct pager_client *client, uint64_t object, uint64_t offset,
			  uint64_t hint, uint64_t bytes, uint32_t flags, uint64_t *address)
{
	(void)client;
	(void)offset;
	(void)flags;
	return map(object, hint, bytes, address);
}

status_t pager_object_map_cap(struct pager_client *client, cptr_t memory, uint64_t offset,
			      uint64_t hint, uint64_t bytes, uint32_t flags, uint64_t *address,
			      uint64_t *bytes_mapped)
{
	(void)client;
	(void)offset;
	(void)flags;
	kill_point();
	*bytes_mapped = bytes;
	if (mock_identity(memory) >> 56 != 2)
		return PAGER_NO_OBJECT;
	return map(mock_identity(memory) & 0xffffff, hint, bytes, address);
}

status_t pager_object_cap(struct pager_client *client, uint64_t object, uint32_t rights,
			  cptr_t *memory)
{
	(void)client;
	(void)rights;
	*memory = slot_borrow(1);
	world->slots[CLIENT][slot_index(*memory)] = MOCK_OBJECT(object);
	return STATUS_OK;
}

status_t pager_unmap(struct pager_client *client, uint64_t address, uint64_t bytes)
{
	(void)client;
	kill_point();
	return munmap((void *)address, bytes) ? PAGER_BAD_RANGE : STATUS_OK;
}

status_t pager_object_release(struct pager_client *client, uint64_t object)
{
	(void)client;
	(void)object;
	return STATUS_OK;
}

status_t supervisor_processes_alive(struct supervisor_client *client,
				    const struct supervisor_processes *asked, uint64_t *alive)
{
	(void)client;
	kill_point();
	*alive = 0;
	for (unsigned i = 0; i < SUPERVISOR_ASKED_MAX; i++)
		if (asked->process[i] != MOCK_BADGE_OF_CLIENT || !world->dead_client)
			*alive |= 1ul << i;
	return STATUS_OK;
}
