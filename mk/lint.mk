# SPDX-License-Identifier: MIT
#
# Checks of the tree that need no machine.
