#pragma once

#include <stdint.h>

/* clang-format off: the tables are drawn. */
/*
 * Who waits for whom, from the first clone to the command. Each line of a table is one pair: what one process does,
 * what the other waits for, and what it means if that never comes.
 *
 * Three processes, or two where no namespace is entered by path:
 *
 *   monitor ------ fork ------> intermediate process ------ clone3(CLONE_PARENT) ------> init
 *      |                        enters the namespaces, and ends                           |
 *      +------------------------------- inner socketpair ---------------------------------+
 *
 * 1. The intermediate process (outside/namespaces.c). The monitor waits for its end (waitpid).
 *
 *   the intermediate process              the monitor then
 *   writes the pid of init to shared      goes on with that pid
 *     memory, and ends
 *   reports a failure, and ends           ends too: the orchestrator knows why
 *   is killed                             reports its wait status
 *
 * 2. The inner socketpair (SOCK_SEQPACKET; messages are frames of event.h). init has one end, and inherits it to
 * whoever sets up with it; the other is the monitor's.
 *
 *   one side writes                              the other waits for it
 *   monitor: SYNC_GO, once the id maps and the   init, before anything else. End of file: the monitor died before
 *     parent-death signal are set                  the parent-death signal was set; init ends
 *   init: INIT, of nested namespaces             monitor: signals are for that process from now on
 *   init: WATCH, CONSOLE, LISTENER               monitor: takes the descriptors
 *   monitor: struct spare_word, of a spare       whoever has said SPARED: the plan is in shared memory, the streams and
 *                                                  detached mounts of the monitor come along
 *   init: READY                                  monitor: passes it on; a monitor that is gone ends init here. Where
 * the command's process is ahead, the monitor tells it before that word init: FAILED monitor: passes it on, and adds
 * nothing of its own the command's process: COMMAND               monitor: its pid, from the kernel's credentials
 * (SO_PASSCRED) init: EXECING, if it turns into the command  monitor: end of file is execve's now, and the command has
 * started init: STARTED, if it stays                   monitor: the command has started init: CHILD, if it stays
 * monitor: how the command ended monitor: shuts down its side, to end a       init, beside its children: ends them all,
 * then itself. The same end container without a pid namespace            of file is a monitor that died init: end of
 * file without EXECING            monitor: waits for its pidfd, which says that it ended, and how
 *
 * 3. Nested namespaces (inside/nested.c): whoever sets up and PID 1, over a socketpair of their own.
 *
 *   the set-up                            PID 1 waits for it before anything else
 *   sends fds 0 to 2                      takes a copy of the mounts, and goes on as init; the set-up ends
 *   ends, and has reported why            end of file: ends, too
 *
 *    Of a container that lives on PID 1 then tells NAMESPACES over the inner socketpair, and waits for SYNC_GO: the
 *    monitor has them open by then, and could not do so later.
 *
 * 4. The command's process (inside/init.c), a vfork: init sleeps until it executes or ends, and shares its memory.
 *
 *   the command's process                 init, once it is awake
 *   sets command_reached_exec, executes   reports STARTED
 *   sets `failed`                         ends as well: FAILED is reported already, or could not be
 *   sets neither, and is gone             reports that it was killed
 *
 *    Of a spare (inside/waiting.c) it is there before its guest: a clone that shares init's memory, too, but init reads
 *    a pipe until execve, or its end, closes the other end of it.
 *
 *   the command's process                 init, once it is awake
 *   tells SPARED, looks at the word, and  all the same
 *     takes it: as above from here on
 *   ends without having taken the word    takes it, and makes another one; tells SPARED, if that was not
 *
 * 5. A filter with a listener (inside/seccomp.c): a thread of the command's process, which the filter does not bind.
 *
 *   the command's process                 the thread, then the monitor
 *   writes the descriptor to memory, and  the thread sends LISTENER; then the process goes on, and execve ends the
 *     spins until that is taken             thread. The monitor passes it to the agent, who lets the command start
 *
 * What has no partner: a parent-death signal (monitor of init, init of the command), and pidfds, which say that a
 * process ended whether it could say so or not.
 */
/* clang-format on */
#define SYNC_GO "go"

/* With fds 0 to 2, then the detached mounts of these numbers. */
struct spare_word {
	uint16_t mounts[13];
};
