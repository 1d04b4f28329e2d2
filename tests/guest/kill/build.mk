# SPDX-License-Identifier: MIT
#
# killtest: a fixed course of calls to a server is gone through again and again, and the server dies
# at the first, the second, the third ... of its kill points on the way, until it gets through
# without reaching the point. The servers here are built with kill points, everything else is as
# always. The courses of tmpfs and pager have thousands of points; make test takes each fifth and
# eleventh of them, make kill takes all.

kill-servers := tmpfs bootfs vfs console timer
kill-parts := $(kill-servers) pager supervisor

$(call image,tmpfs-kill,servers/vfs/tmpfs,,kill)
$(call image,bootfs-kill,servers/vfs/bootfs,,kill)
$(call image,vfs-kill,servers/vfs/vfs,,kill)
$(call image,console-kill,servers/drivers/console,,kill)
$(call image,timer-kill,servers/drivers/timer,,kill)
$(call image,killtest,tests/guest,kill/main.c kill/fs_course.c kill/path_course.c kill/device_course.c \
	kill/base_course.c libc/holdings.c,nofpu)

# The system's manifest, with a program more and the monitor instead of the shell.
$(BUILD)/kill.caplet: $(MANIFEST) tests/guest/kill/killtest.caplet
	@mkdir -p $(@D)
	$(Q)cat $^ | sed 's/ledger    32M/ledger    1M/; s/^start .*/start monitor/' > $@
$(call manifest,kill-manifest,$(BUILD)/kill.caplet)

$(call archive,kill,$(call root-member,root) manifest=$(BUILD)/kill-manifest.bin \
	bin/pager=$(BUILD)/stripped/pager-kill bin/supervisor=$(BUILD)/stripped/supervisor-kill \
	$(foreach name,$(kill-servers),bin/$(name)=$(BUILD)/stripped/$(name)-kill) \
	$(call program-members,process monitor hello killtest))

kill-command = sh tests/guest/load/check-output build/host/console-script -t 290 \
	tests/guest/kill/$1.lines $(QEMU) $(QEMU_MACHINE) $(QEMU_EXIT) -serial stdio \
	-kernel $(BUILD)/caplet.elf -initrd $(BUILD)/kill.tar
$(foreach part,$(kill-parts),$(call command-test,boot/kill-$(part),300,\
	$$(call kill-command,$(part)),build/host/console-script $(BUILD)/caplet.elf \
	$(BUILD)/kill.tar))

kill: build/host/console-script $(BUILD)/caplet.elf $(BUILD)/kill.tar $(BUILD)/life-kill.tar ## let each server die at every kill point
	@mkdir -p build/tests
	@for part in $(kill-parts); do \
		echo "killtest $$part" > build/tests/kill.lines; \
		build/host/console-script -t 3600 build/tests/kill.lines $(QEMU) $(QEMU_MACHINE) \
			$(QEMU_EXIT) -serial stdio -kernel $(BUILD)/caplet.elf \
			-initrd $(BUILD)/kill.tar | grep -a '^killtest:' || exit 1; \
	done
	@timeout 3600 $(QEMU_TEST) -kernel $(BUILD)/caplet.elf -initrd $(BUILD)/life-kill.tar < /dev/null | \
		grep -a -e '^the process server died' -e '^not ok' -e '^suite done: .* 0 failed'

.PHONY: kill
