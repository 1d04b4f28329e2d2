// SPDX-License-Identifier: MIT
//
// Reading and writing in pieces. A write of several pieces is gathered first, so that it reaches a
// pipe as one.

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

// Sum of the lengths; -1 and EINVAL if that is no length.
static ssize_t pieces_size(const struct iovec *pieces, int count)
{
	size_t sum = 0;

	for (int i = 0; i < count && i < UIO_MAXIOV; i++)
		if (__builtin_add_overflow(sum, pieces[i].iov_len, &sum))
			sum = SIZE_MAX;
	if (count >= 1 && count <= UIO_MAXIOV && sum <= INT64_MAX)
		return (ssize_t)sum;
	errno = EINVAL;
	return -1;
}

ssize_t readv(int descriptor, const struct iovec *pieces, int count)
{
	ssize_t done = 0;

	if (pieces_size(pieces, count) < 0)
		return -1;
	for (int i = 0; i < count; i++) {
		ssize_t got = read(descriptor, pieces[i].iov_base, pieces[i].iov_len);

		if (got < 0)
			return done > 0 ? done : -1;
		done += got;
		if ((size_t)got < pieces[i].iov_len)
			break;
	}
	return done;
}

ssize_t writev(int descriptor, const struct iovec *pieces, int count)
{
	ssize_t size = pieces_size(pieces, count), done;
	char *whole, *to;

	if (size < 0)
		return -1;
	whole = to = malloc((size_t)size);
	if (whole == NULL && size > 0) {
		errno = ENOMEM;
		return -1;
	}
	for (int i = 0; i < count; i++)
		to = (char *)memcpy(to, pieces[i].iov_base, pieces[i].iov_len) + pieces[i].iov_len;
	done = write(descriptor, whole, (size_t)size);
	free(whole);
	return done;
}
