// SPDX-License-Identifier: MIT
//
// The reference model: arrays, linear searches, and the rules in the order that fs.idl's readers
// would expect them.
#include "model.h"

#include <stdlib.h>
#include <string.h>

void model_open(struct model *m, uint64_t root)
{
	m->node = calloc(MODEL_NODES, sizeof *m->node);
	m->entry = calloc(MODEL_NODES, sizeof *m->entry);
	m->nodes = 1;
	m->entries = 0;
	m->node[0] = (struct model_node){
		.number = root, .kind = FILE_DIRECTORY, .mode = 0777, .links = 2};
}

static void pages_free(struct model_node *n, uint64_t from)
{
	for (uint64_t i = from; i < MODEL_PAGES; i++) {
		free(n->page[i]);
		n->page[i] = NULL;
	}
}

void model_close(struct model *m)
{
	for (uint32_t i = 0; i < m->nodes; i++)
		pages_free(&m->node[i], 0);
	free(m->node);
	free(m->entry);
}

struct model_entry *model_find(const struct model *m, uint32_t directory, const char *name)
{
	for (uint32_t i = 0; i < m->entries; i++)
		if (m->entry[i].directory == directory && strcmp(m->entry[i].name, name) == 0)
			return &m->entry[i];
	return NULL;
}

static uint32_t children(const struct model *m, uint32_t directory)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < m->entries; i++)
		count += m->entry[i].directory == directory;
	return count;
}

static void entry_add(struct model *m, uint32_t directory, const char *name, uint32_t node)
{
	struct model_entry *e = &m->entry[m->entries++];

	e->directory = directory;
	e->node = node;
	strcpy(e->name, name);
}

static void entry_delete(struct model *m, struct model_entry *e)
{
	memmove(e, e + 1, (char *)&m->entry[m->entries] - (char *)(e + 1));
	m->entries--;
}

static void settle(struct model_node *n)
{
	if (n->links == 0 && n->opens == 0) {
		pages_free(n, 0);
		n->kind = 0;
	}
}

static void unname(struct model *m, uint32_t parent, uint32_t node)
{
	struct model_node *n = &m->node[node];

	if (n->kind == FILE_DIRECTORY) {
		n->links -= 2;
		m->node[parent].links--;
	} else {
		n->links--;
	}
	settle(n);
}

static bool name_bad(const char *name)
{
	return *name == 0 || strlen(name) > FS_NAME_MAX || strchr(name, '/') ||
	       !strcmp(name, ".") || !strcmp(name, "..");
}

static status_t directory_status(const struct model *m, uint32_t directory, const char *name)
{
	if (m->node[directory].kind == 0)
		return FILE_NO_NODE;
	if (m->node[directory].kind != FILE_DIRECTORY)
		return FILE_NOT_DIRECTORY;
	return name_bad(name) ? FILE_BAD_NAME : STATUS_OK;
}

static status_t new_name_status(const struct model *m, uint32_t directory, const char *name)
{
	status_t status = directory_status(m, directory, name);

	if (status != STATUS_OK)
		return status;
	if (m->node[directory].links == 0)
		return FILE_NO_NODE;
	return model_find(m, directory, name) ? FILE_EXISTS : STATUS_OK;
}

static void write_bytes(struct model_node *n, uint64_t offset, const uint8_t *data, uint64_t bytes)
{
	for (uint64_t i = 0; i < bytes; i++) {
		uint8_t **page = &n->page[(offset + i) / 4096];

		if (*page == NULL)
			*page = calloc(1, 4096);
		(*page)[(offset + i) % 4096] = data[i];
	}
	if (bytes > 0 && n->size < offset + bytes)
		n->size = offset + bytes;
}

static status_t apply_create(struct model *m, const struct operation *op)
{
	status_t status = new_name_status(m, op->node, op->name);
	struct model_node *made = &m->node[m->nodes];
	bool symlink = op->kind == OP_SYMLINK;
	uint32_t kind = symlink ? FILE_SYMLINK : op->flags;

	if (status != STATUS_OK)
		return status;
	if (op->status == FILE_NO_SPACE)
		return FILE_NO_SPACE;
	if (kind < FILE_REGULAR || kind > FILE_SYMLINK)
		return FILE_WRONG_KIND;
	*made = (struct model_node){.number = op->made, .kind = kind, .mode = 0777, .links = 1};
	if (kind == FILE_DIRECTORY) {
		made->links = 2;
		made->parent = op->node;
		m->node[op->node].links++;
	}
	if (symlink)
		write_bytes(made, 0, op->data, op->bytes);
	entry_add(m, op->node, op->name, m->nodes++);
	return STATUS_OK;
}

static status_t apply_link(struct model *m, const struct operation *op)
{
	status_t status;

	if (m->node[op->node].kind == 0)
		return FILE_NO_NODE;
	status = new_name_status(m, op->to, op->name);
	if (status != STATUS_OK)
		return status;
	if (op->status == FILE_NO_SPACE)
		return FILE_NO_SPACE;
	if (m->node[op->node].kind == FILE_DIRECTORY)
		return FILE_IS_DIRECTORY;
	m->node[op->node].links++;
	entry_add(m, op->to, op->name, op->node);
	return STATUS_OK;
}

static status_t apply_remove(struct model *m, const struct operation *op)
{
	status_t status = directory_status(m, op->node, op->name);
	struct model_entry *e;
	uint32_t node;

	if (status != STATUS_OK)
		return status;
	e = model_find(m, op->node, op->name);
	if (e == NULL)
		return FILE_NOT_FOUND;
	node = e->node;
	if (m->node[node].kind == FILE_DIRECTORY && !op->flags)
		return FILE_IS_DIRECTORY;
	if (m->node[node].kind != FILE_DIRECTORY && op->flags)
		return FILE_NOT_DIRECTORY;
	if (op->flags && children(m, node) > 0)
		return FILE_NOT_EMPTY;
	entry_delete(m, e);
	unname(m, op->node, node);
	return STATUS_OK;
}

static bool is_below(const struct model *m, uint32_t directory, uint32_t above)
{
	for (; directory != 0; directory = m->node[directory].parent)
		if (directory == above)
			return true;
	return above == 0;
}

static status_t rename_status(const struct model *m, const struct operation *op,
			      const struct model_entry *from, const struct model_entry *to)
{
	bool directory = m->node[from->node].kind == FILE_DIRECTORY;
	bool over_directory;

	if (directory && is_below(m, op->to, from->node))
		return FILE_INTO_ITSELF;
	if (to == NULL)
		return STATUS_OK;
	if (op->flags & FS_RENAME_KEEP)
		return FILE_EXISTS;
	over_directory = m->node[to->node].kind == FILE_DIRECTORY;
	if (to->node == from->node)
		return STATUS_OK;
	if (directory && !over_directory)
		return FILE_NOT_DIRECTORY;
	if (!directory && over_directory)
		return FILE_IS_DIRECTORY;
	return over_directory && children(m, to->node) > 0 ? FILE_NOT_EMPTY : STATUS_OK;
}

static status_t apply_rename(struct model *m, const struct operation *op)
{
	status_t status = directory_status(m, op->node, op->name);
	struct model_entry *from, *to;
	uint32_t node, victim = 0;

	if (status == STATUS_OK)
		status = directory_status(m, op->to, op->new_name);
	if (status != STATUS_OK)
		return status;
	if (m->node[op->to].links == 0)
		return FILE_NO_NODE;
	from = model_find(m, op->node, op->name);
	if (from == NULL)
		return FILE_NOT_FOUND;
	to = model_find(m, op->to, op->new_name);
	status = rename_status(m, op, from, to);
	if (status != STATUS_OK || (to != NULL && to->node == from->node))
		return status;
	node = from->node;
	entry_delete(m, from);
	to = model_find(m, op->to, op->new_name);
	if (to != NULL) {
		victim = to->node;
		entry_delete(m, to);
	}
	entry_add(m, op->to, op->new_name, node);
	if (m->node[node].kind == FILE_DIRECTORY) {
		m->node[op->node].links--;
		m->node[op->to].links++;
		m->node[node].parent = op->to;
	}
	if (victim != 0)
		unname(m, op->to, victim);
	return STATUS_OK;
}

static status_t apply_close_all(struct model *m, uint32_t holder)
{
	for (uint32_t i = 0; i < m->nodes; i++) {
		struct model_node *n = &m->node[i];

		n->opens -= n->held[holder];
		if (n->held[holder] > 0) {
			n->held[holder] = 0;
			settle(n);
		}
	}
	return STATUS_OK;
}

static status_t apply_open(struct model_node *n, const struct operation *op)
{
	if (op->kind == OP_OPEN) {
		if (op->status == FILE_TOO_MANY_OPEN)
			return FILE_TOO_MANY_OPEN;
		n->opens++;
		n->held[op->holder]++;
		return STATUS_OK;
	}
	if (n->held[op->holder] == 0)
		return FILE_NOT_OPEN;
	n->opens--;
	n->held[op->holder]--;
	settle(n);
	return STATUS_OK;
}

static status_t apply_resize(struct model_node *n, uint64_t size)
{
	if (size < n->size) {
		pages_free(n, (size + 4095) / 4096);
		if (size % 4096 && n->page[size / 4096])
			memset(n->page[size / 4096] + size % 4096, 0, 4096 - size % 4096);
	}
	n->size = size;
	return STATUS_OK;
}

static status_t apply_content(struct model_node *n, const struct operation *op)
{
	if (n->kind == FILE_DIRECTORY)
		return FILE_IS_DIRECTORY;
	if (n->kind != FILE_REGULAR)
		return FILE_WRONG_KIND;
	if (op->status == FILE_NO_SPACE)
		return FILE_NO_SPACE;
	if (op->kind == OP_RESIZE)
		return apply_resize(n, op->bytes);
	write_bytes(n, op->offset, op->data, op->bytes);
	return STATUS_OK;
}

status_t model_apply(struct model *m, const struct operation *op)
{
	struct model_node *n = &m->node[op->node];

	switch (op->kind) {
	case OP_CREATE:
	case OP_SYMLINK: return apply_create(m, op);
	case OP_LINK: return apply_link(m, op);
	case OP_REMOVE: return apply_remove(m, op);
	case OP_RENAME: return apply_rename(m, op);
	case OP_CLOSE_ALL: return apply_close_all(m, op->holder);
	default: break;
	}
	if (n->kind == 0)
		return FILE_NO_NODE;
	if (op->kind == OP_OPEN || op->kind == OP_CLOSE)
		return apply_open(n, op);
	if (op->kind == OP_SET) {
		n->mode = op->flags;
		return STATUS_OK;
	}
	return apply_content(n, op);
}

uint64_t model_read(const struct model *m, uint32_t node, uint64_t offset, uint8_t *data,
		    uint64_t bytes)
{
	const struct model_node *n = &m->node[node];

	if (offset >= n->size)
		return 0;
	if (bytes > n->size - offset)
		bytes = n->size - offset;
	for (uint64_t done = 0, part; done < bytes; done += part) {
		const uint8_t *page = n->page[(offset + done) / 4096];
		uint64_t within = (offset + done) % 4096;

		part = 4096 - within < bytes - done ? 4096 - within : bytes - done;
		if (page != NULL)
			memcpy(data + done, page + within, part);
		else
			memset(data + done, 0, part);
	}
	return bytes;
}
