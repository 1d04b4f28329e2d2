# SPDX-License-Identifier: MIT

$(call program,hello,apps/hello,main.c,nofpu)
