# SPDX-License-Identifier: MIT
$(call unit-test,image,tests/unit/image/image_test.c libc/runtime/archive.c libc/runtime/image.c,)
