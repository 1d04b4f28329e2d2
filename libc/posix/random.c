// SPDX-License-Identifier: MIT
//
// Random bytes, from the processor's own generator. There is no substitute for it: on a machine
// that has none, a caller hears ENOSYS and not something predictable.

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum { CPUID_1_ECX_RDRAND = 1 << 30, ATTEMPTS = 32, ENTROPY_MAX = 256 };

static bool generator_present(void)
{
	uint32_t eax = 1, ebx, ecx = 0, edx;

	__asm__("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return ecx & CPUID_1_ECX_RDRAND;
}

// The generator may be empty for a moment.
static bool word_draw(uint64_t *word)
{
	bool drawn = false;

	for (int attempt = 0; attempt < ATTEMPTS && !drawn; attempt++)
		__asm__ volatile("rdrand %0" : "=r"(*word), "=@ccc"(drawn));
	return drawn;
}

ssize_t getrandom(void *data, size_t bytes, unsigned flags)
{
	size_t done = 0;
	uint64_t word;

	if (!generator_present()) {
		errno = ENOSYS;
		return -1;
	}
	while (done < bytes && word_draw(&word)) {
		size_t piece = bytes - done < sizeof(word) ? bytes - done : sizeof(word);

		memcpy((char *)data + done, &word, piece);
		done += piece;
	}
	if (done > 0 || bytes == 0)
		return (ssize_t)done;
	errno = EAGAIN;
	return -1;
}

int getentropy(void *data, size_t bytes)
{
	ssize_t count;

	if (bytes > ENTROPY_MAX) {
		errno = EIO;
		return -1;
	}
	count = getrandom(data, bytes, 0);
	if (count == (ssize_t)bytes)
		return 0;
	if (count >= 0)
		errno = EIO;
	return -1;
}
