// SPDX-License-Identifier: MIT
//
// killtest SERVER [STRIDE [FIRST]]: for n = FIRST, FIRST + STRIDE, ... (1, 2, ...): arm the n-th kill point from now, go through the
// server's course, look that nobody noticed. When a course is through and the server has not
// died, all points of it have been tried. Status 0: all went well, and the supervisor and the pager
// hold what they held before.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <caplet/syscall.h>
#include <caplet/system.h>
#include "../libc/holdings.h"
#include "kill.h"

static const struct {
	const char *name;
	const char *(*course)(uint32_t number);
} parts[] = {
	{"tmpfs", tmpfs_course},	   {"vfs", vfs_course},	    {"bootfs", path_course},
	{"console", console_course},	   {"timer", timer_course}, {"pager", pager_course},
	{"supervisor", supervisor_course},
};

static uint64_t restarts_of(const char *name)
{
	struct supervisor_service service;
	struct holdings now;
	char reason[100];

	if (!holdings_take(&now))
		return 0;
	if (strcmp(name, "pager") == 0)
		return now.machine.restarts;
	if (strcmp(name, "supervisor") == 0)
		return now.census.supervisor_restarts;
	for (uint32_t i = 0;
	     supervisor_service_next(&supervisor_session, i, &service, reason) == STATUS_OK; i++)
		if (strcmp(service.name, name) == 0)
			return service.restarts;
	return 0;
}

// -> number of points tried, 0 if something went wrong
static uint32_t points_try(unsigned part, uint32_t first, uint32_t stride)
{
	const char *name = parts[part].name;

	for (uint32_t n = first;; n += stride) {
		uint64_t before = restarts_of(name);
		status_t status = supervisor_kill_at(&supervisor_session, name, n);
		const char *wrong;

		if (status != STATUS_OK) {
			printf("killtest: %s\n", supervisor_error_name(status));
			return 0;
		}
		wrong = parts[part].course(n);
		if (wrong != NULL) {
			printf("killtest: %s: point %u: %s\n", name, n, wrong);
			return 0;
		}
		if (restarts_of(name) == before)
			return (n - first) / stride;
	}
}

int main(int argc, char **argv)
{
	uint32_t stride = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
	uint32_t first = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
	struct holdings before, after;
	unsigned part = 0;
	uint32_t points;

	while (part < sizeof parts / sizeof parts[0] &&
	       (argc < 2 || strcmp(argv[1], parts[part].name) != 0))
		part++;
	if (part == sizeof parts / sizeof parts[0] || stride == 0) {
		printf("usage: killtest SERVER [STRIDE [FIRST]]\n");
		return 2;
	}
	// Whatever is made once and kept is made before what is held is counted: a course, a
	// death at the first point, and a course again.
	if (parts[part].course(0) != NULL ||
	    supervisor_kill_at(&supervisor_session, parts[part].name, 1) != STATUS_OK ||
	    parts[part].course(0) != NULL) {
		printf("killtest: the course does not even work undisturbed\n");
		return 1;
	}
	if (!holdings_take(&before))
		return 1;
	points = points_try(part, first, stride);
	if (!holdings_take(&after))
		return 1;
	console_course_end();
	if (points == 0 || !holdings_equal(&before, &after, HOLDINGS_FRAMES))
		return 1;
	printf("killtest: %s died at %u kill points, nobody noticed\n", argv[1], points);
	return 0;
}
