// SPDX-License-Identifier: MIT
//
// See the header.
#include "driver.h"

#include <string.h>

#include "../../../servers/vmm/vmm.h"
#include "host.h"

uint16_t driver_made;

struct descriptor *driver_descriptor(unsigned i)
{
	return (struct descriptor *)(host_memory + DESCRIPTORS) + i;
}

uint16_t driver_used(void)
{
	return ((const uint16_t *)(host_memory + USED))[1];
}

uint8_t *driver_buffer(unsigned request)
{
	return host_memory + BUFFERS + request % QUEUE * SECTOR;
}

static uint32_t head_address(unsigned request)
{
	return HEADS + request % QUEUE * 32;
}

uint8_t driver_outcome(unsigned request)
{
	return host_memory[head_address(request) + 16];
}

uint32_t driver_read_register(unsigned offset)
{
	return virtio_read(VIRTIO_DISK, offset, 4);
}

void driver_write_register(unsigned offset, uint32_t value)
{
	virtio_write(0, VIRTIO_DISK, offset, 4, value);
	machine_commit(0);
}

void driver_start(void)
{
	static const uint32_t writes[][2] = {
		{0x070, 0},	    {0x070, 3},	   {0x024, 1},	   {0x020, 1},
		{0x070, 11},	    {0x030, 0},	   {0x038, QUEUE}, {0x080, DESCRIPTORS},
		{0x090, AVAILABLE}, {0x0a0, USED}, {0x044, 1},	   {0x070, 15},
	};

	memset(host_memory + DESCRIPTORS, 0, BUFFERS - DESCRIPTORS);
	driver_made = 0;
	for (unsigned i = 0; i < sizeof(writes) / sizeof(writes[0]); i++)
		driver_write_register(writes[i][0], writes[i][1]);
}

void driver_offer(uint16_t head)
{
	uint16_t *available = (uint16_t *)(host_memory + AVAILABLE);

	available[2 + driver_made % QUEUE] = head;
	available[1] = ++driver_made;
}

// Two requests at a time have descriptors of their own: 0..2 and 3..5.
void driver_request(bool write, uint64_t sector)
{
	unsigned request = driver_made, first = request % 2 * 3;
	uint32_t head = head_address(request);
	uint32_t operation[4] = {write, 0, (uint32_t)sector, (uint32_t)(sector >> 32)};

	memcpy(host_memory + head, operation, sizeof(operation));
	host_memory[head + 16] = 0xff;
	*driver_descriptor(first) = (struct descriptor){head, 16, 1, (uint16_t)(first + 1)};
	*driver_descriptor(first + 1) =
		(struct descriptor){BUFFERS + request % QUEUE * SECTOR, SECTOR,
				    (uint16_t)(write ? 1 : 3), (uint16_t)(first + 2)};
	*driver_descriptor(first + 2) = (struct descriptor){head + 16, 1, 2, 0};
	driver_offer((uint16_t)first);
}

void driver_kick(void)
{
	driver_write_register(0x050, 0);
}
