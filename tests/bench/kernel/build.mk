# SPDX-License-Identifier: MIT
#
# Measurements of the kernel alone: a root task with the guest runtime and the stubs that ship.

$(call guest-program,kernel-bench,$(wildcard tests/bench/kernel/*.c) libc/runtime/syscall.S)
$(call archive,kernel-bench,root=$(BUILD)/stripped/kernel-bench)
$(call bench-archive,$(BUILD)/kernel-bench.tar)
