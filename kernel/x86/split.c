// SPDX-License-Identifier: MIT
//
// The choice of two views, and the three jumps that make the exits and the trap entry use them.
// With two views the kernel's entries are not global and PCID is not used: each change of the view
// flushes the other's translations.
#include "split.h"
#include "boot_memory.h"
#include "feature.h"
#include "image.h"
#include "instr.h"

#define VENDOR_INTEL 0x6c65746e // "ntel", the last part of GenuineIntel
#define JUMP	     0xe9

enum { ARCH_CAPABILITIES_RDCL_NO = 1 };

extern char trap_entry[], trap_entry_split[];
extern char exit_short_tail[], exit_short_split[];
extern char exit_full_tail[], exit_full_split[];

uint64_t split_root_entry;

// Intel says of itself which CPUs are not affected; other vendors' are not.
BOOT_ONLY static bool cpu_is_vulnerable(void)
{
	if (cpuid(0, 0).ecx != VENDOR_INTEL)
		return false;
	bool tells = cpuid(0, 0).eax >= 7 && cpuid(7, 0).edx >> 29 & 1;
	return !tells || !(rdmsr(MSR_ARCH_CAPABILITIES) & ARCH_CAPABILITIES_RDCL_NO);
}

BOOT_ONLY static bool command_line_has(const char *word, size_t length)
{
	for (const char *p = boot_machine.command_line; *p != 0; p++)
		if ((p == boot_machine.command_line || p[-1] == ' ') &&
		    __builtin_memcmp(p, word, length) == 0 && (p[length] == 0 || p[length] == ' '))
			return true;
	return false;
}

BOOT_ONLY void split_choose(void)
{
	features.split = command_line_has("split=on", 8) ||
			 (cpu_is_vulnerable() && !command_line_has("split=off", 9));
	if (features.split)
		features.pcid = false;
	features.switch_elaborate = features.split || !features.fsgsbase;
}

BOOT_ONLY static void jump_write(char *from, const char *to)
{
	int32_t distance = to - (from + 5);
	from[0] = JUMP;
	__builtin_memcpy(from + 1, &distance, 4);
}

BOOT_ONLY void split_patch(void)
{
	if (!features.split)
		return;
	jump_write(trap_entry, trap_entry_split);
	jump_write(exit_short_tail, exit_short_split);
	jump_write(exit_full_tail, exit_full_split);
}
