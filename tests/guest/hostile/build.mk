# SPDX-License-Identifier: MIT
#
# The guest that means harm, for the shell's tests: it is loaded as a kernel of Linux would be.

hostile-flags := -std=gnu17 -O2 $(WARNINGS) -ffreestanding -fno-pic -fno-pie -mno-red-zone \
	-mgeneral-regs-only -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables

$(BUILD)/vmm/hostile: $(addprefix tests/guest/hostile/,start.S hostile.c hostile.ld)
	$(call note,GUEST)
	@mkdir -p $(@D)
	$(Q)gcc $(hostile-flags) -static -nostdlib -Wl,--build-id=none,-z,noexecstack,--no-warn-rwx-segments \
		-Wl,-T,tests/guest/hostile/hostile.ld -o $@.elf \
		tests/guest/hostile/start.S tests/guest/hostile/hostile.c
	$(Q)objcopy -O binary $@.elf $@
