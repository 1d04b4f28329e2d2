// SPDX-License-Identifier: MIT
//
// /dev: a handful of devices that need no driver, and names for the terminal. `random` is the CPU's own
// generator where it has one; without it, it is not unpredictable to somebody who knows the clock.

#include "vfs.h"

#include <string.h>

#include <caplet/clock.h>

enum device { DEVICE_NULL = 1, DEVICE_ZERO, DEVICE_RANDOM, DEVICE_TERMINAL };

static const struct {
	const char *name;
	enum device device;
} devices[] = {
	{"null", DEVICE_NULL},	    {"zero", DEVICE_ZERO},    {"random", DEVICE_RANDOM},
	{"urandom", DEVICE_RANDOM}, {"tty", DEVICE_TERMINAL}, {"console", DEVICE_TERMINAL},
};

#define DEVICE_COUNT (sizeof(devices) / sizeof(devices[0]))
#define NODE_FIRST   (NODE_DEVICES + 1) // of devices[0]

static enum device device_of(uint64_t node)
{
	return node >= NODE_FIRST && node < NODE_FIRST + DEVICE_COUNT
		       ? devices[node - NODE_FIRST].device
		       : 0;
}

status_t device_stat(uint64_t node, struct file_stat *found)
{
	enum device device = device_of(node);

	*found = (struct file_stat){.node = node, .kind = FILE_DEVICE, .mode = 0666, .links = 1};
	if (device == DEVICE_TERMINAL)
		found->kind = FILE_TERMINAL;
	if (node == NODE_DEVICES) {
		found->kind = FILE_DIRECTORY;
		found->mode = 0755;
		found->links = 2;
	}
	return device || node == NODE_DEVICES ? STATUS_OK : FILE_NO_NODE;
}

status_t device_lookup(const char *name, struct file_stat *found)
{
	for (unsigned i = 0; i < DEVICE_COUNT; i++)
		if (!strcmp(devices[i].name, name))
			return device_stat(NODE_FIRST + i, found);
	return FILE_NOT_FOUND;
}

bool device_is_terminal(uint64_t node)
{
	return device_of(node) == DEVICE_TERMINAL;
}

// Intel SDM volume 1, "Random Number Generator Instructions": CPUID.01H:ECX bit 30.
static bool has_rdrand(void)
{
	uint32_t eax = 1, ebx, ecx = 0, edx;

	__asm__("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return ecx & 1u << 30;
}

static uint64_t random_word(bool hardware)
{
	static uint64_t state;
	uint64_t word;

	for (unsigned i = 0; i < 10 && hardware; i++) {
		bool good;

		__asm__ volatile("rdrand %0" : "=r"(word), "=@ccc"(good));
		if (good)
			return word;
	}
	state = (state ^ __builtin_ia32_rdtsc()) * 0x9e3779b97f4a7c15ul; // splitmix64
	word = (state ^ state >> 30) * 0xbf58476d1ce4e5b9ul;
	return word ^ word >> 31;
}

uint64_t device_read(uint64_t node, void *data, uint64_t capacity)
{
	bool hardware = has_rdrand();

	if (device_of(node) == DEVICE_ZERO) {
		memset(data, 0, capacity);
		return capacity;
	}
	if (device_of(node) != DEVICE_RANDOM)
		return 0;
	for (uint64_t done = 0; done < capacity; done += 8) {
		uint64_t word = random_word(hardware);

		memcpy((uint8_t *)data + done, &word, capacity - done < 8 ? capacity - done : 8);
	}
	return capacity;
}

uint64_t device_list(uint64_t *cookie, void *entries, uint64_t capacity)
{
	uint64_t used = 0;

	for (; *cookie < DEVICE_COUNT; ++*cookie) {
		uint64_t need = entry_put((uint8_t *)entries + used, capacity - used,
					  NODE_FIRST + *cookie, *cookie + 1,
					  devices[*cookie].device == DEVICE_TERMINAL ? FILE_TERMINAL
										     : FILE_DEVICE,
					  devices[*cookie].name);

		if (need == 0)
			break;
		used += need;
	}
	return used;
}
