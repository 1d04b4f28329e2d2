# SPDX-License-Identifier: MIT
#
# Boots that cannot go well, each with its clear message; see run.sh. Each case is a test.

$(call image,test-crash,tests/boot/failures,crash.c)
$(call image,test-hang,tests/boot/failures,hang.c)

failure-images := $(BUILD)/stripped/test-crash $(BUILD)/stripped/test-hang
failure-needs := $(KERNEL) $(RESCUE_ARCHIVE) $(failure-images) build/host/mkarchive $(MANIFESTC)
failure-command = env IMAGES=$(BUILD)/stripped tests/boot/failures/run.sh $1 $(KERNEL) \
	$(RESCUE_ARCHIVE) $(QEMU) $(QEMU_MACHINE) $(QEMU_EXIT) -serial stdio

$(foreach case,$(shell tests/boot/failures/run.sh list),$(call command-test,boot/$(case),60,$(call failure-command,$(case)),$(failure-needs)))
