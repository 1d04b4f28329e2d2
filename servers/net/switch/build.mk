# SPDX-License-Identifier: MIT

$(call program,switch,servers/net/switch)
