#pragma once

#include "encode.h"

/*
 * A copy of n bytes that ends where a page ends which may not be touched: whoever reads beyond it is caught in the act,
 * sanitizer or not. Only the last copy exists.
 */
uint8_t *at_the_edge(const void *from, size_t n);

/* The bytes of a hex text file: '#' starts a comment, white space is ignored. False if it is no such file. */
_Bool read_hex(const char *path, struct bytes *b);
