// SPDX-License-Identifier: MIT
//
// The least program: what starting and ending one costs.

int main(void)
{
	return 0;
}
