# SPDX-License-Identifier: MIT

pager-tested := $(addprefix servers/pager/,check.c faults.c frames.c intent.c objects.c pages.c \
	fork.c reap.c regions.c memory.c memory_object.c guests.c handlers_guest.c memory_space.c spaces.c \
	state.c tables.c touch.c)

$(call unit-test,pager,$(pager-tested) $(addprefix tests/unit/pager/,model.c requests.c misuse.c test_pager.c),\
	-Iservers/pager -I$(BUILD)/idl)
$(unit-objects-pager-gcc) $(unit-objects-pager-clang): | $(BUILD)/idl/pager.h
