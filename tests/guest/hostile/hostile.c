// SPDX-License-Identifier: MIT
//
// A guest that means harm. It does `acts=N` things that a well-behaved one would not, chosen by `seed=N` of its command
// line: reads and writes any port, MSR, interrupt controller's and virtio register with any value, fills
// rings and descriptors with nonsense and notifies. What is refused ends in trap() and goes on. Then it
// says how far it came and powers off.
//
// With `end=1` it goes on until something of that ends it, or somebody else.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	UART = 0x3f8,
	POWER = 0x604,
	RESET = 0x64,
	SCRATCH = 0x600000, // memory that may hold anything
	SCRATCH_BYTES = 0x100000,
	VIRTIO = 0xd0000000,
	VIRTIO_CONSOLE = 2, // its place
	IOAPIC = 0xfec00000,
	LAPIC = 0xfee00000,
};

uint64_t resume, stack_now; // where trap() goes on
extern char trap[];

static uint64_t random_state;
static uint64_t table[512];
static unsigned trapped;

void table_make(void);
void hostile_main(const uint8_t *parameters);

static uint64_t draw(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static unsigned below(unsigned bound)
{
	return (unsigned)(draw() >> 20) % bound;
}

static void out8(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

void table_make(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) where = {sizeof(table) - 1, (uint64_t)table};
	uint64_t at = (uint64_t)trap;

	for (unsigned i = 0; i < 256; i++) {
		table[2 * i] =
			(at & 0xffff) | 0x10 << 16 | 0x8e00ul << 32 | (at & 0xffff0000) << 32;
		table[2 * i + 1] = at >> 32;
	}
	__asm__ volatile("lidt %0" ::"m"(where));
}

static void print(const char *text)
{
	while (*text)
		out8(UART, (uint8_t)*text++);
}

static void print_number(uint64_t number)
{
	char text[21], *at = text + 20;

	*at = '\0';
	do
		*--at = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	print(at);
}

static uint64_t option(const char *line, const char *name, uint64_t otherwise)
{
	for (; *line; line++) {
		size_t i = 0;
		uint64_t value = 0;

		while (name[i] && line[i] == name[i])
			i++;
		if (name[i])
			continue;
		for (line += i; *line >= '0' && *line <= '9'; line++)
			value = value * 10 + (uint64_t)(*line - '0');
		return value;
	}
	return otherwise;
}

// A value that hits something now and then: small, a bit, an address of the scratch memory, anything.
static uint64_t any(void)
{
	switch (below(5)) {
	case 0: return below(64);
	case 1: return 1ul << below(64);
	case 2: return SCRATCH + below(SCRATCH_BYTES / 16) * 16;
	case 3: return ~0ul << below(64);
	default: return draw();
	}
}

// ---- the acts -----------------------------------------------------------------------------------------

static void port(void)
{
	static const uint16_t known[] = {0x20,	0x21,  0x40,  0x42,  0x43,  0x60,  0x61,
					 0x64,	0x70,  0x71,  0x80,  0xa0,  0xa1,  0xf0,
					 0x3f9, 0x3fa, 0x3fb, 0x3fc, 0x3fd, 0x3ff, 0x4d0,
					 0x600, 0x604, 0xcf8, 0xcfc};
	uint16_t number = below(2) ? known[below(sizeof(known) / sizeof(known[0]))]
				   : (uint16_t)below(0x10000);
	uint32_t value = (uint32_t)any();
	uint64_t count = below(600), at = SCRATCH + below(SCRATCH_BYTES / 2);

	if (number == UART || number == POWER || number == RESET) // garbage on the line, or the end
		number = 0x80;
	switch (below(8)) {
	case 0: __asm__ volatile("inb %1, %b0" : "=a"(value) : "Nd"(number)); break;
	case 1: __asm__ volatile("inw %1, %w0" : "=a"(value) : "Nd"(number)); break;
	case 2: __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(number)); break;
	case 3: __asm__ volatile("outb %b0, %1" ::"a"(value), "Nd"(number)); break;
	case 4: __asm__ volatile("outw %w0, %1" ::"a"(value), "Nd"(number)); break;
	case 5: __asm__ volatile("outl %0, %1" ::"a"(value), "Nd"(number)); break;
	case 6:
		__asm__ volatile("rep insb" : "+D"(at), "+c"(count) : "d"(number) : "memory");
		break;
	case 7: __asm__ volatile("rep outsb" : "+S"(at), "+c"(count) : "d"(number)); break;
	}
	__asm__ volatile("cld");
}

static void msr(void)
{
	static const uint32_t first[] = {0,	0x10,	    0x1b,	0x200,	    0x250,
					 0x268, 0x277,	    0x2ff,	0x800,	    0x830,
					 0x6e0, 0xc0010000, 0xc0010110, 0x4b564d00, 0x40000000};
	uint32_t number = first[below(sizeof(first) / sizeof(first[0]))] + below(32);
	uint64_t value = any();
	uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32);

	if (below(8) == 0)
		number = (uint32_t)draw();
	if (number >= 0xc0000080 && number <= 0xc0000102)
		return; // its own segments and entries: nobody else's business
	if (below(2))
		__asm__ volatile("wrmsr" ::"c"(number), "a"(low), "d"(high));
	else
		__asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
}

static void memory(uint64_t base, unsigned bytes)
{
	volatile uint8_t *at = (volatile uint8_t *)(base + below(bytes));
	uint64_t value = any();

	if (below(4))
		at = (volatile uint8_t *)((uint64_t)at & ~3ul);
	switch (below(8)) {
	case 0: (void)*at; break;
	case 1: (void)*(volatile uint16_t *)at; break;
	case 2: (void)*(volatile uint32_t *)at; break;
	case 3: (void)*(volatile uint64_t *)at; break;
	case 4: *at = (uint8_t)value; break;
	case 5: *(volatile uint16_t *)at = (uint16_t)value; break;
	case 6: *(volatile uint32_t *)at = (uint32_t)value; break;
	case 7:
		__asm__ volatile("xchgq %0, %1" : "+r"(value), "+m"(*(volatile uint64_t *)at));
		break;
	}
}

// A device with queues where there is memory, and then anything in that memory.
static void virtio_begin(void)
{
	unsigned place = below(6);
	volatile uint32_t *v = (volatile uint32_t *)(VIRTIO + place * 0x1000ul);
	uint32_t rings = SCRATCH + below(16) * 0x4000;

	v[0x70 / 4] = 0;
	v[0x24 / 4] = 1;
	v[0x20 / 4] = 1;
	v[0x70 / 4] = 11;
	for (uint32_t queue = 0; queue < 3; queue++) {
		v[0x30 / 4] = queue;
		v[0x38 / 4] = 1u << below(8);
		v[0x80 / 4] = rings;
		v[0x90 / 4] = rings + 0x1000;
		v[0xa0 / 4] = rings + 0x2000;
		v[0x44 / 4] = place != VIRTIO_CONSOLE ||
			      queue != 1; // nonsense on the terminal helps nobody
	}
	v[0x70 / 4] = 15;
	for (unsigned i = 0; i < 128; i++) {
		volatile uint64_t *descriptor = (volatile uint64_t *)(uint64_t)rings + 2 * i;
		bool nonsense = below(16) == 0;

		descriptor[0] = nonsense ? any() : SCRATCH + below(SCRATCH_BYTES - 0x800);
		descriptor[1] = nonsense ? draw()
					 : below(0x800) | (uint64_t)below(4) << 32 |
						   (uint64_t)below(128) << 48;
		((volatile uint16_t *)(rings + 0x1000ul))[i] = (uint16_t)below(130);
	}
	((volatile uint16_t *)(rings + 0x1000ul))[1] = (uint16_t)below(4);
	v[0x50 / 4] = below(3);
}

static void scribble(void)
{
	((volatile uint64_t *)SCRATCH)[below(SCRATCH_BYTES / 8)] = any();
}

static void instruction(void)
{
	uint32_t a = (uint32_t)any(), b, c = (uint32_t)any(), d;
	uint64_t call = any();

	switch (below(6)) {
	case 0: __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d)); break;
	case 1: __asm__ volatile("vmmcall" : "+a"(call)::"memory"); break;
	case 2: __asm__ volatile("wbinvd"); break;
	case 3: __asm__ volatile("vmrun" ::"a"(call)); break;
	case 4: __asm__ volatile("vmload" ::"a"(call)); break;
	case 5: __asm__ volatile("xsetbv" ::"a"(1 | below(4)), "d"(0), "c"(0)); break;
	}
}

static void act(void)
{
	switch (below(10)) {
	case 0:
	case 1: port(); break;
	case 2: msr(); break;
	case 3: memory(LAPIC, 0x1000); break;
	case 4: memory(IOAPIC, 0x20); break;
	case 5: memory(VIRTIO, 0x6000); break;
	case 6: memory(0xc0000000, 0x3e000000); break; // where nothing is
	case 7: virtio_begin(); break;
	case 8: instruction(); break;
	default: scribble();
	}
}

// Interrupts stay off, but an NMI may come: it goes on like a trap.
static void act_guarded(void)
{
	__asm__ volatile(
		"push %%rbx; push %%rbp; push %%r12; push %%r13; push %%r14; push %%r15\n\t"
		"lea 1f(%%rip), %%rax\n\t"
		"mov %%rax, resume\n\t"
		"mov %%rsp, stack_now\n\t"
		"sub $8, %%rsp\n\t"
		"and $-16, %%rsp\n\t"
		"call *%0\n\t"
		"jmp 2f\n"
		"1:	incl %1\n"
		"2:	mov stack_now, %%rsp\n\t"
		"pop %%r15; pop %%r14; pop %%r13; pop %%r12; pop %%rbp; pop %%rbx\n\t"
		"cld" ::"r"(act),
		"m"(trapped)
		: "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");
}

void hostile_main(const uint8_t *parameters)
{
	const char *line = (const char *)(uint64_t) * (const uint32_t *)(parameters + 0x228);
	uint64_t acts = option(line, "acts=", 1000), seed = option(line, "seed=", 1);
	bool until_ended = option(line, "end=", 0);

	random_state = seed * 0x9e3779b97f4a7c15 + 1;
	for (uint64_t i = 0; i < acts || until_ended; i++)
		act_guarded();
	out8(UART + 4, 0); // no loop
	out8(UART + 3, 3); // no divisor
	print("\nhostile: seed ");
	print_number(seed);
	print(", ");
	print_number(acts);
	print(trapped ? " acts, some refused\n" : " acts, none refused\n");
	__asm__ volatile("outw %w0, %1" ::"a"(0x2000), "Nd"((uint16_t)POWER));
}
