# SPDX-License-Identifier: MIT
#
# Typed lines must arrive whole although the console dies while they are typed.

$(call program,typing,tests/guest/typing,main.c,nofpu)

typing-lines := 60

$(BUILD)/typing.lines: tests/guest/typing/build.mk
	@mkdir -p $(@D)
	$(Q){ echo 'typing $(typing-lines) 1000'; for i in $$(seq 0 $$(($(typing-lines) - 1))); do \
		echo "line $$i of what is typed"; done; echo 'svc'; } > $@

typing-command = build/host/console-script -t 60 $(BUILD)/typing.lines \
	$(QEMU) $(QEMU_MACHINE) $(QEMU_EXIT) -serial stdio -kernel $(BUILD)/caplet.elf \
	-initrd $(RESCUE_ARCHIVE)
$(call command-test,boot/typing,70,$$(typing-command),build/host/console-script \
	$(BUILD)/typing.lines $(BUILD)/caplet.elf $(RESCUE_ARCHIVE))
