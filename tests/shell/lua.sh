# SPDX-License-Identifier: MIT
#
# lua.sh FOLDER: run the Lua scripts there.

echo begin lua
for script in "$1"/*.lua; do
	echo "=== ${script##*/}"
	lua "$script"
	echo "--- status $?"
done
echo end lua
