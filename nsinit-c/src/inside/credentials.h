#pragma once

#include <stdint.h>

/*
 * Real, effective and saved ids. What the kernel undoes at a change of them (commit_creds in kernel/cred.c) is done
 * again: the parent-death signal, and that nobody may trace us, whatever fs.suid_dumpable says.
 */
void credentials_change(uint32_t uid, uint32_t gid);

/* PID 1 needs no more than to signal its children; what it does not have can't be taken from it. */
void credentials_of_init(void);
