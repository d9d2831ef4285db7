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

  @Override
  ExecBuilder self() {
    return this;
  }

  @Override
  Container startNow() throws ContainerException {
    return containers.exec(container, settings);
  }
}
