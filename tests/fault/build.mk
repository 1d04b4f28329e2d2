# SPDX-License-Identifier: MIT
#
# The fault-injection campaign: `make fault SEED=n RUNS=n`. The system with all servers built with
# kill points, and faulttest in place of the monitor. On the bench machine, where virtual time counts
# instructions: the same seed gives the same deaths and the same figures.

SEED ?= 1
RUNS ?= 300
fault-servers := tmpfs bootfs vfs console timer

$(call image,faulttest,tests,fault/main.c fault/victims.c fault/figures.c guest/load/load.c guest/load/fs_load.c \
	guest/load/other_load.c guest/libc/holdings.c,nofpu)

# $(call fault-archive,NAME,SEED,RUNS)
fault-archive = $(eval $(call fault-archive-rules,$(strip $1),$(strip $2),$(strip $3)))
define fault-archive-rules
$(BUILD)/$1.caplet: $(MANIFEST) tests/fault/faulttest.caplet $(BUILD)/$1.stamp
	@mkdir -p $$(@D)
	$(Q){ sed '/^start /d' $(MANIFEST) tests/fault/faulttest.caplet; \
		echo 'start faulttest "$2" "$3"'; } > $$@
# Written anew only when the numbers change.
$(BUILD)/$1.stamp: always
	@mkdir -p $$(@D)
	@echo '$2 $3' | cmp -s - $$@ || echo '$2 $3' > $$@
endef
fault-members = $(call root-member,root) manifest=$(BUILD)/$1-manifest.bin \
	bin/pager=$(BUILD)/stripped/pager-kill bin/supervisor=$(BUILD)/stripped/supervisor-kill \
	$(foreach name,$(fault-servers),bin/$(name)=$(BUILD)/stripped/$(name)-kill) \
	$(call program-members,faulttest process)

$(foreach run,fault fault-few,$(call fault-archive,$(run),$(if $(filter fault,$(run)),$(SEED),7),\
	$(if $(filter fault,$(run)),$(RUNS),30)))
$(foreach run,fault fault-few,$(call manifest,$(run)-manifest,$(BUILD)/$(run).caplet))
$(foreach run,fault fault-few,$(call archive,$(run),$(call fault-members,$(run))))

fault-command = tests/fault/run.sh $(KERNEL) $(BUILD)/$1.tar $(QEMU) $(BENCH_MACHINE) $(QEMU_EXIT) \
	-serial stdio
$(call command-test,fault/few,300,$$(call fault-command,fault-few),$(KERNEL) $(BUILD)/fault-few.tar)

fault: $(KERNEL) $(BUILD)/fault.tar ## let servers die at random points under load: SEED=, RUNS=
	@$(call fault-command,fault)

.PHONY: fault always
