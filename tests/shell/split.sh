#!/bin/sh
# SPDX-License-Identifier: MIT
#
# split.sh FOLDER FILE...: each case of the .cases files, from a line `=== NAME` to the next, becomes a
# script FOLDER/GROUP-NAME.

set -eu
folder=$1
shift
rm -rf "$folder"
mkdir -p "$folder"
for file; do
	awk -v prefix="$folder/$(basename "$file" .cases)-" '
		/^=== / { if (to) close(to); to = prefix $2; printf "" > to; next }
		{ print > to }' "$file"
done
