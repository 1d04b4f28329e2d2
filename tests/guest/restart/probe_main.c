// SPDX-License-Identifier: MIT
//
// The test server probe as a program.

#include "../../probe/probe_servers.h"

int main(void)
{
	return server_run(&probe_server);
}
