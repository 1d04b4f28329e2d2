// SPDX-License-Identifier: MIT
//
// Names of statuses, for messages to people; and finding a grant.

#include <string.h>

#include <caplet/process.h>
#include <caplet/protocol.h>

static const char *const kernel_names[] = {
	[STATUS_OK] = "OK",
	[STATUS_NO_CAP] = "NO_CAP",
	[STATUS_WRONG_TYPE] = "WRONG_TYPE",
	[STATUS_NO_RIGHT] = "NO_RIGHT",
	[STATUS_BAD_METHOD] = "BAD_METHOD",
	[STATUS_BAD_ARGUMENT] = "BAD_ARGUMENT",
	[STATUS_TRUNCATED] = "TRUNCATED",
	[STATUS_SLOT_OCCUPIED] = "SLOT_OCCUPIED",
	[STATUS_NO_MEMORY] = "NO_MEMORY",
	[STATUS_HAS_CHILDREN] = "HAS_CHILDREN",
	[STATUS_MISALIGNED] = "MISALIGNED",
	[STATUS_MAPPED] = "MAPPED",
	[STATUS_NO_TABLE] = "NO_TABLE",
	[STATUS_PEER_DIED] = "PEER_DIED",
	[STATUS_GONE] = "GONE",
	[STATUS_ABORTED] = "ABORTED",
	[STATUS_WOULD_BLOCK] = "WOULD_BLOCK",
	[STATUS_BUSY] = "BUSY",
	[STATUS_NO_BUFFER] = "NO_BUFFER",
	[STATUS_UNSUPPORTED] = "UNSUPPORTED",
};

static const char *const protocol_names[] = {
	[STATUS_STALE - 32] = "STALE",
	[STATUS_POISONED - 32] = "POISONED",
	[STATUS_BAD_PROTOCOL - 32] = "BAD_PROTOCOL",
	[STATUS_QUOTA - 32] = "QUOTA",
	[STATUS_BAD_REQUEST - 32] = "BAD_REQUEST",
	[STATUS_BAD_SEQUENCE - 32] = "BAD_SEQUENCE",
	[STATUS_INTERRUPTED - 32] = "INTERRUPTED",
	[STATUS_NOT_ALLOWED - 32] = "NOT_ALLOWED",
	[STATUS_NO_GRANT - 32] = "NO_GRANT",
	[STATUS_TOO_LONG - 32] = "TOO_LONG",
	[STATUS_BAD_ANSWER - 32] = "BAD_ANSWER",
	[STATUS_NO_SLOT - 32] = "NO_SLOT",
	[STATUS_BAD_LEDGER - 32] = "BAD_LEDGER",
	[STATUS_EXHAUSTED - 32] = "EXHAUSTED",
};

const char *status_name(status_t status)
{
	const char *name = NULL;

	if (status >= 0 && (size_t)status < sizeof(kernel_names) / sizeof(kernel_names[0]))
		name = kernel_names[status];
	else if (status >= 32 &&
		 (size_t)status - 32 < sizeof(protocol_names) / sizeof(protocol_names[0]))
		name = protocol_names[status - 32];
	return name ? name : status >= STATUS_FIRST_ERROR ? "an error of the interface" : "unknown";
}

const struct process_grant *process_grant(enum grant_kind kind, const char *name)
{
	const struct process_info *info = process_info();

	for (uint32_t i = 0; i < info->grant_count && i < PROCESS_GRANTS_MAX; i++)
		if (info->grant[i].kind == kind &&
		    !strncmp(info->grant[i].name, name, PROCESS_NAME_MAX))
			return &info->grant[i];
	return NULL;
}
