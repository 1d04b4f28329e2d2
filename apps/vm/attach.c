// SPDX-License-Identifier: MIT
//
// Attached to a guest: one thread shows what it sends, the main one types at it what is typed here, every
// key as it is, until ^] is pressed or the guest ends. Either thread may find the end; the terminal is
// put back first. What was typed and not yet taken when a server died is sent again by the stubs.
#include "vm.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { ESCAPE = 0x1d, TYPE_BYTES = VM_TYPE_MAX };

static struct termios before;
static bool is_terminal;

static void terminal_restore(void)
{
	if (is_terminal)
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

static void terminal_take(void)
{
	struct termios raw;

	is_terminal = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &before) == 0;
	if (!is_terminal)
		return;
	raw = before;
	raw.c_iflag &= ~(tcflag_t)(ICRNL | INLCR | IGNCR | IXON);
	raw.c_oflag &= ~(tcflag_t)OPOST;
	raw.c_lflag &= ~(tcflag_t)(ISIG | ICANON | ECHO | IEXTEN);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

static void put(const uint8_t *data, uint64_t bytes)
{
	while (bytes > 0) {
		ssize_t count = write(STDOUT_FILENO, data, bytes);

		if (count <= 0)
			return;
		data += count;
		bytes -= (uint64_t)count;
	}
}

_Noreturn static void leave(struct instance *instance, status_t status)
{
	char message[300] = "the virtual machine server has ended";
	uint32_t state = VM_STATE_FAILED;

	if (status == STATUS_OK && vm_wait(&instance->client, &state) == STATUS_OK)
		(void)vm_explain(&instance->client, message);
	terminal_restore();
	printf("\nvm: %s\n", message);
	exit(state == VM_STATE_OFF ? 0 : 1);
}

static void *show(void *argument)
{
	struct instance *instance = argument;
	uint8_t data[VM_OUTPUT_MAX];
	uint64_t position = 0, bytes;
	status_t status;
	bool ended;

	for (;;) {
		do
			status = vm_output(&instance->client, position, data, sizeof(data), &bytes,
					   &position, &ended);
		while (status == STATUS_STALE);
		put(data, bytes);
		if (status != STATUS_OK || ended)
			leave(instance, status);
	}
}

// False: the guest takes nothing more.
static bool type(struct instance *instance, const uint8_t *text, uint64_t bytes)
{
	static const struct timespec moment = {.tv_nsec = 20000000};

	while (bytes > 0) {
		uint32_t taken = 0;
		status_t status = vm_type(&instance->client, text, bytes, &taken);

		if (status != STATUS_OK && status != STATUS_STALE)
			return false;
		if (taken == 0)
			nanosleep(&moment, NULL);
		text += taken;
		bytes -= taken;
	}
	return true;
}

int attach(struct instance *instance)
{
	uint8_t text[TYPE_BYTES];
	pthread_t shower;
	ssize_t count;

	terminal_take();
	if (pthread_create(&shower, NULL, show, instance) != 0) {
		terminal_restore();
		printf("vm: no thread is to be had\n");
		return 1;
	}
	while ((count = read(STDIN_FILENO, text, sizeof(text))) > 0) {
		const uint8_t *escape = is_terminal ? memchr(text, ESCAPE, (size_t)count) : NULL;

		if (!type(instance, text,
			  escape != NULL ? (uint64_t)(escape - text) : (uint64_t)count))
			break;
		if (escape != NULL) {
			terminal_restore();
			printf("\nvm: detached; `vm console %s` attaches again\n", instance->name);
			exit(0);
		}
	}
	pthread_join(shower, NULL); // nothing more to type: until the guest ends
	return 0;
}
