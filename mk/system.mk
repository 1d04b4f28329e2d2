# SPDX-License-Identifier: MIT
#
# What is put together from the lists that the build.mk files filled: read last.

KERNEL := $(BUILD)/caplet.elf
BOOT_ARCHIVE := $(BUILD)/boot.tar

# The archive holds root, the manifest, each program as bin/NAME, and the host's real files.
# Nothing is left out silently: a part not yet in the tree is simply not in the lists.
ifneq ($(wildcard $(MANIFEST)),)
$(call manifest,manifest,$(MANIFEST))
MANIFEST_MEMBER := manifest=$(BUILD)/manifest.bin
endif
ROOT_MEMBER := $(if $(filter root,$(PROGRAMS)),$(call root-member,root))
$(call archive,boot,$(ROOT_MEMBER) $(MANIFEST_MEMBER) \
	$(call program-members,$(sort $(filter-out root,$(PROGRAMS)))) $(DATA_MEMBERS))

system: $(KERNEL) $(BOOT_ARCHIVE) ## build the kernel and the boot archive

.PHONY: system
