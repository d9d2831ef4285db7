#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * A connection to the service of this user and this jar, with HELLO and REQUEST on their way; -1 if there is none to be
 * had. *none: since none runs. given: bit N for a descriptor N of 0 to 2 that was open.
 */
int service_connect(bool *none);
/* Puts the greeting and what is asked for into the queue. */
void service_request(uint8_t given, int argc, char **argv);

/* What is on its way to the service; false once nobody takes it any more. */
bool service_queued(void);
/* There is room for what nsinit may say next. */
bool service_has_room(void);
/* Writes what can be written now. */
void service_flush(int service);

void service_channel(const uint8_t *bytes, uint32_t n);
void service_gone(uint32_t status, const char *why);
void service_lost(uint8_t fd, uint32_t error);
