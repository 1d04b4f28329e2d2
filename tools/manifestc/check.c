// SPDX-License-Identifier: MIT
//
// manifestc's checks of the whole: what no single line shows. Names are unique and known, every
// `uses` leads to exactly one server, the budgets promised to those that are not round robin
// fit one CPU, and synchronous calls form no cycle: two servers that call each other would wait for
// each other for ever. The search for cycles also yields the order of start.

#include <string.h>

#include "manifestc.h"

static bool list_has(const struct name_list *list, const char *name)
{
	for (int i = 0; i < list->count; i++)
		if (strcmp(list->name[i], name) == 0)
			return true;
	return list->count == 0;
}

static int entry_find(const struct source *source, const char *name)
{
	for (int i = 0; i < source->count; i++)
		if (strcmp(source->entry[i].process.name, name) == 0)
			return i;
	return -1;
}

static void names_check(const struct source *source, const struct name_list *images,
			const struct name_list *interfaces)
{
	for (int i = 0; i < source->count; i++) {
		const struct entry *e = &source->entry[i];
		const struct manifest_process *p = &e->process;

		if (entry_find(source, p->name) != i)
			error_at(e->place, "there are two processes named '%s'", p->name);
		if (strcmp(p->name, "root") == 0 || strcmp(p->name, "pager") == 0 ||
		    strcmp(p->name, "supervisor") == 0)
			error_at(e->place,
				 "'%s' is started by itself, every process has its session",
				 p->name);
		if (p->kind != MANIFEST_DEFAULT && !list_has(images, p->image))
			error_at(e->image_place, "the boot archive has no image 'bin/%s'",
				 p->image);
		if (p->kind == MANIFEST_SERVER && p->provides[0] == '\0')
			error_at(e->place, "server '%s' provides no interface", p->name);
		if (p->provides[0] != '\0' && !list_has(interfaces, p->provides))
			error_at(e->provides_place, "unknown interface '%s'", p->provides);
	}
}

// The server that `reference` means: by its name, else the only provider of that interface.
static int server_resolve(const struct source *source, const struct reference *reference)
{
	int found = entry_find(source, reference->target);

	if (found >= 0) {
		if (source->entry[found].process.kind == MANIFEST_SERVER)
			return found;
		error_at(reference->place, "'%s' is a program, not a server", reference->target);
		return -1;
	}
	for (int i = 0; i < source->count; i++) {
		if (strcmp(source->entry[i].process.provides, reference->target) != 0)
			continue;
		if (found >= 0) {
			error_at(reference->place,
				 "both '%s' and '%s' provide '%s': write NAME = SERVER",
				 source->entry[found].process.name, source->entry[i].process.name,
				 reference->target);
			return -1;
		}
		found = i;
	}
	if (found < 0)
		error_at(reference->place, "no server is named '%s' or provides it",
			 reference->target);
	return found;
}

static void use_add(struct entry *e, const struct reference *reference, const char *target,
		    const char *grant)
{
	struct manifest_process *p = &e->process;
	struct manifest_use *use = &p->use[p->use_count];

	if (p->use_count == MANIFEST_USES_MAX) {
		error_at(reference->place, "at most %d sessions", MANIFEST_USES_MAX);
		return;
	}
	e->use[p->use_count].place = reference->place;
	memcpy(e->use[p->use_count].target, target, MANIFEST_NAME_MAX);
	memcpy(use->name, grant, MANIFEST_NAME_MAX);
	p->use_count++;
}

// A use of NAME where there are instances of it becomes a use of each, by its own name.
static void families_resolve(const struct source *source, struct entry *e)
{
	static struct entry old;

	old = *e;
	e->process.use_count = 0;
	for (uint32_t u = 0; u < old.process.use_count; u++) {
		const struct reference *reference = &old.use[u];
		bool family = false;

		for (int i = 0; i < source->count; i++) {
			const char *name = source->entry[i].process.name;

			if (strcmp(source->entry[i].family, reference->target) != 0)
				continue;
			family = true;
			use_add(e, reference, name, name);
		}
		if (!family)
			use_add(e, reference, reference->target, old.process.use[u].name);
	}
}

static void references_check(struct source *source)
{
	for (int i = 0; i < source->count; i++) {
		struct entry *e = &source->entry[i];
		struct manifest_process *p = &e->process;

		families_resolve(source, e);
		for (uint32_t u = 0; u < p->use_count; u++)
			p->use[u].process = (uint32_t)server_resolve(source, &e->use[u]);
		for (uint32_t s = 0; s < p->signal_count; s++)
			p->signal[s].process = (uint32_t)server_resolve(source, &e->signal[s]);
		for (uint32_t t = 0; t < p->trust_count; t++)
			p->trust[t] = (uint32_t)server_resolve(source, &e->trust[t]);
	}
}

static void starts_check(struct source *source)
{
	for (int i = 0; i < source->start_count; i++) {
		const struct reference *start = &source->start[i];
		int found = entry_find(source, start->target);
		struct manifest_process *p;

		if (found < 0) {
			error_at(start->place, "no program is named '%s'", start->target);
			continue;
		}
		p = &source->entry[found].process;
		if (p->kind != MANIFEST_PROGRAM)
			error_at(start->place, "'%s' is not a program: servers start by themselves",
				 start->target);
		if (p->flags & MANIFEST_START)
			error_at(start->place, "'%s' is started twice", start->target);
		p->flags |= MANIFEST_START;
		p->argument_bytes = source->start_argument_bytes[i];
		memcpy(p->arguments, source->start_arguments[i], sizeof(p->arguments));
	}
}

// Round robin takes what is left; a promise of budget in each period must be keepable.
static void budgets_check(const struct source *source)
{
	uint64_t permille = 0;

	for (int i = 0; i < source->count; i++) {
		const struct manifest_process *p = &source->entry[i].process;

		if (p->budget_us >= p->period_us || p->flags & MANIFEST_PASSIVE)
			continue;
		permille += (uint64_t)p->budget_us * 1000 / p->period_us;
		if (permille > 1000) {
			error_at(source->entry[i].place,
				 "with '%s' the budgets add up to %lu.%lu %% of a CPU", p->name,
				 permille / 10, permille % 10);
			return;
		}
	}
}

static void memory_check(const struct source *source)
{
	for (int i = 0; i < source->count; i++) {
		const struct manifest_process *p = &source->entry[i].process;

		if (p->ledger_bytes > p->memory_bytes)
			error_at(source->entry[i].place,
				 "the ledger of '%s' is larger than its memory", p->name);
		if (p->kind == MANIFEST_SERVER && p->flags & MANIFEST_POOLED &&
		    !(p->flags & MANIFEST_DORMANT))
			error_at(source->entry[i].place,
				 "the memory of '%s' is promised: only a dormant server is pooled",
				 p->name);
	}
}

// ---- calling order ---------------------------------------------------------------------------

enum { WHITE, GREY, BLACK }; // not visited, on the path, done

struct walk {
	struct source *source;
	int colour[MANIFEST_PROCESSES_MAX];
	int path[MANIFEST_PROCESSES_MAX + 1];
	int depth;
	int *order;
	int done;
};

static void cycle_report(struct walk *walk, int node, struct place place)
{
	char text[512];
	int length = 0, start = 0;

	while (walk->path[start] != node)
		start++;
	for (int i = start; i < walk->depth && length < 400; i++)
		length += snprintf(text + length, sizeof(text) - (size_t)length, "%s calls ",
				   walk->source->entry[walk->path[i]].process.name);
	error_at(place, "a cycle of calls: %s%s", text, walk->source->entry[node].process.name);
}

static void visit(struct walk *walk, int node)
{
	struct entry *e = &walk->source->entry[node];

	walk->colour[node] = GREY;
	walk->path[walk->depth++] = node;
	for (uint32_t u = 0; u < e->process.use_count; u++) {
		int next = (int)e->process.use[u].process;

		if (next < 0)
			continue;
		if (walk->colour[next] == GREY)
			cycle_report(walk, next, e->use[u].place);
		else if (walk->colour[next] == WHITE)
			visit(walk, next);
	}
	walk->depth--;
	walk->colour[node] = BLACK;
	walk->order[walk->done++] = node;
}

static void order_find(struct source *source, int order[])
{
	struct walk walk = {.source = source, .order = order};

	for (int i = 0; i < source->count; i++)
		if (source->entry[i].process.kind == MANIFEST_SERVER && walk.colour[i] == WHITE)
			visit(&walk, i);
	for (int i = 0; i < source->count; i++)
		if (walk.colour[i] == WHITE)
			order[walk.done++] = i;
}

void check(struct source *source, const struct name_list *images,
	   const struct name_list *interfaces, int order[])
{
	names_check(source, images, interfaces);
	references_check(source);
	starts_check(source);
	budgets_check(source);
	memory_check(source);
	order_find(source, order);
}
