// SPDX-License-Identifier: MIT
#pragma once

void serial_init(void);
