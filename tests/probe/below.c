// SPDX-License-Identifier: MIT
//
// below: the server that probe calls, so that there are chains to be killed in.

#include <below.h>

#include <caplet/server.h>

#include "probe_servers.h"

static struct {
	uint64_t value;
	uint64_t tokens;
} * below_state;

status_t below_add_handle(struct session *session, uint64_t amount, uint64_t *value)
{
	(void)session;
	ledger_set(&below_state->value, below_state->value + amount);
	*value = below_state->value;
	return STATUS_OK;
}

status_t below_token_handle(struct session *session, uint64_t badge, cptr_t *token)
{
	status_t status = slot_mint_own(badge, RIGHT_WRITE, token);

	(void)session;
	ledger_set(&below_state->tokens, below_state->tokens + 1);
	if (status == STATUS_OK)
		server_give(*token);
	return status;
}

status_t below_reset_handle(struct session *session)
{
	(void)session;
	ledger_set(&below_state->value, 0);
	ledger_set(&below_state->tokens, 0);
	return STATUS_OK;
}

status_t below_get_handle(struct session *session, uint64_t *value, uint64_t *tokens)
{
	(void)session;
	*value = below_state->value;
	*tokens = below_state->tokens;
	return STATUS_OK;
}

static status_t below_init(enum start_mode mode)
{
	(void)mode;
	below_state = ledger_region("below", 1, sizeof(*below_state));
	return below_state ? STATUS_OK : STATUS_BAD_LEDGER;
}

const struct server below_server = {
	.name = "below",
	.interface = &below_interface,
	.init = below_init,
};
