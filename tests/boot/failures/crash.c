// SPDX-License-Identifier: MIT
//
// Stands in for a server that crashes before it has served anybody: it walks the ladder of the
// manifest and is given up, while the others go on.

int main(void)
{
	__builtin_trap();
}
