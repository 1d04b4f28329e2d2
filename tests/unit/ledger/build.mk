# SPDX-License-Identifier: MIT

$(call unit-test,ledger,tests/unit/ledger/ledger_test.c libc/runtime/ledger.c,-DKILL_POINTS -DLAYOUT_SHIFT=0x200000000000ul)
