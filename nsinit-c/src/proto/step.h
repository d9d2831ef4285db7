#pragma once

/*
 * The steps of the control protocol, and what the payload of each is, live here and nowhere else (nsinit-c/README.md
 * says what they mean). A Java test parses this file and holds the steps of io.nsrun.plan.steps against it.
 *
 * X(id, CONSTANT, name, stage, payload)
 *
 * The stage says who carries the step out, and a plan lists its steps by stage:
 *   HOST     the monitor, in the caller's namespaces; the last one clones init
 *   MAPS     the monitor, about the namespaces of the new init
 *   INIT     PID 1 of the container, during set-up
 *   COMMAND  the process that becomes the user's command
 * The last step is exec, or unpack, remove or pack, after which there is nothing more to do.
 * Every step of a plan has its step function, step_NAME (steps.h), which carries it out or ends the process.
 *
 * The payload is a row of these, whoever uses the list defines F and L:
 *   F(type, member)               one value; the types are those of wire.h, and source
 *   L(type, member, most, entry)  a number, of this type and no larger than most, and then so many entries: an 's' is a
 *                                 string of each, a digit a number of so many bytes
 */
/* A line a step, as far as it goes. */
/* clang-format off */
#define NSRUN_SOURCE \
	F(u16, detached) F(str, path) F(bool, recursive) F(u64, attr_set) F(u64, attr_clr) F(u64, propagation) \
	F(u8, expect) F(u32, major) F(u32, minor)
#define NSRUN_STEPS(X) \
	X(1, OPTIONS, options, HOST, F(u32, flags)) \
	X(2, TERMINAL, terminal, HOST, F(u16, rows) F(u16, cols)) \
	X(3, TIMEOUT, timeout, HOST, F(u64, ms) F(u32, signo) F(u64, grace_ms)) \
	X(4, HOST_TREE, host_tree, HOST, F(source, source)) \
	X(9, OUTPUT, output, HOST, F(u64, bytes) F(bool, input)) \
	X(10, LISTENER, listener, HOST, F(str, path) L(u16, parts, PLAN_MAX_PARTS, "s")) \
	X(11, LOCK, lock, HOST, F(str, path) F(u64, offset) F(bool, shared)) \
	X(13, DETACH, detach, HOST, F(str, directory) F(bool, remove) F(u64, log_bytes) F(u16, log_files)) \
	X(14, RESTART, restart, HOST, F(bool, after_success) F(u32, most) F(u32, first_ms) F(u32, last_ms) F(u32, reset_ms)) \
	X(5, NAMESPACES, namespaces, HOST, F(u64, create) F(u32, owner) F(u64, processes) \
	  L(u16, joins, PLAN_MAX_JOINS, "8s")) \
	X(6, UID_MAP, uid_map, MAPS, L(u16, ranges, PLAN_MAX_MAP_ENTRIES, "444")) \
	X(7, GID_MAP, gid_map, MAPS, F(bool, deny_setgroups) L(u16, ranges, PLAN_MAX_MAP_ENTRIES, "444")) \
	X(12, RUN_PROGRAM, run_program, MAPS, F(str, program) L(u16, argv, PLAN_MAX_ARGUMENTS, "s1s") \
	  L(u16, env, PLAN_MAX_ARGUMENTS, "s") F(u32, timeout_ms) F(blob, input)) \
	X(8, IDMAP_MOUNT, idmap_mount, MAPS, F(u16, detached)) \
	X(20, SETUP_IDS, setup_ids, INIT, F(u32, uid) F(u32, gid)) \
	X(40, NESTED_NAMESPACES, nested_namespaces, INIT, F(u64, create) L(u16, uids, PLAN_MAX_MAP_ENTRIES, "444") \
	  L(u16, gids, PLAN_MAX_MAP_ENTRIES, "444")) \
	X(21, PROPAGATION, propagation, INIT, F(u64, flags)) \
	X(22, BIND, bind, INIT, F(source, source)) \
	X(23, FILESYSTEM, filesystem, INIT, F(u16, detached) F(str, type) F(str, source) F(u64, attrs) \
	  L(u16, options, UINT16_MAX, "ss")) \
	X(24, OVERLAY, overlay, INIT, F(u16, detached) F(u16, lower) F(u16, writes) F(u64, size)) \
	X(25, PIVOT_ROOT, pivot_root, INIT, F(u16, detached)) \
	X(26, MOUNT, mount, INIT, F(u16, detached) F(str, target) F(u32, flags)) \
	X(27, MKDIR, mkdir, INIT, F(str, path) F(u32, mode)) \
	X(28, SYMLINK, symlink, INIT, F(str, target) F(str, path)) \
	X(29, MKNOD, mknod, INIT, F(str, path) F(u32, mode) F(u32, major) F(u32, minor)) \
	X(30, MOUNT_ATTRIBUTES, mount_attributes, INIT, F(str, path) F(bool, recursive) F(u64, set) F(u64, clear)) \
	X(31, READONLY_PATH, readonly_path, INIT, F(str, path)) \
	X(32, MASK_PATH, mask_path, INIT, F(str, path)) \
	X(33, HOSTNAME, hostname, INIT, F(str, name)) \
	X(34, DOMAINNAME, domainname, INIT, F(str, name)) \
	X(35, LOOPBACK, loopback, INIT) \
	X(36, SYSCTL, sysctl, INIT, F(str, key) F(str, value) F(bool, required)) \
	X(37, CONSOLE, console, INIT, F(str, path)) \
	X(38, INJECT, inject, INIT, F(u16, detached) F(u32, mode) F(u32, uid) F(u32, gid) F(blob, content)) \
	X(39, WATCH, watch, INIT, F(u64, memory_bytes) F(u64, cpu_ms) F(u32, processes) F(u32, period_ms)) \
	X(41, UNPACK, unpack, INIT, F(u32, directories) F(bool, follow) F(bool, keep)) \
	X(42, REMOVE, remove, INIT, F(str, path)) \
	X(43, PACK, pack, INIT, F(str, path) F(bool, follow) F(bool, one_mount) F(bool, content)) \
	X(50, SESSION, session, COMMAND) \
	X(51, KEYRING, keyring, COMMAND, F(bool, required)) \
	X(52, RLIMIT, rlimit, COMMAND, F(u32, resource) F(u64, soft) F(u64, hard)) \
	X(53, UMASK, umask, COMMAND, F(u32, mode)) \
	X(54, BOUNDING_SET, bounding_set, COMMAND, F(u64, capabilities)) \
	X(55, USER, user, COMMAND, F(u32, uid) F(u32, gid) F(bool, set_groups) L(u16, groups, PLAN_MAX_GROUPS, "4")) \
	X(56, CAPABILITIES, capabilities, COMMAND, F(u64, effective) F(u64, permitted) F(u64, inheritable) F(u64, ambient)) \
	X(57, NO_NEW_PRIVS, no_new_privs, COMMAND) \
	X(58, WORKDIR, workdir, COMMAND, F(str, path)) \
	X(59, SECCOMP, seccomp, COMMAND, F(u32, flags) F(blob, program)) \
	X(61, AFFINITY, affinity, COMMAND, F(blob, mask)) \
	X(62, NICE, nice, COMMAND, F(u32, nice)) \
	X(63, LANDLOCK, landlock, COMMAND, F(u64, handled_fs) F(u64, handled_net) F(u64, scoped) \
	  L(u16, rules, PLAN_MAX_RULES, "s8")) \
	X(64, IO_PRIORITY, io_priority, COMMAND, F(u8, class) F(u8, level)) \
	X(60, EXEC, exec, COMMAND, F(bool, init) L(u32, argv, PLAN_MAX_BYTES, "s") L(u32, env, PLAN_MAX_BYTES, "s") \
	  L(u16, paths, UINT16_MAX, "s"))
/* clang-format on */

/* No steps of a plan: names for the places where something else failed. */
#define NSRUN_PLACES(X) \
	X(100, START, start, NONE) \
	X(101, CONTROL, control, NONE) \
	X(102, PLAN, plan, NONE) \
	X(103, SYNC, sync, NONE) \
	X(104, SUPERVISE, supervise, NONE)

enum step_stage { STAGE_NONE, STAGE_HOST, STAGE_MAPS, STAGE_INIT, STAGE_COMMAND };

#define NSRUN_STEP_ENUM(id, constant, name, stage, ...) STEP_##constant = (id),
enum step_id { NSRUN_STEPS(NSRUN_STEP_ENUM) NSRUN_PLACES(NSRUN_STEP_ENUM) };
#undef NSRUN_STEP_ENUM
