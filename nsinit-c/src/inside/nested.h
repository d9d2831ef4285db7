#pragma once

/*
 * Where the command may mount: what is mounted for it is to stay as it is. The kernel locks mounts, with their flags
 * and what they cover, in a copy of their namespace that belongs to a lesser user namespace. So whoever sets up has the
 * user namespace in between, and PID 1 of the container is born into another one below, with the same ids, without
 * power over the mounts so far. Once all of them are there it takes a copy of its own. (A pid namespace lets those
 * mount a procfs who have power over its user namespace; so it can't be PID 1 that sets up.)
 */

/* In whoever sets up, once that is done: PID 1 goes on, and we end. Returns where there is no other PID 1. */
void nested_hand_over(void);
