#ifndef NSRUN_SMOKE_CONTAINER_H
#define NSRUN_SMOKE_CONTAINER_H

/* The plan of a container as `nsrun run` makes it by default, with the handful of things that the checks vary. */
#include <stdbool.h>

#include "../encode.h"

struct id_range {
	uint32_t inside, outside, count;
};

#define CONTAINER_HOSTNAME "smokefully"

struct container {
	const char *rootfs;
	const char *const *argv;
	uint64_t create; /* CLONE_NEW*; container_default() sets all but the time namespace */
	uint16_t joins;
	uint64_t join_types[4];
	const char *join_paths[4];
	uint32_t options;
	uint64_t timeout_ms; /* 0: none; SIGTERM, then SIGKILL after grace_ms */
	uint64_t grace_ms;
	bool init;    /* nsinit stays PID 1 */
	bool overlay; /* the root is writable, over the untouched rootfs */
	/* Where that is written, a directory with upper and work; NULL: to a tmpfs. */
	const char *writes;
	bool idmapped; /* for a privileged caller: rootfs and writes have the owners that the container's ids say */
	bool nested;   /* all but the mounts belongs to a user namespace within that of the mounts */
	bool terminal; /* 33 rows, 77 columns */
	bool read_only;
	bool sys; /* a fresh sysfs */
	uint32_t user;
	struct id_range ids; /* of both maps; count 0: as container_uids() says */
	/* Whose the user namespace is to be, and how many processes it may have; all ones, as by default: no wish. */
	uint32_t owner;
	uint64_t processes;
	/* Runs in place of having the uid map written, with the map's file as its argument and the map as its input;
	 * NULL: nothing. */
	const char *uid_program;
	/* Further steps of the monitor, and of init before the root is exchanged; may be NULL. */
	void (*host_steps)(struct bytes *p);
	void (*early_steps)(struct bytes *p);
	/* Of init, before paths in the new root are covered; and of the command, as its last; may be NULL. */
	void (*init_steps)(struct bytes *p);
	void (*command_steps)(struct bytes *p);
};

struct container container_default(const char *rootfs, const char *const *argv);

void container_plan(const struct container *c, struct bytes *p);

/* The id map that container_plan asks for: all ids of a privileged caller, else the caller's own. */
struct id_range container_uids(void);
struct id_range container_gids(void);

/* Whether we may give any ids to a container, of which these are nobody's. */
bool container_any_ids(void);
#define CONTAINER_FREE_IDS ((struct id_range){ 0, 1879048192u, 65536 })

/* The mount points that container_plan makes by default on this kernel, as mount_points() (observe.h) lists them. */
const char *container_mount_points(void);

#endif
