// SPDX-License-Identifier: MIT
//
// Interrupts as capabilities: one for each line, made by the holder of IRQ_CONTROL.
//
//   free --IRQ_GET_LINE, IRQ_GET_MSI--> owned, masked --IRQ_SET_NTFN, IRQ_ACK--> unmasked
//     --interrupt--> notification signalled; a level line is masked until IRQ_ACK ...
//     --last capability deleted--> free
//
// Rules:
// - A line has one owner: the capability and its copies. A line nobody owns is masked.
// - A line signals one notification, with the badge of the capability it was set with, until it is
//   cleared or the notification is destroyed. Setting it is a binding, not a copy of the capability.
// - The lines of a notification form a list, so that its destruction finds them.
// - The machine masks level lines when they arrive; edges are never masked, lest one be lost
//   between the handler's last look at the device and its IRQ_ACK.
#pragma once

#include "cap.h"

struct invocation;
struct notification;

#define IRQ_MAX_LINES 256

void irq_arrived(unsigned line);
void irq_drop(struct slot *slot);
// The notification is being destroyed: no line signals it any more. At most IRQ_MAX_LINES steps.
void irq_forget_notification(struct notification *notification);
enum status irq_invoke(struct invocation *invocation) must_check;
enum status irq_control_invoke(struct invocation *invocation) must_check;
