# SPDX-License-Identifier: MIT
#
# The runtime with generated stubs, over a mock machine; the servers are those of tests/probe.

RUNTIME_UNIT_FLAGS := -DKILL_POINTS -DLAYOUT_SHIFT=0x200000000000ul -I$(PROBE_IDL) -Wno-unused-parameter

$(call unit-test,runtime,$(addprefix tests/unit/runtime/,runtime_test.c mock.c mock_pager.c) \
	$(addprefix tests/probe/,probe.c below.c script.c) $(filter %.c,$(probe-generated)) \
	$(addprefix libc/runtime/,chain.c client.c deferred.c dispatch.c ledger.c server.c session.c \
	slot.c status.c),$(RUNTIME_UNIT_FLAGS))
$(foreach compiler,gcc clang,$(unit-objects-runtime-$(compiler))): | $(probe-generated)
