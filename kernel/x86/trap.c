// SPDX-License-Identifier: MIT
//
// Exceptions and interrupts: whose they are.
//
// From user level everything is either the thread's fault, a device, a timer, or the machine
// breaking down. From the kernel only four things are no bug: an interrupt while the CPU waits,
// an NMI, a #DB that MOV SS delayed beyond the entry, and a fault of the IRET that loads a thread's
// registers, which is the thread's fault with its frame still saved.
#include "apic.h"
#include "arch.h"
#include "caplet/abi/fault.h"
#include "cpu.h"
#include "instr.h"
#include "irq.h"
#include "irq_line.h"
#include "layout.h"
#include "panic.h"
#include "smp.h"
#include "trap.h"

extern char wait_begin[], wait_end[], exit_iret[];

static void interrupt(unsigned vector)
{
	if (vector >= VECTOR_FIRST_LINE && vector < VECTOR_END_LINE) {
		irq_line_interrupt(vector);
	} else if (vector == VECTOR_TIMER) {
		apic_end_of_interrupt();
		kernel_timer();
	} else if (vector == VECTOR_RESCHEDULE) {
		apic_end_of_interrupt();
		kernel_reschedule_ipi();
	} else if (vector == VECTOR_HALT) {
		arch_halt();
	}
	// Others are spurious: of the local APIC, or of the masked 8259. They want no answer.
}

static void nmi(void)
{
	print("caplet: non-maskable interrupt, ignored\n");
}

static void page_fault(uint64_t error_code)
{
	uint64_t address = read_cr2();
	unsigned access = 0;
	if (error_code & 1)
		access |= FAULT_ACCESS_PRESENT;
	if (error_code & 2)
		access |= FAULT_ACCESS_WRITE;
	if (error_code & 16)
		access |= FAULT_ACCESS_EXECUTE;
	kernel_fault_page(address, access);
}

static uint64_t debug_status(void)
{
	uint64_t dr6 = read_dr6();
	write_dr6(0xffff0ff0);
	return dr6;
}

// The word that says which of several causes a floating-point exception has.
static uint64_t x87_status(void)
{
	uint16_t status;
	__asm__ volatile("fnstsw %0" : "=m"(status));
	return status;
}

static uint64_t simd_status(void)
{
	uint32_t status;
	__asm__ volatile("stmxcsr %0" : "=m"(status));
	return status;
}

void trap_user(unsigned vector, uint64_t error_code)
{
	switch (vector) {
	case VECTOR_PAGE_FAULT: page_fault(error_code); break;
	case VECTOR_NMI: nmi(); break;
	case VECTOR_DEBUG: kernel_fault_exception(vector, 0, debug_status()); break;
	case VECTOR_X87: kernel_fault_exception(vector, 0, x87_status()); break;
	case VECTOR_SIMD: kernel_fault_exception(vector, 0, simd_status()); break;
	case VECTOR_DOUBLE_FAULT:
	case VECTOR_MACHINE_CHECK: trap_panic(vector, error_code, NULL); break;
	default:
		if (vector < 32)
			kernel_fault_exception(vector, error_code, 0);
		else
			interrupt(vector);
	}
}

bool trap_kernel(struct kernel_frame *frame)
{
	unsigned vector = frame->vector;

	if (frame->rip >= (uint64_t)wait_begin && frame->rip <= (uint64_t)wait_end &&
	    vector >= 32) {
		lock_enter();
		interrupt(vector);
		return true;
	}
	if (frame->rip == (uint64_t)exit_iret && vector < 32 && vector != VECTOR_NMI &&
	    vector != VECTOR_DEBUG && vector != VECTOR_MACHINE_CHECK &&
	    vector != VECTOR_DOUBLE_FAULT) {
		cpu_self()->current->arch.kind = FRAME_FULL; // still saved
		if (lock_enter())
			kernel_reschedule_ipi();
		else
			kernel_fault_exception(vector, frame->error_code, 0);
		return true;
	}
	if (vector == VECTOR_NMI) {
		nmi();
		return false;
	}
	if (vector == VECTOR_DEBUG) {
		debug_status();
		frame->rflags &= ~(uint64_t)RFLAGS_TF;
		return false;
	}
	trap_panic(vector, frame->error_code, frame);
}
