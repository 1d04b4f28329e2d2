// SPDX-License-Identifier: MIT
//
// Semaphores between the threads of a process.

#pragma once

#include <stdint.h>
#include <sys/_timespec.h>
#include <sys/cdefs.h>

typedef struct {
	uint32_t value;
} sem_t;

#define SEM_FAILED    ((sem_t *)0)
#define SEM_VALUE_MAX 0x7fffffff

__BEGIN_DECLS
int sem_init(sem_t *semaphore, int shared, unsigned value); // shared: ENOSYS
int sem_destroy(sem_t *semaphore);
int sem_wait(sem_t *semaphore);
int sem_trywait(sem_t *semaphore);
int sem_timedwait(sem_t *semaphore, const struct timespec *deadline);
int sem_post(sem_t *semaphore);
int sem_getvalue(sem_t *semaphore, int *value);
__END_DECLS
