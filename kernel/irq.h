// SPDX-License-Identifier: MIT
//
// Interrupts as capabilities: one for each line, made by the holder of IRQ_CONTROL.
//
//   free --IRQ_GET_LINE, IRQ_GET_MSI--> owned, masked --IRQ_SET_NTFN, IRQ_ACK--> unmasked
//     --interrupt--> masked, notification signalled --IRQ_ACK--> unmasked ... --deleted--> free
//
// Rules:
// - A line has one owner: the capability and its copies. A line nobody owns is masked.
// - The notification capability is kept in a slot of the kernel's, in the derivation tree like any
//   other: revoking it ends the delivery.
// - An interrupt is delivered by signalling; a level line stays masked until it is acknowledged.
#pragma once

#include "cap.h"

struct invocation;

#define IRQ_MAX_LINES 256

enum status irq_invoke(struct invocation *invocation) must_check;
enum status irq_control_invoke(struct invocation *invocation) must_check;
void irq_release(struct slot *slot, bool last);
