# SPDX-License-Identifier: MIT

$(call program,init,apps/init,,nofpu)
