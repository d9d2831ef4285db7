package io.nsrun.api;

import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Says what a command is to be that runs in a container, and starts it: as a {@link
 * ProcessBuilder}, whose methods are here too.
 *
 * <p>The methods do not block and check nothing: everything that is wrong is told together by
 * {@link #start} or {@link #run()}, before anything starts. Each argument that is null throws a
 * {@link NullPointerException}. Each builder starts one command; {@link #copy} makes another one
 * with the same settings. Not safe for use by several threads.
 *
 * @param <B> the kind of builder, which its methods return
 */
public abstract sealed class CommandBuilder<B extends CommandBuilder<B>>
    permits ContainerBuilder, ExecBuilder {
  final Containers containers;
  private final CommandSettings settings;
  private boolean used;

  CommandBuilder(Containers containers, CommandSettings settings) {
    this.containers = containers;
    this.settings = settings;
  }

  /** {@return a new builder with the settings of this one} */
  public abstract B copy();

  abstract B self();

  /** See {@link #start}. */
  abstract Container startNow() throws ContainerException;

  /**
   * Says what is run. There is no default.
   *
   * @param command a file that is looked for in PATH, or its absolute path inside; and arguments
   * @return this builder
   */
  public B command(String... command) {
    return command(List.of(command));
  }

  /**
   * As {@link #command(String...)}.
   *
   * @param command is copied
   * @return this builder
   */
  public B command(List<String> command) {
    List<String> copy = List.copyOf(command);
    settings.command.clear();
    settings.command.addAll(copy);
    return self();
  }

  /** {@return the command and its arguments so far, not to be changed} */
  public List<String> command() {
    return Collections.unmodifiableList(settings.command);
  }

  /**
   * The working directory.
   *
   * @param inside absolute path in the container, made if it is not there; default: /, and for one
   *     more command in a container what its own has
   * @return this builder
   */
  public B directory(String inside) {
    settings.directory = Objects.requireNonNull(inside);
    return self();
  }

  /**
   * The variables that the command gets beyond PATH, HOME, HOSTNAME and {@code container=nsrun}, or
   * in place of these. Nothing of the JVM's own gets in.
   *
   * @return empty at first, and to be changed by the caller
   */
  public Map<String, String> environment() {
    return settings.environment;
  }

  /**
   * What the command reads.
   *
   * @param source default: a pipe, {@link Container#getOutputStream}
   * @return this builder
   * @throws IllegalArgumentException if it is one to write to
   */
  public B redirectInput(Redirect source) {
    settings.input = Settings.readable(source);
    return self();
  }

  /**
   * Has the command read a file.
   *
   * @param file of the host
   * @return this builder
   */
  public B redirectInput(File file) {
    return redirectInput(Redirect.from(file));
  }

  /**
   * Where standard output goes.
   *
   * @param destination default: a pipe, {@link Container#getInputStream}
   * @return this builder
   * @throws IllegalArgumentException if it is one to read from
   */
  public B redirectOutput(Redirect destination) {
    settings.output = Settings.writable(destination);
    return self();
  }

  /**
   * Has standard output written to a file.
   *
   * @param file of the host; made, or emptied
   * @return this builder
   */
  public B redirectOutput(File file) {
    return redirectOutput(Redirect.to(file));
  }

  /**
   * Where standard error goes.
   *
   * @param destination default: a pipe, {@link Container#getErrorStream}
   * @return this builder
   * @throws IllegalArgumentException if it is one to read from
   */
  public B redirectError(Redirect destination) {
    settings.error = Settings.writable(destination);
    return self();
  }

  /**
   * Has standard error written to a file.
   *
   * @param file of the host; made, or emptied
   * @return this builder
   */
  public B redirectError(File file) {
    return redirectError(Redirect.to(file));
  }

  /**
   * Whether standard error goes where standard output does.
   *
   * @param value default: false
   * @return this builder
   */
  public B redirectErrorStream(boolean value) {
    settings.errorToOutput = value;
    return self();
  }

  /**
   * Gives the command the three standard streams of the JVM.
   *
   * @return this builder
   */
  public B inheritIO() {
    return redirectInput(Redirect.INHERIT)
        .redirectOutput(Redirect.INHERIT)
        .redirectError(Redirect.INHERIT);
  }

  /**
   * The most that {@link #run()} keeps, of either stream; what comes after it is dropped, and harms
   * nobody. What ends a command that writes too much is {@link Limits#output}.
   *
   * @param size less than 2 GiB; default: as much as {@link Limits#output} lets the command write,
   *     or 1 MiB if there is no such limit
   * @return this builder
   */
  public B captureLimit(DataSize size) {
    settings.captureLimit = Objects.requireNonNull(size);
    return self();
  }

  /**
   * Starts the command. Blocks until it runs, which takes some milliseconds; longer the first time,
   * and while an archive is unpacked.
   *
   * @return the container, to be closed, or left to end by itself
   * @throws ContainerException if it can't be started; nothing of it is left then. If the thread is
   *     interrupted, its interrupt status is set, and what there was of the container is gone, but
   *     for an archive that may still be unpacked
   */
  public Container start() throws ContainerException {
    use();
    return startNow();
  }

  /**
   * As {@link #run(byte[])}, with nothing to read.
   *
   * @return how it ended, and what it wrote
   * @throws ContainerException if it can't be started, or nobody can tell how it ended
   * @throws InterruptedException if the thread is interrupted; the container is gone
   */
  public ContainerResult run() throws ContainerException, InterruptedException {
    return run(new byte[0]);
  }

  /**
   * Runs the container to its end, and keeps what it writes. Blocks until then; {@link
   * Limits#timeout} bounds that. Of each stream the first {@link #captureLimit} is kept; what comes
   * after it is read and dropped, so that the command does not wait.
   *
   * @param input what the command reads, and then the end of the file; it is copied
   * @return how it ended, be it well or badly ({@link ContainerResult#requireSuccess}), and what it
   *     wrote
   * @throws ContainerException if it can't be started, as for {@link #start}; with the reason
   *     {@link ContainerException.Reason#LOST LOST} if nobody can tell how it ended, or {@link
   *     ContainerException.Reason#CLOSED CLOSED} if it was ended by {@link Containers#close}
   * @throws InterruptedException if the thread is interrupted; the container was killed, and is
   *     gone
   */
  public ContainerResult run(byte[] input) throws ContainerException, InterruptedException {
    byte[] copy = input.clone();
    use();
    settings.hasInput = copy.length > 0;
    return Capture.run(this, settings, copy);
  }

  /** To be called once. */
  final void use() throws ContainerException {
    if (used) {
      throw ContainerException.used();
    }
    used = true;
  }
}
