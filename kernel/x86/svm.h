// SPDX-License-Identifier: MIT
//
// AMD's virtualization, as the rest of this folder sees it.
#pragma once

#include "thread.h"

void svm_left(struct vcpu *vcpu); // from svm_run.S, interrupts off, without the lock
void svm_init_cpu(void);	  // if features.svm
// What a run of the guest leaves in the CPU beside the vector registers; only the kernel sees it.
void svm_debug_save(struct vcpu *vcpu);
void svm_debug_load(const struct vcpu *vcpu);
