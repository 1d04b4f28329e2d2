// SPDX-License-Identifier: MIT
//
// Pipes, by the interface itself: libc's descriptors have tests of their own.

#include "life_test.h"

#include "../../../libc/posix/process_internal.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct file_client *files(void)
{
	return (struct file_client *)process_session();
}

static void bytes_go_through(void)
{
	uint64_t reader, writer, bytes;
	char back[16];
	uint32_t count;

	CHECK(process_pipe(process_session(), 0, &reader, &writer) == STATUS_OK);
	CHECK(file_write(files(), writer, "hello", 5, &count) == STATUS_OK && count == 5);
	CHECK(file_read(files(), writer, back, sizeof(back), &bytes) == FILE_WRONG_MODE);
	CHECK(file_read(files(), reader, back, 3, &bytes) == STATUS_OK && bytes == 3);
	CHECK(server_restart());
	CHECK(file_read(files(), reader, back + 3, 13, &bytes) == STATUS_OK && bytes == 2);
	CHECK(memcmp(back, "hello", 5) == 0);
	CHECK(file_close(files(), writer) == STATUS_OK);
	CHECK(file_read(files(), reader, back, 3, &bytes) == STATUS_OK && bytes == 0);
	CHECK(file_close(files(), reader) == STATUS_OK);
	CHECK(file_read(files(), reader, back, 3, &bytes) == FILE_BAD_FILE);
}

static void full_and_broken(void)
{
	static char page[4096];
	uint64_t reader, writer;
	uint32_t count, total = 0;
	status_t status;

	CHECK(process_pipe(process_session(), FILE_NO_WAIT, &reader, &writer) == STATUS_OK);
	while ((status = file_write(files(), writer, page, sizeof(page), &count)) == STATUS_OK)
		total += count;
	CHECK(status == FILE_WOULD_WAIT && total == 32768);
	CHECK(file_close(files(), reader) == STATUS_OK);
	CHECK(file_write(files(), writer, page, 1, &count) == FILE_NO_READER);
	CHECK(file_close(files(), writer) == STATUS_OK);
}

static void as_many_as_there_are(void)
{
	uint64_t reader[200], writer[200];
	unsigned count = 0;

	while (count < 200 &&
	       process_pipe(process_session(), 0, &reader[count], &writer[count]) == STATUS_OK)
		count++;
	printf("%u pipes at one time\n", count);
	CHECK(count >= 100 && count < 200);
	for (unsigned i = 0; i < count; i++) {
		CHECK(file_close(files(), reader[i]) == STATUS_OK);
		CHECK(file_close(files(), writer[i]) == STATUS_OK);
	}
}

const struct test pipe_tests[] = {
	{"bytes_go_through", bytes_go_through},
	{"full_and_broken", full_and_broken},
	{"as_many_as_there_are", as_many_as_there_are},
	{NULL, NULL},
};
