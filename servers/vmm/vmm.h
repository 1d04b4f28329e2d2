// SPDX-License-Identifier: MIT
//
// The virtual machine monitor: one process, one guest. What all files share.
//
//   exit of a vcpu (cpu.c) --> the emulated thing that it concerns (one file each) --> enter again
//
// Rules:
// - All state of the guest that is not in the kernel is struct machine, plain and without pointers, in a
//   region of the ledger. The guest's memory and the state pages of its processors are memory objects
//   that survive this process, and so do its processors.
// - Handling an exit is a change that happens as a whole or not at all: before bytes of the machine or of
//   a state page change, their old content is saved (machine_change); the end of the exit
//   empties the save area with one store. A successor plays it back and handles the exit
//   again, whose reason is still in the state page.
// - Output goes into rings that are part of the machine; carrying it out comes after.
// - The main thread serves requests and touches the machine only while no processor runs, but for
//   the words that say so. Each processor has a thread.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <caplet/abi/vcpu.h>
#include <caplet/ledger.h>
#include <caplet/protocol.h>

#include "disk.h"
#include "net.h"
#include "virtio.h"

#define CPUS_MAX       4
#define THREAD_FIRST   1 // processor i runs in the thread of that number + i
#define MEMORY_MIN     (16ul << 20)
#define MEMORY_MAX     (3ul << 30)
#define GUEST_MEMORY   0x6000000000ul // where this process sees the guest's memory
#define GUEST_STATE    0x6f00000000ul // and the state pages
#define IOAPIC_ADDRESS 0xfec00000ul
#define LAPIC_ADDRESS  0xfee00000ul
#define VIRTIO_ADDRESS 0xd0000000ul // + 4096 * i
#define VIRTIO_GSI     16	    // + i
#define VIRTIO_MAX     6
#define IOAPIC_PINS    24
#define UART_LINE      4 // of the ISA bus
#define ACPI_TABLES    0xe0000ul
#define PATH_BYTES     200
#define SAVE_BYTES     8192

struct lapic {
	uint64_t base; // MSR APIC_BASE
	uint32_t irr[8], isr[8], level[8];
	uint32_t id, priority, spurious, logical, format, error, command_high, command;
	uint32_t lvt[6]; // timer, thermal, performance, LINT0, LINT1, error
	uint32_t divide, initial;
	uint64_t deadline; // guest's time-stamp counter; 0: not armed
	uint64_t period;   // ticks of it; 0: once
};

struct ioapic {
	uint32_t select;
	uint64_t redirection[IOAPIC_PINS];
	uint32_t asserted; // lines, bits
};

struct uart {
	uint8_t enable, line_control, modem_control, scratch, fifo_control;
	uint8_t divisor_low, divisor_high;
	uint8_t transmit_pending; // the interrupt "transmitter empty" has not been seen yet
	uint32_t typed_tail;	  // of typed[]: next byte for the guest
	uint8_t loop_head, loop_tail, loop[16]; // sent to itself
	uint64_t out_head;			// bytes that the guest has ever sent
	uint32_t typed_head; // from here on not the processors': changed by the main thread
	uint8_t typed[1024];
	uint8_t out[16384];
};

struct pic {
	uint8_t irr, isr, imr, base;
	uint8_t step; // the initialisation word that comes next, 0: none
	uint8_t icw1, automatic, read_isr;
	uint8_t level, lines; // level-triggered inputs; inputs that are on
};

struct pit_channel {
	uint8_t mode, access;	     // access: 1 low byte, 2 high byte, 3 both
	uint8_t second, read_second; // the high byte comes next
	uint8_t latched, running;
	uint16_t reload, latch;
	uint64_t start;	   // time-stamp counter when the count began
	uint64_t deadline; // channel 0: of the next interrupt; 0: none
};

struct pit {
	struct pit_channel channel[3];
	uint8_t gate; // port 0x61
};

struct rtc {
	uint8_t index, bytes[128];
};

struct cpu {
	struct lapic lapic;
	bool halted;	 // until an interrupt
	bool waits_sipi; // not started by the guest yet
	bool nmi;	 // pending
	uint8_t start_vector;
	bool start_pending;
	bool init_pending; // by another processor
	uint64_t pvclock;  // guest-physical address of its clock page; 0: none
	uint64_t pat, misc[4];
	uint64_t mtrr[32];
};

struct configuration {
	char name[32];
	uint64_t memory;
	uint32_t cpus;
	uint32_t share;	    // of a processor for each of these, in percent; 0: what others leave
	uint32_t on_demand; // pages of memory come when they are touched, not at the start
	char kernel[PATH_BYTES], initrd[PATH_BYTES], disk[PATH_BYTES];
	uint32_t disk_mode;	  // enum disk_mode
	uint32_t virtual_console; // what is typed goes to it, not to the serial line
	char net[NETWORK_BYTES];  // name of the network; empty: none
	char arguments[512];
};

// Old contents, for a successor: entries of {address, bytes, content rounded up to words}.
struct deferred;
struct session;

struct save {
	uint64_t used; // bytes
	uint8_t data[SAVE_BYTES];
};

struct machine {
	uint32_t state;	  // VM_STATE_...
	uint32_t stopped; // processors are not to run; the state that they leave the machine in
	uint64_t memory_object, state_object;
	uint64_t tsc_hz;
	uint64_t restarts;
	uint64_t exits[16], handling_ticks, started_ticks;
	char message[300];
	struct configuration configuration;
	struct cpu cpu[CPUS_MAX];
	struct ioapic ioapic;
	struct pic pic[2];
	struct pit pit;
	struct rtc rtc;
	struct uart uart;
	struct virtio virtio[VIRTIO_MAX];
	struct disk disk;
	struct net net;
	struct save save[CPUS_MAX];
};

extern struct machine *machine;

static inline struct vcpu_state *cpu_state(unsigned cpu)
{
	return (struct vcpu_state *)(GUEST_STATE + cpu * 4096ul);
}

// ---- machine.c: its life
status_t machine_start(const char *path);
status_t machine_resume(void); // after a restart of this process
void machine_end(uint32_t state, const char *message);
void machine_kick(unsigned cpu);
void machine_tell(void);	  // the main thread looks what there is to do
status_t machine_tell_open(void); // before anything else
bool machine_lives(void);	  // there is a guest, running or paused
_Noreturn void machine_stop(uint32_t state, const char *message); // by a processor's thread
_Noreturn void machine_fail(const char *message); // of the processor whose thread calls
void machine_change(unsigned cpu, void *place, size_t bytes);
void machine_commit(unsigned cpu);
void machine_lock(void); // the emulated devices, between processors
void machine_unlock(void);

// ---- memory.c: the guest's memory. NULL: not all of it is memory.
void *guest_memory(uint64_t address, uint64_t bytes);
status_t guest_memory_make(void);
bool guest_memory_fault(uint64_t address); // it was memory that is to be made now
status_t guest_memory_attach(void);
void guest_memory_drop(void);
// ---- path.c. -1: there is no such file.
int path_open(const char *path, uint64_t *bytes);
bool path_read(int file, uint64_t offset, void *to, uint64_t bytes);

// Linear to physical by the guest's own tables. False: not mapped.
bool guest_translate(const struct vcpu_state *state, uint64_t linear, uint64_t *physical);

// ---- loader.c, acpi.c
const char *loader_load(void); // NULL, or what is wrong
void acpi_build(void);
bool configuration_read(const char *path); // false: machine->message tells

// ---- cpu.c: a processor's thread
void *cpu_thread(void *number);
void cpu_inject_fault(unsigned cpu, unsigned vector, bool has_error, uint32_t error);
void cpu_advance(unsigned cpu);

// ---- attached.c
bool attached_stall(void); // the guest has to wait for who reads its output
void attached_tell(bool idle);
void attached_serve(void);
void attached_cancel(const struct deferred *deferred);
void attached_end(const struct session *session);

// ---- things
void cpuid_exit(unsigned cpu);
void msr_read(unsigned cpu, uint32_t msr);
void msr_write(unsigned cpu, uint32_t msr, uint64_t value);
void mmio_exit(unsigned cpu, uint64_t address);
void port_exit(unsigned cpu, uint64_t what);
bool device_read(unsigned cpu, uint64_t address, unsigned bytes, uint64_t *value);
bool device_write(unsigned cpu, uint64_t address, unsigned bytes, uint64_t value);

void isa_line(unsigned cpu, unsigned line, bool on);
uint8_t pic_read(unsigned port);
void pic_write(unsigned cpu, unsigned port, uint8_t value);
bool pic_pending(void);
unsigned pic_accept(unsigned cpu); // vector

uint8_t pit_read(unsigned cpu, unsigned port);
void pit_write(unsigned cpu, unsigned port, uint8_t value);
uint64_t pit_next(void); // as lapic_next
void pit_tick(unsigned cpu);

uint8_t rtc_read(unsigned port);
void rtc_write(unsigned cpu, unsigned port, uint8_t value);
uint8_t keyboard_read(unsigned port);
void keyboard_write(unsigned port, uint8_t value);

void lapic_reset(unsigned cpu);
uint32_t lapic_read(unsigned cpu, unsigned reg);
void lapic_write(unsigned cpu, unsigned reg, uint32_t value);
void lapic_command(unsigned cpu, uint32_t target, uint32_t command);
void lapic_raise(unsigned cpu, unsigned vector, bool level);
int lapic_pending(unsigned cpu); // vector that may be delivered now, -1: none
void lapic_accept(unsigned cpu, unsigned vector);
bool lapic_passes(unsigned cpu); // external interrupts, from the PIC
void lapic_deadline_write(unsigned cpu, uint64_t deadline);
uint64_t lapic_next(unsigned cpu); // guest's time-stamp counter of its timer; UINT64_MAX: off
void lapic_tick(unsigned cpu);

uint32_t ioapic_read(uint32_t offset);
void ioapic_write(unsigned cpu, uint32_t offset, uint32_t value);
void ioapic_line(unsigned cpu, unsigned pin, bool on);
void ioapic_end(unsigned cpu, unsigned vector);

uint8_t uart_read(unsigned cpu, unsigned reg);
void uart_write(unsigned cpu, unsigned reg, uint8_t value);
// For the console without registers: it sends, and takes what was typed -> how much.
void uart_put(unsigned cpu, const uint8_t *text, unsigned bytes);
unsigned uart_take(unsigned cpu, uint8_t *text, unsigned bytes);
void uart_poll(unsigned cpu);					  // what was typed may be news
uint32_t uart_type(const volatile uint8_t *text, uint64_t bytes); // how much it took
bool uart_typed(void); // that is committed now; true: there was some
uint64_t uart_copy(uint64_t position, uint8_t *to, uint64_t room, uint64_t *next);

void pvclock_set(unsigned cpu, uint64_t address);
void pvclock_wall(uint64_t address);
