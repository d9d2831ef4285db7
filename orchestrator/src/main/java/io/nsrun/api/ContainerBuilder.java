package io.nsrun.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Says what a container is to be, and starts it: as a {@link ProcessBuilder}, whose methods are
 * here too, but for a command in a container. {@link Containers#container} makes one.
 *
 * <p>Unless told otherwise, a container has namespaces of its own of each kind, its own ids, the
 * embedded root file system whose changes are forgotten, no network but loopback, nothing of the
 * JVM's environment and descriptors, few capabilities, no way to more privileges and a filter of
 * system calls: what {@code nsrun run} has, too.
 *
 * <p>The methods do not block and check nothing: everything that is wrong is told together by
 * {@link #start} or {@link #run()}, before anything starts. Each argument that is null throws a
 * {@link NullPointerException}. Each builder starts one container; {@link #copy} makes another one
 * with the same settings. Not safe for use by several threads.
 *
 * {@snippet file="Snippets.java" region="copy"}
 */
public final class ContainerBuilder extends CommandBuilder<ContainerBuilder> {
  private final Settings settings;

  ContainerBuilder(Containers containers, Settings settings) {
    super(containers, settings);
    this.settings = settings;
  }

  @Override
  public ContainerBuilder copy() {
    return new ContainerBuilder(containers, new Settings(settings));
  }

  @Override
  ContainerBuilder self() {
    return this;
  }

  @Override
  Container startNow() throws ContainerException {
    return containers.start(settings);
  }

  Settings settings() {
    return settings;
  }

  /**
   * What messages call it, and what no other container of the same user may be called while it
   * lives.
   *
   * @param name up to 128 letters, digits and {@code _ . -}; default: made up
   * @return this builder
   */
  public ContainerBuilder name(String name) {
    settings.name = Objects.requireNonNull(name);
    return this;
  }

  /**
   * The root file system.
   *
   * @param rootfs default: {@link Rootfs#embedded}
   * @return this builder
   */
  public ContainerBuilder rootfs(Rootfs rootfs) {
    settings.rootfs = Objects.requireNonNull(rootfs);
    return this;
  }

  /**
   * Whether the container can't write to its root file system.
   *
   * @param value default: false
   * @return this builder
   */
  public ContainerBuilder readOnlyRoot(boolean value) {
    settings.readOnlyRoot = value;
    return this;
  }

  /**
   * Whether what is written to the root file system goes to a layer in memory, and is forgotten
   * with the container.
   *
   * @param value default: true for {@link Rootfs#embedded} and {@link Rootfs#archive}, where it
   *     must be, unless the container is kept in the end ({@link #startDetached()}); else false
   * @return this builder
   */
  public ContainerBuilder ephemeral(boolean value) {
    settings.ephemeral = value;
    return this;
  }

  /**
   * As {@link #ephemeral}, but on disk.
   *
   * @param parent a directory of the host, which gets a new one that is removed in the end
   * @return this builder
   */
  public ContainerBuilder ephemeralDirectory(Path parent) {
    settings.ephemeralDirectory = Objects.requireNonNull(parent);
    return this;
  }

  /**
   * Keeps what is written to the root file system: the next container with the directory goes on
   * from there. One container has it at a time.
   *
   * @param directory of the host, made if it is not there
   * @return this builder
   */
  public ContainerBuilder overlayDirectory(Path directory) {
    settings.overlayDirectory = Objects.requireNonNull(directory);
    return this;
  }

  /**
   * Adds mounts.
   *
   * @param mounts their order does not matter, but no two may have the same place
   * @return this builder
   */
  public ContainerBuilder mount(Mount... mounts) {
    settings.mounts.addAll(List.of(mounts));
    return this;
  }

  /**
   * What it may use.
   *
   * @param limits default: {@link Limits#none}
   * @return this builder
   */
  public ContainerBuilder limits(Limits limits) {
    settings.limits = Objects.requireNonNull(limits);
    return this;
  }

  /**
   * What asks the command to end, and how long it has for that.
   *
   * @param signal by name or number, signal(7); default: {@code TERM}
   * @param grace from the signal until the container is killed; zero or more, less than 10 years,
   *     resolution 1 ms; default: ten seconds
   * @return this builder
   */
  public ContainerBuilder stop(String signal, Duration grace) {
    settings.stopSignal = Objects.requireNonNull(signal);
    settings.stopTimeout = Objects.requireNonNull(grace);
    return this;
  }

  /**
   * Whom the command runs as, by the files of the root file system.
   *
   * @param user {@code NAME}, {@code UID}, {@code NAME:GROUP} or {@code UID:GID}; default: its
   *     root, whose power ends at the container's namespaces
   * @return this builder
   */
  public ContainerBuilder user(String user) {
    settings.user = Objects.requireNonNull(user);
    return this;
  }

  /**
   * Groups that the command is in beyond those of its user.
   *
   * @param groups by name or number; default: none
   * @return this builder
   */
  public ContainerBuilder groups(String... groups) {
    settings.groups = List.of(groups);
    return this;
  }

  /**
   * Leaves the command all supplementary groups of the JVM, whatever they mean on the host, in
   * place of those of {@link #groups}: for files of the host that these let it read.
   *
   * @param value default: false
   * @return this builder
   */
  public ContainerBuilder keepGroups(boolean value) {
    settings.keepGroups = value;
    return this;
  }

  /**
   * Which permissions the files lack that the command makes, umask(2).
   *
   * @param mask 0 to 0777, as a literal of Java with a leading zero; default: 022
   * @return this builder
   */
  public ContainerBuilder umask(int mask) {
    settings.umask = mask;
    return this;
  }

  /**
   * Whether PID 1 is nsrun's own, which reaps orphans and passes signals on; else the command is,
   * which gets no signal that it has no handler for, but to be killed.
   *
   * @param value default: true
   * @return this builder
   */
  public ContainerBuilder init(boolean value) {
    settings.init = value;
    return this;
  }

  /**
   * Fits a JVM in the container into {@link Limits#memory}, of which its heap gets three quarters
   * at most, by JAVA_TOOL_OPTIONS; the first OutOfMemoryError ends it, with exit code 3. What
   * {@link #environment} has in that variable comes after it, and counts.
   *
   * @param value default: false; true needs a limit of the memory, 64 MiB at least, and none of the
   *     resources {@code as} and {@code data}
   * @return this builder
   */
  public ContainerBuilder jvm(boolean value) {
    settings.jvm = value;
    return this;
  }

  /**
   * Where it has its namespaces from.
   *
   * @param namespaces default: {@link Namespaces#standard}; what they say of the network counts,
   *     and not {@link #network}
   * @return this builder
   */
  public ContainerBuilder namespaces(Namespaces namespaces) {
    settings.namespaces = Objects.requireNonNull(namespaces);
    return this;
  }

  /**
   * The network.
   *
   * @param network default: {@link Network#NONE}
   * @return this builder
   */
  public ContainerBuilder network(Network network) {
    settings.network = Objects.requireNonNull(network);
    return this;
  }

  /**
   * The name that the container has for itself.
   *
   * @param hostname up to 64 letters, digits and {@code - . _}; default: made up
   * @return this builder
   */
  public ContainerBuilder hostname(String hostname) {
    settings.hostname = Objects.requireNonNull(hostname);
    return this;
  }

  /**
   * The NIS domain name that the container has for itself.
   *
   * @param domainname up to 64 letters, digits and {@code - . _}; default: none
   * @return this builder
   */
  public ContainerBuilder domainname(String domainname) {
    settings.domainname = Objects.requireNonNull(domainname);
    return this;
  }

  /**
   * Which files of /etc it gets.
   *
   * @param files default: {@link EtcFiles#standard}
   * @return this builder
   */
  public ContainerBuilder etc(EtcFiles files) {
    settings.etc = Objects.requireNonNull(files);
    return this;
  }

  /**
   * What else fences it in.
   *
   * @param security default: {@link Security#standard}
   * @return this builder
   */
  public ContainerBuilder security(Security security) {
    settings.security = Objects.requireNonNull(security);
    return this;
  }

  /**
   * As {@link #startDetached(DetachSettings)}, with the default of each setting.
   *
   * @return the container
   * @throws ContainerException if it can't be started; nothing of it is left then
   */
  public DetachedContainer startDetached() throws ContainerException {
    return startDetached(DetachSettings.standard());
  }

  /**
   * Starts a container that lives on when this JVM has ended, as {@code nsrun run -d} does. Blocks
   * until its command runs; while an archive is unpacked, too. The command reads nothing, unless
   * {@link DetachSettings#input} says so, and what it writes to its streams goes to the container's
   * log, so that none may be redirected. What it writes to a root file system that others start
   * from, too, is kept until the container is removed.
   *
   * <p>No listener hears of it, and closing the {@link Containers} does nothing to it.
   *
   * @param settings how it lives on
   * @return the container
   * @throws ContainerException if it can't be started; nothing of it is left then. If the thread is
   *     interrupted, its interrupt status is set, and what there was of the container is gone, but
   *     for an archive that may still be unpacked
   */
  public DetachedContainer startDetached(DetachSettings settings) throws ContainerException {
    return detach(settings, true);
  }

  /**
   * As {@link #create(DetachSettings)}, with the default of each setting.
   *
   * @return the container
   * @throws ContainerException if it can't be made; nothing of it is left then
   */
  public DetachedContainer create() throws ContainerException {
    return create(DetachSettings.standard());
  }

  /**
   * Makes a container that lives on, and does not start it, as {@code nsrun create} does: {@link
   * DetachedContainer#start} starts it, in this JVM or another one. Blocks while an archive is
   * unpacked. Environment, user and all else that is asked for are found now, so that it is the
   * same whenever it starts; what it is to mount has to be there then, too.
   *
   * @param settings how it lives on
   * @return the container, which has the status {@link ContainerState.Status#CREATED CREATED}
   * @throws ContainerException if it can't be made; nothing of it is left then. If the thread is
   *     interrupted, as with {@link #startDetached(DetachSettings)}
   */
  public DetachedContainer create(DetachSettings settings) throws ContainerException {
    return detach(settings, false);
  }

  private DetachedContainer detach(DetachSettings how, boolean started) throws ContainerException {
    Objects.requireNonNull(how);
    use();
    settings.detached = how;
    return containers.detach(settings, started);
  }
}
