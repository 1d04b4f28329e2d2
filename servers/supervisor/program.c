// SPDX-License-Identifier: MIT
//
// What is read out of the boot archive: the manifest, images, symbol tables. The archive is mapped
// here, page by page as it is touched, by root. Its contents are checked like anything from
// outside: the manifest by its checksum and then field by field, so that the rest of the supervisor
// can use it as it stands.

#include "state.h"

#include <stdio.h>
#include <string.h>

static const struct manifest *the_manifest;

const struct handover *handover(void)
{
	return (const struct handover *)HANDOVER_BASE;
}

const struct manifest *manifest(void)
{
	return the_manifest;
}

const void *archive_data(const struct archive_member *member)
{
	return (const uint8_t *)HANDOVER_ARCHIVE_BASE + member->offset;
}

// Members that were found, by a hash of their names. The archive never changes; names lie in it.
enum { FOUND_MAX = 64 };
static struct archive_member found[FOUND_MAX];

static struct archive_member *found_place(const char *name)
{
	uint32_t hash = 0;

	while (*name != '\0')
		hash = hash * 31 + (uint8_t)*name++;
	return &found[hash % FOUND_MAX];
}

static bool member_find(const char *name, struct archive_member *member)
{
	struct archive_member *place = found_place(name);

	if (place->name == NULL || strcmp(place->name, name) != 0) {
		if (!archive_find((const void *)HANDOVER_ARCHIVE_BASE, handover()->archive_bytes,
				  name, member))
			return false;
		*place = *member;
	}
	*member = *place;
	return true;
}

// A link to another name in the same folder stands for what it names.
bool program_find(const char *name, struct archive_member *member)
{
	const char *slash = strrchr(name, '/');
	char path[2 * PROCESS_NAME_MAX];

	if (!member_find(name, member))
		return false;
	if (member->type != ARCHIVE_LINK)
		return true;
	if (slash == NULL || strchr(member->target, '/') != NULL ||
	    (unsigned)snprintf(path, sizeof(path), "%.*s%s", (int)(slash + 1 - name), name,
			       member->target) >= sizeof(path))
		return false;
	return member_find(path, member) && member->type != ARCHIVE_LINK;
}

static bool text_ends(const char *text, uint64_t bytes)
{
	return memchr(text, '\0', bytes) != NULL;
}

static bool servers_named(const struct manifest_process *p, uint32_t count)
{
	for (uint32_t u = 0; u < p->use_count; u++)
		if (!text_ends(p->use[u].name, MANIFEST_NAME_MAX) || p->use[u].process >= count)
			return false;
	for (uint32_t s = 0; s < p->signal_count; s++)
		if (!text_ends(p->signal[s].name, MANIFEST_NAME_MAX) ||
		    p->signal[s].process >= count || p->signal[s].bit > 61)
			return false;
	for (uint32_t t = 0; t < p->trust_count; t++)
		if (p->trust[t] >= count)
			return false;
	return true;
}

static bool ladder_sane(const struct manifest_process *p)
{
	if (p->ladder_count > MANIFEST_LADDER_MAX)
		return false;
	for (uint32_t i = 0; i < p->ladder_count; i++)
		if (p->ladder[i] < MANIFEST_RESTART || p->ladder[i] > MANIFEST_DEPENDANTS)
			return false;
	return true;
}

static bool process_sane(const struct manifest_process *p, uint32_t count)
{
	return text_ends(p->name, MANIFEST_NAME_MAX) && text_ends(p->image, MANIFEST_NAME_MAX) &&
	       p->inflight <= MANIFEST_INFLIGHT_MAX && p->threads <= MANIFEST_THREADS_MAX &&
	       ladder_sane(p) && p->use_count <= MANIFEST_USES_MAX &&
	       p->trust_count <= MANIFEST_TRUSTS_MAX && p->signal_count <= MANIFEST_SIGNALS_MAX &&
	       p->irq_count <= MANIFEST_IRQS_MAX && p->port_count <= MANIFEST_PORTS_MAX &&
	       p->argument_bytes <= MANIFEST_ARGUMENTS_MAX && servers_named(p, count);
}

// NULL, or why there is none to work with.
const char *manifest_open(void)
{
	const struct manifest *m;
	struct archive_member member;

	if (!program_find("manifest", &member))
		return "the boot archive has no manifest, or is damaged before it";
	m = archive_data(&member);
	if (member.bytes < sizeof(*m) || m->magic != MANIFEST_MAGIC)
		return "the manifest is not one";
	if (m->version != MANIFEST_VERSION)
		return "the manifest is of another version";
	if (m->bytes != member.bytes || m->process_count > MANIFEST_PROCESSES_MAX ||
	    m->bytes != sizeof(*m) + m->process_count * sizeof(m->process[0]))
		return "the manifest has the wrong length";
	if (m->checksum != manifest_checksum(m->process, m->bytes - sizeof(*m)))
		return "the manifest's checksum is wrong";
	for (uint32_t i = 0; i < m->process_count; i++)
		if (!process_sane(&m->process[i], m->process_count))
			return "the manifest makes no sense";
	the_manifest = m;
	return NULL;
}

int plan_default(void)
{
	for (uint32_t i = 0; i < the_manifest->process_count; i++)
		if (the_manifest->process[i].kind == MANIFEST_DEFAULT)
			return (int)i;
	return -1;
}

// A program of the manifest, else the default for one that the manifest does not name.
int plan_for_program(const char *name)
{
	int fallback = -1;

	for (uint32_t i = 0; i < the_manifest->process_count; i++) {
		const struct manifest_process *p = &the_manifest->process[i];

		if (p->kind == MANIFEST_DEFAULT)
			fallback = (int)i;
		else if (strcmp(p->name, name) == 0)
			return p->kind == MANIFEST_PROGRAM ? (int)i : -1;
	}
	if (strcmp(name, "root") == 0 || strcmp(name, "pager") == 0 ||
	    strcmp(name, "supervisor") == 0)
		return -1;
	return fallback;
}

const char *program_name(const struct process *process)
{
	const struct manifest_process *plan = process_plan(process);

	if (process->image[0] != '\0')
		return process->image;
	return plan->kind == MANIFEST_DEFAULT ? process->name : plan->image;
}

// The first page of an object as the file that image_read looks at.
const char *object_image(uint64_t owner, uint64_t object, uint64_t bytes, struct image *image)
{
	enum { AT_ONCE = 384 };
	static uint8_t page[PAGE_SIZE];
	uint64_t wanted = bytes < PAGE_SIZE ? bytes : PAGE_SIZE, count;

	for (uint64_t at = 0; at < wanted; at += count) {
		uint32_t some = wanted - at < AT_ONCE ? (uint32_t)(wanted - at) : AT_ONCE;

		if (pager_object_read(&pager_session, owner, object, at, some, page + at, &count) !=
			    STATUS_OK ||
		    count != some)
			return "its image cannot be read";
	}
	return image_read(page, bytes, image);
}

// Finds bin/NAME and reads its headers.
const char *program_image(const char *name, struct archive_member *member, struct image *image)
{
	static char reason[REASON_BYTES];
	char path[PROCESS_NAME_MAX + 8];
	const char *wrong;

	snprintf(path, sizeof(path), "bin/%s", name);
	if (!program_find(path, member))
		wrong = "not in the boot archive";
	else
		wrong = image_read(archive_data(member), member->bytes, image);
	if (wrong == NULL)
		return NULL;
	snprintf(reason, sizeof(reason), "%s: %s", path, wrong);
	return reason;
}
