# SPDX-License-Identifier: MIT
#
# What is put together from the lists that the build.mk files filled: read last.

# The boot archive holds root, the manifest, each program as bin/NAME, the files of apps/archive, the
# links of ARCHIVE_LISTS, and the host's real files.
# Ports bring entries of their own.
WHOLE_MANIFEST := $(MANIFEST)
ifneq ($(MANIFEST_PARTS),)
WHOLE_MANIFEST := $(BUILD)/manifest.caplet
$(WHOLE_MANIFEST): $(MANIFEST) $(MANIFEST_PARTS)
	@mkdir -p $(@D)
	$(Q)cat $^ > $@
endif

ifneq ($(wildcard $(MANIFEST)),)
$(call manifest,manifest,$(WHOLE_MANIFEST),$(sort $(PROGRAMS)))
MANIFEST_MEMBER := manifest=$(BUILD)/manifest.bin
endif
ROOT_MEMBER := $(if $(filter root,$(PROGRAMS)),$(call root-member,root))
BASE_MEMBERS = $(call program-members,$(sort $(filter-out root,$(PROGRAMS)))) $(DATA_MEMBERS) \
	$(ARCHIVE_FILES) $(PORT_MEMBERS)
BOOT_MEMBERS = $(ROOT_MEMBER) $(MANIFEST_MEMBER) $(BASE_MEMBERS) $(addprefix @,$(ARCHIVE_LISTS))
$(call archive,boot,$(BOOT_MEMBERS))

# The same with the monitor on the console instead of the shell, for tests of what is below the shell.
$(BUILD)/rescue.caplet: $(WHOLE_MANIFEST)
	$(Q)sed 's/^start .*/start monitor/' $< > $@
$(call manifest,rescue-manifest,$(BUILD)/rescue.caplet,$(sort $(PROGRAMS)))
$(call archive,rescue,$(ROOT_MEMBER) manifest=$(BUILD)/rescue-manifest.bin $(BASE_MEMBERS))

# The same with more in it, for tests: NAME in LARGER_ARCHIVES has members-NAME too.
$(foreach name,$(LARGER_ARCHIVES),$(call archive,$(name),$(BOOT_MEMBERS) $(members-$(name))))

system: $(KERNEL) $(BOOT_ARCHIVE) $(RESCUE_ARCHIVE) ## build the kernel and the boot archive

build/tests.list: always
	@mkdir -p $(@D)
	$(file >$@,# KIND|NAME|SECONDS|COMMAND, for tools/run-tests)
	$(file >>$@,$(subst $(newline) ,$(newline),$(TEST_LINES)))

test: build/tests.list $(sort $(TEST_NEEDS)) ## run all tests, or those named FILTER
	@build/host/run-tests -j 2 build/tests.list $(FILTER)

bench: $(KERNEL) $(BENCH_ARCHIVES) ## count instructions, print bench<TAB>name<TAB>value<TAB>unit
	@tools/bench $(KERNEL) $(BENCH_ARCHIVES) -- $(QEMU) $(BENCH_MACHINE) $(QEMU_EXIT) -serial stdio

new-server: ## begin a server NAME: interface, code, client, manifest entry, test
	@tools/new-server $(NAME)

.PHONY: system test bench new-server
