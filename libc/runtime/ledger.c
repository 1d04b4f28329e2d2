// SPDX-License-Identifier: MIT
//
// The ledger: header, undo log, regions, records (caplet/ledger.h tells the rules).
//
// The log is a stack of entries, old bytes padded to a word and then a footer with their place. It is
// read from the top, so that bytes changed twice end as they were first. The one invariant: an entry
// counts when log_used covers it, and log_used is stored after the entry and before the change. The
// processor keeps the order of stores; the fences here keep the compiler's.
//
// Playing the log back does not change the log, so dying in the middle of it and playing it again
// comes to the same. The end of both commit and rollback is the same single store.

#include <string.h>

#include <caplet/kill_point.h>
#include <caplet/ledger.h>
#include <caplet/slot.h>

#define CHECKSUM_SEED  0xcbf29ce484222325ul
#define CHECKSUM_PRIME 0x100000001b3ul

static uint8_t *at(uint64_t offset)
{
	return (uint8_t *)LEDGER_BASE + offset;
}

// A store that everything written before it in the program comes before, and everything after, after.
static void store_ordered(uint64_t *place, uint64_t value)
{
	kill_point();
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n(place, value, __ATOMIC_RELEASE);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	kill_point();
}

static uint64_t checksum(uint64_t seed, const void *bytes, size_t count)
{
	const uint8_t *byte = bytes;

	for (seed ^= CHECKSUM_SEED; count; count--)
		seed = (seed ^ *byte++) * CHECKSUM_PRIME;
	return seed;
}

static uint64_t header_checksum(const struct ledger_header *header)
{
	return checksum(0, header, offsetof(struct ledger_header, checksum));
}

// ---- the undo log

// The entry that ends at `end` in the log -> where it begins, or UINT64_MAX if it is no entry.
static uint64_t entry_before(const struct ledger_header *header, uint64_t end, uint64_t *offset,
			     uint64_t *bytes)
{
	uint64_t footer, padded;

	if (end < 16)
		return UINT64_MAX;
	memcpy(&footer, at(LEDGER_LOG_OFFSET + end - 8), 8);
	*bytes = footer & LEDGER_CHANGE_MAX;
	*offset = footer >> LEDGER_FOOTER_BITS;
	padded = (*bytes + 7) & ~7ul;
	if (*bytes == 0 || padded + 8 > end || *offset > header->bytes ||
	    *bytes > header->bytes - *offset)
		return UINT64_MAX;
	return end - 8 - padded;
}

static bool log_is_sane(const struct ledger_header *header)
{
	uint64_t end = header->log_used;
	uint64_t offset, bytes;

	if (end > header->log_bytes || end % 8)
		return false;
	while (end && end != UINT64_MAX)
		end = entry_before(header, end, &offset, &bytes);
	return end == 0;
}

static void log_play_back(struct ledger_header *header)
{
	uint64_t offset, bytes;

	for (uint64_t end = header->log_used; end;) {
		end = entry_before(header, end, &offset, &bytes);
		if (end == UINT64_MAX)
			server_panic("ledger: the undo log is damaged");
		kill_point();
		copy_stepwise(at(offset), at(LEDGER_LOG_OFFSET + end), bytes);
	}
	store_ordered(&header->log_used, 0);
}

_Noreturn void ledger_refuse(void)
{
	server_panic(
		"ledger: a change outside of the ledger, or a transaction larger than its log");
}

void ledger_change_bytes(void *place, size_t bytes)
{
	struct ledger_header *header = ledger_header();
	uint64_t offset = (uint64_t)place - LEDGER_BASE;
	uint64_t padded = (bytes + 7) & ~7ul;
	uint64_t used = header->log_used;
	uint64_t footer = offset << LEDGER_FOOTER_BITS | bytes;

	if (bytes == 0)
		return;
	if (offset >= header->bytes || bytes > header->bytes - offset ||
	    bytes > LEDGER_CHANGE_MAX || used + padded + 8 > header->log_bytes)
		ledger_refuse();
	kill_point();
	copy_stepwise(at(LEDGER_LOG_OFFSET + used), place, bytes);
	copy_stepwise(at(LEDGER_LOG_OFFSET + used + padded), &footer, 8);
	store_ordered(&header->log_used, used + padded + 8);
}

void ledger_store(void *place, const void *from, size_t bytes)
{
	ledger_change(place, bytes);
	copy_stepwise(place, from, bytes);
}

void ledger_commit(void)
{
	struct ledger_header *header = ledger_header();

	if (header->log_used) {
		store_ordered(&header->log_used, 0);
		slot_committed();
	}
}

void ledger_rollback(void)
{
	struct ledger_header *header = ledger_header();

	if (header->log_used) {
		log_play_back(header);
		slot_rolled_back();
	}
}

// ---- header

static void format(struct ledger_header *header, uint64_t bytes, uint64_t log_bytes)
{
	uint64_t armed = header->kill_armed;

	memset(header, 0, sizeof(*header));
	header->layout = LEDGER_LAYOUT;
	header->header_bytes = sizeof(*header);
	header->bytes = bytes;
	header->log_bytes = log_bytes;
	header->kill_armed = armed;
	header->free_offset = LEDGER_LOG_OFFSET + ((log_bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1));
	header->high_offset = header->free_offset;
	header->magic = LEDGER_MAGIC;
	store_ordered(&header->checksum, header_checksum(header));
}

static bool header_is_sane(const struct ledger_header *header, uint64_t bytes)
{
	uint64_t free =
		LEDGER_LOG_OFFSET + ((header->log_bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1));

	if (header->layout != LEDGER_LAYOUT || header->header_bytes != sizeof(*header) ||
	    header->bytes != bytes || header->log_bytes > bytes || free > bytes ||
	    header->region_count > LEDGER_REGIONS_MAX || header->free_offset > bytes)
		return false;
	for (uint64_t i = 0; i < header->region_count; i++) {
		const struct ledger_region *region = &header->region[i];

		if (region->offset < free || region->bytes > bytes ||
		    region->offset > bytes - region->bytes)
			return false;
		free = region->offset + region->bytes;
	}
	return free <= header->free_offset;
}

status_t ledger_open(enum start_mode *mode, uint64_t bytes, uint64_t log_bytes)
{
	struct ledger_header *header = ledger_header();

	if (log_bytes == 0)
		log_bytes = bytes / 4 < LEDGER_LOG_DEFAULT ? bytes / 4 & ~(PAGE_SIZE - 1)
							   : LEDGER_LOG_DEFAULT;
	if (bytes < 2 * PAGE_SIZE || log_bytes > bytes - 2 * PAGE_SIZE)
		return STATUS_BAD_LEDGER;
	// A predecessor that died while it laid out the very first header left no checksum.
	if (*mode == START_FRESH || header->checksum == 0) {
		*mode = START_FRESH;
		format(header, bytes, log_bytes);
	}
	if (header->magic != LEDGER_MAGIC || header->checksum != header_checksum(header) ||
	    !log_is_sane(header))
		return STATUS_BAD_LEDGER;
	log_play_back(header);
	if (!header_is_sane(header, bytes))
		return STATUS_BAD_LEDGER;
	if (!header->initialised)
		*mode = START_FRESH;
	header->phase = LEDGER_STARTING;
	header->last_words[0] = 0;
	header->starts++;
	return STATUS_OK;
}

// ---- regions

struct ledger_region *ledger_region_find(const char *name)
{
	struct ledger_header *header = ledger_header();

	for (uint64_t i = 0; i < header->region_count; i++)
		if (!strncmp(header->region[i].name, name, sizeof(header->region[i].name)))
			return &header->region[i];
	return NULL;
}

void *ledger_region(const char *name, uint32_t version, uint64_t bytes)
{
	struct ledger_header *header = ledger_header();
	struct ledger_region *region = ledger_region_find(name);
	uint64_t room = (bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
	uint64_t offset = header->free_offset;

	if (region)
		return region->version == version && region->bytes == bytes ? at(region->offset)
									    : NULL;
	if (header->region_count == LEDGER_REGIONS_MAX || strlen(name) >= sizeof(region->name) ||
	    bytes == 0 || room < bytes || room > header->bytes - offset)
		return NULL;
	// What a start that was undone left there.
	if (header->high_offset > offset)
		memset(at(offset), 0,
		       header->high_offset - offset < room ? header->high_offset - offset : room);
	if (offset + room > header->high_offset)
		header->high_offset = offset + room;
	region = &header->region[header->region_count];
	ledger_change(region, sizeof(*region));
	*region = (struct ledger_region){.version = version, .offset = offset, .bytes = bytes};
	memcpy(region->name, name, strlen(name));
	ledger_set(&header->free_offset, offset + room);
	ledger_set(&header->region_count, header->region_count + 1);
	return at(offset);
}

// ---- records

struct record_copy {
	uint64_t number;   // 0: not whole; else the copy with the higher one counts
	uint64_t checksum; // of number and bytes
	uint8_t bytes[];
};

static struct record_copy *record_copy(const void *record, unsigned i, size_t bytes)
{
	return (struct record_copy *)((uint8_t *)record + i * (LEDGER_RECORD_BYTES(bytes) / 2));
}

static bool record_is_whole(const struct record_copy *copy, size_t bytes)
{
	return copy->number && copy->checksum == checksum(copy->number, copy->bytes, bytes);
}

// The copy that counts, or NULL.
static struct record_copy *record_current(const void *record, size_t bytes)
{
	struct record_copy *first = record_copy(record, 0, bytes);
	struct record_copy *second = record_copy(record, 1, bytes);
	bool first_whole = record_is_whole(first, bytes);
	bool second_whole = record_is_whole(second, bytes);

	if (first_whole && second_whole)
		return first->number > second->number ? first : second;
	return first_whole ? first : second_whole ? second : NULL;
}

void ledger_record_write(void *record, const void *value, size_t bytes)
{
	struct record_copy *current = record_current(record, bytes);
	struct record_copy *other =
		record_copy(record, current == record_copy(record, 0, bytes), bytes);
	uint64_t number = current ? current->number + 1 : 1;

	store_ordered(&other->number, 0);
	copy_stepwise(other->bytes, value, bytes);
	other->checksum = checksum(number, value, bytes);
	store_ordered(&other->number, number);
}

bool ledger_record_read(const void *record, void *value, size_t bytes)
{
	struct record_copy *current = record_current(record, bytes);

	if (current)
		memcpy(value, current->bytes, bytes);
	return current != NULL;
}
