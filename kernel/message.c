// SPDX-License-Identifier: MIT
//
// The transfer of a message: registers, the long part, capabilities. See message.h.
#include "message.h"
#include "cspace.h"
#include "derive.h"
#include "cap.h"

// Nearly always it is in the root of the CSpace.
static inline bool find(const struct thread *thread, cptr_t cptr, struct slot **slot)
{
	unsigned left;

	return (thread_find_near(thread, cptr, slot) &&
		likely((*slot)->cap.type != OBJECT_CNODE)) ||
	       thread_find(thread, cptr, slot, &left) == STATUS_OK;
}

// Every capability that is to go along must exist when the message is sent.
must_check static __attribute__((noinline)) enum status check_caps(const struct thread *sender,
								   unsigned caps)
{
	const struct ipc_buffer *buffer = sender->buffer;
	struct slot *slot;

	for (unsigned i = 0; i < caps; i++) {
		cptr_t cptr = *(const volatile cptr_t *)&buffer->caps[i];
		if (!find(sender, cptr, &slot) || slot_is_empty(slot)) {
			return STATUS_NO_CAP;
		}
	}
	return STATUS_OK;
}

enum status message_check_long(const struct thread *sender)
{
	uint64_t info = sender->msg.info;

	if (unlikely(msg_words(info) > MSG_MAX_WORDS)) {
		return STATUS_BAD_ARGUMENT;
	}
	if (unlikely(!sender->buffer)) {
		return STATUS_NO_BUFFER; // it is not short
	}
	return msg_caps(info) > 0 ? check_caps(sender, msg_caps(info)) : STATUS_OK;
}

// Words 8.. from buffer to buffer; returns how many words of the message arrive in all.
static inline unsigned copy_long(struct thread *sender, struct thread *receiver, unsigned words)
{
	struct ipc_buffer *from = sender->buffer, *to = receiver->buffer;

	// The sender's may have been taken away since it was checked.
	if (!from || !to) {
		return MSG_REG_WORDS;
	}
	__builtin_memcpy(&to->words[MSG_REG_WORDS], &from->words[MSG_REG_WORDS],
			 (words - MSG_REG_WORDS) * sizeof(to->words[0]));
	return words;
}

// The slot that the receiver wants capability i in, NULL: none.
static struct slot *receive_slot(struct thread *receiver, const struct ipc_buffer *buffer,
				 unsigned i)
{
	const volatile struct ipc_buffer *wish = buffer;
	cptr_t cnode = wish->recv_cnode;
	struct slot *slot;
	unsigned left;

	if (cnode == 0 || thread_find(receiver, cnode, &slot, &left) != STATUS_OK ||
	    slot->cap.type != OBJECT_CNODE) {
		return NULL;
	}
	if (cspace_find_exact(slot->cap, wish->recv_index + i, wish->recv_depth, &slot, &left) !=
	    STATUS_OK) {
		return NULL;
	}
	return slot_is_empty(slot) ? slot : NULL;
}

// Returns the bits of the descriptor that tell what arrived.
static __attribute__((noinline)) uint64_t transfer_caps(struct thread *sender,
							struct thread *receiver,
							const struct endpoint *endpoint,
							unsigned caps)
{
	struct ipc_buffer *from = sender->buffer, *to = receiver->buffer;
	unsigned arrived = 0, unwrapped = 0, stored = 0;

	if (!from || !to) {
		return 0;
	}
	for (; arrived < caps; arrived++) {
		struct slot *source, *place;
		struct cap copy;
		cptr_t cptr = *(volatile cptr_t *)&from->caps[arrived];
		if (!find(sender, cptr, &source)) {
			break;
		}
		if (endpoint && source->cap.type == OBJECT_ENDPOINT &&
		    cap_object(source->cap) == endpoint) {
			to->caps[arrived] = source->cap.badge;
			unwrapped |= 1u << arrived;
			continue;
		}
		place = receive_slot(receiver, to, stored);
		if (!place || cap_derive(source, RIGHT_ALL, &copy) != STATUS_OK ||
		    copy.type == OBJECT_UNTYPED) {
			break;
		}
		derive_insert(source, place, copy, false);
		to->caps[arrived] = 0;
		stored++;
	}
	return (uint64_t)arrived << 8 | (uint64_t)unwrapped << 12;
}

uint64_t message_transfer_long(struct thread *sender, struct thread *receiver,
			       const struct endpoint *endpoint, bool can_grant)
{
	uint64_t info = sender->msg.info;
	unsigned words = msg_words(info), caps = can_grant ? msg_caps(info) : 0;

	if (words > MSG_REG_WORDS) {
		words = copy_long(sender, receiver, words);
	}
	return likely(caps == 0) ? words : words | transfer_caps(sender, receiver, endpoint, caps);
}
