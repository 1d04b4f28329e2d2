# SPDX-License-Identifier: MIT
#
# net.sh: two guests of one network ping each other. The packet switch, the server under one of them, and the switch
# again are killed while they do.

requests() {
	count=$(vm stat net2 | sed -n 's/^  net *\([0-9]*\) requests$/\1/p')
	echo "${count:-0}"
}

# As soon as so many frames have come and gone.
kill_at() {
	until [ "$(requests)" -ge "$1" ]; do
		sleep 0.1
	done
	svc kill "$2"
}

vm start /test/net1.vm || exit 1
vm wait net1 && echo "the first has ended" &
vm start /test/net2.vm || exit 1
kill_at 4 switch
kill_at 6 vm2
kill_at 9 switch
vm stat net2 | grep restarts
vm console net2
wait
