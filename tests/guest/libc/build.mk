# SPDX-License-Identifier: MIT
#
# newlib and crt, tried out by a root task that is linked with both and runs on the bare kernel:
# once with the library for the FPU, once with the one without.

$(call image,libc-fpu,tests/guest/libc,,fpu)
$(call image,libc-nofpu,tests/guest/libc,,nofpu)
$(call archive,libc-fpu,$(call root-member,libc-fpu))
$(call archive,libc-nofpu,$(call root-member,libc-nofpu))
$(call guest-suite,libc-fpu,$(BUILD)/libc-fpu.tar,60)
$(call guest-suite,libc-nofpu,$(BUILD)/libc-nofpu.tar,60)
