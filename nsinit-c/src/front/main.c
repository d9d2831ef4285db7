#include "base/sys.h"
#include "front/front.h"
#include "front/launch.h"
#include "front/relay.h"
#include "front/service.h"
#include "front/signals.h"
#include "nsinit.h"
#include "seal.h"

/* A bit for each that is open. The others lead nowhere from here on, and are closed again for the next program. */
static unsigned open_streams(void)
{
	unsigned given = 0;

	for (int fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			given |= 1u << fd;
		else if (open("/dev/null", O_RDWR | O_CLOEXEC) != fd)
			return ~0u;
	}
	return given;
}

/* Whether the service is about to want an nsinit. That one of these words may be the container's costs no more than a
 * start which is not ahead. */
static bool wants_nsinit(int argc, char **argv)
{
	static const char *const commands[] = { "run", "exec", "start", "restart", "attach", "create" };
	bool wants = false;

	for (size_t i = 0; argc > 1 && i < ARRAY_LEN(commands); i++)
		wants |= strcmp(argv[1], commands[i]) == 0;
	for (int i = 2; i < argc && wants; i++)
		wants = strcmp(argv[i], "--help") != 0 && strcmp(argv[i], "--dry-run") != 0;
	return wants;
}

static bool is(const char *value, const char *wanted) { return value != NULL && strcmp(value, wanted) == 0; }

int main(int argc, char **argv)
{
	const char *way = getenv("NSRUN_SERVE");
	bool none;

	if (argc == 2 && strcmp(argv[0], "nsinit") == 0 && is_sealed())
		return nsinit_main(argc, argv);
	/* Whoever calls us is trusted with everything, and must be no less than we are. */
	if (getauxval(AT_SECURE)) {
		tell("refuses to run setuid, setgid or with file capabilities");
		_exit(FRONT_FAILED);
	}
	unsigned given = argc < 1 || is(way, "off") ? ~0u : open_streams();
	if (given == ~0u)
		launch(argv);
	relay.given = given;
	relay.service = service_connect(&none);
	if (relay.service < 0) {
		if (none && is(way, "auto"))
			launch_service();
		launch(argv);
	}
	signals_begin();
	service_request((uint8_t)given, argc, argv);
	relay_run(wants_nsinit(argc, argv), argv);
}
