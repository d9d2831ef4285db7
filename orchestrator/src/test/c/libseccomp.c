/*
 * What libseccomp makes of a profile.
 *
 * Reads lines and writes the program (struct sock_filter) to standard output:
 *
 *   default ACTION
 *   arch NAME
 *   rule ACTION NAME [INDEX OPERATOR VALUE VALUE]...
 *   number ARCH NAME
 *
 * ACTION and the VALUEs are numbers, an OPERATOR is one of enum scmp_compare. `number` prints the number of a call
 * instead.
 * Standard error gets a line for each rule that is not taken: `unknown NAME`, or `refused NAME: errno`.
 */
#include <errno.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static scmp_filter_ctx filter;

static void fail(const char *what, int code)
{
	fprintf(stderr, "failed %s: %s\n", what, strerror(-code));
	exit(1);
}

static uint64_t number(void)
{
	const char *word = strtok(NULL, " \n");

	return word ? strtoull(word, NULL, 0) : 0;
}

/* The library starts with the native architecture, and wants one at least. */
static void arch(uint32_t token)
{
	static int count;
	int code = token == seccomp_arch_native() ? 0 : seccomp_arch_add(filter, token);

	if (code == 0 && count++ == 0 && token != seccomp_arch_native())
		code = seccomp_arch_remove(filter, SCMP_ARCH_NATIVE);
	if (code < 0)
		fail("arch", code);
}

static void rule(void)
{
	struct scmp_arg_cmp args[6];
	unsigned int count = 0;
	uint32_t action = (uint32_t)number();
	const char *name = strtok(NULL, " \n");
	int call = seccomp_syscall_resolve_name(name);
	const char *word;
	int code;

	if (call == __NR_SCMP_ERROR) {
		fprintf(stderr, "unknown %s\n", name);
		return;
	}
	while ((word = strtok(NULL, " \n")) && count < 6) {
		struct scmp_arg_cmp *arg = &args[count++];

		arg->arg = (unsigned int)strtoul(word, NULL, 0);
		arg->op = (enum scmp_compare)number();
		arg->datum_a = number();
		arg->datum_b = number();
	}
	code = seccomp_rule_add_array(filter, action, call, count, args);
	if (code < 0)
		fprintf(stderr, "refused %s: %s\n", name, strerror(-code));
}

int main(void)
{
	char line[4096];
	int code;

	/* Not what this kernel has, but what the library knows. */
	seccomp_api_set(6);
	while (fgets(line, sizeof(line), stdin)) {
		const char *what = strtok(line, " \n");

		if (strcmp(what, "default") == 0) {
			filter = seccomp_init((uint32_t)number());
			if (!filter)
				fail("default", -EINVAL);
			code = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
			if (code < 0)
				fail("attribute", code);
		} else if (strcmp(what, "arch") == 0) {
			arch(seccomp_arch_resolve_name(strtok(NULL, " \n")));
		} else if (strcmp(what, "rule") == 0) {
			rule();
		} else if (strcmp(what, "number") == 0) {
			uint32_t arch = seccomp_arch_resolve_name(strtok(NULL, " \n"));

			printf("%d\n", seccomp_syscall_resolve_name_arch(arch, strtok(NULL, " \n")));
		}
	}
	if (filter && (code = seccomp_export_bpf(filter, 1)) < 0)
		fail("export", code);
	return 0;
}
