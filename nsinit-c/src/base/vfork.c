/*
 * vfork(2) for aarch64, where musl's may be a fork(2) (that of Debian 12 is): the child's memory would be a copy, in
 * which init and the monitor never see how far it came. In assembly, since both return on one stack, the child first:
 * what the parent still needs is in registers. musl's own way to errno ends it.
 */
#include <features.h>

#if defined(__aarch64__) && !defined(__GLIBC__)
/* clone(SIGCHLD | CLONE_VM | CLONE_VFORK, 0) */
__asm__(".text\n"
	".global vfork\n"
	".type vfork, %function\n"
	"vfork:\n"
	"	mov x8, 220\n"
	"	mov x0, 0x4111\n"
	"	mov x1, 0\n"
	"	svc 0\n"
	"	b __syscall_ret\n"
	".size vfork, . - vfork\n");
#endif
