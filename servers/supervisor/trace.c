// SPDX-License-Identifier: MIT
//
// Registers and backtrace of a thread as text. Frames are followed by the frame pointers that our
// programs are compiled with; each pair (caller's frame, return address) is read from the process's
// memory through the pager. A thread that was inside a system call has its registers on its stack,
// in the layout of struct caplet_call_frame. Addresses get names from the program's symbol table in
// the boot archive, if there is one.

#include "state.h"

#include <caplet/symbols.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FRAMES_MAX = 16 };

void text_line(struct text *text, const char *format, ...)
{
	unsigned room = text->size - text->length;
	va_list arguments;
	int length;

	if (room < 2)
		return;
	va_start(arguments, format);
	length = vsnprintf(text->start + text->length, room, format, arguments);
	va_end(arguments);
	text->length += (unsigned)length < room ? (unsigned)length + 1 : room;
	text->lines++;
}

static const struct symbols *symbols_find(const char *program)
{
	const struct symbols *symbols;
	struct archive_member member;
	char path[PROCESS_NAME_MAX + 8];

	// A program that is a link has the symbols of what it links to.
	snprintf(path, sizeof(path), "bin/%s", program);
	if (program_find(path, &member) && strncmp(member.name, "bin/", 4) == 0)
		program = member.name + 4;
	snprintf(path, sizeof(path), "sym/%s", program);
	if (!program_find(path, &member) || member.bytes < sizeof(*symbols))
		return NULL;
	symbols = archive_data(&member);
	if (symbols->magic != SYMBOLS_MAGIC || symbols->text_bytes == 0 ||
	    member.bytes != sizeof(*symbols) +
				    symbols->count * (uint64_t)sizeof(symbols->entry[0]) +
				    symbols->text_bytes)
		return NULL;
	return symbols;
}

// The last function that begins at or below the address.
static const struct symbols_entry *symbol_at(const struct symbols *symbols, uint64_t address)
{
	uint32_t low = 0, high = symbols->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (symbols->entry[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return NULL;
	if (symbols->entry[low - 1].bytes != 0 &&
	    address >= symbols->entry[low - 1].address + symbols->entry[low - 1].bytes)
		return NULL;
	return &symbols->entry[low - 1];
}

// A return address belongs to the call before it, which may be the last of its function.
static void address_write(struct text *text, const struct symbols *symbols, const char *what,
			  uint64_t address)
{
	uint64_t inside = address - (what[0] == 'f');
	const struct symbols_entry *entry = symbols != NULL ? symbol_at(symbols, inside) : NULL;
	const char *names;

	if (entry == NULL || entry->name >= symbols->text_bytes) {
		text_line(text, "  %s %#lx", what, address);
		return;
	}
	names = (const char *)&symbols->entry[symbols->count];
	text_line(text, "  %s %#lx %.*s+%#lx", what, address,
		  (int)(symbols->text_bytes - entry->name), names + entry->name,
		  address - entry->address);
}

static bool read_words(const struct process *process, uint64_t address, uint64_t *words,
		       unsigned count)
{
	uint64_t bytes = 0;

	return pager_space_read(&pager_session, process->number, address, count * 8, words,
				&bytes) == STATUS_OK &&
	       bytes == count * 8;
}

static void registers_write(struct text *text, const struct thread_regs *regs)
{
	text_line(text, "  rip %016lx  rsp %016lx  rflags %lx  fs %lx", regs->rip, regs->rsp,
		  regs->rflags, regs->fs_base);
	if (!(regs->valid & REGS_GENERAL)) {
		text_line(text, "  (inside a system call)");
		return;
	}
	text_line(text, "  rax %016lx  rbx %016lx  rcx %016lx  rdx %016lx", regs->rax, regs->rbx,
		  regs->rcx, regs->rdx);
	text_line(text, "  rsi %016lx  rdi %016lx  rbp %016lx  r8  %016lx", regs->rsi, regs->rdi,
		  regs->rbp, regs->r8);
	text_line(text, "  r9  %016lx  r10 %016lx  r11 %016lx  r12 %016lx", regs->r9, regs->r10,
		  regs->r11, regs->r12);
	text_line(text, "  r13 %016lx  r14 %016lx  r15 %016lx", regs->r13, regs->r14, regs->r15);
}

void trace_write(struct text *text, const struct process *process, const struct thread_regs *regs)
{
	const struct symbols *symbols = symbols_find(program_name(process));
	uint64_t frame = regs->rbp, pair[2];
	struct caplet_call_frame call;

	registers_write(text, regs);
	address_write(text, symbols, "at", regs->rip);
	if (!(regs->valid & REGS_GENERAL)) {
		if (!read_words(process, regs->rsp, (uint64_t *)&call, sizeof(call) / 8))
			return;
		address_write(text, symbols, "from", call.rip);
		frame = call.rbp;
	}
	for (unsigned i = 0; i < FRAMES_MAX && frame != 0 && frame % 8 == 0; i++) {
		if (!read_words(process, frame, pair, 2) || pair[1] == 0)
			return;
		address_write(text, symbols, "from", pair[1]);
		if (pair[0] <= frame)
			return; // frames lie above those they called
		frame = pair[0];
	}
}
