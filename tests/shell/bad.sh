# SPDX-License-Identifier: MIT
#
# bad.sh CHILDREN: what should not be done, done anyway, twice: it ends as POSIX says, and after the
# second time as many objects are in use as after the first, and as much memory but for a few pages.

children=$1
cd /tmp || exit 1
failures=0

check() {
	[ "$2" = "$3" ] && return
	failures=$((failures + 1))
	echo "bad: $1: '$2', not '$3'"
}

not_zero() {
	[ "$2" != 0 ] && return
	failures=$((failures + 1))
	echo "bad: $1: status 0"
}

pipes() {
	check 'yes | head' "$(yes | head -n 2 | tr '\n' ' ')" 'y y '
	check 'middle dies' "$(seq 1 50000 | sh -c 'kill -9 $$' | wc -l | tr -d ' ')" 0
	check 'last dies' "$(seq 1 50000 | cat | sh -c 'kill -9 $$'; echo $?)" 137
	sh -c 'trap "" PIPE; cat /bin/busybox; echo "status $?" >&2' 2> error | head -c 1 > first
	check 'written to nobody' "$(grep -c 'status [1-9]' error)" 1
	rm error first
}

images() {
	printf '\177ELFgarbage that is no program' > garbage
	chmod 755 garbage
	(./garbage) > /dev/null 2>&1
	not_zero 'garbage' $?
	head -c 5000 /bin/busybox > cut
	chmod 755 cut
	for size in 4096 200 120 64 63 20; do
		head -c $size /bin/busybox > cut
		(./cut) > /dev/null 2>&1
		not_zero "an image cut after $size bytes" $?
	done
	head -c 300000 /bin/busybox > cut
	(./cut) > /dev/null 2>&1
	not_zero 'an image cut in the middle' $?
	: > empty
	chmod 755 empty
	./empty
	check 'an empty script' $? 0
	mkdir folder
	(./folder) 2> /dev/null
	check 'a folder' $? 126
	(./nothing) 2> /dev/null
	check 'a file that is not there' $? 127
	echo '#!/bin/none' > lost
	chmod 755 lost
	(./lost) 2> /dev/null
	not_zero 'a script without its interpreter' $?
	rmdir folder
	rm garbage cut empty lost
}

limits() {
	long=$(seq 1 40000)
	(/bin/true $long) 2> /dev/null
	check 'arguments beyond the limit' $? 126
	long=
	check 'descriptors' "$(lua -e '
		local files = {}
		while true do
			local file, why = io.open("/etc/passwd")
			if not file then print(why) break end
			files[#files + 1] = file
		end')" '/etc/passwd: File descriptor value too large'
	check 'a full file system' "$(dd if=/dev/zero of=full bs=65536 2>&1 | grep -c 'No space left')" 1
	echo more 2> /dev/null > after
	rm full
	echo works > after && check 'after it' "$(cat after)" works
	rm after
}

scripts() {
	echo 'if true; then echo a; fi; for do' > wrong
	sh wrong > /dev/null 2>&1
	not_zero 'a script with a syntax error' $?
	check 'unknown command' "$(sh -c 'no_such_command' 2> /dev/null; echo $?)" 127
	rm wrong
}

processes() {
	count=0
	while [ $count -lt $children ]; do
		(exit 3)
		[ $? = 3 ] || check "child $count" $? 3
		count=$((count + 1))
	done
	# Those that nobody has waited for yet.
	count=0
	while [ $count -lt 60 ]; do
		(exit 4) &
		count=$((count + 1))
	done
	wait
	# As many as there can be at once; then they end, and all is well again.
	sh -c 'while sleep 60 & do :; done' > /dev/null 2>&1
	not_zero 'processes without end' $?
	killall sleep
	while pgrep sleep > /dev/null; do :; done
	check 'after it' "$(echo works | cat)" works
	# Each makes more, until there is room for none.
	sh -c 'set -m
		sleep 3 &
		pause=$!
		sh -c "bomb() { bomb | bomb & }; bomb; sleep 60" 2> /dev/null &
		bomb=$!
		wait $pause
		while kill -9 -$bomb 2> /dev/null; do wait $bomb 2> /dev/null; done' 2> /dev/null
	check 'after the bomb' "$(echo works | cat)" works
}

signals() {
	for what in 'sleep 30' 'cat /dev/console' 'read line < /dev/console' 'cat < /dev/zero > /dev/null' \
		'sleep 2 | cat' 'wait' 'while :; do :; done'; do
		[ "$what" = wait ] && what='sleep 2 & wait'
		timeout -s TERM 1 sh -c "$what" > /dev/null 2>&1
		check "SIGTERM in '$what'" $? 143
	done
	sleep 2
}

all() {
	pipes
	images
	limits
	scripts
	processes
	signals
}

frames_of() {
	echo "$1" | sed -n 's/.*frames \([0-9]*\).*/\1/p'
}

# Frames apart: a bomb may reach further into a server's table than the one before, and the pages it
# touched there first stay. A child that left one behind would show a thousand times.
compare() {
	check 'what is in use' "$(echo "$2" | sed 's/frames [0-9]*//')" \
		"$(echo "$1" | sed 's/frames [0-9]*//')"
	more=$(($(frames_of "$2") - $(frames_of "$1")))
	[ $more -le 8 ] && return
	failures=$((failures + 1))
	echo "bad: $more frames more than before"
}

all
before=$(svc counts)
all
compare "$before" "$(svc counts)"
echo "bad: $failures failures"
[ $failures = 0 ]
