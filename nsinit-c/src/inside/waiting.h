#pragma once

#include <stdint.h>
#include <sys/types.h>

/*
 * The command's process, ahead of its guest: where the plan of a spare has steps of the command, which begin with
 * first, it carries them out, and waits for what it is to execute.
 *
 * Tells SPARED. Returns the pid of the command once that is executed. Returns 0, with the guest's streams still to be
 * received, where nobody waits for them any more: the guest has other steps, or the process can't do under its filter
 * what is left to do, or was killed; all steps of the command are to be carried out then.
 */
pid_t waiting_for_guest(int inner, uint16_t first);
