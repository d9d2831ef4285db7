package io.nsrun.api;

import java.util.Objects;

/**
 * Says what one more command is to be in a container that runs, and starts it. {@link
 * DetachedContainer#exec} makes one.
 *
 * <p>The command has the namespaces, rights, limits of each process, filter of system calls and
 * environment of the container's own, its streams are its own, and it ends with the container. What
 * it leaves running ends with it.
 *
 * {@snippet file="Snippets.java" region="exec"}
 */
public final class ExecBuilder extends CommandBuilder<ExecBuilder> {
  private final DetachedContainer container;
  private final CommandSettings settings;

  ExecBuilder(Containers containers, DetachedContainer container, CommandSettings settings) {
    super(containers, settings);
    this.container = container;
    this.settings = settings;
  }

  @Override
  public ExecBuilder copy() {
    return new ExecBuilder(containers, container, new CommandSettings(settings));
  }

  /**
   * Whom the command runs as.
   *
   * @param user {@code NAME}, {@code UID}, {@code NAME:GROUP} or {@code UID:GID}, by the
   *     container's /etc/passwd and /etc/group as they are then; default: as the container's own
   * @return this builder
   */
  public ExecBuilder user(String user) {
    settings.user = Objects.requireNonNull(user);
    return this;
  }

  /**
   * Gives the command all capabilities, whatever the container's own has; its filter of system
   * calls and all else stay. Where the container was started without CAP_SYS_ADMIN the command gets
   * none of that either: it would undo the container's read-only mounts and masks.
   *
   * <p>A start fails with {@link ContainerException.Reason#STATE} if the container has no user
   * namespace of its own: they would be power over more than the container.
   *
   * @return this builder
   */
  public ExecBuilder privileged() {
    settings.privileged = true;
    return this;
  }

  /**
   * Starts a command that lives on when this JVM has ended, until the container ends, as {@code
   * nsrun exec -d} does. Blocks until it runs. It reads nothing, and what it writes is nobody's, so
   * that no stream may be redirected; {@link DetachedContainer#processes} has it. What it leaves
   * running when it ends goes on.
   *
   * <p>No listener hears of it, and closing the {@link Containers} does nothing to it.
   *
   * @throws ContainerException if it can't be started; nothing of it is left then. If the thread is
   *     interrupted, its interrupt status is set, and it runs or does not
   */
  public void startDetached() throws ContainerException {
    use();
    containers.detach(container, settings);
  }

  @Override
  ExecBuilder self() {
    return this;
  }

  @Override
  Container startNow() throws ContainerException {
    return containers.exec(container, settings);
  }
}
