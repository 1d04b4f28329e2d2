// SPDX-License-Identifier: MIT
//
// The port contract: all that the portable kernel asks of a machine, and the few functions of the
// portable kernel that a machine calls. kernel/x86/ implements it; tests/unit/arch_host.c
// implements it on the host, where the same portable files are unit-tested and explored.
//
// Rules:
// - The kernel runs with interrupts off, on one stack per CPU, under one lock that the entry path
//   takes and leaves. Nothing below sleeps.
// - Taking the lock, an entry may find that another CPU has taken its thread away (arch_cpu_stall):
//   it then calls kernel_reschedule_ipi() in place of what it came for, if that is the thread's.
// - Every entry saves the user registers in current->arch (struct arch_thread, from
//   arch_types.h) and the message registers of a system call in current->msg, then calls one of
//   the kernel_* functions; when it returns, the exit path resumes cpu_self()->current.
// - A SHORT frame (voluntary entry) is resumed by loading rax.. from thread->msg, with zeroes in the word
//   registers beyond the message's length; a FULL frame by loading all registers. arch_frame_kind() tells which one a thread has.
// - struct thread begins with `struct msg_regs msg; struct arch_thread arch;`, struct cpu with
//   `struct thread *current; struct arch_cpu arch;`: the machine's entries rely on both.
// - Physical memory is visible to the kernel at phys_to_virt(): a linear window.
// - A VSPACE root is a pair of tables: [0] the full view, [1] the user view (the same user half; of
//   the kernel only the trampoline). Which one user level runs on is chosen at boot.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <caplet/abi/types.h>
#include <caplet/abi/object.h>
#include "arch_types.h" // struct arch_thread, struct arch_cpu, phys_to_virt(), virt_to_phys()

struct thread;
struct cpu;
struct vspace;
struct thread_regs;
struct vcpu;
struct vcpu_state;
struct vcpu_reason;
struct iommu_fault;

// ---- what the machine calls -------------------------------------------------------------------

// How a system call leaves the kernel. `what`: a status, and the current thread goes on with it and with
// `word` message words from its msg, all other registers 0; or an address, that of the thread to be
// resumed with the message registers as they are; or one of these.
struct answer {
	uint64_t what, word;
};
enum {
	ANSWER_SAVED = 0x100,	// resume the current thread from what is saved of it
	ANSWER_GENERAL = 0x101, // nothing was done: kernel_syscall has to
	ANSWER_INVOKE = 0x102,	// the same with words 3..7 saved too: invocation_run(thread, word)
};
// SYS_CALL; badge, info and words 0..2 are in caller->msg. With an address, word is the badge.
struct answer kernel_call(cptr_t cptr, uint64_t info, struct thread *caller);
// SYS_REPLY_RECV. With an address, word is the endpoint's generation.
struct answer kernel_reply_receive(cptr_t from, uint64_t info, cptr_t reply, struct thread *thread);
// Another system call that needs no more of its message than that: signal, wait, yield to nobody.
struct answer kernel_short(cptr_t cptr, uint64_t number, struct thread *thread);
// Any system call of the current thread; all its message registers are in its msg.
struct answer kernel_syscall(uint64_t number, struct thread *thread);
void kernel_fault_page(vaddr_t address, unsigned access);
void kernel_fault_exception(unsigned vector, uint64_t error_code, uint64_t extra);
void kernel_interrupt(unsigned line); // a device interrupt; the machine has masked level lines
void kernel_timer(void);	      // the deadline given to arch_timer_set has passed
void kernel_reschedule_ipi(void);     // another CPU changed this CPU's run queue
void kernel_stalled(void);	      // arch_cpu_stall by another CPU, which has the kernel lock
void kernel_continue(void);	      // current has FRAME_PENDING and no interrupt waits any more
// Around a run of the guest for a current thread with FRAME_GUEST, after interrupts were let in.
struct vcpu *kernel_guest_enter(void); // NULL: current is not in the guest any more
void kernel_guest_exit(void);	       // the guest was left, for whatever reason
_Noreturn void kernel_boot(void); // on the boot CPU: window mapped, clock and interrupts ready.
				  // It ends in arch_user_enter()

// ---- CPUs ----------------------------------------------------------------------------------------

// cpu_self() -> struct cpu *: the executing CPU's structure; inline in arch_types.h
// cpu_by_number(number) -> struct cpu *: inline there too
unsigned cpu_count(void);
void arch_cpu_kick(unsigned cpu); // make that CPU enter kernel_reschedule_ipi() soon
// Take another CPU's current thread away: on return that CPU has run kernel_stalled(), its current
// thread is its idle one, and all of the other's state is in memory.
void arch_cpu_stall(unsigned cpu);
_Noreturn void arch_user_enter(void); // resume cpu_self()->current, forget the kernel stack
bool arch_interrupt_pending(void); // is an interrupt or timer waiting? asked by preemption points

// ---- saved frames ------------------------------------------------------------------------------

enum frame_kind {
	FRAME_SHORT = 0,   // rip, rflags, rsp; the rest is thread->msg
	FRAME_FULL = 1,	   // all general registers
	FRAME_IDLE = 2,	   // a CPU's idle thread: resuming it waits for an interrupt, with them on
	FRAME_PENDING = 3, // SHORT, operation preempted: let interrupts in, then kernel_continue()
	FRAME_GUEST = 4,   // SHORT, in the guest: let interrupts in, kernel_guest_enter(), run it
};

void arch_thread_init(struct thread *t); // zeroed memory -> FULL frame that enters user mode at 0
void arch_thread_init_idle(struct thread *t);
// struct arch_thread has `kind`, an enum frame_kind, and `rip`, `rsp` and `rflags` of any frame.
void arch_frame_complete(struct thread *t); // SHORT -> FULL: thread->msg becomes register values
void arch_frame_pend(struct thread *t, bool pending); // SHORT <-> PENDING
void arch_frame_guest(struct thread *t, bool guest);  // SHORT <-> GUEST
void arch_regs_read(const struct thread *t, struct thread_regs *out);
void arch_regs_write(struct thread *t, const struct thread_regs *in); // sanitises every field
void arch_fault_resume(struct thread *t, uint64_t rip, uint64_t rsp, uint64_t rflags);
void arch_fpu_declare(struct thread *t, bool uses_fpu);
void arch_thread_destroy(struct thread *t); // forget it on every CPU
// The switch of threads (vector registers, segment bases, address space) is inline: arch_switch.h.

// ---- time -------------------------------------------------------------------------------------------

typedef uint64_t ticks_t; // of the CPU's clock, monotonic, same on all CPUs
// arch_now() -> ticks_t: inline in arch_types.h
ticks_t arch_ticks_from_us(uint64_t us);
uint64_t arch_us_from_ticks(ticks_t ticks);
void arch_timer_set(ticks_t deadline); // one shot, this CPU; UINT64_MAX: none; may come early

// ---- address spaces --------------------------------------------------------------------------------

// Pure page-table arithmetic of one format. Level 0 holds 4 KiB frames; the root is at
// `levels - 1`. Entries are 64-bit words.
struct table_format {
	unsigned levels;
	uint64_t present; // an entry that leads anywhere has one of these bits
	uint64_t large;	  // a frame above level 0 has this one
	uint64_t address; // the bits of where it leads
	uint64_t (*table_entry)(paddr_t table); // an entry that leads to a table
	uint64_t (*frame_entry)(paddr_t frame, unsigned level, unsigned rights,
				unsigned attributes);
};
const struct table_format *arch_table_format(enum vspace_format format); // NULL: not supported

// arch_user_range(start, bytes) -> bool: the one function that decides, inline in arch_types.h
void arch_vspace_init(struct vspace *v, enum vspace_format format); // native: the kernel's part
void arch_vspace_set_asid(struct vspace *v, unsigned asid);	    // where vspace_asid looks
void arch_vspace_forget(struct vspace *v); // it is about to vanish: no CPU may keep it loaded
// Write a root entry into both views.
void arch_vspace_activate_root(struct vspace *v, unsigned index, uint64_t entry);
void arch_entry_write(uint64_t *place, uint64_t entry);	     // one page-table entry, single store
void arch_tlb_flush_page(struct vspace *v, vaddr_t address); // on every CPU that may hold it
void arch_tlb_flush_space(struct vspace *v);
bool arch_frame_size_supported(unsigned size_bits);

// ---- virtual CPUs ----------------------------------------------------------------------------------

bool arch_vcpu_supported(void);
bool arch_vcpu_space_fits(enum vspace_format format);
void arch_vcpu_init(struct vcpu *vcpu);	      // from zeroed memory
void arch_vcpu_attach(struct thread *thread); // thread->vcpu was set: its vector registers are live
void arch_vcpu_detach(struct thread *thread); // thread->vcpu is about to be cleared
void arch_vcpu_load(struct vcpu *vcpu, struct vcpu_state *page); // GENERAL and what is dirty
void arch_vcpu_store(struct vcpu *vcpu, struct vcpu_state *page, unsigned groups);
void arch_vcpu_ports(struct vcpu *vcpu, unsigned i, unsigned first,
		     unsigned last);				 // last < first: none
void arch_vcpu_prepare(struct vcpu *vcpu, struct vspace *space); // it is run next, on this CPU
// It was run. False: only because of an interrupt of this machine.
bool arch_vcpu_exited(struct vcpu *vcpu, struct vcpu_reason *reason);

// ---- interrupts, ports ----------------------------------------------------------------------------

unsigned arch_irq_lines(void);				     // lines are 0..n-1
bool arch_irq_line_configure(unsigned line, unsigned flags); // route to this kernel, masked
// requester: who will send it; REQUESTER_NONE where there is no IOMMU
bool arch_irq_msi_allocate(unsigned requester, unsigned *line, uint64_t *address, uint32_t *data);
void arch_irq_msi_release(unsigned line);
void arch_irq_mask(unsigned line);
void arch_irq_unmask(unsigned line);
uint32_t arch_port_in(uint16_t port, unsigned bytes);
void arch_port_out(uint16_t port, unsigned bytes, uint32_t value);

// ---- IOMMU: a requester is a PCI function, bus << 8 | device << 3 | function -----------------------

#define REQUESTER_COUNT 0x10000u
#define REQUESTER_NONE	REQUESTER_COUNT

// The line that says that there are faults to be read; 0: there is no IOMMU.
unsigned arch_iommu_line(void);
bool arch_iommu_fault(struct iommu_fault *fault); // take one; false: there is none
// Its DMA goes through this space (of the format IOMMU, with an ASID). False: either is bound already.
bool arch_requester_bind(unsigned requester, struct vspace *v);
void arch_requester_unbind(unsigned requester); // blocked, and on return no DMA is under way

// ---- what the machine found at boot ----------------------------------------------------------------

enum boot_region_kind {
	BOOT_REGION_RAM = 0,	 // free: becomes untyped memory
	BOOT_REGION_ARCHIVE = 1, // holds the boot archive
	BOOT_REGION_ACPI = 2,	 // holds firmware tables
	BOOT_REGION_KERNEL = 3,	 // the kernel image, its tables, its devices: never handed out
};

struct boot_region {
	paddr_t start, end; // whole pages
	enum boot_region_kind kind;
};

#define BOOT_MAX_REGIONS 128

// Regions are sorted and disjoint; what lies between them below physical_end is device space.
struct boot_machine {
	unsigned region_count;
	struct boot_region region[BOOT_MAX_REGIONS];
	paddr_t physical_end;  // first address beyond what the CPU can address or the window shows
	paddr_t archive_paddr; // page aligned; 0 bytes: none was given
	uint64_t archive_bytes;
	paddr_t rsdp_paddr; // 0: none
	struct {
		paddr_t paddr;
		uint32_t width, height, pitch, bits;
	} framebuffer;
	char command_line[256];
	uint64_t entry_tsc;   // at the first instruction in 64-bit mode
	uint64_t calibration; // ticks spent waiting for a reference clock
	uint64_t tsc_hz;
};

const struct boot_machine *arch_boot_machine(void);
uint64_t arch_text_bytes(void); // of the kernel, run-time part

// ---- memory, console, end ---------------------------------------------------------------------

void arch_zero(void *start, uint64_t bytes); // bytes: multiple of 8
void arch_print_char(char c);		     // the boot console
void arch_print_backtrace(void);	     // return addresses on this CPU's stack, for panics
_Noreturn void arch_halt(void);		     // after a panic: stop all CPUs
