# SPDX-License-Identifier: MIT
#
# The kernel test suite: a root task of its own, freestanding, linked with the guest runtime alone.

$(call guest-program,kernel-suite,$(wildcard tests/guest/kernel/*.c))
$(call archive,kernel-suite,root=$(BUILD)/stripped/kernel-suite)
$(call guest-suite,kernel,$(BUILD)/kernel-suite.tar,120)
