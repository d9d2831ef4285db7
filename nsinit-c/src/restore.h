#pragma once

/*
 * In the place of a monitor that died: gives the terminal at fd 0 the settings that TERMINAL reported. letters is the
 * struct termios, each half of a byte as a letter from a to p. Returns an exit code.
 */
int restore_terminal(const char *letters);
