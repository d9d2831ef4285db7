/** A JVM that stays, and plans for the fronts of its user. */
package io.nsrun.service;
