# SPDX-License-Identifier: MIT
#
# The kernel test suite: a root task of its own, freestanding, linked with the guest runtime alone.

$(call guest-program,kernel-suite,$(wildcard tests/guest/kernel/*.c))
$(call archive,kernel-suite,root=$(BUILD)/stripped/kernel-suite)
# Counting instructions makes time the same in every run, however busy the host is.
$(call guest-suite,kernel,$(BUILD)/kernel-suite.tar,120,-icount shift=0$(comma)sleep=off)

# The same on a machine without any of the features that the kernel can use: no ACPI, no PCI, a CPU of
# 2003.
$(call guest-suite,kernel-plain,$(BUILD)/kernel-suite.tar,120,\
	-M microvm$(comma)acpi=off -cpu qemu64 -icount shift=0$(comma)sleep=off)

# On several CPUs, at once: the host decides what meets what.
$(call guest-suite,kernel-2-cpus,$(BUILD)/kernel-suite.tar,120,-smp 2 -accel tcg$(comma)thread=multi)
$(call guest-suite,kernel-4-cpus,$(BUILD)/kernel-suite.tar,120,-smp 4 -accel tcg$(comma)thread=multi \
	-append only=ipc$(comma)notification$(comma)death$(comma)long$(comma)cnode$(comma)thread$(comma)smp)

# And with two views of each address space, as on CPUs that need it.
$(call guest-suite,kernel-split,$(BUILD)/kernel-suite.tar,120,\
	-append split=on -icount shift=0$(comma)sleep=off)

# With an IOMMU, and a device that does what it is told.
EDU := -device edu$(comma)dma_mask=0xffffffffffffffff
$(call guest-suite,kernel-iommu,$(BUILD)/kernel-suite.tar,120,$(IOMMU_MACHINE) $(EDU) -icount shift=0$(comma)sleep=off)
# The driver on another CPU than who ends it.
$(call guest-suite,kernel-iommu-2-cpus,$(BUILD)/kernel-suite.tar,120,$(IOMMU_MACHINE) $(EDU) -smp 2 \
	-accel tcg$(comma)thread=multi -append only=iommu$(comma)device)
# One of a kind that the kernel does not know is as good as none.
$(call guest-suite,kernel-iommu-unknown,$(BUILD)/kernel-suite.tar,60,-device intel-iommu$(comma)aw-bits=39 \
	-append only=iommu$(comma)device -icount shift=0$(comma)sleep=off)
