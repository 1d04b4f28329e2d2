// SPDX-License-Identifier: MIT
//
// See the header. What the real monitor has of this is in machine.c, ioapic.c, uart.c and disk.c.
#include <assert.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../../servers/vmm/vmm.h"
#include "host.h"

enum { CHANGES_MAX = 64 };

uint8_t *host_memory;
uint8_t host_disk[HOST_DISK];
bool host_line;
void (*host_watch)(void);

static struct machine the_machine;
struct machine *machine = &the_machine;

static struct {
	void *place;
	size_t bytes;
	uint8_t old[sizeof(struct virtio)];
} changes[CHANGES_MAX];
static unsigned change_count, steps, death;
static struct frame loop[8]; // frames come back to who sent them
static uint32_t looped;
static jmp_buf grave;
static bool running; // what happens outside of host_run() is not cut short

static void step(void)
{
	if (host_watch != NULL)
		host_watch();
	if (running && ++steps == death)
		longjmp(grave, 1);
}

void host_fresh(void)
{
	free(host_memory);
	host_memory = calloc(1, HOST_MEMORY);
	memset(&the_machine, 0, sizeof(the_machine));
	memset(host_disk, 0, sizeof(host_disk));
	machine->virtio[VIRTIO_DISK].present = true;
	machine->virtio[VIRTIO_NET].present = true;
	machine->virtio[VIRTIO_CONSOLE].present = true;
	machine->virtio[VIRTIO_RANDOM].present = true;
	machine->disk.bytes = HOST_DISK;
	looped = 0;
	change_count = 0;
	host_line = false;
	death = 0;
}

void host_die_at(unsigned at)
{
	steps = 0;
	death = at;
}

bool host_run(void)
{
	if (setjmp(grave) == 0) {
		running = true;
		virtio_run(0);
		step();
		running = false;
		return true;
	}
	running = false;
	while (change_count > 0) {
		change_count--;
		memcpy(changes[change_count].place, changes[change_count].old,
		       changes[change_count].bytes);
	}
	virtio_resume();
	virtio_run(0);
	return false;
}

void machine_change(unsigned cpu, void *place, size_t bytes)
{
	(void)cpu;
	assert(change_count < CHANGES_MAX && bytes <= sizeof(changes[0].old));
	changes[change_count].place = place;
	changes[change_count].bytes = bytes;
	memcpy(changes[change_count].old, place, bytes);
	change_count++;
	step();
}

void machine_commit(unsigned cpu)
{
	(void)cpu;
	step();
	change_count = 0;
	step();
}

void *guest_memory(uint64_t address, uint64_t bytes)
{
	if (address >= HOST_MEMORY || bytes > HOST_MEMORY - address)
		return NULL;
	return host_memory + address;
}

void ioapic_line(unsigned cpu, unsigned pin, bool on)
{
	(void)cpu;
	(void)pin;
	machine_change(0, &host_line, sizeof(host_line));
	host_line = on;
	step();
}

bool disk_read(uint64_t at, uint8_t *to, uint64_t bytes)
{
	assert(at <= HOST_DISK && bytes <= HOST_DISK - at);
	step();
	memcpy(to, host_disk + at, bytes);
	step();
	return true;
}

bool disk_write(uint64_t at, const uint8_t *from, uint64_t bytes)
{
	assert(at <= HOST_DISK && bytes <= HOST_DISK - at);
	step();
	memcpy(host_disk + at, from, bytes / 2);
	step();
	memcpy(host_disk + at, from, bytes);
	step();
	return true;
}

void net_send(const struct frame *frame)
{
	assert(frame->bytes >= FRAME_BYTES_MIN && frame->bytes <= FRAME_BYTES_MAX);
	loop[machine->net.sent % 8] = *frame;
	looped = machine->net.sent + 1;
	step();
}

bool net_receive(struct frame *frame)
{
	step();
	if (machine->net.received == looped)
		return false;
	*frame = loop[machine->net.received % 8];
	return true;
}

void uart_put(unsigned cpu, const uint8_t *text, unsigned bytes)
{
	static uint8_t last;

	(void)cpu;
	if (bytes > 0)
		last = text[bytes - 1];
	(void)last;
}

unsigned uart_take(unsigned cpu, uint8_t *text, unsigned bytes)
{
	(void)cpu;
	memset(text, 'x', bytes);
	return bytes;
}
