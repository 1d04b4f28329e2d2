// SPDX-License-Identifier: MIT
//
// The boot archive, as root has it. Its memory becomes 4 KiB frames, which lie in order in CNodes of
// their own; the pager gets these. Root maps the pages that it reads, one by one, at the
// archive's address, and in the same way the supervisor's, when the supervisor faults on them: of a
// large archive only a few headers are ever looked at here.

#include "root.h"

enum {
	FRAMES_PER_CNODE = (1 << DYNAMIC_CNODE_BITS) - 1, // slot 0 holds the CNode itself
	PAGES_MAX = HANDOVER_ARCHIVE_MAX * FRAMES_PER_CNODE,
};

static const struct boot_info *boot;
static cptr_t frames[HANDOVER_ARCHIVE_MAX]; // CNodes
static uint64_t page_count;
static uint64_t mapped[PAGES_MAX / 64 + 1]; // pages that root has mapped, a bit each

cptr_t archive_cnode(unsigned index)
{
	return index < HANDOVER_ARCHIVE_MAX ? frames[index] : 0;
}

static struct slot archive_frame(uint64_t page)
{
	return slot_in(frames[page / FRAMES_PER_CNODE], 1 + page % FRAMES_PER_CNODE,
		       DYNAMIC_CNODE_BITS);
}

// The piece of archive memory that begins at `paddr`.
static unsigned piece_find(paddr_t paddr)
{
	for (unsigned i = 0; i < boot->untyped_count; i++)
		if (boot->untyped[i].kind == BOOT_ARCHIVE && boot->untyped[i].paddr == paddr)
			return i;
	root_stop("the boot archive's memory", "is not where the kernel says");
}

// Makes the frames of one piece, which may span two CNodes.
static void piece_retype(unsigned piece, uint64_t first_page, uint64_t pages)
{
	while (pages > 0) {
		uint64_t index = first_page % FRAMES_PER_CNODE;
		uint64_t room = FRAMES_PER_CNODE - index;
		uint64_t some = pages < room ? pages : room;
		cptr_t *cnode = &frames[first_page / FRAMES_PER_CNODE];

		if (*cnode == 0)
			*cnode = memory_cnode(DYNAMIC_CNODE_BITS);
		kernel_retype(BOOT_SLOT_FIRST_UNTYPED + piece, OBJECT_FRAME, FRAME_4K_BITS, *cnode,
			      1 + index, some);
		first_page += some;
		pages -= some;
	}
}

void archive_init(const struct boot_info *info)
{
	boot = info;
	if (info->archive_bytes == 0)
		root_stop("there is no boot archive:", "give one with -initrd or as a module");
	page_count = (info->archive_bytes + PAGE_SIZE - 1) / PAGE_SIZE;
	if (page_count > PAGES_MAX)
		root_stop("the boot archive is too large:", "239 MiB at most");
	for (uint64_t page = 0; page < page_count;) {
		unsigned piece = piece_find(info->archive_paddr + page * PAGE_SIZE);
		uint64_t pages = 1ul << (info->untyped[piece].size_bits - PAGE_BITS);

		if (pages > page_count - page)
			pages = page_count - page;
		piece_retype(piece, page, pages);
		page += pages;
	}
}

bool archive_map(cptr_t vspace, vaddr_t base, vaddr_t address)
{
	uint64_t page = (address - base) >> PAGE_BITS;

	if (address < base || page >= page_count)
		return false;
	memory_page(archive_frame(page), vspace, base + (page << PAGE_BITS), RIGHT_READ, 0);
	return true;
}

const uint8_t *archive_bytes(uint64_t offset, uint64_t bytes)
{
	if (offset > boot->archive_bytes || bytes > boot->archive_bytes - offset)
		root_stop("the boot archive is damaged:", "it ends too early");
	for (uint64_t page = offset >> PAGE_BITS; page << PAGE_BITS < offset + bytes; page++) {
		if (mapped[page / 64] >> page % 64 & 1)
			continue;
		archive_map(BOOT_SLOT_VSPACE, HANDOVER_ARCHIVE_BASE,
			    HANDOVER_ARCHIVE_BASE + (page << PAGE_BITS));
		mapped[page / 64] |= 1ul << page % 64;
	}
	return (const uint8_t *)HANDOVER_ARCHIVE_BASE + offset;
}

struct archive_member archive_member_find(const char *name)
{
	const void *archive = (const void *)HANDOVER_ARCHIVE_BASE;
	struct archive_member member;
	uint64_t position = 0;
	const char *a, *b;

	for (;;) {
		archive_bytes(position, ARCHIVE_HEADER_BYTES);
		switch (archive_next(archive, boot->archive_bytes, &position, &member)) {
		case ARCHIVE_END: root_stop("the boot archive has no member", name);
		case ARCHIVE_DAMAGED:
			root_stop("the boot archive is damaged", "before this member:");
		case ARCHIVE_MEMBER: break;
		}
		for (a = name, b = member.name; *a == *b && *a != '\0'; a++)
			b++;
		if (*a == *b)
			return member;
	}
}
