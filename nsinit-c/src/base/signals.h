#pragma once

/*
 * No signal is ignored, caught or blocked any more, as a program expects it that is executed next. What the caller
 * ignored or blocked is no business of the container's, nor of the programs that set it up. Returns what
 * sigprocmask(2) does.
 */
int signals_by_default(void);
