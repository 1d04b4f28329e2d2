# SPDX-License-Identifier: MIT
#
# disk.sh FILE KILLS: the guest of FILE works with its disk, and its server is killed KILLS times while it
# does. What the guest prints tells whether it noticed.

requests() {
	count=$(vm stat | sed -n 's/^  disk *\([0-9]*\) requests$/\1/p')
	echo "${count:-0}"
}

vm start "$1" || exit 1
kill=0
while [ $kill -lt "$2" ]; do
	kill=$((kill + 1))
	until [ "$(requests)" -ge $((kill * 25)) ]; do
		sleep 0.02
	done
	svc kill vm1
done
vm stat | grep restarts
vm console
