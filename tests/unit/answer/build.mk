# SPDX-License-Identifier: MIT

$(call unit-test,answer,tests/unit/answer/answer_test.c $(PROBE_IDL)/probe_client.c \
	libc/runtime/status.c,-I$(PROBE_IDL) -Wno-unused-parameter)
$(foreach compiler,gcc clang,$(unit-objects-answer-$(compiler))): | $(probe-generated)
