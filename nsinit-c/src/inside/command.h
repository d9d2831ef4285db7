#pragma once

/* Lays out argv, environment and candidate paths, so that the process that executes needs no memory
 * of its own. */
void command_prepare(void);
void command_release(void);
/* Here and after each change of ids, which ends it; before a filter may refuse it. */
void command_dies_with_parent(void);
/* In the parent, which shares its memory, once it has executed or ended: ends as it did, if it did not execute. */
void command_expect(void);
