// SPDX-License-Identifier: MIT
//
// The mock machine (mock.h).

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <caplet/kernel.h>
#include <caplet/kill_point.h>
#include <caplet/system.h>

#include "mock.h"

enum { KILLED = 42, PANICKED = 43 };
enum packet_kind { PACKET_CALL, PACKET_ANSWER, PACKET_DIED, PACKET_BITS };

struct packet {
	uint32_t kind;
	uint32_t client;
	uint64_t id;
	uint64_t badge;
	uint64_t descriptor;
	uint64_t words[MSG_MAX_WORDS];
	uint64_t caps[MSG_MAX_CAPS]; // identities
};

#define BADGE_OF_PROBE 17ul

struct mock_world *world;
static struct process_info *info;
static int ledger_file[2];
static int queue[2][2];		  // [server]: send to [1], receive from [0]
static int answers[PROCESSES][2]; // [client]: the same for answers
static int death_file = -1;
static pid_t pid[2];
static bool next_fresh[2];
static uint64_t deaths;
static uint64_t arm_next[2];
static bool blamed[2]; // the last death was the server's own doing
static unsigned self = CLIENT;
static struct ipc_buffer ipc_memory;
static struct thread_block block = {.buffer = &ipc_memory};

struct thread_block *thread_self(void)
{
	return &block;
}

void kill_point(void)
{
	struct ledger_header *header = ledger_header();

	if (self == CLIENT)
		return;
	if (++header->kill_count == header->kill_armed) {
		header->kill_armed = 0;
		_exit(KILLED);
	}
}

_Noreturn void server_panic(const char *reason)
{
	fprintf(stderr, "# server %u: %s\n", self, reason);
	_exit(PANICKED);
}

// ---- capabilities

static uint64_t *slot(cptr_t cptr)
{
	if (cptr >> DYNAMIC_CNODE_BITS != ROOT_SLOT_DYNAMIC || (cptr & 4095) < 3)
		return NULL;
	return &world->slots[self][cptr & 4095];
}

uint64_t mock_identity(cptr_t cptr)
{
	if (cptr == ROOT_CPTR(ROOT_SLOT_GRANT))
		return MOCK_ENDPOINT(PROBE, MOCK_BADGE_OF_CLIENT);
	if (cptr == ROOT_CPTR(ROOT_SLOT_GRANT + 1))
		return MOCK_ENDPOINT(BELOW, self == CLIENT ? MOCK_BADGE_OF_CLIENT : BADGE_OF_PROBE);
	return slot(cptr) ? *slot(cptr) : 0;
}

static uint64_t cnode_invoke(uint32_t method)
{
	uint64_t *words = ipc_memory.words;
	uint64_t *to = slot(DYNAMIC_CPTR(words[0]));
	uint64_t from;

	switch (method) {
	case CNODE_DELETE: *to = 0; return STATUS_OK;
	case CNODE_INSPECT:
		from = *to;
		words[0] = from ? OBJECT_ENDPOINT : 0;
		words[2] = from & 0xffffffffffff;
		return STATUS_OK;
	case CNODE_COPY:
	case CNODE_MOVE:
		from = *slot(DYNAMIC_CPTR(words[3]));
		if (!from || *to)
			return from ? STATUS_SLOT_OCCUPIED : STATUS_NO_CAP;
		*to = from;
		if (method == CNODE_MOVE)
			*slot(DYNAMIC_CPTR(words[3])) = 0;
		return STATUS_OK;
	case CNODE_MINT:
		if (*to)
			return STATUS_SLOT_OCCUPIED;
		*to = MOCK_ENDPOINT(self, words[6]);
		return STATUS_OK;
	default: return STATUS_BAD_METHOD;
	}
}

// ---- messages

static void pack(struct packet *packet, uint64_t descriptor)
{
	packet->descriptor = descriptor & ~(7ul << 12);
	memcpy(packet->words, ipc_memory.words, sizeof(packet->words));
	for (unsigned i = 0; i < msg_caps(descriptor); i++)
		packet->caps[i] = mock_identity(ipc_memory.caps[i]);
}

// Words and capabilities of a message that has arrived -> its descriptor.
static uint64_t unpack(const struct packet *packet)
{
	uint64_t descriptor = packet->descriptor;

	for (unsigned i = 0; i < MSG_REG_WORDS; i++)
		ipc_memory.words[i] = 0;
	memcpy(ipc_memory.words, packet->words, msg_words(descriptor) * 8);
	memset(ipc_memory.caps, 0, sizeof(ipc_memory.caps));
	for (unsigned i = 0; i < msg_caps(descriptor); i++) {
		uint64_t *to = slot(DYNAMIC_CPTR(ipc_memory.recv_index + i));

		if (packet->caps[i] >> 48 == MOCK_ENDPOINT(self, 0) >> 48) {
			descriptor |= 1ul << (12 + i);
			ipc_memory.caps[i] = packet->caps[i] & 0xffffffffffff;
		} else if (ipc_memory.recv_cnode) {
			if (*to) {
				fprintf(stderr, "# a capability landed on another\n");
				abort();
			}
			*to = packet->caps[i];
		}
	}
	return descriptor;
}

static void start_server(unsigned server, bool first);

// The supervisor's part: a server has died; who waited for it is told, and it is started again.
static void look_for_deaths(void)
{
	struct signalfd_siginfo ignored;
	int status;
	pid_t gone;

	while (read(death_file, &ignored, sizeof(ignored)) > 0)
		;
	while ((gone = waitpid(-1, &status, WNOHANG)) > 0) {
		unsigned server = gone == pid[PROBE] ? PROBE : BELOW;

		if (!WIFEXITED(status) || WEXITSTATUS(status) != KILLED) {
			if (!WIFSIGNALED(status) ||
			    (WTERMSIG(status) != SIGKILL && WTERMSIG(status) != SIGILL)) {
				fprintf(stderr, "# server %u ended with %d\n", server, status);
				abort();
			}
		}
		deaths++;
		blamed[server] = WIFSIGNALED(status) && WTERMSIG(status) == SIGILL;
		if (arm_next[server])
			mock_arm(server, mock_ledger(server)->kill_count + arm_next[server]);
		arm_next[server] = 0;
		for (unsigned i = 0; i < DEFERRED_MAX; i++) {
			struct mock_owed *owed = &world->owed[server][i];
			struct packet died = {.kind = PACKET_DIED, .id = owed->id};

			if (owed->id)
				(void)!write(answers[owed->client][1], &died, sizeof(died));
			owed->id = 0;
		}
		start_server(server, false);
	}
}

static bool receive_answer(struct packet *packet, int milliseconds)
{
	struct pollfd files[2] = {{.fd = answers[self][0], .events = POLLIN},
				  {.fd = death_file, .events = POLLIN}};

	for (;;) {
		if (poll(files, self == CLIENT ? 2 : 1, milliseconds) == 0)
			return false;
		if (self == CLIENT && files[1].revents)
			look_for_deaths();
		if (files[0].revents && read(answers[self][0], packet, sizeof(*packet)) > 0)
			return true;
	}
}

// Answers to calls that somebody else in this process waits for.
static struct packet stash[16];

static void stash_put(const struct packet *packet)
{
	for (unsigned i = 0; i < 16; i++)
		if (!stash[i].id) {
			stash[i] = *packet;
			return;
		}
}

static bool stash_take(uint64_t id, struct packet *packet)
{
	for (unsigned i = 0; i < 16; i++)
		if (id && stash[i].id == id) {
			*packet = stash[i];
			stash[i].id = 0;
			return true;
		}
	return false;
}

static bool receive_answer_to(uint64_t id, struct packet *packet, int milliseconds)
{
	if (stash_take(id, packet))
		return true;
	while (receive_answer(packet, milliseconds)) {
		if (packet->id == id)
			return true;
		if (self == CLIENT) // a server may hear an answer to its former life
			stash_put(packet);
	}
	return false;
}

static struct ipc_answer call_endpoint(uint64_t to, uint64_t descriptor)
{
	struct packet packet = {.kind = PACKET_CALL,
				.client = self,
				.id = __atomic_add_fetch(&world->next_id, 1, __ATOMIC_SEQ_CST),
				.badge = to & 0xffffffffffff};
	uint64_t id = packet.id;

	pack(&packet, descriptor);
	(void)!write(queue[to >> 48 & 0xff][1], &packet, sizeof(packet));
	if (!receive_answer_to(id, &packet, 20000)) {
		fprintf(stderr, "# a caller stays blocked\n");
		abort();
	}
	for (unsigned i = 0; i < MSG_REG_WORDS; i++)
		ipc_memory.words[i] = 0xeeee;
	if (packet.kind == PACKET_DIED)
		return (struct ipc_answer){STATUS_PEER_DIED, 0};
	return (struct ipc_answer){STATUS_OK, unpack(&packet)};
}

struct ipc_answer ipc_call_8(cptr_t cap, uint64_t descriptor)
{
	struct ipc_answer answer;

	kill_point();
	if (cap == SLOT_CNODE)
		answer = (struct ipc_answer){cnode_invoke(msg_label(descriptor)), 0};
	else if (cap >= ROOT_CPTR(ROOT_SLOT_REPLY) && cap < ROOT_CPTR(ROOT_SLOT_GRANT)) {
		world->owed[self][(cap >> 12) - ROOT_SLOT_REPLY].id = 0; // REPLY_ABORT
		answer = (struct ipc_answer){STATUS_OK, 0};
	} else if (mock_identity(cap) >> 56 == 1)
		answer = call_endpoint(mock_identity(cap), descriptor);
	else
		answer = (struct ipc_answer){STATUS_NO_CAP, 0};
	kill_point();
	return answer;
}

struct ipc_answer ipc_call_4(cptr_t cap, uint64_t descriptor)
{
	return ipc_call_8(cap, descriptor);
}

struct ipc_answer ipc_call_0(cptr_t cap, uint64_t descriptor)
{
	return ipc_call_8(cap, descriptor);
}

void ipc_yield(void)
{
}

// ---- the server's side

struct ipc_answer ipc_recv_8(cptr_t from, uint64_t unused, cptr_t reply)
{
	struct mock_owed *owed = &world->owed[self][(reply >> 12) - ROOT_SLOT_REPLY];
	struct packet packet;

	(void)from;
	(void)unused;
	while (read(queue[self][0], &packet, sizeof(packet)) <= 0)
		if (errno != EINTR)
			_exit(0);
	if (packet.kind == PACKET_BITS) {
		block.received_kind = RECEIVED_NOTIFICATION;
		block.received_badge = packet.badge;
		return (struct ipc_answer){STATUS_OK, 0};
	}
	owed->client = packet.client;
	owed->id = packet.id;
	block.received_kind = RECEIVED_CALL;
	block.received_badge = packet.badge;
	return (struct ipc_answer){STATUS_OK, unpack(&packet)};
}

uint64_t ipc_send_8(cptr_t reply, uint64_t descriptor)
{
	struct mock_owed *owed = &world->owed[self][(reply >> 12) - ROOT_SLOT_REPLY];
	struct packet packet = {.kind = PACKET_ANSWER, .id = owed->id};

	if (!owed->id)
		return STATUS_GONE;
	pack(&packet, descriptor);
	owed->id = 0;
	(void)!write(answers[owed->client][1], &packet, sizeof(packet));
	return STATUS_OK;
}

struct ipc_answer ipc_reply_recv_8(cptr_t from, uint64_t descriptor, cptr_t reply)
{
	(void)ipc_send_8(reply, descriptor);
	kill_point();
	return ipc_recv_8(from, 0, reply);
}

// ---- the supervisor

static void map_fixed(uint64_t address, uint64_t bytes, int file)
{
	if (mmap((void *)address, bytes, PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED | (file < 0 ? MAP_ANONYMOUS : 0), file, 0) == MAP_FAILED)
		abort();
}

static void start_server(unsigned server, bool first)
{
	enum start_mode mode = next_fresh[server] || first ? START_FRESH : START_RESTART;
	unsigned restarts = world->restarts[server]++;

	if (next_fresh[server])
		memset(mock_ledger(server), 0, MOCK_LEDGER_BYTES);
	next_fresh[server] = false;
	pid[server] = fork();
	if (pid[server])
		return;
	self = server;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGILL, SIG_DFL); // the end of a server that gives up
	map_fixed(LEDGER_BASE, MOCK_LEDGER_BYTES, ledger_file[server]);
	info->process = server == PROBE ? BADGE_OF_PROBE : 18;
	info->ledger_bytes = MOCK_LEDGER_BYTES;
	info->inflight = 4;
	info->sessions = 3;
	info->start_mode = mode;
	info->restarts = restarts;
	info->blameless = !blamed[server];
	_exit(server_run(server == PROBE ? &probe_server : &below_server));
}

struct ledger_header *mock_ledger(unsigned server)
{
	static void *mapped[2];

	if (!mapped[server])
		mapped[server] = mmap(NULL, MOCK_LEDGER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED,
				      ledger_file[server], 0);
	return mapped[server];
}

static void machine_make(void)
{
	sigset_t signals;
	int zero_page;

	world = mmap(NULL, sizeof(*world), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	mock_objects_make();
	zero_page = memfd_create("info", 0);
	(void)!ftruncate(zero_page, 4096);
	if (mmap((void *)PROCESS_INFO_BASE, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
		 zero_page, 0) == MAP_FAILED)
		abort();
	info = (struct process_info *)PROCESS_INFO_BASE;
	info->grant_count = 2;
	info->grant[0] =
		(struct process_grant){"probe", GRANT_SESSION, 0, ROOT_CPTR(ROOT_SLOT_GRANT), 0};
	info->grant[1] = (struct process_grant){"below", GRANT_SESSION, 0,
						ROOT_CPTR(ROOT_SLOT_GRANT + 1), 0};
	for (unsigned i = 0; i < 2; i++) {
		ledger_file[i] = memfd_create("ledger", 0);
		(void)!ftruncate(ledger_file[i], MOCK_LEDGER_BYTES);
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	death_file = signalfd(-1, &signals, SFD_NONBLOCK);
}

void mock_start(unsigned armed_server, uint64_t armed)
{
	if (!world)
		machine_make();
	memset(world, 0, sizeof(*world));
	memset(stash, 0, sizeof(stash));
	deaths = 0;
	for (unsigned i = 0; i < PROCESSES; i++) {
		if (i < 2 && socketpair(AF_UNIX, SOCK_SEQPACKET, 0, queue[i]))
			abort();
		if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, answers[i]))
			abort();
	}
	for (unsigned i = 0; i < 2; i++) {
		memset(mock_ledger(i), 0, MOCK_LEDGER_BYTES);
		mock_arm(i, i == armed_server ? armed : 0);
		start_server(i, true);
	}
}

void mock_stop(void)
{
	for (unsigned i = 0; i < 2; i++) {
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
	}
	for (unsigned i = 0; i < PROCESSES; i++) {
		for (unsigned end = 0; end < 2; end++) {
			if (i < 2)
				close(queue[i][end]);
			close(answers[i][end]);
		}
	}
}

void mock_arm(unsigned server, uint64_t point)
{
	mock_ledger(server)->kill_armed = point;
}

void mock_arm_next(unsigned server, uint64_t further)
{
	arm_next[server] = further;
}

void mock_kill(unsigned server)
{
	siginfo_t ignored;

	kill(pid[server], SIGKILL);
	waitid(P_PID, (id_t)pid[server], &ignored, WEXITED | WNOWAIT);
	look_for_deaths();
}

void mock_fresh(unsigned server)
{
	next_fresh[server] = true;
}

uint64_t mock_deaths(void)
{
	return deaths;
}

uint64_t mock_send(unsigned server, uint64_t descriptor, const uint64_t *words)
{
	struct packet packet = {.kind = PACKET_CALL,
				.client = CLIENT,
				.id = __atomic_add_fetch(&world->next_id, 1, __ATOMIC_SEQ_CST),
				.badge = MOCK_BADGE_OF_CLIENT,
				.descriptor = descriptor};

	memcpy(packet.words, words, msg_words(descriptor) * 8);
	(void)!write(queue[server][1], &packet, sizeof(packet));
	return packet.id;
}

bool mock_answer(uint64_t id, struct ipc_answer *answer, uint64_t *words, int milliseconds)
{
	struct packet packet;

	if (!receive_answer_to(id, &packet, milliseconds))
		return false;
	memcpy(words, packet.words, sizeof(packet.words));
	*answer = (struct ipc_answer){packet.kind == PACKET_DIED ? STATUS_PEER_DIED : STATUS_OK,
				      packet.descriptor};
	return true;
}

void mock_notify(unsigned server, uint64_t bits)
{
	struct packet packet = {.kind = PACKET_BITS, .badge = bits};

	(void)!write(queue[server][1], &packet, sizeof(packet));
}

unsigned mock_slots_used(unsigned process)
{
	unsigned used = 0;

	for (unsigned i = 0; i < MOCK_SLOTS; i++)
		used += world->slots[process][i] != 0;
	return used;
}

cptr_t mock_client_cap(uint64_t what)
{
	cptr_t cap = slot_borrow(1);

	*slot(cap) = what;
	return cap;
}
