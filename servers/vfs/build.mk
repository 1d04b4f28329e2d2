# SPDX-License-Identifier: MIT

$(call program,tmpfs,servers/vfs/tmpfs,,nofpu)
