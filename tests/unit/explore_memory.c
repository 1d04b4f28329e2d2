// SPDX-License-Identifier: MIT
//
// The configuration of memory: one untyped, two cnodes, two threads that retype, mint, copy, move,
// delete and revoke in turn, with interruptions in the middle of the long operations.

#include "explore.h"

enum {
	SUB_UNTYPED = FREE_SLOT, // of 1 KiB, what all is made from
	NODE_A,
	NODE_B,
	WORKER,
	SCHEDCTX1,
	OUTSIDE,	    // a slot of the root CNode
	NODE_SIZE_BITS = 1, // two slots
};

static struct thread *worker;

static void memory(void)
{
	world_setup();
	worker = world_thread(WORKER, SCHEDCTX1);
	world_make(SUB_UNTYPED, OBJECT_UNTYPED, 8);
}

#define BY(function, thread, cap, method, ...)                                                     \
	static bool function(void)                                                                 \
	{                                                                                          \
		return INVOKE(thread, cap, method, __VA_ARGS__);                                   \
	}

static bool is_cnode(cptr_t slot)
{
	return world_holds(slot, OBJECT_CNODE);
}

BY(make_a, world_root, SUB_UNTYPED, UNTYPED_RETYPE, OBJECT_CNODE, NODE_SIZE_BITS, CNODE_SLOT, 0, 0,
   NODE_A, 1)
BY(make_b, world_root, SUB_UNTYPED, UNTYPED_RETYPE, OBJECT_CNODE, NODE_SIZE_BITS, CNODE_SLOT, 0, 0,
   NODE_B, 1)

static bool make_in_a(void)
{
	return is_cnode(NODE_A) && INVOKE(world_root, SUB_UNTYPED, UNTYPED_RETYPE, OBJECT_ENDPOINT,
					  0, NODE_A, 0, 0, 0, 1);
}

static bool worker_makes_in_b(void)
{
	return is_cnode(NODE_B) &&
	       INVOKE(worker, SUB_UNTYPED, UNTYPED_RETYPE, OBJECT_ENDPOINT, 0, NODE_B, 0, 0, 0, 1);
}

static bool mint_a_to_b(void)
{
	return is_cnode(NODE_A) && is_cnode(NODE_B) &&
	       INVOKE(worker, NODE_B, CNODE_MINT, 1, NODE_SIZE_BITS, NODE_A, 0, NODE_SIZE_BITS,
		      RIGHT_ALL, 5);
}

static bool copy_b_to_a(void)
{
	return is_cnode(NODE_A) && is_cnode(NODE_B) &&
	       INVOKE(world_root, NODE_A, CNODE_COPY, 1, NODE_SIZE_BITS, NODE_B, 1, NODE_SIZE_BITS,
		      RIGHT_ALL);
}

// A cnode that holds the capability to itself, or the other's.
static bool move_a_into_a(void)
{
	return is_cnode(NODE_A) &&
	       INVOKE(worker, NODE_A, CNODE_MOVE, 1, NODE_SIZE_BITS, CNODE_SLOT, NODE_A, 64);
}

static bool move_a_into_b(void)
{
	return is_cnode(NODE_A) && is_cnode(NODE_B) &&
	       INVOKE(world_root, NODE_B, CNODE_MOVE, 0, NODE_SIZE_BITS, CNODE_SLOT, NODE_A, 64);
}

static bool move_b_into_b(void)
{
	return is_cnode(NODE_B) &&
	       INVOKE(world_root, NODE_B, CNODE_MOVE, 0, NODE_SIZE_BITS, CNODE_SLOT, NODE_B, 64);
}

static bool move_out_of_b(void)
{
	return is_cnode(NODE_B) &&
	       INVOKE(worker, CNODE_SLOT, CNODE_MOVE, NODE_A, 64, NODE_B, 0, NODE_SIZE_BITS);
}

static bool revoke_in_a(void)
{
	return is_cnode(NODE_A) && INVOKE(worker, NODE_A, CNODE_REVOKE, 0, NODE_SIZE_BITS);
}

BY(delete_a, world_root, CNODE_SLOT, CNODE_DELETE, NODE_A, 64)
BY(worker_deletes_a, worker, CNODE_SLOT, CNODE_DELETE, NODE_A, 64)
BY(delete_b, world_root, CNODE_SLOT, CNODE_DELETE, NODE_B, 64)
BY(revoke_untyped, world_root, CNODE_SLOT, CNODE_REVOKE, SUB_UNTYPED, 64)
BY(worker_revokes_untyped, worker, CNODE_SLOT, CNODE_REVOKE, SUB_UNTYPED, 64)
BY(suspend_worker, world_root, WORKER, THREAD_SUSPEND, 0)
BY(resume_worker, world_root, WORKER, THREAD_RESUME, 0)

static const struct operation memory_operations[] = {
	{"root makes cnode A", make_a},
	{"root makes cnode B", make_b},
	{"root makes an endpoint in A[0]", make_in_a},
	{"worker makes an endpoint in B[0]", worker_makes_in_b},
	{"worker mints A[0] to B[1]", mint_a_to_b},
	{"root copies B[1] to A[1]", copy_b_to_a},
	{"worker moves A into A[1]", move_a_into_a},
	{"root moves A into B[0]", move_a_into_b},
	{"root moves B into B[0]", move_b_into_b},
	{"worker moves B[0] to A's place", move_out_of_b},
	{"worker revokes A[0]", revoke_in_a},
	{"root deletes A", delete_a},
	{"worker deletes A", worker_deletes_a},
	{"root deletes B", delete_b},
	{"root revokes the untyped", revoke_untyped},
	{"worker revokes the untyped", worker_revokes_untyped},
	{"root suspends the worker", suspend_worker},
	{"root resumes the worker", resume_worker},
	{0},
};

const struct configuration untyped_and_cnodes = {
	.name = "untyped",
	.about =
		"one untyped, two cnodes; retype, mint, revoke, delete by two threads, interrupted",
	.setup = memory,
	.operation = memory_operations,
	.preemptions = 3,
};

// ---- threads that are deleted while they work ---------------------------------------------------------

enum { THREAD_UNTYPED = FREE_SLOT + 8, VICTIM, VICTIM_ENDPOINT };

static struct thread *victim;

static void victims(void)
{
	memory();
	world_make(NODE_A, OBJECT_CNODE, NODE_SIZE_BITS);
	victim = world_thread(VICTIM, OUTSIDE);
	world_make(VICTIM_ENDPOINT, OBJECT_ENDPOINT, ENDPOINT_BITS);
	MUST(NODE_A, CNODE_COPY, 0, NODE_SIZE_BITS, CNODE_SLOT, VICTIM, 64, RIGHT_ALL);
}

static bool victim_calls(void)
{
	return SYS(victim, SYS_CALL, VICTIM_ENDPOINT, 0, 0, 0);
}

static bool victim_deletes_node(void)
{
	return INVOKE(victim, CNODE_SLOT, CNODE_DELETE, NODE_A, 64);
}

static bool victim_deletes_itself(void)
{
	return world_holds(VICTIM, OBJECT_THREAD) &&
	       INVOKE(victim, CNODE_SLOT, CNODE_DELETE, VICTIM, 64);
}

static bool victim_suspends_itself(void)
{
	return world_holds(VICTIM, OBJECT_THREAD) && INVOKE(victim, VICTIM, THREAD_SUSPEND, 0);
}

BY(delete_node, world_root, CNODE_SLOT, CNODE_DELETE, NODE_A, 64)
BY(delete_victim, world_root, CNODE_SLOT, CNODE_DELETE, VICTIM, 64)
BY(worker_deletes_victim, worker, CNODE_SLOT, CNODE_DELETE, VICTIM, 64)
BY(delete_victims_endpoint, worker, CNODE_SLOT, CNODE_DELETE, VICTIM_ENDPOINT, 64)
BY(delete_victims_schedctx, worker, CNODE_SLOT, CNODE_DELETE, OUTSIDE, 64)

static bool suspend_victim(void)
{
	return world_holds(VICTIM, OBJECT_THREAD) && INVOKE(world_root, VICTIM, THREAD_SUSPEND, 0);
}

static bool resume_victim(void)
{
	return world_holds(VICTIM, OBJECT_THREAD) && INVOKE(worker, VICTIM, THREAD_RESUME, 0);
}

static bool move_victim(void)
{
	return is_cnode(NODE_A) &&
	       INVOKE(worker, NODE_A, CNODE_MOVE, 1, NODE_SIZE_BITS, CNODE_SLOT, VICTIM, 64);
}

static bool node_into_handlers(void)
{
	return world_holds(VICTIM, OBJECT_THREAD) &&
	       world_holds(VICTIM_ENDPOINT, OBJECT_ENDPOINT) &&
	       INVOKE(world_root, VICTIM, THREAD_SET_HANDLERS, VICTIM_ENDPOINT, 0);
}

static const struct operation victim_operations[] = {
	{"victim calls", victim_calls},
	{"victim deletes the cnode", victim_deletes_node},
	{"victim deletes itself", victim_deletes_itself},
	{"victim suspends itself", victim_suspends_itself},
	{"root deletes the cnode", delete_node},
	{"root deletes the victim", delete_victim},
	{"worker deletes the victim", worker_deletes_victim},
	{"worker deletes the endpoint", delete_victims_endpoint},
	{"worker deletes the victim's time", delete_victims_schedctx},
	{"root suspends the victim", suspend_victim},
	{"worker resumes the victim", resume_victim},
	{"worker moves the victim into the cnode", move_victim},
	{"root sets the victim's fault handler", node_into_handlers},
	{0},
};

const struct configuration deleted_threads = {
	.name = "deleted-threads",
	.about =
		"a thread deleted by itself and others, with its capability in a cnode, interrupted",
	.setup = victims,
	.operation = victim_operations,
	.preemptions = 3,
};
