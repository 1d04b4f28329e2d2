# SPDX-License-Identifier: MIT
#
# Code generated from the interface files: include/caplet/idl/NAME.idl becomes NAME.h,
# NAME_client.c and NAME_server.c under build/idl/, and the reference page docs/reference/NAME.md.
# The stubs of all interfaces form one archive, from which a program takes what it calls.

IDL_NAMES := $(sort $(basename $(notdir $(wildcard include/caplet/idl/*.idl))))
IDL_HEADERS := $(IDL_NAMES:%=$(BUILD)/idl/%.h)
IDLC := build/host/idlc

$(BUILD)/idl/%.h $(BUILD)/idl/%_client.c $(BUILD)/idl/%_server.c $(BUILD)/idl/%.md &: \
		include/caplet/idl/%.idl $(IDLC)
	$(call note,IDLC)
	@mkdir -p $(@D)
	$(Q)$(IDLC) --header $(BUILD)/idl/$*.h \
		--client $(BUILD)/idl/$*_client.c --server $(BUILD)/idl/$*_server.c \
		--reference $(BUILD)/idl/$*.md $<

# Generated files are kept, although only pattern rules name them.
.PRECIOUS: $(BUILD)/idl/%.h $(BUILD)/idl/%_client.c $(BUILD)/idl/%_server.c $(BUILD)/idl/%.md

# An interface may extend another.
$(IDL_HEADERS): $(wildcard include/caplet/idl/*.idl)

# Headers that must stand before any program is compiled.
USER_HEADERS := $(IDL_HEADERS) $(NEWLIB_STAMP)

define idl-library-rules
idl-objects-$1 := $$(foreach name,$$(IDL_NAMES),$(BUILD)/$1/idl/$$(name)_client.o \
	$(BUILD)/$1/idl/$$(name)_server.o)
$(BUILD)/$1/libidl.a: $$(idl-objects-$1)
DEPENDENCIES += $$(idl-objects-$1:.o=.d)
endef
$(eval $(call idl-library-rules,fpu))
$(eval $(call idl-library-rules,nofpu))
$(eval $(call idl-library-rules,kill))

# The pages are kept in the tree so that they can be read without a build.
docs/reference/%.md: $(BUILD)/idl/%.md
	@mkdir -p $(@D)
	$(Q)cmp -s $< $@ || cp $< $@

docs/reference/report-methods.md: $(wildcard include/caplet/idl/*.idl) $(IDLC)
	$(call note,IDLC)
	@mkdir -p $(@D)
	$(Q)$(IDLC) --report-methods $@ $(wildcard include/caplet/idl/*.idl)

REFERENCE_PAGES := $(IDL_NAMES:%=docs/reference/%.md) docs/reference/report-methods.md
reference: $(REFERENCE_PAGES) ## renew the reference pages of the interfaces

.PHONY: reference
