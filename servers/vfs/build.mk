# SPDX-License-Identifier: MIT

$(call program,tmpfs,servers/vfs/tmpfs,,nofpu)
$(call program,bootfs,servers/vfs/bootfs,,nofpu)
$(call program,vfs,servers/vfs/vfs,,nofpu)
