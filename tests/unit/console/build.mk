# SPDX-License-Identifier: MIT

console-test-sources := $(wildcard tests/unit/console/*.c) \
	$(addprefix servers/drivers/console/,terminal.c settings.c uart.c)

$(call unit-test,console,$(console-test-sources),-Ibuild/idl)
$(foreach compiler,gcc clang,$(unit-objects-console-$(compiler))): | build/idl/console.h
