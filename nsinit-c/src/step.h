#pragma once

/*
 * The step ids and names of the control protocol live here and nowhere else.
 * A Java test parses this file and holds io.nsrun.control.SetupStep against it.
 *
 * X(id, CONSTANT, name, stage)
 *
 * The stage says who carries the step out, and a plan lists its steps by stage:
 *   HOST     the monitor, in the caller's namespaces; the last one clones init
 *   MAPS     the monitor, about the namespaces of the new init
 *   INIT     PID 1 of the container, during set-up
 *   COMMAND  the process that becomes the user's command
 * Every step of a plan has a hand, the function step_NAME (hands.h), which carries it out or ends
 * the process.
 */
#define NSRUN_STEPS(X) \
	X(1, OPTIONS, options, HOST) \
	X(2, TERMINAL, terminal, HOST) \
	X(3, TIMEOUT, timeout, HOST) \
	X(4, HOST_TREE, host_tree, HOST) \
	X(9, OUTPUT, output, HOST) \
	X(5, NAMESPACES, namespaces, HOST) \
	X(6, UID_MAP, uid_map, MAPS) \
	X(7, GID_MAP, gid_map, MAPS) \
	X(8, IDMAP_MOUNT, idmap_mount, MAPS) \
	X(20, SETUP_IDS, setup_ids, INIT) \
	X(21, PROPAGATION, propagation, INIT) \
	X(22, BIND, bind, INIT) \
	X(23, FILESYSTEM, filesystem, INIT) \
	X(24, OVERLAY, overlay, INIT) \
	X(25, PIVOT_ROOT, pivot_root, INIT) \
	X(26, MOUNT, mount, INIT) \
	X(27, MKDIR, mkdir, INIT) \
	X(28, SYMLINK, symlink, INIT) \
	X(29, MKNOD, mknod, INIT) \
	X(30, MOUNT_ATTRIBUTES, mount_attributes, INIT) \
	X(31, READONLY_PATH, readonly_path, INIT) \
	X(32, MASK_PATH, mask_path, INIT) \
	X(33, HOSTNAME, hostname, INIT) \
	X(34, DOMAINNAME, domainname, INIT) \
	X(35, LOOPBACK, loopback, INIT) \
	X(36, SYSCTL, sysctl, INIT) \
	X(37, CONSOLE, console, INIT) \
	X(38, INJECT, inject, INIT) \
	X(39, WATCH, watch, INIT) \
	X(50, SESSION, session, COMMAND) \
	X(51, KEYRING, keyring, COMMAND) \
	X(52, RLIMIT, rlimit, COMMAND) \
	X(53, UMASK, umask, COMMAND) \
	X(54, BOUNDING_SET, bounding_set, COMMAND) \
	X(55, USER, user, COMMAND) \
	X(56, CAPABILITIES, capabilities, COMMAND) \
	X(57, NO_NEW_PRIVS, no_new_privs, COMMAND) \
	X(58, WORKDIR, workdir, COMMAND) \
	X(59, SECCOMP, seccomp, COMMAND) \
	X(61, AFFINITY, affinity, COMMAND) \
	X(62, NICE, nice, COMMAND) \
	X(63, LANDLOCK, landlock, COMMAND) \
	X(60, EXEC, exec, COMMAND)

/* No steps of a plan: names for the places where something else failed. */
#define NSRUN_PLACES(X) \
	X(100, START, start, NONE) \
	X(101, CONTROL, control, NONE) \
	X(102, PLAN, plan, NONE) \
	X(103, SYNC, sync, NONE) \
	X(104, SUPERVISE, supervise, NONE)

enum step_stage { STAGE_NONE, STAGE_HOST, STAGE_MAPS, STAGE_INIT, STAGE_COMMAND };

#define NSRUN_STEP_ENUM(id, constant, name, stage) STEP_##constant = (id),
enum step_id { NSRUN_STEPS(NSRUN_STEP_ENUM) NSRUN_PLACES(NSRUN_STEP_ENUM) };
#undef NSRUN_STEP_ENUM
