/**
 * The control channel between the orchestrator and nsinit: frames, plans as bytes, events, pipes
 * and sockets.
 *
 * <p>nsinit-c/README.md is the protocol's reference. Depends on {@code plan} and {@code spec} only.
 */
package io.nsrun.control;
