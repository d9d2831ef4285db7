/**
 * From a seccomp profile, the JSON of OCI's runtime-spec with what the engines added to it, to the
 * program that the kernel runs before every system call.
 *
 * <p>{@link io.nsrun.seccomp.ProfileReader} turns JSON into a {@link io.nsrun.seccomp.Profile},
 * {@link io.nsrun.seccomp.ProfileResolver} picks what counts for one machine and one set of
 * capabilities, and {@link io.nsrun.seccomp.FilterCompiler} makes the program. The default profile
 * has been through all of it when nsrun was built. This package depends on {@code spec} and {@code
 * json} only.
 */
package io.nsrun.seccomp;
