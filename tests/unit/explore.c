// SPDX-License-Identifier: MIT
//
// The search. Each state of the present and the next depth is kept as what differs from the first
// state; of older states only a hash and how they were reached, which is enough to replay them.

#include "explore.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	WORDS = WORLD_BYTES / 8,
	BLOCK = 32,	      // words
	OP_CONTINUE = 0xff00, // + number of the thread
	CONTINUE_MAX = 4,
	MAX_DEPTH = 4096,
	STATE_SECONDS = 20, // all steps from one state are done in much less
};

struct node {
	uint32_t parent;
	uint16_t operation;
	uint8_t preempt_at;
};

// States of one depth: for each its node, how many words differ, their indices and values.
struct frontier {
	uint8_t *bytes;
	size_t used, size;
	uint64_t states;
};

static uint64_t first_state[WORDS];
static struct node *nodes;
static uint64_t node_count, node_limit;
static uint64_t *hashes, hash_mask;

// Hashes of states, not in normal form, of which the invariants are known to hold. A cache: an entry may
// be lost, and the state is then checked again.
enum { CHECKED = 1 << 20 };
static uint64_t checked[CHECKED];
static struct frontier present, next;
static sigjmp_buf stopped;
static const char *volatile stop_reason;

static uint64_t *memory(void)
{
	return (uint64_t *)HOST_WINDOW;
}

// ---- states kept --------------------------------------------------------------------------------------

// Most blocks of words are as they were at first: that is decided quickly.
static bool block_differs(unsigned start)
{
	return memcmp(&memory()[start], &first_state[start], BLOCK * sizeof(uint64_t)) != 0;
}

static void frontier_add(struct frontier *f, uint32_t node)
{
	if (f->used + sizeof(node) + 2 + WORDS * 10 > f->size) {
		f->size = 2 * f->size + (1 << 20);
		f->bytes = realloc(f->bytes, f->size);
		if (f->bytes == NULL)
			abort();
	}
	uint8_t *at = f->bytes + f->used, *count_at = at + sizeof(node);
	uint16_t count = 0;

	memcpy(at, &node, sizeof(node));
	at = count_at + 2;
	for (unsigned i = 0; i < WORDS; i++) {
		if (i % BLOCK == 0 && !block_differs(i)) {
			i += BLOCK - 1;
			continue;
		}
		uint64_t word = memory()[i];
		uint16_t index = (uint16_t)i;

		if (word == first_state[i])
			continue;
		memcpy(at, &index, 2);
		memcpy(at + 2, &word, 8);
		at += 10;
		count++;
	}
	memcpy(count_at, &count, 2);
	f->used = (size_t)(at - f->bytes);
	f->states++;
}

static const uint8_t *frontier_restore(const uint8_t *at, uint32_t *node)
{
	uint16_t count;

	memcpy(node, at, sizeof(*node));
	memcpy(&count, at + sizeof(*node), 2);
	at += sizeof(*node) + 2;
	memcpy(memory(), first_state, sizeof(first_state));
	for (unsigned i = 0; i < count; i++, at += 10) {
		uint16_t index;

		memcpy(&index, at, 2);
		memcpy(&memory()[index], at + 2, 8);
	}
	return at;
}

static uint64_t hash_state(void)
{
	uint64_t h = 0x9e3779b97f4a7c15;

	for (unsigned i = 0; i < WORDS; i++) {
		if (i % BLOCK == 0 && !block_differs(i)) {
			i += BLOCK - 1;
			continue;
		}
		uint64_t word = memory()[i];

		if (word == first_state[i])
			continue;
		h ^= (word + i) * 0xff51afd7ed558ccd;
		h = (h << 29 | h >> 35) * 0xc4ceb9fe1a85ec53 + i;
	}
	h ^= h >> 32;
	return h ? h : 1;
}

// False: it was there already.
static bool hash_insert(uint64_t hash)
{
	for (uint64_t i = hash;; i++) {
		uint64_t *place = &hashes[i & hash_mask];

		if (*place == hash)
			return false;
		if (*place == 0) {
			*place = hash;
			return true;
		}
	}
}

// ---- steps --------------------------------------------------------------------------------------------

static bool run_operation(const struct configuration *c, unsigned operation)
{
	if (operation >= OP_CONTINUE)
		return world_continue(operation - OP_CONTINUE);
	return c->operation[operation].run();
}

// 0: not possible here; 1: done; *wrong is set if something is wrong.
static bool step(const struct configuration *c, unsigned operation, unsigned preempt_at,
		 const char **wrong)
{
	*wrong = NULL;
	host->points = 0;
	host->preempt_at = preempt_at;
	if (c->prepare)
		c->prepare();
	if (sigsetjmp(stopped, 1)) {
		*wrong = stop_reason;
		return true;
	}
	if (!run_operation(c, operation) || (preempt_at != 0 && host->points < preempt_at))
		return false;
	uint64_t hash = hash_state();

	if (checked[hash % CHECKED] != hash)
		*wrong = invariants_check(world_scan());
	if (*wrong == NULL)
		checked[hash % CHECKED] = hash;
	if (*wrong == NULL && c->check)
		*wrong = c->check();
	if (*wrong == NULL)
		*wrong = world_canonical();
	return true;
}

static const char *operation_name(const struct configuration *c, unsigned operation)
{
	return operation >= OP_CONTINUE ? "a preempted operation goes on"
					: c->operation[operation].name;
}

static void print_step(const struct configuration *c, unsigned number, struct node n)
{
	printf("  %3u. %s", number, operation_name(c, n.operation));
	if (n.preempt_at)
		printf(", interrupted at preemption point %u", n.preempt_at);
	printf("\n");
}

static void print_sequence(const struct configuration *c, uint32_t node, struct node last,
			   const char *wrong)
{
	static struct node path[MAX_DEPTH];
	unsigned depth = 0;

	for (; node != 0 && depth < MAX_DEPTH; node = nodes[node].parent)
		path[depth++] = nodes[node];
	printf("%s: %s, after\n", c->name, wrong);
	for (unsigned i = 0; i < depth; i++)
		print_step(c, i + 1, path[depth - 1 - i]);
	print_step(c, depth + 1, last);
}

static void on_panic(void)
{
	const char *message = host_output;

	while (*message == 0 && message < host_output + HOST_OUTPUT_BYTES - 1)
		message++;
	fprintf(stderr, "%s\n", message);
	stop_reason = "the kernel panicked";
	siglongjmp(stopped, 1);
}

static void on_signal(int number)
{
	stop_reason = number == SIGALRM ? "the kernel does not come back" : "the kernel crashed";
	siglongjmp(stopped, 1);
}

// ---- the search -----------------------------------------------------------------------------------------

static void search_begin(const struct configuration *c, uint64_t limit)
{
	world_free_choice = false;
	memset(checked, 0, sizeof(checked)); // a hash is of what differs from the first state
	c->setup();
	world_free_choice = !c->own_time;
	if (world_canonical() != NULL)
		abort();
	memcpy(first_state, memory(), sizeof(first_state));
	for (hash_mask = 1; hash_mask < 4 * limit; hash_mask *= 2)
		;
	hashes = calloc(hash_mask, sizeof(*hashes));
	hash_mask--;
	nodes = malloc((limit + 1) * sizeof(*nodes));
	if (hashes == NULL || nodes == NULL)
		abort();
	node_count = 1;
	node_limit = limit;
	host_silent = true;
	next.used = next.states = 0;
	hash_insert(hash_state());
	frontier_add(&next, 0);
	host_panic_hook = on_panic;
	signal(SIGSEGV, on_signal);
	signal(SIGALRM, on_signal);
}

static void search_end(void)
{
	free(hashes);
	free(nodes);
	host_panic_hook = NULL;
	host_silent = false;
	alarm(0);
	signal(SIGSEGV, SIG_DFL);
}

// Try everything from the state at `at`; returns the place of the next state.
static const uint8_t *expand(const struct configuration *c, const uint8_t *at, unsigned operations,
			     struct exploration *e, bool verbose)
{
	const uint8_t *end = at;

	alarm(STATE_SECONDS);
	for (unsigned i = 0; i < operations + CONTINUE_MAX && e->wrong == NULL; i++) {
		unsigned operation = i < operations ? i : OP_CONTINUE + i - operations;

		for (unsigned preempt_at = 0; preempt_at <= c->preemptions; preempt_at++) {
			struct node n = {.operation = (uint16_t)operation,
					 .preempt_at = (uint8_t)preempt_at};

			end = frontier_restore(at, &n.parent);
			if (!step(c, operation, preempt_at, &e->wrong))
				break; // not possible, or fewer preemption points than that
			e->transitions++;
			if (e->wrong) {
				if (verbose)
					print_sequence(c, n.parent, n, e->wrong);
				break;
			}
			if (!hash_insert(hash_state()))
				continue;
			if (node_count == node_limit)
				return NULL;
			frontier_add(&next, (uint32_t)node_count);
			nodes[node_count++] = n;
		}
	}
	return end;
}

struct exploration explore(const struct configuration *c, uint64_t limit, bool verbose)
{
	struct exploration e = {0};
	unsigned operations = 0;

	while (c->operation[operations].name)
		operations++;
	search_begin(c, limit);
	while (next.states > 0 && e.wrong == NULL) {
		struct frontier emptied = present;

		present = next;
		next = emptied;
		next.used = next.states = 0;
		const uint8_t *at = present.bytes;

		for (uint64_t i = 0; i < present.states && at != NULL && e.wrong == NULL; i++)
			at = expand(c, at, operations, &e, verbose);
		if (at == NULL)
			break;
		e.complete = next.states == 0 && e.wrong == NULL;
	}
	e.states = node_count;
	search_end();
	return e;
}
