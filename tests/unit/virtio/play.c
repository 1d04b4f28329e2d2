// SPDX-License-Identifier: MIT
//
// See the header. Each act is one byte and what it takes of those that follow. Sometimes a proper set-up comes
// first, since nonsense alone rarely gets behind the first check.
#include "play.h"

#include <string.h>

#include "../../../servers/vmm/vmm.h"
#include "driver.h"
#include "host.h"

struct source {
	const uint8_t *bytes;
	size_t left;
};

static uint32_t draw(struct source *source, unsigned bytes)
{
	uint32_t value = 0;

	for (; bytes > 0; bytes--) {
		value = value << 8 | (source->left > 0 ? *source->bytes : 0);
		if (source->left > 0)
			source->bytes++, source->left--;
	}
	return value;
}

static void act(struct source *source)
{
	unsigned place = draw(source, 1) % VIRTIO_MAX, offset;

	switch (draw(source, 1) % 8) {
	case 0:
		offset = draw(source, 2) % 0x1000;
		virtio_write(0, place, offset, 1u << draw(source, 1) % 4, draw(source, 4));
		machine_commit(0);
		break;
	case 1:
		offset = draw(source, 1) % 0x30 * 4;
		virtio_write(0, place, offset, 4, draw(source, 2));
		machine_commit(0);
		break;
	case 2:
		(void)virtio_read(place, draw(source, 2) % 0x1000, 1u << draw(source, 1) % 4);
		break;
	case 3: host_memory[DESCRIPTORS + draw(source, 1) % 128] = (uint8_t)draw(source, 1); break;
	case 4: host_memory[AVAILABLE + draw(source, 1) % 32] = (uint8_t)draw(source, 1); break;
	case 5: driver_request(draw(source, 1) & 1, draw(source, 1) % 40); break;
	case 6:
		virtio_write(0, place, 0x050, 4, draw(source, 1) % 3);
		machine_commit(0);
		break;
	default: (void)host_run();
	}
}

void play(const uint8_t *bytes, size_t count)
{
	struct source source = {bytes, count};

	host_fresh();
	if (draw(&source, 1) & 1)
		driver_start();
	if (draw(&source, 1) & 1)
		host_die_at(draw(&source, 1));
	while (source.left > 0)
		act(&source);
	(void)host_run();
}
