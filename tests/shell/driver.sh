# SPDX-License-Identifier: MIT
#
# driver.sh CASES: run each script of the folder CASES with `sh`, in an empty folder of its own, and
# print its output and its status. The host runs this with dash as sh, Caplet with ash; both must
# print the same.

cases=$1
work=$(mktemp -d) || exit 1
echo begin shell
for case in "$cases"/*; do
	echo "=== ${case##*/}"
	mkdir "$work/folder" && cd "$work/folder" || exit 1
	sh "$case" < /dev/null 2> /dev/null
	echo "--- status $?"
	cd "$work" && rm -rf "$work/folder"
done
rm -rf "$work"
echo end shell
