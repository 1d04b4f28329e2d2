# SPDX-License-Identifier: MIT
#
# The runtime with generated stubs, over a mock machine.

runtime-idl := $(foreach name,probe below,build/unit/idl/$(name).h build/unit/idl/$(name)_client.c \
	build/unit/idl/$(name)_server.c)

$(foreach suffix,.h _client.c _server.c,build/unit/idl/%$(suffix)) &: tests/unit/runtime/%.idl $(IDLC)
	$(call note,IDLC)
	@mkdir -p $(@D)
	$(Q)$(IDLC) --header build/unit/idl/$*.h --client build/unit/idl/$*_client.c \
		--server build/unit/idl/$*_server.c $<

.PRECIOUS: $(runtime-idl)

RUNTIME_UNIT_FLAGS := -DKILL_POINTS -DLAYOUT_SHIFT=0x200000000000ul -Ibuild/unit/idl -Wno-unused-parameter

$(call unit-test,runtime,tests/unit/runtime/runtime_test.c tests/unit/runtime/mock.c tests/unit/runtime/mock_pager.c \
	tests/unit/runtime/servers.c $(filter %.c,$(runtime-idl)) \
	$(addprefix libc/runtime/,chain.c client.c deferred.c dispatch.c ledger.c server.c session.c \
	slot.c status.c),$(RUNTIME_UNIT_FLAGS))

$(foreach compiler,gcc clang,$(unit-objects-runtime-$(compiler))): | $(runtime-idl)
