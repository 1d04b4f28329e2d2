# SPDX-License-Identifier: MIT

$(call program,caps,apps/caps,,nofpu)
