#include "encode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/proto/step.h"

/* As README.md has them; encode_test.c holds them against the rows of step.h. */
static const char *const formats[] = {
	[STEP_OPTIONS] = "4",
	[STEP_TERMINAL] = "22",
	[STEP_TIMEOUT] = "848",
	[STEP_HOST_TREE] = "2s1888144",
	[STEP_OUTPUT] = "81",
	[STEP_LISTENER] = "s2(s)",
	[STEP_LOCK] = "s81",
	[STEP_DETACH] = "s182",
	[STEP_RESTART] = "14444",
	[STEP_NAMESPACES] = "8482(8s)",
	[STEP_UID_MAP] = "2(444)",
	[STEP_GID_MAP] = "12(444)",
	[STEP_RUN_PROGRAM] = "s2(s1s)2(s)4b",
	[STEP_IDMAP_MOUNT] = "2",
	[STEP_SETUP_IDS] = "44",
	[STEP_NESTED_NAMESPACES] = "82(444)2(444)",
	[STEP_PROPAGATION] = "8",
	[STEP_BIND] = "2s1888144",
	[STEP_FILESYSTEM] = "2ss82(ss)",
	[STEP_OVERLAY] = "2228",
	[STEP_PIVOT_ROOT] = "2",
	[STEP_MOUNT] = "2s4",
	[STEP_MKDIR] = "s4",
	[STEP_SYMLINK] = "ss",
	[STEP_MKNOD] = "s444",
	[STEP_MOUNT_ATTRIBUTES] = "s188",
	[STEP_READONLY_PATH] = "s",
	[STEP_MASK_PATH] = "s",
	[STEP_HOSTNAME] = "s",
	[STEP_DOMAINNAME] = "s",
	[STEP_LOOPBACK] = "",
	[STEP_SYSCTL] = "ss1",
	[STEP_CONSOLE] = "s",
	[STEP_INJECT] = "2444b",
	[STEP_WATCH] = "8844",
	[STEP_UNPACK] = "411",
	[STEP_REMOVE] = "s",
	[STEP_PACK] = "s111",
	[STEP_SESSION] = "",
	[STEP_KEYRING] = "1",
	[STEP_RLIMIT] = "488",
	[STEP_UMASK] = "4",
	[STEP_BOUNDING_SET] = "8",
	[STEP_USER] = "4412(4)",
	[STEP_CAPABILITIES] = "8888",
	[STEP_NO_NEW_PRIVS] = "",
	[STEP_WORKDIR] = "s",
	[STEP_SECCOMP] = "4b",
	[STEP_AFFINITY] = "b",
	[STEP_NICE] = "4",
	[STEP_LANDLOCK] = "8882(s8)",
	[STEP_IO_PRIORITY] = "11",
	[STEP_EXEC] = "14(s)4(s)2(s)",
};

const char *step_format(uint16_t id) { return id < sizeof(formats) / sizeof(formats[0]) ? formats[id] : NULL; }

static _Noreturn void give_up(const char *why, char place)
{
	(void)fprintf(stderr, "encode: %s: %c\n", why, place);
	abort();
}

/* ---- values ---- */

static void put_bytes(struct bytes *b, const void *from, size_t n)
{
	if (n > sizeof(b->at) - b->length)
		give_up("the buffer is full", '*');
	if (n > 0)
		memcpy(b->at + b->length, from, n);
	b->length += n;
}

static void store(uint8_t *to, uint64_t number, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)(number >> (8 * i));
}

static void put_number(struct bytes *b, uint64_t number, char width)
{
	size_t n = (size_t)(width - '0');
	uint8_t little_endian[8];

	/* What was below zero is in two's complement. */
	if (n < 8 && number >> (8 * n) != 0 && number < -(UINT64_C(1) << (8 * n - 1)))
		give_up("a number too large", width);
	store(little_endian, number, n);
	put_bytes(b, little_endian, n);
}

static void put_value(struct bytes *b, char format, struct value value)
{
	if (value.kind == VALUE_NUMBER && format != 0 && strchr("1248", format) != NULL) {
		put_number(b, value.number, format);
	} else if (value.kind == VALUE_STRING && format == 's') {
		put_number(b, strlen(value.at), '4');
		put_bytes(b, value.at, strlen(value.at) + 1);
	} else if (value.kind == VALUE_BYTES && (format == 'b' || format == '*')) {
		if (format == 'b')
			put_number(b, value.number, '4');
		put_bytes(b, value.at, value.number);
	} else {
		give_up("a value does not fit its format", format);
	}
}

static struct value entry_at(struct value list, size_t i)
{
	const char *const *strings = list.at;

	if (list.kind == VALUE_LIST)
		return ((const struct value *)list.at)[i];
	return strings[i] != NULL ? value_of_string(strings[i]) : (struct value){ .kind = VALUE_END };
}

/* entry: up to a closing parenthesis. */
static void put_list(struct bytes *b, char width, const char *entry, struct value list)
{
	size_t fields = strcspn(entry, ")"), count = 0;

	if (list.kind != VALUE_LIST && list.kind != VALUE_STRINGS)
		give_up("no list", '(');
	while (entry_at(list, count).kind != VALUE_END)
		count++;
	if (count % fields != 0)
		give_up("half an entry of a list", *entry);
	put_number(b, count / fields, width);
	for (size_t i = 0; i < count; i++)
		put_value(b, entry[i % fields], entry_at(list, i));
}

void put_values(struct bytes *b, const char *format, const struct value *values)
{
	for (const char *at = format; *at != 0; at++) {
		if (*at == ' ')
			continue;
		if (at[1] == '(') {
			put_list(b, *at, at + 2, *values);
			at = strchr(at, ')');
		} else {
			put_value(b, *at, *values);
		}
		values++;
	}
	if (values->kind != VALUE_END)
		give_up("more values than the format has", '.');
}

struct value value_of_number(uint64_t number) { return (struct value){ .kind = VALUE_NUMBER, .number = number }; }

struct value value_of_string(const char *string) { return (struct value){ .kind = VALUE_STRING, .at = string }; }

struct value value_of_value(struct value value) { return value; }

/* ---- frames ---- */

size_t begin_frame(struct bytes *b, uint16_t type)
{
	size_t frame = b->length;

	put(b, "42", 0, type);
	return frame;
}

void end_frame(struct bytes *b, size_t frame) { store(b->at + frame, b->length - frame - 6, 4); }

void put_frame_values(struct bytes *b, uint16_t type, const char *format, const struct value *values)
{
	size_t frame = begin_frame(b, type);

	put_values(b, format, values);
	end_frame(b, frame);
}

/* ---- plans ---- */

void begin_plan(struct bytes *b)
{
	b->length = 0;
	put(b, "42", 0, 0);
}

void put_step_values(struct bytes *b, uint16_t id, const char *format, const struct value *values)
{
	size_t step = b->length;

	if (format == NULL)
		give_up("no such step", '?');
	put(b, "24", id, 0);
	put_values(b, format, values);
	store(b->at + step + 2, b->length - step - 6, 4);
	store(b->at + 4, (b->at[4] | b->at[5] << 8) + 1u, 2);
}

void end_plan(struct bytes *b) { sum_plan(b->at, b->length); }

/* IEEE 802.3, bit by bit, as the standard has it. */
void sum_plan(uint8_t *payload, size_t length)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 4; i < length; i++) {
		crc ^= payload[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	store(payload, ~crc, 4);
}
