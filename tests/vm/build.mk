# SPDX-License-Identifier: MIT
#
# Guests, at the shell's prompt and at the guest's own: NAME.script is typed, NAME.expect must come.

ifneq ($(filter vmm,$(PORTS)),)

# $(call vm-test,NAME,SECONDS,QEMU-ARGS)
vm-test = $(call command-test,vm/$(strip $1),$2,build/host/console-script -t $2 -p 'caplet> ' \
	-p 'guest> ' -e tests/vm/$(strip $1).expect tests/vm/$(strip $1).script $(QEMU_TEST) $3 \
	-kernel $(KERNEL) -initrd $(BOOT_ARCHIVE),$(KERNEL) $(BOOT_ARCHIVE))

$(call vm-test,console,120)

endif
