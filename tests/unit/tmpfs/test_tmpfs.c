// SPDX-License-Identifier: MIT
//
// tmpfs's volume against the reference model: random operations from a seed, each also cut off at
// every step of its log; and the cases that chance would take long to find.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <caplet/fs_entry.h>
#include "host.h"
#include "model.h"

static struct model model;
static uint64_t seed;
static uint8_t data[FS_TRANSFER_MAX + 64], back[FS_TRANSFER_MAX], expected[FS_TRANSFER_MAX];

static uint64_t random_next(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (seed >> 11) % below;
}

// What the server's handlers do with a volume, by number and name.
static void volume_apply(void *argument)
{
	struct operation *op = argument;
	struct volume *v = &host.volume;
	uint64_t node = model.node[op->node].number, to = model.node[op->to].number;
	uint32_t index = 0;

	switch (op->kind) {
	case OP_CREATE:
		op->status = directory_create(v, node, op->name, op->flags, 0777, &index);
		break;
	case OP_SYMLINK:
		op->status = directory_symlink(v, node, op->name, (const char *)op->data, op->bytes,
					       &index);
		break;
	case OP_LINK: op->status = directory_link(v, node, to, op->name); break;
	case OP_REMOVE: op->status = directory_remove(v, node, op->name, op->flags); break;
	case OP_RENAME:
		op->status = directory_rename(v, node, op->name, to, op->new_name, op->flags);
		break;
	case OP_OPEN: op->status = opens_add(v, op->holder, node); break;
	case OP_CLOSE: op->status = opens_drop(v, op->holder, node); break;
	case OP_CLOSE_ALL:
		while (opens_drop_some(v, op->holder, 8))
			;
		op->status = STATUS_OK;
		break;
	case OP_WRITE:
		op->status = node_find_file(v, node, &index);
		if (op->status == STATUS_OK)
			op->status = content_write(v, index, op->offset, op->data, op->bytes);
		break;
	case OP_RESIZE:
		op->status = node_find_file(v, node, &index);
		if (op->status == STATUS_OK)
			op->status = content_resize(v, index, op->bytes);
		break;
	case OP_SET: op->status = node_set(v, node, FILE_SET_MODE, op->flags, 0, 0); break;
	default: fail();
	}
	op->made = index ? node_number(v, index) : 0;
}

static void compare_content(uint32_t node, uint32_t index)
{
	uint64_t size = model.node[node].size;

	for (uint64_t at = 0; at <= size; at += sizeof back) {
		uint64_t bytes = content_read(&host.volume, index, at, back, sizeof back);

		assert_int_equal(bytes, model_read(&model, node, at, expected, sizeof expected));
		assert_memory_equal(back, expected, bytes);
	}
}

static void compare_directory(uint32_t node, uint32_t index)
{
	uint8_t few[700];
	uint64_t cookie = 0, bytes, at;
	uint32_t next = 0;

	while ((bytes = entry_list(&host.volume, index, cookie, few, sizeof few, NULL)) > 0) {
		for (at = 0; at < bytes; next++) {
			const struct fs_entry *e = (struct fs_entry *)(few + at);

			while (next < model.entries && model.entry[next].directory != node)
				next++;
			assert_true(next < model.entries);
			assert_string_equal(e->name, model.entry[next].name);
			assert_true(e->node == model.node[model.entry[next].node].number);
			cookie = e->cookie;
			at += e->bytes;
		}
	}
	while (next < model.entries)
		assert_true(model.entry[next++].directory != node);
}

static void compare_all(void)
{
	for (uint32_t i = 0; i < model.nodes; i++) {
		const struct model_node *n = &model.node[i];
		struct file_stat stat;
		uint32_t index;

		if (n->kind == 0) {
			assert_int_equal(node_find(&host.volume, n->number, &index), FILE_NO_NODE);
			continue;
		}
		assert_int_equal(node_find(&host.volume, n->number, &index), STATUS_OK);
		node_stat(&host.volume, index, &stat);
		assert_int_equal(stat.kind, n->kind);
		assert_int_equal(stat.mode, n->mode);
		assert_int_equal(stat.links, n->links);
		assert_int_equal(stat.opens, n->opens);
		if (n->kind == FILE_DIRECTORY) {
			compare_directory(i, index);
		} else {
			assert_int_equal(stat.size, n->size);
			compare_content(i, index);
		}
	}
}

static void check_volume(void)
{
	const char *wrong = volume_check(&host.volume);

	if (wrong != NULL)
		fail_msg("%s", wrong);
}

static const char *random_name(void)
{
	static char longest[FS_NAME_MAX + 2];
	static const char *const names[] = {"a", "b", "c", "d", "e",  "f", "g", "hh",
					    "i", "j", "k", "l", "..", ".", "",	"x/y"};
	uint64_t which = random_next(120);

	memset(longest, 'n', FS_NAME_MAX + 1);
	longest[FS_NAME_MAX + which % 2] = 0;
	if (which < 4)
		return longest;
	return names[which < 110 ? which % 12 : which % 16];
}

static uint64_t random_offset(void)
{
	static const uint64_t edges[] = {0, NODE_DIRECT, NODE_DIRECT + INDEX_COUNT,
					 NODE_DIRECT + INDEX_COUNT + 3};

	switch (random_next(4)) {
	case 0: return random_next(70000);
	case 1: return random_next(2000000);
	default: return edges[random_next(4)] * VOLUME_BLOCK + random_next(20000);
	}
}

static struct operation random_operation(void)
{
	static const uint64_t most[] = {5, 4096, 9000, FS_TRANSFER_MAX};
	struct operation op = {.kind = random_next(OP_COUNT),
			       .name = random_name(),
			       .holder = random_next(MODEL_HOLDERS),
			       .data = data + random_next(64),
			       .offset = random_offset()};
	uint32_t recent = model.nodes < 40 ? model.nodes : 40;

	op.new_name = random_name();
	op.node = random_next(6) ? model.nodes - 1 - random_next(recent) : 0;
	op.to = random_next(3) ? model.nodes - 1 - random_next(recent) : 0;
	op.bytes = random_next(most[random_next(4)]);
	if (op.kind == OP_CREATE)
		op.flags = random_next(30) ? 1 + random_next(2) : random_next(5);
	else if (op.kind == OP_REMOVE || op.kind == OP_RENAME)
		op.flags = random_next(2);
	else if (op.kind == OP_SYMLINK)
		op.bytes = random_next(FS_TARGET_MAX);
	else if (op.kind == OP_SET)
		op.flags = random_next(01000);
	else if (op.kind == OP_RESIZE)
		op.bytes = random_next(3) ? random_offset() : model.node[op.node].size / 2;
	return op;
}

// NO_SPACE is only right when something is nearly used up.
static void check_no_space(const struct operation *op, const struct fs_usage *before)
{
	if (op->status != FILE_NO_SPACE)
		return;
	assert_true(op->kind != OP_RESIZE);
	if (op->kind == OP_WRITE)
		assert_true(before->blocks_free < op->bytes / VOLUME_BLOCK + 2 + 3);
	else
		assert_true(before->nodes_free == 0 || before->entries_free == 0 ||
			    before->blocks_free == 0);
}

static void apply_both(struct operation *op)
{
	struct fs_usage before;

	volume_usage(&host.volume, &before);
	assert_true(host_run(volume_apply, op));
	check_no_space(op, &before);
	assert_int_equal(op->status, model_apply(&model, op));
}

static void set_up(uint64_t bytes, uint64_t start)
{
	seed = start;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = random_next(256);
	host_open(bytes, MODEL_HOLDERS);
	model_open(&model, node_number(&host.volume, VOLUME_ROOT));
}

static void tear_down(void)
{
	check_volume();
	model_close(&model);
	host_close();
}

static void random_operations_match_the_model(void **state)
{
	uint32_t status_seen[100] = {0};

	(void)state;
	for (uint64_t start = 1; start <= 4; start++) {
		set_up(start % 2 ? 1 << 20 : 8 << 20, start * 0x9e3779b97f4a7c15);
		for (unsigned i = 0; i < 6000 && model.nodes < MODEL_NODES; i++) {
			struct operation op = random_operation();

			apply_both(&op);
			status_seen[op.status]++;
			if (i % 100 == 99) {
				check_volume();
				compare_all();
			}
		}
		compare_all();
		tear_down();
	}
	// Each error of the interface was met.
	for (status_t s = FILE_NOT_FOUND; s <= FILE_WRONG_KIND; s++)
		if (s != FILE_TOO_MANY_LINKS && s != FILE_TOO_LARGE && s != FILE_TOO_MANY_OPEN)
			assert_true(status_seen[s] > 0);
	print_message("largest transaction: %u bytes of log\n", host.most_saved);
}

static void every_step_cut_off_changes_nothing(void **state)
{
	uint32_t cuts = 0;

	(void)state;
	for (uint64_t start = 11; start <= 13; start++) {
		set_up(1 << 20, start * 0x9e3779b97f4a7c15);
		for (unsigned i = 0; i < 500; i++) {
			struct operation op = random_operation();
			uint32_t most = 0;

			for (host.cut = 1; !host_run(volume_apply, &op); host.cut = ++most + 1) {
				cuts++;
				check_volume();
				if (random_next(16) == 0)
					compare_all();
			}
			host.cut = 0;
			assert_int_equal(op.status, model_apply(&model, &op));
			if (i % 16 == 0)
				compare_all();
		}
		tear_down();
	}
	print_message("%u cuts\n", cuts);
}

static uint32_t make_file(uint64_t directory, const char *name)
{
	uint32_t index;

	host_begin();
	assert_int_equal(directory_create(&host.volume, directory, name, FILE_REGULAR, 0, &index),
			 STATUS_OK);
	return index;
}

static void full_volume_loses_nothing(void **state)
{
	struct volume *v = &host.volume;
	struct fs_usage usage;
	uint64_t root, size = 0;
	uint32_t file, small;

	(void)state;
	set_up(1 << 20, 5);
	root = model.node[0].number;
	file = make_file(root, "file");
	small = make_file(root, "small");
	for (;; size += FS_TRANSFER_MAX) {
		host_begin();
		if (content_write(v, file, size, data, FS_TRANSFER_MAX) != STATUS_OK)
			break;
	}
	for (;; size += 1000) {
		host_begin();
		if (content_write(v, file, size, data, 1000) != STATUS_OK)
			break;
		check_volume();
	}
	volume_usage(v, &usage);
	assert_int_equal(usage.blocks_free, 0);
	assert_int_equal(v->node[file].size, size);
	host_begin();
	assert_int_equal(content_write(v, small, 0, data, 1), FILE_NO_SPACE);

	// What is there can be overwritten, shortened, and removed.
	for (uint64_t at = 100; at + FS_TRANSFER_MAX < size; at += FS_TRANSFER_MAX) {
		host_begin();
		assert_int_equal(content_write(v, file, at, data, FS_TRANSFER_MAX), STATUS_OK);
		assert_int_equal(content_read(v, file, at, back, sizeof back), sizeof back);
		assert_memory_equal(back, data, sizeof back);
	}
	check_volume();
	host_begin();
	assert_int_equal(content_resize(v, file, size - 5000), STATUS_OK);
	check_volume();
	host_begin();
	assert_int_equal(content_write(v, small, 0, data, 1), STATUS_OK);
	host_begin();
	assert_int_equal(directory_remove(v, root, "file", false), STATUS_OK);
	volume_usage(v, &usage);
	assert_int_equal(usage.blocks_free, usage.blocks - VOLUME_RESERVE - 1);
	tear_down();
}

static void resize_meets_every_edge(void **state)
{
	static const uint64_t edges[] = {0,
					 1,
					 VOLUME_BLOCK,
					 NODE_DIRECT * VOLUME_BLOCK,
					 (NODE_DIRECT + 1) * VOLUME_BLOCK,
					 (NODE_DIRECT + INDEX_COUNT) * VOLUME_BLOCK,
					 (NODE_DIRECT + INDEX_COUNT + 1) * VOLUME_BLOCK,
					 (NODE_DIRECT + 2 * INDEX_COUNT) * VOLUME_BLOCK,
					 NODE_BLOCKS_MAX * VOLUME_BLOCK - 5};
	struct volume *v = &host.volume;
	const size_t count = sizeof edges / sizeof edges[0];
	uint32_t file;

	(void)state;
	set_up(2 << 20, 6);
	file = make_file(model.node[0].number, "file");
	for (size_t from = 0; from < count; from++) {
		for (size_t to = 0; to <= from; to++) {
			for (int64_t off = -1; off <= 1; off++) {
				for (size_t i = 0; i <= from; i++) {
					host_begin();
					assert_int_equal(content_write(v, file, edges[i], data, 5),
							 STATUS_OK);
				}
				if (edges[to] == 0 && off < 0)
					continue;
				host_begin();
				assert_int_equal(content_resize(v, file, edges[to] + off),
						 STATUS_OK);
				check_volume();
				host_begin();
				assert_int_equal(content_resize(v, file, edges[to] + 100),
						 to + 1 < count ? STATUS_OK : FILE_TOO_LARGE);
				if (to + 1 < count && off >= 0) {
					content_read(v, file, edges[to] + off, back, 100 - off);
					for (int64_t i = 0; i < 100 - off; i++)
						assert_int_equal(back[i], 0);
				}
				check_volume();
			}
		}
	}
	host_begin();
	assert_int_equal(content_write(v, file, edges[count - 1], data, 6), FILE_TOO_LARGE);
	assert_int_equal(content_write(v, file, UINT64_MAX, data, 6), FILE_TOO_LARGE);
	assert_int_equal(content_write(v, file, 0, data, FS_TRANSFER_MAX + 1), STATUS_BAD_ARGUMENT);
	tear_down();
}

// Reads one entry at a time while others come and go: those that stay are met once each.
static void cookies_stay_good(void **state)
{
	struct volume *v = &host.volume;
	uint64_t root, cookie = 0;
	uint8_t one[300];
	unsigned met[40] = {0};
	char name[16];

	(void)state;
	set_up(1 << 20, 7);
	root = model.node[0].number;
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof name, "f%d", i);
		make_file(root, name);
	}
	for (int i = 0; entry_list(v, VOLUME_ROOT, cookie, one, 40, NULL) > 0; i++) {
		const struct fs_entry *e = (struct fs_entry *)one;

		cookie = e->cookie;
		if (e->name[0] == 'f')
			met[atoi(e->name + 1)]++;
		// The one just met goes, every third one, and one that comes later.
		if (i % 3 == 0 && i < 30) {
			host_begin();
			assert_int_equal(directory_remove(v, root, e->name, false), STATUS_OK);
			snprintf(name, sizeof name, "g%d", i);
			make_file(root, name);
		}
	}
	for (int i = 0; i < 40; i++)
		assert_int_equal(met[i], 1);
	tear_down();
}

static void opens_have_their_limit(void **state)
{
	struct volume *v = &host.volume;
	uint64_t root;
	char name[16];
	uint32_t file = 0;

	(void)state;
	set_up(8 << 20, 8);
	root = model.node[0].number;
	for (int i = 0; i <= VOLUME_HOLDER_OPENS; i++) {
		snprintf(name, sizeof name, "f%d", i);
		file = make_file(root, name);
		host_begin();
		assert_int_equal(opens_add(v, 1, node_number(v, file)),
				 i < VOLUME_HOLDER_OPENS ? STATUS_OK : FILE_TOO_MANY_OPEN);
	}
	host_begin();
	assert_int_equal(opens_add(v, 2, node_number(v, file)), STATUS_OK);
	check_volume();
	host_begin();
	while (opens_drop_some(v, 1, 8))
		host_begin();
	while (opens_drop_some(v, 2, 8))
		host_begin();
	tear_down();
}

// check() must see what a wild store does.
static void damage_is_seen(void **state)
{
	struct volume *v = &host.volume;
	uint32_t file, *victims[12];
	size_t count = 0;

	(void)state;
	set_up(1 << 20, 9);
	file = make_file(model.node[0].number, "file");
	host_begin();
	content_write(v, file, 0, data, 60000);
	host_begin();
	opens_add(v, 0, node_number(v, file));
	victims[count++] = &v->node[file].direct[3];
	victims[count++] = &v->node[file].single;
	victims[count++] = &v->node[file].links;
	victims[count++] = &v->node[file].opens;
	victims[count++] = &v->node[file].blocks;
	victims[count++] = &v->node[VOLUME_ROOT].links;
	victims[count++] = &v->node[VOLUME_ROOT].count;
	victims[count++] = &v->super->blocks_free;
	victims[count++] = &v->super->nodes.count;
	victims[count++] = &v->free[2];
	victims[count++] = &v->open[v->holder[0]].count;
	victims[count++] = &v->entry[v->node[VOLUME_ROOT].first].node;
	for (size_t i = 0; i < count; i++) {
		uint32_t good = *victims[i];

		*victims[i] = good ^ 1;
		assert_non_null(volume_check(v));
		*victims[i] = good;
		check_volume();
	}
	v->super->geometry.nodes ^= 1;
	assert_false(volume_attach(v, host.memory, host.bytes));
	v->super->geometry.nodes ^= 1;
	assert_false(volume_attach(v, host.memory, host.bytes - 4096));
	assert_true(volume_attach(v, host.memory, host.bytes));
	assert_false(volume_format(v, host.memory, 4096, 4));
	assert_true(volume_attach(v, host.memory, host.bytes));
	tear_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_operations_match_the_model),
		cmocka_unit_test(every_step_cut_off_changes_nothing),
		cmocka_unit_test(full_volume_loses_nothing),
		cmocka_unit_test(resize_meets_every_edge),
		cmocka_unit_test(cookies_stay_good),
		cmocka_unit_test(opens_have_their_limit),
		cmocka_unit_test(damage_is_seen),
	};

	return cmocka_run_group_tests_name("tmpfs", tests, NULL, NULL);
}
