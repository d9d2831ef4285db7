/**
 * A container's life, for whoever asks for one: from what is wanted to a plan, through what it
 * holds of the host meanwhile, to how it ended.
 */
package io.nsrun.engine;
