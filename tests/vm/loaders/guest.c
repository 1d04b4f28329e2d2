// SPDX-License-Identifier: MIT
//
// A guest that says how it was started: by Multiboot 1 (PROTOCOL 1), with addresses of its own in the header
// (PROTOCOL 3), or by Multiboot 2 (PROTOCOL 2); and shows its command line and the start of its module.
#include <stdint.h>

#define SERIAL 0x3f8

static inline void out(uint8_t value)
{
	__asm__ volatile("outb %0, %1" ::"a"(value), "Nd"((uint16_t)SERIAL));
}

static void print(const char *text)
{
	while (*text)
		out((uint8_t)*text++);
}

static void facts_1(const uint32_t *facts)
{
	const uint32_t *module = (const uint32_t *)facts[6];
	const char *at = facts[5] ? (const char *)module[0] : "none";

	print("command line '");
	print((const char *)facts[4]);
	print("', module '");
	for (int i = 0; i < 8 && at[i] >= ' '; i++)
		out((uint8_t)at[i]);
	print(facts[11] == 72 ? "', 3 ranges\n" : "', ranges?\n");
}

static void facts_2(const uint8_t *facts)
{
	uint32_t total = *(const uint32_t *)facts;

	for (uint32_t at = 8; at < total;) {
		const uint32_t *tag = (const uint32_t *)(facts + at);

		if (tag[0] == 1) {
			print("command line '");
			print((const char *)(tag + 2));
		} else if (tag[0] == 3) {
			const char *text = (const char *)tag[2];

			print("', module '");
			for (int i = 0; i < 8 && text[i] >= ' '; i++)
				out((uint8_t)text[i]);
			print("'");
		} else if (tag[0] == 6) {
			print(tag[1] == 16 + 72 ? ", 3 ranges" : ", ranges?");
		} else if (tag[0] == 0) {
			print("\n");
			return;
		}
		at += (tag[1] + 7) & ~7u;
	}
}

__attribute__((used)) void guest_main(uint32_t magic, const void *facts)
{
	if (magic == 0x2badb002) {
		print("started by Multiboot 1, ");
		facts_1(facts);
	} else if (magic == 0x36d76289) {
		print("started by Multiboot 2, ");
		facts_2(facts);
	} else {
		print("started by something else\n");
	}
	__asm__ volatile("outw %0, %1" ::"a"((uint16_t)0x2000), "Nd"((uint16_t)0x604));
	for (;;)
		;
}

__asm__(".section .text.unlikely.header, \"ax\"\n"
#if PROTOCOL == 1
	".long 0x1badb002, 0, -0x1badb002\n"
#elif PROTOCOL == 3
	"header: .long 0x1badb002, 0x10000, -(0x1badb002 + 0x10000)\n"
	".long header, header, 0, _end, guest_start\n"
#else
	".balign 8\n"
	".long 0xe85250d6, 0, 16, -(0xe85250d6 + 16)\n"
#endif
	".text\n"
	".globl guest_start\n"
	"guest_start:\n"
	"	mov $0x80000, %esp\n"
	"	push %ebx\n"
	"	push %eax\n"
	"	call guest_main\n");
