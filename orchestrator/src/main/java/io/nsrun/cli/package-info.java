/**
 * The command line: arguments to a {@link io.nsrun.spec.Spec}, a Spec to a container, and its end
 * to an exit code and a line for a person. What a run does not need is not loaded by it.
 */
package io.nsrun.cli;
