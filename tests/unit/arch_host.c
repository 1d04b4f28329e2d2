// SPDX-License-Identifier: MIT
//
// kernel/arch.h on the host. See arch_types.h for the model.
//
// A panic of the kernel calls host_panic_hook, if there is one, and then aborts: what it printed is
// on the standard error output.

#include "arch_host.h"
#include "cpu.h"
#include "thread.h"
#include "vspace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { LINES = 64, PAGE_PRESENT = 1, PAGE_WRITE = 2, PAGE_LARGE = 128 };
#define PAGE_NO_EXECUTE (1ul << 63)
#define PAGE_ADDRESS	0x000ffffffffff000ul

void (*host_panic_hook)(void);
bool host_silent;
char host_output[HOST_OUTPUT_BYTES];
unsigned host_lines;

static bool mapped;

void host_reset(void)
{
	if (mapped)
		munmap((void *)HOST_WINDOW, HOST_MEMORY_BYTES);
	void *at = mmap((void *)HOST_WINDOW, HOST_MEMORY_BYTES, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	if (at != (void *)HOST_WINDOW) {
		perror("the arena");
		exit(1);
	}
	mapped = true;
	host->now = HOST_START;
	host->deadline = UINT64_MAX;
	memset(host->masked, 0xff, sizeof(host->masked));
}

// ---- CPU -------------------------------------------------------------------------------------------

unsigned cpu_count(void)
{
	return 1;
}

void arch_cpu_kick(unsigned cpu)
{
}

void arch_cpu_stall(unsigned cpu)
{
}

void arch_user_enter(void)
{
	abort();
}

bool arch_interrupt_pending(void)
{
	return ++host->points == host->preempt_at;
}

// ---- frames ----------------------------------------------------------------------------------------

void arch_thread_init(struct thread *t)
{
	t->arch.kind = FRAME_FULL;
	t->arch.rflags = 0x202;
}

void arch_thread_init_idle(struct thread *t)
{
	t->arch.kind = FRAME_IDLE;
}

void arch_frame_complete(struct thread *t)
{
	if (t->arch.kind != FRAME_FULL)
		t->arch.general[0] = t->msg.status;
	t->arch.kind = FRAME_FULL;
}

void arch_frame_pend(struct thread *t, bool pending)
{
	t->arch.kind = pending ? FRAME_PENDING : FRAME_SHORT;
}

void arch_regs_read(const struct thread *t, struct thread_regs *out)
{
	*out = (struct thread_regs){
		.valid = REGS_CONTROL,
		.rip = t->arch.rip,
		.rsp = t->arch.rsp,
		.rflags = t->arch.rflags,
		.fs_base = t->arch.fs_base,
		.gs_base = t->arch.gs_base,
	};
	if (t->arch.kind != FRAME_FULL)
		return;
	out->valid |= REGS_GENERAL;
	memcpy(&out->rax, t->arch.general, sizeof(t->arch.general));
}

void arch_regs_write(struct thread *t, const struct thread_regs *in)
{
	arch_frame_complete(t);
	if (in->valid & REGS_CONTROL) {
		t->arch.rip = in->rip;
		t->arch.rsp = in->rsp;
		t->arch.rflags = (in->rflags & 0xcd5) | 0x202;
		t->arch.fs_base = in->fs_base;
		t->arch.gs_base = in->gs_base;
	}
	if (in->valid & REGS_GENERAL)
		memcpy(t->arch.general, &in->rax, sizeof(t->arch.general));
}

void arch_fault_resume(struct thread *t, uint64_t rip, uint64_t rsp, uint64_t rflags)
{
	t->arch.rip = rip;
	t->arch.rsp = rsp;
	t->arch.rflags = (rflags & 0xcd5) | 0x202;
}

// ---- virtual CPUs: there are none ------------------------------------------------------------------

bool arch_vcpu_supported(void)
{
	return false;
}

bool arch_vcpu_space_fits(enum vspace_format format)
{
	return format == VSPACE_NPT;
}

void arch_vcpu_init(struct vcpu *vcpu)
{
}

void arch_vcpu_attach(struct thread *thread)
{
}

void arch_vcpu_detach(struct thread *thread)
{
}

void arch_vcpu_load(struct vcpu *vcpu, struct vcpu_state *page)
{
}

void arch_vcpu_store(struct vcpu *vcpu, struct vcpu_state *page, unsigned groups)
{
}

void arch_vcpu_ports(struct vcpu *vcpu, unsigned i, unsigned first, unsigned last)
{
}

void arch_vcpu_prepare(struct vcpu *vcpu, struct vspace *space)
{
}

bool arch_vcpu_exited(struct vcpu *vcpu, struct vcpu_reason *reason)
{
	return true;
}

void arch_frame_guest(struct thread *t, bool guest)
{
	t->arch.kind = guest ? FRAME_GUEST : FRAME_SHORT;
}

// ---- frames, again ---------------------------------------------------------------------------------

void arch_fpu_declare(struct thread *t, bool uses_fpu)
{
	t->arch.uses_fpu = uses_fpu;
}

void arch_thread_destroy(struct thread *t)
{
}

// ---- time ------------------------------------------------------------------------------------------

ticks_t arch_ticks_from_us(uint64_t us)
{
	return us;
}

uint64_t arch_us_from_ticks(ticks_t ticks)
{
	return ticks;
}

void arch_timer_set(ticks_t deadline)
{
	host->deadline = deadline;
}

// ---- address spaces: the native format of x86-64 -------------------------------------------------------

static uint64_t table_entry(paddr_t table)
{
	return table | PAGE_PRESENT | PAGE_WRITE | 4;
}

static uint64_t frame_entry(paddr_t frame, unsigned level, unsigned rights, unsigned attributes)
{
	return frame | PAGE_PRESENT | 4 | (level > 0 ? PAGE_LARGE : 0) |
	       (rights & RIGHT_WRITE ? PAGE_WRITE : 0) |
	       (attributes & MAP_EXECUTE ? 0 : PAGE_NO_EXECUTE);
}

static const struct table_format native = {
	.levels = 4,
	.present = PAGE_PRESENT,
	.large = PAGE_LARGE,
	.address = PAGE_ADDRESS,
	.table_entry = table_entry,
	.frame_entry = frame_entry,
};

const struct table_format *arch_table_format(enum vspace_format format)
{
	return format == VSPACE_NATIVE ? &native : NULL;
}

void arch_vspace_init(struct vspace *v, enum vspace_format format)
{
}

void arch_vspace_set_asid(struct vspace *v, unsigned asid)
{
	v->user.entry[KERNEL_PML4_LAST] = (uint64_t)asid << PAGE_BITS;
}

void arch_vspace_forget(struct vspace *v)
{
	if (cpu_self()->arch.space == v)
		cpu_self()->arch.space = NULL;
}

void arch_entry_write(uint64_t *place, uint64_t entry)
{
	*place = entry;
}

void arch_vspace_activate_root(struct vspace *v, unsigned index, uint64_t entry)
{
	v->full.entry[index] = v->user.entry[index] = entry;
}

void arch_tlb_flush_page(struct vspace *v, vaddr_t address)
{
	host->flushes++;
}

void arch_tlb_flush_space(struct vspace *v)
{
	host->flushes++;
}

bool arch_frame_size_supported(unsigned size_bits)
{
	return size_bits <= FRAME_2M_BITS;
}

// ---- interrupts, ports -----------------------------------------------------------------------------------

unsigned arch_irq_lines(void)
{
	return LINES;
}

bool arch_irq_line_configure(unsigned line, unsigned flags)
{
	return line < 24;
}

bool arch_irq_msi_allocate(unsigned requester, unsigned *line, uint64_t *address, uint32_t *data)
{
	return false;
}

void arch_irq_msi_release(unsigned line)
{
}

void arch_irq_mask(unsigned line)
{
	host->masked[line / 64] |= 1ul << line % 64;
}

void arch_irq_unmask(unsigned line)
{
	host->masked[line / 64] &= ~(1ul << line % 64);
}

unsigned arch_iommu_line(void)
{
	return 0;
}

bool arch_iommu_fault(struct iommu_fault *fault)
{
	return false;
}

bool arch_requester_bind(unsigned requester, struct vspace *v)
{
	return false;
}

void arch_requester_unbind(unsigned requester)
{
}

uint32_t arch_port_in(uint16_t port, unsigned bytes)
{
	return port;
}

void arch_port_out(uint16_t port, unsigned bytes, uint32_t value)
{
	host->port_written = (uint64_t)port << 32 | value;
}

// ---- boot, memory, console, end ------------------------------------------------------------------------------

const struct boot_machine *arch_boot_machine(void)
{
	static const struct boot_machine none;

	return &none;
}

uint64_t arch_text_bytes(void)
{
	return 0;
}

void arch_zero(void *start, uint64_t bytes)
{
	memset(start, 0, bytes);
}

void arch_print_char(char c)
{
	memmove(host_output, host_output + 1, HOST_OUTPUT_BYTES - 2);
	host_output[HOST_OUTPUT_BYTES - 2] = c;
	host_lines += c == '\n';
	if (!host_silent)
		fputc(c, stderr);
}

void arch_print_backtrace(void)
{
}

void arch_halt(void)
{
	if (host_panic_hook)
		host_panic_hook();
	abort();
}
