# SPDX-License-Identifier: MIT
$(call program,root,servers/root,,nofpu)
