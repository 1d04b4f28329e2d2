# SPDX-License-Identifier: MIT
#
# Tests of the shell and of the ports: the same scripts are run by the host's tools and by Caplet's, and
# what they print is compared. The scripts are put into the archive with the host's real files.

ifneq ($(filter busybox,$(PORTS)),)

shell-cases := $(wildcard tests/shell/*.cases)
shell-scripts := $(wildcard tests/shell/*.sh tests/vm/*.sh tests/vm/*.vm tests/lua/*.lua)

# With the tests' scripts and a compressed archive that the host's tools made of the real files.
$(BUILD)/shell-test.members: $(shell-cases) $(shell-scripts) $(REAL_TEXT) $(REAL_BINARY) \
		$(BUILD)/vmm/hostile tests/guest/hostile/hostile.vm
	$(call note,CASES)
	@mkdir -p $(BUILD)/shell-test
	$(Q)tests/shell/split.sh $(BUILD)/shell-test/cases $(shell-cases)
	$(Q)rm -rf $(BUILD)/shell-test/data && mkdir $(BUILD)/shell-test/data
	$(Q)cp $(REAL_TEXT) $(BUILD)/shell-test/data/GPL-3
	$(Q)cp $(REAL_BINARY) $(BUILD)/shell-test/data/binary
	$(Q)cd $(BUILD)/shell-test/data && tar czf host.tgz GPL-3 binary
	$(Q)rm -rf $(BUILD)/shell-test/bin && mkdir $(BUILD)/shell-test/bin
	$(Q)ln -s $$(command -v dash) $(BUILD)/shell-test/bin/sh
	$(Q)ln -s $$(command -v lua5.4) $(BUILD)/shell-test/bin/lua
	$(Q){ for file in $(BUILD)/shell-test/cases/*; do echo "test/cases/$${file##*/}=$$file"; done; \
		echo "test/hostile=$(BUILD)/vmm/hostile"; echo "test/hostile.vm=tests/guest/hostile/hostile.vm"; \
		for file in $(shell-scripts); do echo "test/$${file##*/}=$$file"; done; \
		echo "data/host.tgz=$(BUILD)/shell-test/data/host.tgz"; } > $@

LARGER_ARCHIVES += shell-test
members-shell-test := @$(BUILD)/shell-test.members
shell-guest := $(QEMU_TEST) -kernel $(KERNEL) -initrd $(BUILD)/shell-test.tar

# $(call shell-test,LABEL,SECONDS,HOST-COMMAND)
shell-test = $(call command-test,shell/$1,$2,tests/shell/compare.sh $1 $2 "$3" \
	tests/shell/$1.lines $(shell-guest),$(KERNEL) $(BUILD)/shell-test.tar build/host/console-script)

host-shell := env LC_ALL=C PATH=$(CURDIR)/$(BUILD)/shell-test/bin:$$$$PATH sh

# The folder of the host's programs makes `sh` dash, in the cases too.
$(call shell-test,shell,400,$(host-shell) tests/shell/driver.sh $(CURDIR)/$(BUILD)/shell-test/cases)
$(call shell-test,realinput,200,$(host-shell) tests/shell/realinput.sh \
	$(BUILD)/shell-test/data $(CURDIR)/$(BUILD)/shell-test/work)

# What must go well by itself.
shell-script = $(call command-test,shell/$1,$2,build/host/console-script -t $2 \
	tests/shell/$1.lines $(shell-guest),$(KERNEL) $(BUILD)/shell-test.tar build/host/console-script)
$(call shell-script,kill,500)
$(call shell-script,jobs,60)
$(call shell-script,typing,200)
$(call shell-script,screen,200)
$(call shell-script,bad,600)

ifneq ($(filter lua,$(PORTS)),)
$(call shell-test,lua,200,$(host-shell) tests/shell/lua.sh tests/lua)
endif
endif
