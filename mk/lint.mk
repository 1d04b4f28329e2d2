# SPDX-License-Identifier: MIT
#
# Checks of the tree that need no machine. Each is a test of its own, so that `make test` says
# which one failed; `make lint` runs these alone.

LINT_CHECKS := format spdx python order paths sizes

$(foreach check,$(LINT_CHECKS),$(call command-test,lint/$(check),60,tools/lint $(check)))

# Headers are tried with the flags of the side that includes them, by both compilers.
lint-flags = $(filter-out -MMD -MP -Werror,$1)
lint-headers = env LINT_HOST_CC='$1' LINT_CC='$2' \
	LINT_KERNEL_FLAGS='$(call lint-flags,$(KERNEL_FLAGS))' \
	LINT_USER_FLAGS='$(call lint-flags,$(USER_FLAGS) $(FLAGS_fpu))' \
	LINT_HOST_FLAGS='$(call lint-flags,$(HOST_FLAGS) -Ikernel -Ikernel/x86 -Itests/invariants -I$(BUILD)/idl)' \
	tools/lint headers
$(call command-test,lint/headers-gcc,120,$(call lint-headers,gcc,gcc),$(USER_HEADERS))
$(call command-test,lint/headers-clang,120,\
	$(call lint-headers,clang,clang --target=x86_64-unknown-elf),$(USER_HEADERS))

$(call command-test,lint/reference,10,\
	env LINT_IDL=$(BUILD)/idl tools/lint reference,$(IDL_HEADERS))

LINT_LIBC := $(BUILD)/fpu/libcaplet.a
$(call command-test,lint/libc,10,env LINT_LIBC=$(LINT_LIBC) tools/lint libc,$(LINT_LIBC))

lint: build/tests.list build/host/run-tests $(USER_HEADERS) $(LINT_LIBC) ## the tree's rules: format, sizes, ...
	@build/host/run-tests $< lint/

.PHONY: lint
