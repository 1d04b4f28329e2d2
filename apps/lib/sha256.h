// SPDX-License-Identifier: MIT
//
// SHA-256 (FIPS 180-4): init, any number of updates, final.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32

struct sha256 {
	uint32_t state[8];
	uint64_t bytes; // hashed so far
	uint8_t block[64];
};

void sha256_init(struct sha256 *s);
void sha256_update(struct sha256 *s, const void *data, size_t bytes);
void sha256_final(struct sha256 *s, uint8_t digest[SHA256_BYTES]);
// The digest as 64 hexadecimal digits and a zero byte.
void sha256_hex(const uint8_t digest[SHA256_BYTES], char text[2 * SHA256_BYTES + 1]);
