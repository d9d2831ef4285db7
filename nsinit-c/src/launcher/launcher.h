#pragma once

/*
 * The role of a launcher, which a SERVE frame in place of a plan asks for: for as long as the orchestrator is there it
 * makes pipes and forks a monitor for each container, so that a start needs neither fork nor exec of a JVM. Events of
 * all containers go over the one pipe, each in a CONTAINER frame with its number.
 *
 * A monitor hears the orchestrator by a socket of its own, which the launcher writes to, and whose end ends it. The end
 * of the orchestrator ends all containers, then the launcher. init is what init of a container goes on with.
 */
_Noreturn void launcher_run(int control, void (*init)(int inner));
