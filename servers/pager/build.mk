# SPDX-License-Identifier: MIT

$(call program,pager,servers/pager)
