#pragma once

/*
 * Without a pid namespace of its own, nothing of a container dies with its init by itself. But all descendants of a
 * process that is their subreaper end up as its children (prctl(2)). So: kills and reaps the children there are until
 * there are none. proc is an open /proc that shows this process. Blocks until they have died.
 */
void end_descendants(int proc);
