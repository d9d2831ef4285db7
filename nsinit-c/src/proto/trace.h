#pragma once

#include <stdint.h>

/* How long each step took, kept only when the plan asks for it. */
void trace_enable(void);
void trace_begin(void);
void trace_end(uint16_t step, uint16_t index);
/* A clone starts with its parent's spans, which are the parent's to send. */
void trace_forget(void);
/* Tells all steps since the last flush as one TRACE event. */
void trace_flush(void);
