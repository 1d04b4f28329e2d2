# SPDX-License-Identifier: MIT

$(call program,die,apps/die,main.c,nofpu)
