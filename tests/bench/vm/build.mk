# SPDX-License-Identifier: MIT
#
# Measurements of guests: the shipped system, with a program in place of its shell that starts them.

ifneq ($(filter vmm,$(PORTS)),)

$(BUILD)/bench/guest: tests/bench/vm/guest/guest.c
	$(call note,CC)
	@mkdir -p $(@D)
	$(Q)gcc -m32 -march=i686 -O2 $(WARNINGS) -ffreestanding -fno-pic -fno-pie -no-pie -fno-stack-protector \
		-fcf-protection=none -fno-asynchronous-unwind-tables -nostdlib -static \
		-Wl,-Ttext-segment=0x200000,-e,guest_start,--build-id=none,-m,elf_i386 -o $@ $<

$(BUILD)/bench-vm.caplet: $(MANIFEST) servers/vmm/vmm.caplet servers/net/switch/switch.caplet
	@mkdir -p $(@D)
	$(Q)cat $^ | sed '/^program init {/,/^}/d; s/^start init$$/start benchvm/' > $@
	$(Q)printf '%s\n' 'program benchvm {' '	uses console, timer, fs = tmpfs, bootfs, vfs, process, vm' \
		'	memory 4M' '	may power, observe' '}' >> $@

$(call image,benchvm,tests/bench/vm,,nofpu)
$(call manifest,bench-vm-manifest,$(BUILD)/bench-vm.caplet)
$(call archive,bench-vm,$(call root-member,root) manifest=$(BUILD)/bench-vm-manifest.bin \
	$(call program-members,supervisor pager timer console tmpfs bootfs vfs process switch vmm benchvm) \
	vm/guest=$(BUILD)/bench/guest vm/guest.vm=tests/bench/vm/guest.vm vm/quit.vm=servers/vmm/quit.vm \
	vm/vmlinuz=$(BUILD)/vmm/vmlinuz vm/initrd=$(BUILD)/vmm/initrd)
$(call bench-archive,$(BUILD)/bench-vm.tar)

endif
