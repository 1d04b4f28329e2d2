// SPDX-License-Identifier: MIT
//
// That the numbers of layout.h, which assembler uses, are those of the structs. No code.
#include "arch.h"
#include "cpu.h"
#include "layout.h"
#include "thread.h"
#include "vcpu.h"

#define ARCH(field)                                                                                \
	(__builtin_offsetof(struct thread, arch) + __builtin_offsetof(struct arch_thread, field))
#define MSG(field) __builtin_offsetof(struct thread, msg.field)

_Static_assert(LAYOUT_WINDOW == WINDOW_BASE, "layout");
_Static_assert(LAYOUT_BLOCK_BYTES == CPU_BLOCK_BYTES, "layout");
_Static_assert(sizeof(struct cpu) <= LAYOUT_SEGMENTS, "struct cpu ends before the segments");
_Static_assert(__builtin_offsetof(struct cpu, current) == CPU_CURRENT, "layout");

_Static_assert(MSG(status) == THREAD_STATUS, "layout");
_Static_assert(MSG(badge) == THREAD_BADGE, "layout");
_Static_assert(MSG(info) == THREAD_INFO_WORD, "layout");
_Static_assert(MSG(aux) == THREAD_AUX, "layout");
_Static_assert(MSG(third) == THREAD_THIRD, "layout");
_Static_assert(MSG(words) == THREAD_WORD(0), "layout");

_Static_assert(ARCH(rip) == THREAD_RIP, "layout");
_Static_assert(ARCH(rflags) == THREAD_RFLAGS, "layout");
_Static_assert(ARCH(rsp) == THREAD_RSP, "layout");
_Static_assert(ARCH(kind) == THREAD_KIND, "layout");
_Static_assert(ARCH(rax) == THREAD_RAX, "layout");
_Static_assert(ARCH(rbx) == THREAD_RBX, "layout");
_Static_assert(ARCH(rcx) == THREAD_RCX, "layout");
_Static_assert(ARCH(rdx) == THREAD_RDX, "layout");
_Static_assert(ARCH(rsi) == THREAD_RSI, "layout");
_Static_assert(ARCH(rdi) == THREAD_RDI, "layout");
_Static_assert(ARCH(rbp) == THREAD_RBP, "layout");
_Static_assert(ARCH(r8) == THREAD_R8, "layout");
_Static_assert(ARCH(r9) == THREAD_R9, "layout");
_Static_assert(ARCH(r10) == THREAD_R10, "layout");
_Static_assert(ARCH(r11) == THREAD_R11, "layout");
_Static_assert(ARCH(r12) == THREAD_R12, "layout");
_Static_assert(ARCH(r13) == THREAD_R13, "layout");
_Static_assert(ARCH(r14) == THREAD_R14, "layout");
_Static_assert(ARCH(r15) == THREAD_R15, "layout");
_Static_assert(ARCH(fpu) % 64 == 0, "XSAVE wants its area at a multiple of 64");

_Static_assert(KIND_SHORT == FRAME_SHORT && KIND_FULL == FRAME_FULL, "layout");
_Static_assert(KIND_IDLE == FRAME_IDLE && KIND_GUEST == FRAME_GUEST, "layout");

_Static_assert(__builtin_offsetof(struct vcpu, arch.general) == VCPU_GENERAL_AT, "layout");
_Static_assert(__builtin_offsetof(struct vcpu, arch.vmcb) == VCPU_VMCB_AT, "layout");
_Static_assert(__builtin_offsetof(struct vcpu, arch.fpu) % 64 == 0, "XSAVE");
_Static_assert(sizeof(struct vcpu) <= LAYOUT_VCPU_VMCB, "layout");
_Static_assert(ENTRY_SAVED == ANSWER_SAVED && ENTRY_INVOKE == ANSWER_INVOKE, "layout");
_Static_assert(ENTRY_REPLY_RECV == SYS_REPLY_RECV, "layout");
_Static_assert(ENTRY_RECEIVED_CALL == RECEIVED_CALL, "layout");
