#include "decoded.h"

#include "check.h"
#include "plans.h"

struct plan plan;
uint16_t at;

const char *decode(const uint8_t *bytes, size_t n)
{
	at = 7777;
	return plan_decode(&plan, at_the_edge(bytes, n), n, &at);
}

const char *decode_built(struct bytes *b)
{
	end_plan(b);
	return decode(b->at, b->length);
}

void refuse(struct bytes *b, const char *why, uint16_t index)
{
	CHECK_TEXT(decode_built(b), why);
	CHECK(at == index);
}
