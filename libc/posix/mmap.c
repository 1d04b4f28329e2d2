// SPDX-License-Identifier: MIT
//
// mmap and its kind, on the pager's methods. Private anonymous memory is memory of the process;
// shared anonymous memory is an object, which a forked child maps too. A private mapping of a file is
// anonymous memory into which the file is read; a shared one would need the file system's pages and
// fails with ENOSYS.

#include <caplet/layout.h>
#include <caplet/system.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

static int error_of(status_t status)
{
	switch (status) {
	case STATUS_OK: return 0;
	case PAGER_BAD_RANGE: return EINVAL;
	case PAGER_BAD_RIGHTS: return EACCES;
	default: return ENOMEM;
	}
}

static int answer(status_t status)
{
	if (status == STATUS_OK)
		return 0;
	errno = error_of(status);
	return -1;
}

static uint32_t rights_of(int protection)
{
	uint32_t rights = 0;

	if (protection & PROT_READ)
		rights |= PAGER_READ;
	if (protection & PROT_WRITE)
		rights |= PAGER_WRITE;
	if (protection & PROT_EXEC)
		rights |= PAGER_EXECUTE;
	return rights;
}

static uint64_t pages(size_t bytes)
{
	return (bytes + PAGE_SIZE - 1) & -PAGE_SIZE;
}

static status_t map_shared(uint64_t hint, uint64_t bytes, uint32_t flags, uint64_t *address)
{
	uint64_t object;
	status_t status = pager_object_create(&pager_session, bytes, 0, &object);

	if (status != STATUS_OK)
		return status;
	status = pager_object_map(&pager_session, object, 0, hint, bytes, flags, address);
	// The mapping holds it from here on.
	pager_object_release(&pager_session, object);
	return status;
}

// Fills the mapping with the file's bytes; what is beyond its end stays zero.
static bool file_read(int descriptor, uint64_t address, size_t bytes, off_t offset)
{
	size_t done = 0;

	while (done < bytes) {
		ssize_t count = pread(descriptor, (char *)address + done, bytes - done,
				      offset + (off_t)done);

		if (count < 0)
			return false;
		if (count == 0)
			break;
		done += (size_t)count;
	}
	return true;
}

// 0, or why the arguments are wrong.
static int arguments_check(uint64_t hint, size_t bytes, int flags, off_t offset)
{
	bool shared = flags & MAP_SHARED, private = flags & MAP_PRIVATE;

	if (bytes == 0 || shared == private || offset % PAGE_SIZE != 0)
		return EINVAL;
	if ((flags & MAP_FIXED) && hint % PAGE_SIZE != 0)
		return EINVAL;
	if (bytes > INT64_MAX)
		return ENOMEM;
	return shared && !(flags & MAP_ANONYMOUS) ? ENOSYS : 0;
}

void *mmap(void *place, size_t bytes, int protection, int flags, int descriptor, off_t offset)
{
	bool anonymous = flags & MAP_ANONYMOUS;
	uint64_t hint = flags & MAP_FIXED ? (uint64_t)place : 0, address;
	uint32_t rights = rights_of(anonymous ? protection : PROT_READ | PROT_WRITE);
	status_t status = STATUS_OK;

	errno = arguments_check((uint64_t)place, bytes, flags, offset);
	if (errno != 0)
		return MAP_FAILED;
	if (flags & MAP_FIXED) {
		rights |= PAGER_FIXED;
		status = pager_unmap(&pager_session, hint, pages(bytes));
	}
	if (status == STATUS_OK && (flags & MAP_SHARED))
		status = map_shared(hint, pages(bytes), rights, &address);
	else if (status == STATUS_OK)
		status = pager_map_anonymous(&pager_session, hint, pages(bytes), rights, &address);
	if (answer(status) != 0)
		return MAP_FAILED;
	if (!anonymous && (!file_read(descriptor, address, bytes, offset) ||
			   ((protection & PROT_WRITE) == 0 &&
			    mprotect((void *)address, bytes, protection) != 0))) {
		int error = errno;

		munmap((void *)address, bytes);
		errno = error;
		return MAP_FAILED;
	}
	return (void *)address;
}

int munmap(void *address, size_t bytes)
{
	return answer(pager_unmap(&pager_session, (uint64_t)address, pages(bytes)));
}

int mprotect(void *address, size_t bytes, int protection)
{
	return answer(pager_protect(&pager_session, (uint64_t)address, pages(bytes),
				    rights_of(protection)));
}

int msync(void *address, size_t bytes, int flags)
{
	return 0;
}

// Only MADV_DONTNEED has an effect that a program can see.
int madvise(void *address, size_t bytes, int advice)
{
	if (advice == MADV_DONTNEED)
		return answer(pager_discard(&pager_session, (uint64_t)address, pages(bytes)));
	return 0;
}

int posix_madvise(void *address, size_t bytes, int advice)
{
	return 0;
}

// What was promised is always there.
int mlock(const void *address, size_t bytes)
{
	return 0;
}

int munlock(const void *address, size_t bytes)
{
	return 0;
}
