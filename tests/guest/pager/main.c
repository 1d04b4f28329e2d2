// SPDX-License-Identifier: MIT
//
// The pager's suite. Root starts it where the supervisor is otherwise, so it has the pager for itself.

#include <unistd.h>

#include "world.h"

int main(void)
{
	world_begin();
	tests_run(misuse_tests);
	tests_run(fault_tests);
	tests_run(story_tests);
	_exit(tests_end());
}
