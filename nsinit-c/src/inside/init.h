#pragma once

/*
 * The life of init, PID 1 of the container: waits for the monitor's word that the id maps are
 * written, carries out the INIT steps of the plan, then starts the command and stays to reap and
 * forward signals, or becomes the command itself. inner is its end of the socketpair with the
 * monitor.
 */
_Noreturn void init_run(int inner);
/* The life of PID 1 where another process sets up, which says so over from. */
_Noreturn void init_take_over(int from);
