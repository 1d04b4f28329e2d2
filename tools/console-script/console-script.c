// SPDX-License-Identifier: MIT
//
// console-script: type lines at a guest's prompt and judge what comes back.
//
//	console-script [-t SECONDS] [-p PROMPT] [-e EXPECT] [-n] SCRIPT COMMAND...
//
// COMMAND (QEMU) has the guest's serial line on its standard input and output. Each time the
// prompt appears at the end of the output, the next line of SCRIPT is typed; blank lines and lines
// that begin with # are skipped. Lines that begin with @ are other things to do, the last two without the prompt:
//
//	@fails LINE	type LINE, whose status must not be 0
//	@wait TEXT	go on when TEXT has come since something was typed or waited for last
//	@keys KEYS	type KEYS: ^C a control character, \e escape, \r return, \^ and \\ themselves
//
// A shell that ends a command with a status other than 0 prints
// `[status N]` on a line of its own before it prompts again. After the last line `poweroff` is
// typed and COMMAND must end (-n: COMMAND is ended at the last prompt instead). PROMPT [`caplet> `] may
// be given several times; one that asks the terminal for the cursor's place counts as one, too.
//
// Everything the guest prints is copied to standard output. EXPECT holds extended regular
// expressions, one per line, that must match lines of the output in this order.
//
// Status: 0 all went well; 1 a line's status was not 0, or an expectation was not met; 2 wrong
// use; 3 kernel panic; 4 no end within SECONDS; 5 the guest ended before the script did.

#include "console-script.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROMPTS_MAX = 4 };

struct run {
	const char *prompt[PROMPTS_MAX];
	size_t prompts;
	bool power_off; // type `poweroff` at the end
	struct lines script;
	size_t next; // index of the line to type next
	struct expectation expectation;
	pid_t guest;
	int to_guest, from_guest;
	char line[4096]; // what the guest printed since the last newline or typed line
	size_t line_length;
	char seen[1 << 16]; // the end of what came since something was typed or waited for last
	size_t seen_length;
	bool line_failed; // a [status N] was seen
	bool fails;	  // the line typed last is to fail
	bool finished;	  // the last prompt has come
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void guest_start(struct run *run, char **command)
{
	int input[2], output[2];

	if (pipe(input) != 0 || pipe(output) != 0)
		die("pipe");
	run->guest = fork();
	if (run->guest < 0)
		die("fork");
	if (run->guest == 0) {
		dup2(input[0], STDIN_FILENO);
		dup2(output[1], STDOUT_FILENO);
		close(input[0]), close(input[1]), close(output[0]), close(output[1]);
		execvp(command[0], command);
		die(command[0]);
	}
	close(input[0]), close(output[1]);
	run->to_guest = input[1];
	run->from_guest = output[0];
}

// Ends the guest if it still runs. Its pipe is gone by then, so it has nothing left to say.
static void guest_end(struct run *run)
{
	kill(run->guest, SIGTERM);
	waitpid(run->guest, NULL, 0);
}

static void type_bytes(struct run *run, const char *bytes, size_t size)
{
	run->seen_length = 0;
	run->line_length = 0;
	if (write(run->to_guest, bytes, size) != (ssize_t)size)
		fprintf(stderr, "console-script: cannot type %zu bytes\n", size);
}

static void type_line(struct run *run, const char *text)
{
	char line[strlen(text) + 2];

	type_bytes(run, line, (size_t)sprintf(line, "%s\n", text));
}

static void type_keys(struct run *run, const char *text)
{
	char keys[strlen(text) + 1];
	size_t size = 0;

	for (; *text != '\0'; text++) {
		char key = *text;

		if (key == '^' && text[1] != '\0')
			key = (char)(*++text & 0x1f);
		else if (key == '\\' && text[1] != '\0')
			key = (char)(*++text == 'e' ? '\033' : *text == 'r' ? '\r' : *text);
		keys[size++] = key;
	}
	type_bytes(run, keys, size);
}

static bool line_is_prompt(struct run *run)
{
	static const char question[] = "\033[6n";
	size_t bytes = sizeof(question) - 1;

	if (run->line_length >= bytes &&
	    memcmp(run->line + run->line_length - bytes, question, bytes) == 0)
		run->line_length -= bytes;
	for (size_t i = 0; i < run->prompts; i++) {
		size_t length = strlen(run->prompt[i]);

		if (run->line_length >= length &&
		    memcmp(run->line + run->line_length - length, run->prompt[i], length) == 0)
			return true;
	}
	return false;
}

// Has the text come? What came before its end is not looked at again.
static bool has_come(struct run *run, const char *text)
{
	const char *found = memmem(run->seen, run->seen_length, text, strlen(text));

	if (found == NULL)
		return false;
	found += strlen(text);
	run->seen_length -= (size_t)(found - run->seen);
	memmove(run->seen, found, run->seen_length);
	return true;
}

static void line_fail(struct run *run, const char *how)
{
	fprintf(stderr, "console-script: line %s: %s\n", how,
		run->next > 0 ? run->script.text[run->next - 1] : "");
	run->line_failed = true;
}

static void status_seen(struct run *run)
{
	if (!run->fails)
		line_fail(run, "failed");
	run->fails = false;
}

// The prompt has come again.
static void line_ended(struct run *run)
{
	if (run->fails)
		line_fail(run, "did not fail");
	run->fails = false;
}

static void last_prompt_seen(struct run *run)
{
	line_ended(run);
	if (!run->finished && run->power_off)
		type_line(run, "poweroff");
	run->finished = true;
}

// Does what the script says next, if it is time for it.
static bool step(struct run *run)
{
	const char *text = run->next < run->script.count ? run->script.text[run->next] : NULL;

	if (text == NULL) {
		if (line_is_prompt(run))
			last_prompt_seen(run);
		return false;
	}
	if (strncmp(text, "@wait ", 6) == 0) {
		if (!has_come(run, text + 6))
			return false;
	} else if (strncmp(text, "@keys ", 6) == 0) {
		type_keys(run, text + 6);
	} else {
		if (!line_is_prompt(run))
			return false;
		line_ended(run);
		run->fails = strncmp(text, "@fails ", 7) == 0;
		type_line(run, run->fails ? text + 7 : text);
	}
	run->next++;
	return true;
}

// A whole line of output, without its end. Returns the status to end with, or -1.
static int line_seen(struct run *run)
{
	int status;

	run->line[run->line_length] = '\0';
	while (run->line_length > 0 && run->line[run->line_length - 1] == '\r')
		run->line[--run->line_length] = '\0';
	expectation_see(&run->expectation, run->line);
	if (strstr(run->line, "kernel panic") != NULL)
		return STATUS_PANIC;
	// The machine may take a moment to turn off, and the shell go on meanwhile.
	if (!run->finished && sscanf(run->line, "[status %d]", &status) == 1 && status != 0)
		status_seen(run);
	return -1;
}

// Keeps the end of what was seen.
static void seen_add(struct run *run, const char *data, size_t size)
{
	size_t most = sizeof(run->seen) / 2;

	if (run->seen_length + size > sizeof(run->seen)) {
		memmove(run->seen, run->seen + run->seen_length - most, most);
		run->seen_length = most;
	}
	memcpy(run->seen + run->seen_length, data, size);
	run->seen_length += size;
}

// Takes in what the guest printed. Returns the status to end with, or -1.
static int output_seen(struct run *run, const char *data, size_t size)
{
	int status = -1;

	fwrite(data, 1, size, stdout);
	fflush(stdout);
	seen_add(run, data, size);
	for (size_t i = 0; i < size && status < 0; i++) {
		if (data[i] == '\n') {
			status = line_seen(run);
			run->line_length = 0;
		} else if (run->line_length < sizeof(run->line) - 1) {
			run->line[run->line_length++] = data[i];
		}
	}
	while (status < 0 && step(run))
		;
	return status;
}

// Talks with the guest until the status is known.
static int run_script(struct run *run, double deadline)
{
	char data[4096];
	bool panicking = false;

	for (;;) {
		struct pollfd source = {.fd = run->from_guest, .events = POLLIN};
		double left = deadline - now();
		ssize_t size;
		int status;

		if (run->finished && !run->power_off)
			return STATUS_GOOD;
		if (left <= 0 || poll(&source, 1, (int)(left * 1000) + 1) == 0)
			return panicking ? STATUS_PANIC : STATUS_HANG;
		size = read(run->from_guest, data, sizeof(data));
		if (size < 0 && errno == EINTR)
			continue;
		if (size <= 0)
			break;
		status = output_seen(run, data, (size_t)size);
		if (status == STATUS_PANIC && !panicking) {
			// The report's other lines follow in a moment.
			panicking = true;
			deadline = now() + 1.0;
		}
	}
	if (panicking)
		return STATUS_PANIC;
	return run->finished || run->next == run->script.count ? STATUS_GOOD : STATUS_EARLY_END;
}

static int judge(struct run *run, int status)
{
	static const char *const why[] = {
		[STATUS_PANIC] = "kernel panic",
		[STATUS_HANG] = "no end in the time given",
		[STATUS_EARLY_END] = "the guest ended before the script",
	};
	const char *unmet = expectation_unmet(&run->expectation);

	putchar('\n');
	fflush(stdout);
	if (status != STATUS_GOOD) {
		fprintf(stderr, "console-script: %s\n", why[status]);
		return status;
	}
	if (unmet != NULL)
		fprintf(stderr, "console-script: not printed, or not in this order: %s\n", unmet);
	return run->line_failed || unmet != NULL ? STATUS_FAILED : STATUS_GOOD;
}

int main(int argc, char **argv)
{
	struct run run = {.prompt = {"caplet> "}, .power_off = true};
	double seconds = 60;
	int option, status;

	while ((option = getopt(argc, argv, "+t:p:e:n")) != -1) {
		switch (option) {
		case 't': seconds = atof(optarg); break;
		case 'p':
			if (run.prompts == PROMPTS_MAX)
				return STATUS_USAGE;
			run.prompt[run.prompts++] = optarg;
			break;
		case 'e': expectation_read(&run.expectation, optarg); break;
		case 'n': run.power_off = false; break;
		default: return STATUS_USAGE;
		}
	}
	run.prompts += run.prompts == 0;
	if (argc - optind < 2) {
		fprintf(stderr, "usage: console-script [-t SECONDS] [-p PROMPT] [-e EXPECT] [-n] "
				"SCRIPT COMMAND...\n");
		return STATUS_USAGE;
	}
	lines_read(&run.script, argv[optind]);
	signal(SIGPIPE, SIG_IGN);
	guest_start(&run, argv + optind + 1);
	status = run_script(&run, now() + seconds);
	guest_end(&run);
	return judge(&run, status);
}
