// SPDX-License-Identifier: MIT
//
// The test server below as a program.

#include "../../probe/probe_servers.h"

int main(void)
{
	return server_run(&below_server);
}
