// SPDX-License-Identifier: MIT
//
// System calls on the model machine: what x86/entry.S does around the kernel's functions.
//
// What went the direct way (kernel/direct.c) is done once more the general way, from the same state,
// and both must leave the same memory behind, word for word: so every test and every step of the
// explorer also says that there is one meaning of a call, an answer, a signal and a wait.
#include "entry.h"

#include "arch_host.h"
#include "cpu.h"
#include "invocation.h"
#include "panic.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

uint64_t entry_direct_count;

static uint64_t before[WORLD_BYTES / 8], after[WORLD_BYTES / 8];

static struct answer direct(struct thread *t, uint64_t number)
{
	switch (number) {
	case SYS_CALL: return kernel_call(t->msg.badge, t->msg.info, t);
	case SYS_REPLY_RECV: return kernel_reply_receive(t->msg.badge, t->msg.info, t->msg.aux, t);
	}
	return kernel_short(t->msg.badge, number, t);
}

// The receiver's registers: those of the sender.
static void registers_pass(const struct thread *from, struct thread *to, struct answer answer,
			   uint64_t number)
{
	memcpy(to->msg.words, from->msg.words, sizeof(to->msg.words));
	to->msg.status = STATUS_OK;
	to->msg.info = from->msg.info;
	to->msg.badge = number == SYS_CALL ? answer.word : 0;
	to->msg.aux = number == SYS_CALL ? (uint64_t)RECEIVED_CALL : answer.word;
	to->msg.third = 0;
}

static void general(struct thread *t, uint64_t number)
{
	struct answer answer = kernel_syscall(number, t);

	if (answer.what != ANSWER_SAVED)
		thread_answer(t, answer.what, answer.word);
}

static void compare(void)
{
	const uint64_t *memory = (const uint64_t *)HOST_WINDOW;

	for (unsigned i = 0; i < WORLD_BYTES / 8; i++) {
		if (memory[i] == after[i])
			continue;
		if (!host_silent)
			fprintf(stderr, "at 0x%lx: direct %lx, general %lx\n",
				HOST_WINDOW + i * 8ul, (unsigned long)after[i],
				(unsigned long)memory[i]);
		panic(__FILE__, __LINE__, "the two ways of a system call differ");
	}
}

// Was it a message that went the direct way? Then whoever got it is current.
static bool went_direct(struct answer answer, uint64_t number)
{
	return answer.what > ANSWER_GENERAL ||
	       (answer.what == ANSWER_SAVED && number == SYS_REPLY_RECV);
}

// Once more from the same state, the other way.
static void repeat(struct thread *t, uint64_t number)
{
	struct thread *next = cpu_self()->current;

	next->next = next->previous = NULL; // it was in no run queue
	memcpy(after, (void *)HOST_WINDOW, sizeof(after));
	memcpy((void *)HOST_WINDOW, before, sizeof(before));
	general(t, number);
	next->next = next->previous = NULL;
	compare();
}

void entry_syscall(struct thread *t, uint64_t number)
{
	memcpy(before, (void *)HOST_WINDOW, sizeof(before));
	uint64_t info = t->msg.info;
	struct answer answer = direct(t, number);

	if (answer.what == ANSWER_INVOKE)
		answer = invocation_run(t, (struct slot *)answer.word);

	if (answer.what == ANSWER_GENERAL) {
		general(t, number);
		return;
	}
	if (went_direct(answer, number)) {
		entry_direct_count++;
		if (answer.what > ANSWER_GENERAL)
			registers_pass(t, (struct thread *)answer.what, answer, number);
		t->msg.info = info; // of what it has sent the descriptor is no more
	} else if (answer.what != ANSWER_SAVED) {
		thread_answer(t, answer.what, answer.word);
	}
	repeat(t, number);
}
