// SPDX-License-Identifier: MIT
//
// newlib's <stdlib.h>, and what it lacks.

#pragma once

#include_next <stdlib.h>

__BEGIN_DECLS
int clearenv(void);
__END_DECLS
