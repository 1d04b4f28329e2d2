// SPDX-License-Identifier: MIT
//
// typing LINES [KILLS]: reads that many lines at a prompt and shows each as it was read, while the
// console is killed now and then. A test types "line 0", "line 1", ... and looks at what comes back.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <caplet/clock.h>
#include <caplet/syscall.h>
#include <caplet/system.h>

static volatile bool over;
static unsigned kills, done;

static void *killer(void *unused)
{
	while (!over && done < kills) {
		uint64_t until = clock_now() + 3000000 + done % 7 * 1000000;

		while (clock_now() < until)
			ipc_yield();
		if (supervisor_restart(&supervisor_session, "console") != STATUS_OK)
			break;
		done++;
	}
	return unused;
}

int main(int argc, char **argv)
{
	unsigned lines = argc > 1 ? atoi(argv[1]) : 1, wrong = 0;
	char line[200], expected[40];
	pthread_t thread;

	kills = argc > 2 ? atoi(argv[2]) : 0;
	if (kills > 0 && pthread_create(&thread, NULL, killer, NULL) != 0)
		return 1;
	for (unsigned i = 0; i < lines; i++) {
		printf("caplet> ");
		fflush(stdout);
		if (fgets(line, sizeof line, stdin) == NULL)
			strcpy(line, "nothing\n");
		snprintf(expected, sizeof expected, "line %u of what is typed\n", i);
		if (strcmp(line, expected) != 0) {
			printf("read: %s", line);
			wrong++;
		}
	}
	over = true;
	if (kills > 0)
		pthread_join(thread, NULL);
	printf("%u lines, %u wrong, %u kills\n", lines, wrong, done);
	return wrong > 0;
}
