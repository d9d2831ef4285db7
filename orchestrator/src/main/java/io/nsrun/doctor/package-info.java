/**
 * Looks at the machine: what nsrun needs and doesn't find ({@link io.nsrun.doctor.Doctor}), and why
 * a step of a start was refused ({@link io.nsrun.doctor.Causes}). Both read the same files, through
 * {@link io.nsrun.doctor.Machine}.
 */
package io.nsrun.doctor;
