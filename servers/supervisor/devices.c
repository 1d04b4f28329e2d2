// SPDX-License-Identifier: MIT
//
// What devices were kept from, by the IOMMU: read ten times a second, so that a device that never stops
// costs no more than that, and told in the log. Of each device the first time is told, then the
// tenth, the hundredth and so on. The counts are not kept over a restart of the supervisor.

#include "state.h"

enum { OFFENDERS = 16, RECORDS_AT_ONCE = 64 };

static struct offender {
	uint64_t requester, count; // count 0: free
} offenders[OFFENDERS];

// How often, this time included; 0: one of too many to be counted.
static uint64_t count(uint64_t requester)
{
	for (struct offender *o = offenders; o < offenders + OFFENDERS; o++) {
		if (o->count > 0 && o->requester != requester)
			continue;
		o->requester = requester;
		return ++o->count;
	}
	return 0;
}

static bool is_power_of_ten(uint64_t n)
{
	while (n > 0 && n % 10 == 0)
		n /= 10;
	return n == 1;
}

static void tell(const struct iommu_fault *fault)
{
	static const char *const kinds[] = {
		[IOMMU_FAULT_WRITE] = "writing memory at",
		[IOMMU_FAULT_READ] = "reading memory at",
		[IOMMU_FAULT_INTERRUPT] = "sending interrupt",
	};
	uint64_t times = count(fault->requester);

	if (is_power_of_ten(times))
		log_line(
			"IOMMU: device %02lx:%02lx.%lx was kept from %s 0x%lx (reason %lu, %lu so far)",
			fault->requester >> 8, fault->requester >> 3 & 31, fault->requester & 7,
			kinds[fault->kind], fault->address, fault->reason, times);
}

void devices_watch(void)
{
	cptr_t control = HANDOVER_CPTR(ROOT_SLOT_CONTROL, SUPERVISOR_CONTROL_IOMMU);
	struct iommu_fault fault;

	if (handover()->iommu_line == 0)
		return;
	for (unsigned i = 0; i < RECORDS_AT_ONCE && iommu_fault(control, &fault) == STATUS_OK; i++)
		tell(&fault);
}
