// SPDX-License-Identifier: MIT
//
// The invariants of docs/invariants.md, checked on a whole world. Quadratic and without shame: worlds
// are small. The explorer asks on the host, walk.c in a kernel that is linked for that.
//
// Another CPU that has been told to choose anew (`reschedule`) may not have done so yet.
#include "invariants.h"
#include "cnode.h"
#include "derive.h"
#include "endpoint.h"
#include "notification.h"
#include "object.h"
#include "release.h"
#include "reply.h"
#include "sched.h"
#include "schedctx.h"
#include "untyped.h"
#include "vspace.h"

// ---- capabilities and the derivation tree ---------------------------------------------------------

static uint64_t object_bytes(struct cap cap, paddr_t *start)
{
	uint64_t bytes = cap_bytes(cap, start);

	if (bytes == 0 || cap.type == OBJECT_UNTYPED || cap.type == OBJECT_FRAME ||
	    cap.type == OBJECT_CNODE || object_ops[cap.type].max_bits == 0) {
		return bytes;
	}
	return 1ul << object_bits(cap.type, cap.type == OBJECT_SCHEDCTX ? cap.bits : 0);
}

static const char *check_list(const struct invariants_world *w)
{
	for (unsigned i = 0; i < w->slots; i++) {
		struct slot *slot = w->slot[i], *next = slot_next(slot), *previous = slot->previous;
		if (slot_is_empty(slot) && (next || previous || slot->cap.word != 0)) {
			return "D1: an empty slot is not all zero";
		}
		if ((next && next->previous != slot) || (previous && slot_next(previous) != slot)) {
			return "D2: previous and next are not inverse";
		}
		if ((next && slot_is_empty(next)) || (previous && slot_is_empty(previous))) {
			return "D2: an empty slot is in the list";
		}
	}
	return NULL;
}

static bool is_in_run(struct slot *ancestor, struct slot *slot)
{
	for (struct slot *s = slot_next(ancestor); s && derive_is_descendant(ancestor, s);
	     s = slot_next(s)) {
		if (s == slot) {
			return true;
		}
	}
	return false;
}

static const char *check_pair(struct slot *a, struct slot *b)
{
	paddr_t a_start, b_start;
	uint64_t a_bytes = object_bytes(a->cap, &a_start), b_bytes = object_bytes(b->cap, &b_start);

	if (cap_same_object(&a->cap, &b->cap)) {
		if (a->cap.type == OBJECT_FRAME && a->cap.map.asid != 0 &&
		    a->cap.word == b->cap.word) {
			return "M1: two capabilities name one mapping";
		}
		struct slot *s = a;
		while (s && s != b && cap_same_object(&a->cap, &s->cap)) {
			s = slot_next(s);
		}
		struct slot *t = b;
		while (t && t != a && cap_same_object(&a->cap, &t->cap)) {
			t = slot_next(t);
		}
		return s == b || t == a ? NULL : "D3: capabilities to one object are apart";
	}
	if (a->cap.type == CAP_ZOMBIE) {
		int64_t object = a->cap.address;
		if (a->cap.bits == OBJECT_THREAD) {
			object -= __builtin_offsetof(struct thread, slot); // it names the slots
		}
		return b->cap.type == a->cap.bits && b->cap.address == object
			       ? "D6: a capability is left to what is being destroyed"
			       : NULL;
	}
	if (a->cap.type == OBJECT_UNTYPED && cap_covers(&a->cap, &b->cap)) {
		bool same = b->cap.type == OBJECT_UNTYPED && a_bytes == b_bytes;
		if (!is_in_run(a, b) && !(same && is_in_run(b, a))) {
			return "D4: what lies in untyped memory is not derived from it";
		}
		uint64_t mark = untyped_watermark(&a->cap);
		if (is_in_run(a, b) && b->cap.type != CAP_ZOMBIE &&
		    b_start + b_bytes > a_start + mark) {
			return "U2: an object lies above its untyped's watermark";
		}
		return NULL;
	}
	if (a->cap.type != OBJECT_UNTYPED && b->cap.type != OBJECT_UNTYPED && a_bytes && b_bytes &&
	    a->cap.type != CAP_ZOMBIE && b->cap.type != CAP_ZOMBIE && a_start < b_start + b_bytes &&
	    b_start < a_start + a_bytes) {
		return "D5: two objects overlap";
	}
	return NULL;
}

static const char *check_untyped(struct cap cap)
{
	uint64_t size = 1ul << cap.bits;
	uint64_t mark = untyped_watermark(&cap);

	if (mark > size) {
		return "U1: the watermark is beyond the end";
	}
	if (cap.device) {
		return NULL;
	}
	const uint64_t *word = phys_to_virt(cap_paddr(cap) + mark);
	const uint64_t *end = phys_to_virt(cap_paddr(cap) + untyped_clean_end(&cap));
	for (; word < end; word++) {
		if (*word != 0) {
			return "U3: memory marked clean is not zero";
		}
	}
	return NULL;
}

static const char *check_slots(const struct invariants_world *w)
{
	const char *wrong = NULL;

	for (unsigned i = 0; i < w->slots && !wrong; i++) {
		struct cap cap = w->slot[i]->cap;
		if (cap.type == CAP_EMPTY) {
			continue;
		}
		if (cap.type >= CAP_TYPE_COUNT) {
			return "C1: a capability of no type";
		}
		if (cap.type == OBJECT_CNODE && cap.bits + cap.cnode.guard_bits > 64) {
			return "C2: a cnode resolves more than 64 bits";
		}
		if (cap.type == OBJECT_UNTYPED) {
			wrong = check_untyped(cap);
		}
		for (unsigned j = 0; j < w->slots && !wrong; j++) {
			if (i != j && !slot_is_empty(w->slot[i]) && !slot_is_empty(w->slot[j])) {
				wrong = check_pair(w->slot[i], w->slot[j]);
			}
		}
	}
	return wrong;
}

// ---- threads and what they wait for ---------------------------------------------------------------

static const char *check_wait(const struct thread *t)
{
	bool called = t->reply && t->reply->state == REPLY_CALLER && t->reply->thread == t;
	bool armed = t->reply && t->reply->state == REPLY_ARMED && t->reply->thread == t;

	switch (t->state) {
	case THREAD_INACTIVE:
	case THREAD_RUNNING:
		return t->endpoint || t->notification || t->reply
			       ? "T1: a thread that waits for nothing is linked to something"
			       : NULL;
	case THREAD_SENDING:
		return t->endpoint && !t->notification && !t->reply
			       ? NULL
			       : "T2: a sender is not just in its endpoint's queue";
	case THREAD_RECEIVING:
		return t->endpoint && !t->notification && (!t->reply || armed)
			       ? NULL
			       : "T2: a receiver is not just in its endpoint's queue";
	case THREAD_WAITING:
		return t->notification && !t->endpoint && !t->reply
			       ? NULL
			       : "T2: a waiter is not just in its notification's queue";
	case THREAD_CALLING:
		return called && !t->endpoint && !t->notification
			       ? NULL
			       : "T3: a caller is not just behind its reply object";
	case THREAD_FAULTED:
		return !t->notification && (t->endpoint ? !t->reply : called)
			       ? NULL
			       : "T3: a faulted thread neither waits for its handler nor is served";
	}
	return "T1: a thread in no state";
}

// Nothing decoded is right too: then the long way is taken.
static bool decoded_right(const struct thread *t)
{
	struct cap root = t->slot[THREAD_SLOT_CSPACE].cap, space = t->slot[THREAD_SLOT_VSPACE].cap;

	if (t->cspace_slots != 0 && (root.type != OBJECT_CNODE || cap_object(root) != t->cspace ||
				     t->cspace_slots != 1ul << root.bits || root.cnode.guard != 0 ||
				     t->cspace_shift + root.bits + root.cnode.guard_bits != 64)) {
		return false;
	}
	return t->space == (space.type == OBJECT_VSPACE ? cap_object(space) : &vspace_none);
}

static const char *check_threads(const struct invariants_world *w)
{
	for (unsigned i = 0; i < w->threads; i++) {
		const struct thread *t = w->thread[i];
		const char *wrong = check_wait(t);
		if (wrong) {
			return wrong;
		}
		if (t->pending && t->state != THREAD_RUNNING) {
			return "T4: a pending operation of a thread that does not run";
		}
		if (t->pending != (arch_frame_kind(t) == FRAME_PENDING)) {
			return "T4: pending and the kind of frame do not agree";
		}
		if (t->started && !t->pending) {
			return "T4: a step of no operation";
		}
		if (!decoded_right(t)) {
			return "T5: what a thread has decoded of its slots is not in them";
		}
		if (t->bound && t->bound->bound != t) {
			return "N3: a bound notification is not bound to its thread";
		}
	}
	return NULL;
}

static bool in_queue(const struct thread *head, const struct thread *thread)
{
	for (; head; head = head->next) {
		if (head == thread) {
			return true;
		}
	}
	return false;
}

static bool links_hold(const struct thread *head, const struct thread *tail)
{
	const struct thread *previous = NULL;

	for (; head; head = head->next) {
		if (head->previous != previous) {
			return false;
		}
		previous = head;
	}
	return previous == tail;
}

static const char *check_endpoint(const struct endpoint *e)
{
	if ((e->state == ENDPOINT_IDLE) != (e->queue.head == NULL)) {
		return "E1: an endpoint is idle exactly if its queue is empty";
	}
	if (!links_hold(e->queue.head, e->queue.tail)) {
		return "E2: the links of an endpoint's queue are not inverse";
	}
	if (e->cursor && !in_queue(e->queue.head, e->cursor)) {
		return "E3: a cancel stands at a thread that is not in the queue";
	}
	for (const struct thread *t = e->queue.head; t; t = t->next) {
		bool receives = t->state == THREAD_RECEIVING;
		bool sends = t->state == THREAD_SENDING || t->state == THREAD_FAULTED;
		if (t->endpoint != e || !(e->state == ENDPOINT_RECEIVING ? receives : sends)) {
			return "E1: a thread waits for another thing than its queue";
		}
	}
	return NULL;
}

static const char *check_notification(const struct notification *n)
{
	if ((n->state == NOTIFICATION_ACTIVE) != (n->word != 0) ||
	    (n->state == NOTIFICATION_WAITING) != (n->queue.head != NULL)) {
		return "N1: a notification's state, word and queue do not agree";
	}
	if (!links_hold(n->queue.head, n->queue.tail)) {
		return "N2: the links of a notification's queue are not inverse";
	}
	for (const struct thread *t = n->queue.head; t; t = t->next) {
		if (t->notification != n || t->state != THREAD_WAITING) {
			return "N2: a thread in a notification's queue does not wait for it";
		}
	}
	if (n->bound && n->bound->bound != n) {
		return "N3: a bound thread is not bound to its notification";
	}
	if (n->schedctx && n->schedctx->notification != n) {
		return "N3: a notification's scheduling context is not bound to it";
	}
	const struct thread *b = n->bound;
	if (n->state == NOTIFICATION_ACTIVE && b && b->state == THREAD_RECEIVING &&
	    (b->schedctx || (n->schedctx && !n->schedctx->thread))) {
		return "N4: a thread that could run waits beside its active notification";
	}
	return NULL;
}

static const char *check_reply(const struct reply *r)
{
	if (r->state == REPLY_IDLE || r->state == REPLY_GONE) {
		return r->thread ? "R1: a reply object without a caller holds a thread" : NULL;
	}
	if (!r->thread || r->thread->reply != r) {
		return "R2: a reply object's thread does not know it";
	}
	uint8_t state = r->thread->state;
	bool right = r->state == REPLY_ARMED ? state == THREAD_RECEIVING
					     : state == THREAD_CALLING || state == THREAD_FAULTED;
	return right ? NULL : "R2: a reply object's thread is in another state";
}

static const char *check_waiting(const struct invariants_world *w)
{
	const char *wrong = NULL;

	for (unsigned i = 0; i < w->endpoints && !wrong; i++) {
		wrong = check_endpoint(w->endpoint[i]);
	}
	for (unsigned i = 0; i < w->notifications && !wrong; i++) {
		wrong = check_notification(w->notification[i]);
	}
	for (unsigned i = 0; i < w->replies && !wrong; i++) {
		wrong = check_reply(w->reply[i]);
	}
	for (unsigned i = 0; i < w->threads && !wrong; i++) {
		const struct thread *t = w->thread[i];
		if ((t->endpoint && !in_queue(t->endpoint->queue.head, t)) ||
		    (t->notification && !in_queue(t->notification->queue.head, t))) {
			wrong = "T2: a thread is not in the queue it waits in";
		}
	}
	return wrong;
}

// ---- time -----------------------------------------------------------------------------------------

static const char *check_refills(struct schedctx *s)
{
	ticks_t sum = 0, end = 0;

	if (s->budget == 0) {
		return NULL;
	}
	if (s->count < 1 || s->count > s->limit || s->head >= s->limit) {
		return "S4: the ring of refills is broken";
	}
	for (unsigned i = 0; i < s->count; i++) {
		const struct refill *piece = &s->refill[(s->head + i) % s->limit];
		if (!s->round_robin && i > 0 && piece->time < end) {
			return "S5: refills overlap or are out of order";
		}
		end = piece->time + piece->amount;
		sum += piece->amount;
	}
	if (s->round_robin ? sum > s->budget : sum != s->budget) {
		return "S4: the refills do not add up to the budget";
	}
	return refill_head(s)->amount < refill_minimum && !s->round_robin
		       ? "S5: the first refill is too small"
		       : NULL;
}

static const char *check_stack(const struct schedctx *s, unsigned threads)
{
	const struct thread *above = NULL;

	for (const struct thread *t = s->lender; t; t = t->lender_below) {
		if (t->lender_above != above || t->lent != (above ? NULL : s)) {
			return "S2: the stack of lenders is not linked both ways";
		}
		if (t->schedctx) {
			return "S3: a lender holds a scheduling context";
		}
		if (threads-- == 0) {
			return "S2: the stack of lenders has a cycle";
		}
		above = t;
	}
	if (s->lender && (!s->thread || !s->thread->borrowed)) {
		return "S3: lent, but nobody has borrowed it";
	}
	return NULL;
}

static bool in_heap(const struct schedctx *heap, const struct schedctx *s)
{
	return heap &&
	       (heap == s || in_heap(heap->release_left, s) || in_heap(heap->release_right, s));
}

static const char *check_heap(struct schedctx *s, const struct schedctx *up, unsigned cpu)
{
	if (!s) {
		return NULL;
	}
	if (s->release_up != up || !s->throttled || s->cpu != cpu) {
		return "S6: the release queue is not linked both ways";
	}
	if (up && refill_head(s)->time < up->refill[up->head].time) {
		return "S6: the release queue is not in order of time";
	}
	const char *wrong = check_heap(s->release_left, s, cpu);
	return wrong ? wrong : check_heap(s->release_right, s, cpu);
}

// Has it acted on what others have told it?
static bool has_chosen(const struct cpu *cpu)
{
	return cpu == cpu_self() || !cpu->reschedule;
}

// The timer comes when the first throttled context is due, and when the current one has used its piece.
static bool timer_is_set(const struct cpu *cpu)
{
	if (cpu->release && cpu->deadline > refill_head(cpu->release)->time) {
		return false;
	}
	return !cpu->charged || cpu->deadline <= cpu->since + refill_head(cpu->charged)->amount;
}

static const char *check_time(const struct invariants_world *w)
{
	const char *wrong = NULL;

	for (unsigned i = 0; i < cpu_count() && !wrong; i++) {
		const struct cpu *cpu = cpu_by_number(i);
		wrong = check_heap(cpu->release, NULL, i);
		if (!wrong && has_chosen(cpu) && !timer_is_set(cpu)) {
			wrong = "S7: the timer comes too late";
		}
	}
	for (unsigned i = 0; i < w->schedctxs && !wrong; i++) {
		struct schedctx *s = w->schedctx[i];
		if (s->thread && s->thread->schedctx != s) {
			return "S1: holder and context do not agree";
		}
		if (s->notification && s->notification->schedctx != s) {
			return "N3: a scheduling context's notification is not bound to it";
		}
		if (s->throttled != in_heap(cpu_by_number(s->cpu)->release, s)) {
			return "S6: throttled, but not in the release queue, or the other way round";
		}
		wrong = check_refills(s);
		wrong = wrong ? wrong : check_stack(s, w->threads);
	}
	for (unsigned i = 0; i < w->threads && !wrong; i++) {
		const struct thread *t = w->thread[i];
		if (t->schedctx && t->schedctx->thread != t) {
			return "S1: thread and context do not agree";
		}
		if (t->lent && t->lent->lender != t) {
			return "S2: a latest lender is not at the top of the stack";
		}
	}
	return wrong;
}

// ---- the run queue --------------------------------------------------------------------------------

static bool in_run_queue(const struct cpu *cpu, const struct thread *thread)
{
	for (const struct thread *t = cpu->queue[thread->priority].head; t; t = t->next) {
		if (t == thread) {
			return true;
		}
	}
	return false;
}

static const char *check_run_queue(const struct cpu *cpu)
{
	int top = -1;

	for (int i = 0; i < PRIORITY_COUNT; i++) {
		const struct thread *previous = NULL;
		for (const struct thread *t = cpu->queue[i].head; t; t = t->next) {
			if (t->previous != previous || !t->queued || t->priority != i) {
				return "Q1: a list of the run queue is not linked both ways";
			}
			if (t->state != THREAD_RUNNING || !t->schedctx || !t->schedctx->budget) {
				return "Q2: a thread that cannot run is in the run queue";
			}
			previous = t;
			top = i;
		}
		if (cpu->queue[i].tail != previous) {
			return "Q1: the tail of a list is not its last thread";
		}
		if ((cpu->ready[i / 64] >> i % 64 & 1) != (previous != NULL)) {
			return "Q3: the bits of the run queue are wrong";
		}
	}
	return top == cpu->top ? NULL : "Q3: the highest priority is wrong";
}

static const char *check_current(const struct cpu *cpu)
{
	const struct thread *t = cpu->current;

	if (!has_chosen(cpu)) {
		return NULL;
	}
	if (t == &cpu->idle) {
		return cpu->top >= 0 ? "Q4: idle while a thread could run" : NULL;
	}
	return cpu->charged != t->schedctx || cpu->top > t->priority || t->cpu != cpu->number
		       ? "Q4: the current thread is not the right one"
		       : NULL;
}

static const char *check_runnable(const struct thread *t)
{
	bool can_run = t->state == THREAD_RUNNING && t->schedctx && t->schedctx->budget;
	const struct cpu *cpu = cpu_by_number(t->cpu);
	unsigned places = 0;

	for (unsigned i = 0; i < cpu_count(); i++) {
		places += cpu_by_number(i)->current == t;
	}
	if (places > 1 || (places && cpu->current != t)) {
		return "Q6: a thread is current in another place than it says";
	}
	if (t->queued != in_run_queue(cpu, t)) {
		return "Q1: queued, but not in the run queue, or the other way round";
	}
	if (t->queued && t->schedctx->cpu != t->cpu) {
		return "Q6: a thread is queued at another CPU than its context's";
	}
	if (places && (t->queued || (!can_run && has_chosen(cpu)))) {
		return "Q4: the current thread cannot run, or is queued as well";
	}
	if (can_run && !places && !t->queued && !t->schedctx->throttled) {
		return "Q5: a thread that can run is forgotten";
	}
	return NULL;
}

static const char *check_running(const struct invariants_world *w)
{
	const char *wrong = NULL;

	for (unsigned i = 0; i < cpu_count() && !wrong; i++) {
		wrong = check_run_queue(cpu_by_number(i));
		wrong = wrong ? wrong : check_current(cpu_by_number(i));
	}
	for (unsigned i = 0; i < w->threads && !wrong; i++) {
		wrong = check_runnable(w->thread[i]);
	}
	return wrong;
}

const char *invariants_check(const struct invariants_world *world)
{
	const char *(*const checks[])(const struct invariants_world *) = {
		check_list, check_slots, check_threads, check_waiting, check_time, check_running,
	};

	for (unsigned i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		const char *wrong = checks[i](world);
		if (wrong) {
			return wrong;
		}
	}
	return NULL;
}
