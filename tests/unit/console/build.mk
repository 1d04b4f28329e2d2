# SPDX-License-Identifier: MIT

console-test-sources := $(wildcard tests/unit/console/*.c) \
	servers/drivers/console/terminal.c servers/drivers/console/uart.c

$(call unit-test,console,$(console-test-sources),-Ibuild/idl)
$(foreach compiler,gcc clang,$(unit-objects-console-$(compiler))): | build/idl/console.h
