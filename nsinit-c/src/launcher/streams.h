#pragma once

#include "proto/wire.h"

/*
 * In a monitor: its descriptors 0 to 2 become what three entries of a START frame say. inner: the container's ends of
 * the pipes, which are closed; -1 where there are none.
 */
void streams_take(struct reader *r, const int inner[3]);
