// SPDX-License-Identifier: MIT
//
// The instruction that touched a register in memory, decoded by Zydis and done in its place: moves of
// all sizes, and the read-modify-write forms that drivers use.
#include <Zydis/Zydis.h>

#include <string.h>

#include "vmm.h"

enum { INSTRUCTION_MAX = 15, CACHE_PLACES = 16, VECTOR_OPCODE = 6 };

// What was decoded last, by its bytes: a driver's few accesses come again and again. In this process
// alone; the lock of the devices guards it.
static struct decoded {
	uint8_t bytes[INSTRUCTION_MAX + 1];
	uint8_t mode; // ZydisMachineMode + 1; 0: free
	ZydisDecodedInstruction instruction;
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
} cache[CACHE_PLACES];

// Bytes at the instruction pointer; behind what can be read zeroes.
static void fetch(const struct vcpu_state *state, uint8_t bytes[INSTRUCTION_MAX + 1])
{
	uint64_t linear = state->cs.base + state->rip, physical;
	unsigned done = 0;

	memset(bytes, 0, INSTRUCTION_MAX + 1);
	while (done < INSTRUCTION_MAX) {
		uint64_t rest = 4096 - ((linear + done) & 4095);
		unsigned count =
			INSTRUCTION_MAX - done < rest ? INSTRUCTION_MAX - done : (unsigned)rest;
		const uint8_t *at = guest_translate(state, linear + done, &physical)
					    ? guest_memory(physical, count)
					    : NULL;

		if (at == NULL)
			return;
		memcpy(bytes + done, at, count);
		done += count;
	}
}

static const struct decoded *decode(const struct vcpu_state *state)
{
	bool wide = state->efer & 0x400 && state->cs.attributes & 1 << 9;
	bool big = state->cs.attributes & 1 << 10;
	ZydisMachineMode mode = wide  ? ZYDIS_MACHINE_MODE_LONG_64
				: big ? ZYDIS_MACHINE_MODE_LEGACY_32
				      : ZYDIS_MACHINE_MODE_REAL_16;
	struct decoded *d = &cache[(state->rip ^ state->rip >> 5) % CACHE_PLACES];
	uint8_t bytes[INSTRUCTION_MAX + 1];
	ZydisDecoder decoder;

	fetch(state, bytes);
	if (d->mode == mode + 1 && memcmp(bytes, d->bytes, sizeof(bytes)) == 0)
		return d;
	d->mode = 0;
	ZydisDecoderInit(&decoder, mode,
			 wide  ? ZYDIS_STACK_WIDTH_64
			 : big ? ZYDIS_STACK_WIDTH_32
			       : ZYDIS_STACK_WIDTH_16);
	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes, INSTRUCTION_MAX, &d->instruction,
						 d->operands)))
		return NULL;
	memcpy(d->bytes, bytes, sizeof(bytes));
	d->mode = (uint8_t)(mode + 1);
	return d;
}

// Number and place of a general register; AH to BH lie 8 bits up.
static bool register_place(ZydisRegister name, unsigned *number, unsigned *shift)
{
	*shift = name >= ZYDIS_REGISTER_AH && name <= ZYDIS_REGISTER_BH ? 8 : 0;
	if (name < ZYDIS_REGISTER_AL || name > ZYDIS_REGISTER_R15)
		return false;
	*number = (unsigned)ZydisRegisterGetId(name);
	if (*shift)
		*number = (unsigned)(name - ZYDIS_REGISTER_AH);
	return *number < 16;
}

static uint64_t mask_of(unsigned bytes)
{
	return bytes >= 8 ? ~0ul : (1ul << 8 * bytes) - 1;
}

static bool operand_read(const struct vcpu_state *state, const ZydisDecodedOperand *operand,
			 uint64_t *value)
{
	unsigned number, shift;

	if (operand->type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
		*value = operand->imm.value.u;
		return true;
	}
	if (operand->type != ZYDIS_OPERAND_TYPE_REGISTER ||
	    !register_place(operand->reg.value, &number, &shift))
		return false;
	*value = state->general[number] >> shift & mask_of(operand->size / 8);
	return true;
}

static bool operand_write(struct vcpu_state *state, const ZydisDecodedOperand *operand,
			  uint64_t value)
{
	uint64_t mask = mask_of(operand->size / 8);
	unsigned number, shift;

	if (operand->type != ZYDIS_OPERAND_TYPE_REGISTER ||
	    !register_place(operand->reg.value, &number, &shift))
		return false;
	if (operand->size == 32) // the upper half becomes zero
		state->general[number] = value & mask;
	else
		state->general[number] =
			(state->general[number] & ~(mask << shift)) | (value & mask) << shift;
	return true;
}

static uint64_t sign_extend(uint64_t value, unsigned bytes)
{
	unsigned shift = 64 - 8 * bytes;

	return (uint64_t)((int64_t)(value << shift) >> shift);
}

static void flags_set(struct vcpu_state *state, uint64_t result, unsigned bytes)
{
	state->rflags &= ~0x8d5ul;
	if ((result & mask_of(bytes)) == 0)
		state->rflags |= 0x40;
	if (result >> (8 * bytes - 1) & 1)
		state->rflags |= 0x80;
}

// The memory operand is the source.
static bool load(unsigned cpu, uint64_t address, const ZydisDecodedInstruction *instruction,
		 const ZydisDecodedOperand *operands, unsigned bytes)
{
	struct vcpu_state *state = cpu_state(cpu);
	uint64_t value, other;

	device_read(cpu, address, bytes, &value);
	value &= mask_of(bytes);
	switch (instruction->mnemonic) {
	case ZYDIS_MNEMONIC_MOV:
	case ZYDIS_MNEMONIC_MOVZX: return operand_write(state, &operands[0], value);
	case ZYDIS_MNEMONIC_MOVSX:
	case ZYDIS_MNEMONIC_MOVSXD:
		return operand_write(state, &operands[0], sign_extend(value, bytes));
	case ZYDIS_MNEMONIC_AND:
	case ZYDIS_MNEMONIC_OR:
		if (!operand_read(state, &operands[0], &other))
			return false;
		value = instruction->mnemonic == ZYDIS_MNEMONIC_AND ? value & other : value | other;
		flags_set(state, value, bytes);
		return operand_write(state, &operands[0], value);
	default: return false;
	}
}

// The memory operand is the destination, or is only tested.
static bool store(unsigned cpu, uint64_t address, const ZydisDecodedInstruction *instruction,
		  const ZydisDecodedOperand *operands, unsigned bytes)
{
	struct vcpu_state *state = cpu_state(cpu);
	uint64_t value = 0, old = 0;

	if (!operand_read(state, &operands[1], &value))
		return false;
	if (instruction->mnemonic != ZYDIS_MNEMONIC_MOV)
		device_read(cpu, address, bytes, &old);
	switch (instruction->mnemonic) {
	case ZYDIS_MNEMONIC_MOV: break;
	case ZYDIS_MNEMONIC_AND: flags_set(state, value &= old, bytes); break;
	case ZYDIS_MNEMONIC_OR: flags_set(state, value |= old, bytes); break;
	case ZYDIS_MNEMONIC_XOR: flags_set(state, value ^= old, bytes); break;
	case ZYDIS_MNEMONIC_TEST: flags_set(state, value & old, bytes); return true;
	case ZYDIS_MNEMONIC_XCHG: operand_write(state, &operands[1], old); break;
	default: return false;
	}
	device_write(cpu, address, bytes, value & mask_of(bytes));
	return true;
}

void mmio_exit(unsigned cpu, uint64_t address)
{
	struct vcpu_state *state = cpu_state(cpu);
	const struct decoded *d = decode(state);
	bool done = false;

	if (d == NULL) {
		cpu_inject_fault(cpu, VECTOR_OPCODE, false, 0);
		return;
	}
	for (unsigned i = 0; i < 2 && i < d->instruction.operand_count && !done; i++) {
		if (d->operands[i].type != ZYDIS_OPERAND_TYPE_MEMORY)
			continue;
		done = i == 0 ? store(cpu, address, &d->instruction, d->operands,
				      d->operands[0].size / 8)
			      : load(cpu, address, &d->instruction, d->operands,
				     d->operands[1].size / 8);
		break;
	}
	if (!done) {
		cpu_inject_fault(cpu, VECTOR_OPCODE, false, 0);
		return;
	}
	state->length = d->instruction.length;
	cpu_advance(cpu);
}
