#pragma once

/* A file system in memory, which counts as well where memory does; as many as a message to the monitor has room for. */
void watch_keep(int mount);
/* A spare learns whether its guest's memory is watched: else nothing is kept. */
void watch_decide(void);
