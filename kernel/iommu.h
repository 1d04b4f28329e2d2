// SPDX-License-Identifier: MIT
//
// Requesters as capabilities: a PCI function as a source of DMA and of interrupts, made by the holder
// of IOMMU_CONTROL. Without an IOMMU there are none.
//
//   free --IOMMU_ISSUE--> owned, blocked --REQUESTER_BIND--> reaches what the space maps
//     --REQUESTER_UNBIND, the space is destroyed--> blocked ... --last capability deleted--> free
//
// Rules:
// - A requester that nobody owns is blocked, and has one owner: the capability and its copies.
// - It is bound to one space of the format IOMMU, and that space to it alone.
// - A message interrupt belongs to the requester that it was made for (irq.c): from another it is
//   blocked.
// - What was blocked waits to be asked for, and an interrupt line says that something does.
#pragma once

#include "cap.h"

struct invocation;

void requester_drop(struct slot *slot);
enum status requester_invoke(struct invocation *invocation) must_check;
enum status iommu_control_invoke(struct invocation *invocation) must_check;
