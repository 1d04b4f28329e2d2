// SPDX-License-Identifier: MIT
//
// manifestc's outputs: the binary that the supervisor reads (caplet/manifest.h), and the wiring,
// the same facts for people: who may call whom, what each may touch, what happens when it dies.
// The wiring also shows the two sessions that the language does not mention because every process
// has them, with the pager and the supervisor.

#include <stdlib.h>
#include <string.h>

#include "manifestc.h"

static uint32_t order_position(const int order[], int count, uint32_t index)
{
	for (int i = 0; i < count; i++)
		if ((uint32_t)order[i] == index)
			return (uint32_t)i;
	abort(); // the order holds every process
}

bool output_binary(const struct source *source, const int order[], const char *path)
{
	size_t bytes =
		sizeof(struct manifest) + (size_t)source->count * sizeof(struct manifest_process);
	struct manifest *m = calloc(1, bytes);
	FILE *file = fopen(path, "wb");
	bool done;

	if (m == NULL || file == NULL) {
		perror(path);
		return false;
	}
	for (int i = 0; i < source->count; i++) {
		struct manifest_process *p = &m->process[i];

		*p = source->entry[order[i]].process;
		for (uint32_t u = 0; u < p->use_count; u++)
			p->use[u].process = order_position(order, source->count, p->use[u].process);
		for (uint32_t s = 0; s < p->signal_count; s++)
			p->signal[s].process =
				order_position(order, source->count, p->signal[s].process);
		for (uint32_t t = 0; t < p->trust_count; t++)
			p->trust[t] = order_position(order, source->count, p->trust[t]);
	}
	m->magic = MANIFEST_MAGIC;
	m->version = MANIFEST_VERSION;
	m->bytes = (uint32_t)bytes;
	m->process_count = (uint32_t)source->count;
	m->checksum = manifest_checksum(m->process, bytes - sizeof(*m));
	done = fwrite(m, 1, bytes, file) == bytes;
	done = fclose(file) == 0 && done;
	if (!done) {
		perror(path);
		remove(path);
	}
	free(m);
	return done;
}

static const char *step_name(unsigned step)
{
	static const char *const names[] = {"?", "RESTART", "FRESH", "DEPENDANTS"};

	return names[step];
}

static void bytes_print(const char *what, uint64_t bytes)
{
	if (bytes == 0)
		return;
	if (bytes % (1 << 20) == 0)
		printf(", %s %lu MiB", what, bytes >> 20);
	else
		printf(", %s %lu KiB", what, bytes >> 10);
}

static void death_print(const struct manifest_process *p)
{
	if (p->flags & MANIFEST_DORMANT)
		printf("  starts   when somebody who calls it wakes it\n");
	if (p->kind != MANIFEST_SERVER && !(p->flags & MANIFEST_START)) {
		printf("  on death: whoever started it is told\n");
		return;
	}
	printf("  on death:");
	for (uint32_t i = 0; i < p->ladder_count; i++)
		printf(" %s, then", step_name(p->ladder[i]));
	printf(" given up\n");
}

static void process_print(const struct source *source, const struct manifest_process *p)
{
	static const char *const authorities[] = {"spawn", "observe", "control",
						  "power", "manage",  "host a guest"};

	printf("%s %s\n", p->kind == MANIFEST_SERVER ? "server" : "program", p->name);
	if (p->provides[0] != '\0')
		printf("  provides %s to at most %u sessions\n", p->provides, p->sessions);
	printf("  calls    pager, supervisor");
	for (uint32_t u = 0; u < p->use_count; u++) {
		const char *server = source->entry[p->use[u].process].process.name;

		printf(strcmp(server, p->use[u].name) == 0 ? ", %s" : ", %s (as %s)", server,
		       p->use[u].name);
	}
	printf("\n");
	for (uint32_t s = 0; s < p->signal_count; s++)
		printf("  signals  %s with bit %u\n",
		       source->entry[p->signal[s].process].process.name, p->signal[s].bit);
	for (uint32_t t = 0; t < p->trust_count; t++)
		printf("  trusts   %s\n", source->entry[p->trust[t]].process.name);
	for (uint32_t i = 0; i < p->irq_count; i++)
		printf("  touches  interrupt %u, %s%s (%s)\n", p->irq[i].line,
		       p->irq[i].flags & MANIFEST_IRQ_LEVEL ? "level" : "edge",
		       p->irq[i].flags & MANIFEST_IRQ_LOW ? " low" : "", p->irq[i].name);
	for (uint32_t i = 0; i < p->port_count; i++)
		printf("  touches  ports 0x%x-0x%x (%s)\n", p->port[i].first, p->port[i].last,
		       p->port[i].name);
	for (int i = 0; i < 6; i++)
		if (p->authority >> i & 1)
			printf("  may      %s\n", authorities[i]);
	printf("  has      priority %u, ", p->priority);
	if (p->flags & MANIFEST_PASSIVE)
		printf("its callers' time");
	else if (p->budget_us == p->period_us)
		printf("round robin of %u us", p->budget_us);
	else
		printf("%u us in every %u us", p->budget_us, p->period_us);
	bytes_print(p->flags & MANIFEST_POOLED ? "of the pool at most" : "memory", p->memory_bytes);
	bytes_print("ledger", p->ledger_bytes);
	printf("\n");
	death_print(p);
}

void output_wiring_text(const struct source *source, const int order[])
{
	printf("root starts the pager and the supervisor, restarts them, and calls nobody.\n"
	       "The supervisor calls the pager only and starts what follows in this order;\n"
	       "the pager calls nobody.\n");
	for (int i = 0; i < source->count; i++) {
		printf("\n");
		process_print(source, &source->entry[order[i]].process);
	}
}

void output_wiring_dot(const struct source *source, const int order[])
{
	printf("digraph caplet {\n\trankdir=TB;\n\tnode [shape=box, fontname=\"Helvetica\"];\n"
	       "\troot -> {pager supervisor} [style=dotted, label=\"starts\"];\n"
	       "\tsupervisor -> pager;\n");
	for (int i = 0; i < source->count; i++) {
		const struct manifest_process *p = &source->entry[order[i]].process;

		printf("\t\"%s\" [label=\"%s", p->name, p->name);
		for (uint32_t j = 0; j < p->irq_count; j++)
			printf("\\nirq %u", p->irq[j].line);
		for (uint32_t j = 0; j < p->port_count; j++)
			printf("\\nports %x-%x", p->port[j].first, p->port[j].last);
		printf("\"%s];\n", p->kind == MANIFEST_SERVER ? "" : ", shape=ellipse");
		printf("\t\"%s\" -> {pager supervisor} [color=gray];\n", p->name);
		for (uint32_t u = 0; u < p->use_count; u++)
			printf("\t\"%s\" -> \"%s\" [label=\"%s\"];\n", p->name,
			       source->entry[p->use[u].process].process.name, p->use[u].name);
		for (uint32_t s = 0; s < p->signal_count; s++)
			printf("\t\"%s\" -> \"%s\" [style=dashed, label=\"bit %u\"];\n", p->name,
			       source->entry[p->signal[s].process].process.name, p->signal[s].bit);
	}
	printf("}\n");
}
