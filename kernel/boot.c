// SPDX-License-Identifier: MIT
//
// The start of the system: from what the machine found, make the root task and run it.
//
// The root task gets everything: all memory as untyped, all authority as control capabilities. The
// kernel's own needs (the root task's objects, image and tables) are taken once from one region of
// RAM; the root task has capabilities to its objects, buffer and boot information, but not to
// its image and tables. A missing or broken archive or image ends in one line on the console.
#include <caplet/abi/boot.h>

#include "arch.h"
#include "archive.h"
#include "boot_untyped.h"
#include "cnode.h"
#include "cpu.h"
#include "derive.h"
#include "elf.h"
#include "panic.h"
#include "sched.h"
#include "schedctx.h"
#include "vspace.h"

#define ROOT_ASID	   1
#define ROOT_TIME_SLICE_US 10000
#define REFILL_MINIMUM_US  5
#define SPARE_BYTES	   (1ul << 20) // objects, stack and tables, beside the image

// Memory for the root task, zeroed as it is taken.
struct boot_memory {
	paddr_t start, next, end;
};

// The root task as it is being made.
struct boot_root {
	struct boot_memory memory;
	struct cnode *cnode;
	struct cap vspace;
	struct thread *thread;
	struct elf_image image;
	vaddr_t stack_top, buffer, info;
	paddr_t info_paddr;
};

BOOT_ONLY static paddr_t take(struct boot_memory *memory, unsigned bits)
{
	paddr_t start = (memory->next + (1ul << bits) - 1) & -(1ul << bits);

	if (start + (1ul << bits) > memory->end) {
		boot_fail("there is not enough memory for the root task");
	}
	memory->next = start + (1ul << bits);
	arch_zero(phys_to_virt(start), 1ul << bits);
	return start;
}

// The first region of RAM that is large enough.
BOOT_ONLY static void find_memory(struct boot_memory *memory, uint64_t bytes)
{
	const struct boot_machine *machine = arch_boot_machine();

	for (unsigned i = 0; i < machine->region_count; i++) {
		const struct boot_region *region = &machine->region[i];
		if (region->kind == BOOT_REGION_RAM && region->end - region->start >= bytes) {
			*memory = (struct boot_memory){region->start, region->start, region->end};
			return;
		}
	}
	boot_fail("there is not enough memory for the root task");
}

BOOT_ONLY static void put(struct boot_root *root, unsigned slot, struct cap cap)
{
	derive_insert_first(&root->cnode->slot[slot], cap);
}

// A copy in one of the thread's own slots.
BOOT_ONLY static void put_thread(struct boot_root *root, enum thread_slot slot, unsigned from)
{
	struct slot *source = &root->cnode->slot[from];
	struct cap copy;

	if (cap_derive(source, RIGHT_ALL, &copy) != STATUS_OK) {
		boot_fail("a root capability cannot be copied");
	}
	derive_insert(source, &root->thread->slot[slot], copy, false);
	thread_decode(root->thread);
}

// Map a frame, making the tables on the way.
BOOT_ONLY static void map(struct boot_root *root, struct cap *frame, vaddr_t address,
			  unsigned rights, unsigned attributes)
{
	struct mapping mapping = {&root->vspace, address, rights, attributes};
	enum status status;
	unsigned level;

	while ((status = vspace_map_frame(frame, &mapping, &level)) == STATUS_NO_TABLE) {
		struct cap table = cap_make(OBJECT_TABLE, TABLE_BITS,
					    phys_to_virt(take(&root->memory, TABLE_BITS)));
		status = vspace_map_table(&table, &mapping, &level);
		if (status != STATUS_OK) {
			break;
		}
	}
	if (status != STATUS_OK) {
		boot_fail("the root task's image cannot be mapped");
	}
}

BOOT_ONLY static paddr_t map_page(struct boot_root *root, vaddr_t address, unsigned rights,
				  unsigned attributes)
{
	paddr_t page = take(&root->memory, PAGE_BITS);
	struct cap frame = cap_make_physical(OBJECT_FRAME, PAGE_BITS, page, false);

	map(root, &frame, address, rights, attributes);
	return page;
}

// Copy what the file has of the page at `address`.
BOOT_ONLY static void copy_page(uint8_t *page, vaddr_t address, const struct elf_segment *segment)
{
	uint64_t skip = segment->address > address ? segment->address - address : 0;
	uint64_t offset = address + skip - segment->address;
	uint64_t bytes = offset < segment->data_bytes ? segment->data_bytes - offset : 0;

	if (bytes > PAGE_SIZE - skip) {
		bytes = PAGE_SIZE - skip;
	}
	__builtin_memcpy(page + skip, segment->data + offset, bytes);
}

BOOT_ONLY static vaddr_t load_segment(struct boot_root *root, const struct elf_segment *segment)
{
	unsigned rights = segment->write ? RIGHT_READ | RIGHT_WRITE : RIGHT_READ;
	unsigned attributes = segment->execute ? MAP_EXECUTE : 0;
	vaddr_t end = segment->address + segment->memory_bytes;
	vaddr_t address = segment->address & -PAGE_SIZE;

	for (; address < end; address += PAGE_SIZE) {
		paddr_t page = map_page(root, address, rights, attributes);
		copy_page(phys_to_virt(page), address, segment);
	}
	return address;
}

BOOT_ONLY static void make_objects(struct boot_root *root)
{
	struct boot_memory *memory = &root->memory;
	unsigned cnode_bits = BOOT_CNODE_BITS + SLOT_BITS;

	root->cnode = phys_to_virt(take(memory, cnode_bits));
	struct cap cnode = cap_make(OBJECT_CNODE, BOOT_CNODE_BITS, root->cnode);
	cnode.cnode.guard_bits = 64 - BOOT_CNODE_BITS;
	put(root, BOOT_SLOT_CNODE, cnode);

	struct vspace *vspace = phys_to_virt(take(memory, VSPACE_BITS));
	arch_vspace_init(vspace, VSPACE_NATIVE);
	root->vspace = cap_make(OBJECT_VSPACE, VSPACE_BITS, vspace);
	put(root, BOOT_SLOT_VSPACE, root->vspace);
	if (!vspace_assign_asid(root->vspace, BOOT_ASID)) {
		boot_fail("the root task's address space has a number already");
	}

	root->thread = phys_to_virt(take(memory, THREAD_BITS));
	thread_init(root->thread);
	put(root, BOOT_SLOT_THREAD, cap_make(OBJECT_THREAD, THREAD_BITS, root->thread));

	struct schedctx *s = phys_to_virt(take(memory, SCHEDCTX_MIN_BITS));
	ticks_t slice = arch_ticks_from_us(ROOT_TIME_SLICE_US);
	refill_configure(s, slice, slice, 2, arch_now());
	put(root, BOOT_SLOT_SCHEDCTX, cap_make(OBJECT_SCHEDCTX, SCHEDCTX_MIN_BITS, s));
	schedctx_bind(s, root->thread);

	put(root, BOOT_SLOT_IRQ_CONTROL, cap_make_number(OBJECT_IRQ_CONTROL, 0));
	put(root, BOOT_SLOT_IOPORT_CONTROL, cap_make_number(OBJECT_IOPORT_CONTROL, 0));
	put(root, BOOT_SLOT_ASID_CONTROL, cap_make_number(OBJECT_ASID_CONTROL, 0));
	if (arch_iommu_line() != 0) {
		put(root, BOOT_SLOT_IOMMU_CONTROL, cap_make_number(OBJECT_IOMMU_CONTROL, 0));
	}
	for (unsigned i = 0; i < cpu_count() && i < BOOT_MAX_CPUS; i++) {
		put(root, BOOT_SLOT_SCHED_CONTROL + i, cap_make_number(OBJECT_SCHED_CONTROL, i));
	}
}

// Image, guard page, stack, guard page, IPC buffer, boot information. Returns the end.
BOOT_ONLY static vaddr_t make_image(struct boot_root *root)
{
	vaddr_t end = 0;

	for (unsigned i = 0; i < root->image.count; i++) {
		end = load_segment(root, &root->image.segment[i]);
	}
	end += PAGE_SIZE;
	root->stack_top = end + BOOT_STACK_SIZE;
	for (; end < root->stack_top; end += PAGE_SIZE) {
		map_page(root, end, RIGHT_READ | RIGHT_WRITE, 0);
	}
	root->buffer = end + PAGE_SIZE;
	root->info = root->buffer + PAGE_SIZE;
	root->info_paddr = take(&root->memory, PAGE_BITS);
	struct cap buffer =
		cap_make_physical(OBJECT_FRAME, PAGE_BITS, take(&root->memory, PAGE_BITS), false);
	struct cap info = cap_make_physical(OBJECT_FRAME, PAGE_BITS, root->info_paddr, false);
	info.rights = RIGHT_READ;
	map(root, &buffer, root->buffer, RIGHT_READ | RIGHT_WRITE, 0);
	map(root, &info, root->info, RIGHT_READ, 0);
	put(root, BOOT_SLOT_BUFFER, buffer);
	put(root, BOOT_SLOT_INFO, info);
	return root->info + PAGE_SIZE;
}

BOOT_ONLY static void start_thread(struct boot_root *root)
{
	struct thread *thread = root->thread;
	struct thread_regs regs = {
		.valid = REGS_CONTROL | REGS_GENERAL,
		.rip = root->image.entry,
		.rsp = root->stack_top,
		.fs_base = root->stack_top - START_FS_OFFSET,
		.rdi = root->info,
		.rsi = root->buffer,
	};

	put_thread(root, THREAD_SLOT_CSPACE, BOOT_SLOT_CNODE);
	put_thread(root, THREAD_SLOT_VSPACE, BOOT_SLOT_VSPACE);
	put_thread(root, THREAD_SLOT_BUFFER, BOOT_SLOT_BUFFER);
	thread_place_buffer(thread, 0);
	thread->priority = PRIORITY_COUNT - 1;
	thread->max_priority = PRIORITY_COUNT - 1;
	arch_regs_write(thread, &regs);
	arch_fpu_declare(thread, true);
	thread_resume(thread);
}

// All memory that is left becomes untyped, the facts become struct boot_info.
BOOT_ONLY static void hand_over(struct boot_root *root, vaddr_t image_end)
{
	const struct boot_machine *machine = arch_boot_machine();
	struct boot_info *info = phys_to_virt(root->info_paddr);
	paddr_t taken_end = (root->memory.next + PAGE_SIZE - 1) & -PAGE_SIZE;

	info->magic = BOOT_INFO_MAGIC;
	info->size = sizeof(*info);
	info->cpu_count = cpu_count();
	info->tsc_hz = machine->tsc_hz;
	info->archive_paddr = machine->archive_paddr;
	info->archive_bytes = machine->archive_bytes;
	info->rsdp_paddr = machine->rsdp_paddr;
	info->entry_tsc = machine->entry_tsc;
	info->calibration = machine->calibration;
	info->image_end = image_end;
	info->kernel_text_bytes = arch_text_bytes();
	info->iommu_line = arch_iommu_line();
	info->framebuffer.paddr = machine->framebuffer.paddr;
	info->framebuffer.width = machine->framebuffer.width;
	info->framebuffer.height = machine->framebuffer.height;
	info->framebuffer.pitch = machine->framebuffer.pitch;
	info->framebuffer.bits = machine->framebuffer.bits;
	__builtin_memcpy(info->command_line, machine->command_line, sizeof(info->command_line));
	info->command_line[sizeof(info->command_line) - 1] = '\0';
	boot_untyped_add_all(info, machine, root->memory.start, taken_end);
	for (unsigned i = 0; i < info->untyped_count; i++) {
		const struct boot_untyped *piece = &info->untyped[i];
		put(root, BOOT_SLOT_FIRST_UNTYPED + i,
		    cap_make_physical(OBJECT_UNTYPED, piece->size_bits, piece->paddr,
				      piece->kind != BOOT_MEMORY));
	}
	info->first_free_slot = BOOT_SLOT_FIRST_UNTYPED + info->untyped_count;
	info->root_tsc = arch_now();
}

BOOT_ONLY static uint64_t image_bytes(const struct elf_image *image)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < image->count; i++) {
		bytes += image->segment[i].memory_bytes + 2 * PAGE_SIZE;
	}
	return bytes;
}

BOOT_ONLY _Noreturn void kernel_boot(void)
{
	static struct boot_root root;
	const struct boot_machine *machine = arch_boot_machine();
	struct archive_member member;
	const char *error = archive_first(phys_to_virt(machine->archive_paddr),
					  machine->archive_bytes, &member);

	if (!error) {
		error = elf_parse(member.data, member.bytes, &root.image);
	}
	if (error) {
		boot_fail(error);
	}
	refill_minimum = arch_ticks_from_us(REFILL_MINIMUM_US);
	for (unsigned i = 0; i < cpu_count(); i++) {
		sched_init_cpu(cpu_by_number(i), i);
	}
	find_memory(&root.memory, image_bytes(&root.image) + SPARE_BYTES);
	make_objects(&root);
	vaddr_t image_end = make_image(&root);
	start_thread(&root);
	hand_over(&root, image_end);
	cpu_self()->reschedule = true;
	sched_leave();
	arch_user_enter();
}
