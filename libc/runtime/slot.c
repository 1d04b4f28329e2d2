// SPDX-License-Identifier: MIT
//
// Slots of the dynamic CNode (caplet/slot.h tells the rules).
//
// `taken` says which slots are not free in this life; the ledger's bits say which of them are
// claimed. A slot is taken before its claim is written, and its capability deleted after the
// commit that gave the claim up; so at every moment a slot with a capability in it is either
// claimed or will be swept.
//
// The high mark lets the sweep stop early. It is raised before a slot is first used and never
// lowered.

#include <string.h>

#include <caplet/kill_point.h>
#include <caplet/ledger.h>
#include <caplet/slot.h>

#define SLOT_WORDS ((1u << DYNAMIC_CNODE_BITS) / 64)

struct slot_ledger {
	uint64_t high; // no slot from here on was ever used
	uint64_t claimed[SLOT_WORDS];
};

static struct slot_ledger *ledger; // NULL: the process has none
static uint64_t taken[SLOT_WORDS];
static uint64_t fresh[SLOT_WORDS];    // claimed by the open transaction
static uint64_t released[SLOT_WORDS]; // released by it
static uint64_t held[SLOT_WORDS];     // named by other records of the ledger
static bool any_fresh, any_released;

// Root's services are not told: theirs are as large as can be.
static uint64_t slot_count(void)
{
	uint64_t told = process_info()->slots;

	return told ? told : 1u << DYNAMIC_CNODE_BITS;
}

static uint64_t bit_of(uint64_t slot)
{
	return 1ul << (slot % 64);
}

// Take `count` free slots in a row, all in one word -> the first, or 0.
static uint64_t take(unsigned count)
{
	uint64_t mask = (1ul << count) - 1;

	for (unsigned w = 0; w < slot_count() / 64; w++) {
		uint64_t word = __atomic_load_n(&taken[w], __ATOMIC_RELAXED);
		unsigned shift = w == 0 ? DYNAMIC_SLOT_FIRST : 0;

		if (word == ~0ul)
			continue;
		for (; shift + count <= 64; shift++)
			while (!(word & mask << shift))
				if (__atomic_compare_exchange_n(&taken[w], &word,
								word | mask << shift, false,
								__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
					return w * 64 + shift;
	}
	return 0;
}

static void free_bits(unsigned w, uint64_t bits)
{
	__atomic_fetch_and(&taken[w], ~bits, __ATOMIC_RELEASE);
}

static void note_high(uint64_t end)
{
	if (ledger && ledger->high < end)
		ledger->high = end;
}

// Empty the slots whose bits are set; what is not there is no error. The message in the buffer
// may be an answer about to be sent: it is left as it was.
static void empty(unsigned w, uint64_t bits)
{
	struct ipc_buffer *ipc = thread_buffer();
	uint64_t words[MSG_REG_WORDS];
	cptr_t caps[MSG_MAX_CAPS];

	if (!bits)
		return;
	memcpy(words, ipc->words, sizeof(words));
	memcpy(caps, ipc->caps, sizeof(caps));
	for (; bits; bits &= bits - 1) {
		uint64_t slot = w * 64 + (unsigned)__builtin_ctzl(bits);

		kill_point();
		(void)cnode_delete(SLOT_CNODE, slot, SLOT_DEPTH);
	}
	memcpy(ipc->words, words, sizeof(words));
	memcpy(ipc->caps, caps, sizeof(caps));
}

static void set_claim(uint64_t slot, bool claim)
{
	uint64_t *word = &ledger->claimed[slot / 64];

	ledger_change(word, sizeof(*word));
	if (claim)
		*word |= bit_of(slot);
	else
		*word &= ~bit_of(slot);
}

cptr_t slot_claim(void)
{
	uint64_t slot = take(1);

	if (!slot)
		return 0;
	note_high(slot + 1);
	fresh[slot / 64] |= bit_of(slot);
	any_fresh = true;
	set_claim(slot, true);
	return DYNAMIC_CPTR(slot);
}

void slot_release(cptr_t cptr)
{
	uint64_t slot = slot_index(cptr);

	set_claim(slot, false);
	released[slot / 64] |= bit_of(slot);
	any_released = true;
}

bool slot_claimed(cptr_t cptr)
{
	uint64_t slot = slot_index(cptr);

	return ledger && ledger->claimed[slot / 64] & bit_of(slot);
}

void slot_set_claimed(cptr_t cptr, bool claim)
{
	if (slot_claimed(cptr) != claim)
		set_claim(slot_index(cptr), claim);
}

cptr_t slot_borrow(unsigned count)
{
	uint64_t slot = take(count);

	if (!slot)
		return 0;
	note_high(slot + count);
	return DYNAMIC_CPTR(slot);
}

void slot_return(cptr_t cptr, unsigned count)
{
	uint64_t slot = slot_index(cptr);
	uint64_t bits = ((1ul << count) - 1) << (slot % 64);

	empty((unsigned)(slot / 64), bits);
	free_bits((unsigned)(slot / 64), bits);
}

status_t slot_keep(cptr_t landed, cptr_t *kept)
{
	cptr_t slot = slot_claim();
	status_t status;

	if (!slot)
		return STATUS_NO_SLOT;
	kill_point();
	status = cnode_move(SLOT_CNODE, slot_index(slot), SLOT_DEPTH, SLOT_CNODE,
			    slot_index(landed), SLOT_DEPTH);
	kill_point();
	if (status != STATUS_OK)
		slot_release(slot);
	else
		*kept = slot;
	return status;
}

status_t slot_mint_own(uint64_t badge, uint64_t rights, cptr_t *minted)
{
	cptr_t slot = slot_claim();
	status_t status;

	if (!slot)
		return STATUS_NO_SLOT;
	kill_point();
	status = cnode_mint(SLOT_CNODE, slot_index(slot), SLOT_DEPTH, SLOT_CNODE,
			    DYNAMIC_SLOT_ENDPOINT, SLOT_DEPTH, rights, badge);
	if (status != STATUS_OK)
		slot_release(slot);
	else
		*minted = slot;
	return status;
}

__attribute__((noinline)) static void committed(void)
{
	for (unsigned w = 0; any_released && w < SLOT_WORDS; w++) {
		empty(w, released[w]);
		free_bits(w, released[w]);
		released[w] = 0;
	}
	for (unsigned w = 0; any_fresh && w < SLOT_WORDS; w++)
		fresh[w] = 0;
	any_released = any_fresh = false;
}

void slot_committed(void)
{
	if (any_released || any_fresh)
		committed();
}

void slot_rolled_back(void)
{
	for (unsigned w = 0; any_fresh && w < SLOT_WORDS; w++) {
		empty(w, fresh[w]);
		free_bits(w, fresh[w]);
		fresh[w] = 0;
	}
	for (unsigned w = 0; any_released && w < SLOT_WORDS; w++)
		released[w] = 0;
	any_released = any_fresh = false;
}

// The first start of all finds an empty CNode; a FRESH one after a death knows no high mark.
status_t slot_open(enum start_mode mode)
{
	uint64_t end = slot_count();

	ledger = ledger_region("slots", 1, sizeof(*ledger));
	if (!ledger)
		return STATUS_BAD_LEDGER;
	if (process_info()->restarts == 0)
		return STATUS_OK;
	if (mode == START_RESTART && ledger->high < end)
		end = ledger->high;
	empty(0, 0xfful << DYNAMIC_SLOT_LANDING);
	for (unsigned w = 0; w * 64 < end; w++) {
		uint64_t usable = w == 0 ? ~0ul << DYNAMIC_SLOT_FIRST : ~0ul;

		taken[w] = ledger->claimed[w] | held[w];
		if (end - w * 64 < 64)
			usable &= (1ul << (end - w * 64)) - 1;
		empty(w, usable & ~taken[w]);
	}
	return STATUS_OK;
}

void slot_empty_landing(unsigned count)
{
	empty(0, ((1ul << count) - 1) << DYNAMIC_SLOT_LANDING);
}

void slot_hold(cptr_t cptr)
{
	held[slot_index(cptr) / 64] |= bit_of(slot_index(cptr));
}

void slots_forked(void)
{
	memset(taken, 0, sizeof(taken));
}
