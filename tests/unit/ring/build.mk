# SPDX-License-Identifier: MIT

$(call unit-test,ring,tests/unit/ring/ring_test.c)
