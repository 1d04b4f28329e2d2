// SPDX-License-Identifier: MIT
//
// Reading and writing in pieces.

#pragma once

#include <sys/cdefs.h>
#include <sys/types.h>

#define UIO_MAXIOV 1024

struct iovec {
	void *iov_base;
	size_t iov_len;
};

__BEGIN_DECLS
ssize_t readv(int descriptor, const struct iovec *pieces, int count);
ssize_t writev(int descriptor, const struct iovec *pieces, int count);
__END_DECLS
