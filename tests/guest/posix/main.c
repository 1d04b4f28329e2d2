// SPDX-License-Identifier: MIT
//
// posixtest: the suite of what libc makes of the servers. Its status is 0 if all passed.

#include "../libc/suite.h"

int main(void)
{
	tests_run(system_tests);
	tests_run(file_tests);
	tests_run(pthread_tests);
	tests_run(library_tests);
	return tests_end();
}
