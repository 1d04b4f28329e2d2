# SPDX-License-Identifier: MIT
#
# libcaplet.a: what a program needs beside newlib. crt/ starts it and its threads, runtime/ holds
# the system call stubs, the server loop and the ledger, posix/ what newlib asks of a system.

libc-sources := $(sort $(wildcard libc/crt/*.c libc/crt/*.S libc/runtime/*.c libc/runtime/*.S \
	libc/posix/*.c libc/posix/*.S))

define libcaplet-rules
libcaplet-objects-$1 := $(addprefix $(BUILD)/$1/,$(addsuffix .o,$(basename $(libc-sources))))
$(BUILD)/$1/libcaplet.a: $$(libcaplet-objects-$1)
DEPENDENCIES += $$(libcaplet-objects-$1:.o=.d)
endef
$(eval $(call libcaplet-rules,fpu))
$(eval $(call libcaplet-rules,nofpu))
$(eval $(call libcaplet-rules,kill))
