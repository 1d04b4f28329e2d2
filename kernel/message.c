// SPDX-License-Identifier: MIT
//
// The transfer of a message: registers, the long part, capabilities. See message.h.
#include "message.h"
#include "cspace.h"
#include "derive.h"
#include "cap.h"

// Every capability that is to go along must exist when the message is sent.
must_check static enum status check_caps(const struct thread *sender, unsigned caps)
{
	const struct ipc_buffer *buffer = thread_buffer((struct thread *)sender);
	struct slot *slot;
	unsigned left;

	for (unsigned i = 0; i < caps; i++) {
		cptr_t cptr = *(const volatile cptr_t *)&buffer->caps[i];
		enum status status =
			cspace_find(sender->slot[THREAD_SLOT_CSPACE].cap, cptr, &slot, &left);
		if (status != STATUS_OK || slot_is_empty(slot)) {
			return STATUS_NO_CAP;
		}
	}
	return STATUS_OK;
}

enum status message_check(const struct thread *sender)
{
	uint64_t info = sender->msg.info;

	if (msg_words(info) > MSG_MAX_WORDS) {
		return STATUS_BAD_ARGUMENT;
	}
	if ((msg_words(info) > MSG_REG_WORDS || msg_caps(info) > 0) &&
	    !thread_buffer((struct thread *)sender)) {
		return STATUS_NO_BUFFER;
	}
	return msg_caps(info) > 0 ? check_caps(sender, msg_caps(info)) : STATUS_OK;
}

// Words 8.. from buffer to buffer; returns how many words of the message arrive in all.
static unsigned copy_long(struct thread *sender, struct thread *receiver, unsigned words)
{
	struct ipc_buffer *from = thread_buffer(sender), *to = thread_buffer(receiver);

	// The sender's may have been taken away since it was checked.
	if (!from || !to) {
		return MSG_REG_WORDS;
	}
	for (unsigned i = MSG_REG_WORDS; i < words; i++) {
		to->words[i] = from->words[i];
	}
	return words;
}

// The slot that the receiver wants capability i in, NULL: none.
static struct slot *receive_slot(struct thread *receiver, const struct ipc_buffer *buffer,
				 unsigned i)
{
	struct cap root = receiver->slot[THREAD_SLOT_CSPACE].cap;
	const volatile struct ipc_buffer *wish = buffer;
	cptr_t cnode = wish->recv_cnode;
	struct slot *slot;
	unsigned left;

	if (cnode == 0 || cspace_find(root, cnode, &slot, &left) != STATUS_OK ||
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
static uint64_t transfer_caps(struct thread *sender, struct thread *receiver,
			      struct endpoint *endpoint, unsigned caps)
{
	struct ipc_buffer *from = thread_buffer(sender), *to = thread_buffer(receiver);
	unsigned arrived = 0, unwrapped = 0, stored = 0;

	if (!from || !to) {
		return 0;
	}
	for (; arrived < caps; arrived++) {
		struct slot *source, *place;
		struct cap copy;
		unsigned left;
		cptr_t cptr = *(volatile cptr_t *)&from->caps[arrived];
		if (cspace_find(sender->slot[THREAD_SLOT_CSPACE].cap, cptr, &source, &left) !=
		    STATUS_OK) {
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

void message_transfer(struct thread *sender, struct thread *receiver, struct endpoint *endpoint,
		      bool can_grant)
{
	uint64_t info = sender->msg.info;
	unsigned words = msg_words(info);
	uint64_t caps = 0;

	for (unsigned i = 0; i < MSG_REG_WORDS; i++) {
		receiver->msg.words[i] = i < words ? sender->msg.words[i] : 0;
	}
	if (unlikely(words > MSG_REG_WORDS)) {
		words = copy_long(sender, receiver, words);
	}
	if (unlikely(msg_caps(info) != 0) && can_grant) {
		caps = transfer_caps(sender, receiver, endpoint, msg_caps(info));
	}
	receiver->msg.info = (info & 0xffffffff00000000) | caps | words;
}
