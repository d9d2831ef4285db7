package io.nsrun.spec;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Everything a container is to be, whoever asked for it. Immutable; made by {@link #builder()}.
 *
 * @param id 64 hexadecimal digits
 * @param name what messages call it
 * @param root its file system
 * @param process its command
 * @param user its user namespace
 * @param namespaces mode of every namespace but the user namespace
 * @param mounts what is mounted beyond /proc, /sys and /dev
 * @param etc which files of /etc it gets that depend on where it runs
 * @param rlimits resource limits of the command
 * @param sysctls settings of its namespaces, each key once
 * @param capabilities capabilities of the command
 * @param noNewPrivileges whether execve can no longer grant privileges (prctl(2)
 *     PR_SET_NO_NEW_PRIVS)
 * @param seccomp which system calls the command may make
 * @param init whether nsinit stays PID 1; otherwise the command is
 * @param stop when and how it is made to end
 * @param hostname name in a private UTS namespace; empty leaves the host's, null has one made up
 * @param domainname NIS domain name in a private UTS namespace; empty leaves the host's
 * @param proc what is at /proc
 * @param masks which paths are hidden against the defaults
 * @param trace whether nsinit measures each step
 * @param limits what it may use
 * @param landlock what the command may do with files; empty for no such rules
 * @param preferences what stops a container that can't have it
 * @param detached how it lives on without its caller; null if it ends with that
 */
public record Spec(
    String id,
    String name,
    Root root,
    ProcessSpec process,
    UserNamespace user,
    Map<NamespaceType, NamespaceMode> namespaces,
    List<Mount> mounts,
    EtcFiles etc,
    List<Rlimit> rlimits,
    List<Sysctl> sysctls,
    Capabilities capabilities,
    boolean noNewPrivileges,
    Seccomp seccomp,
    boolean init,
    StopPolicy stop,
    String hostname,
    String domainname,
    ProcMode proc,
    Masks masks,
    boolean trace,
    Limits limits,
    List<LandlockRule> landlock,
    Preferences preferences,
    Detached detached) {
  /** How many digits of its id name a container that was given no name. */
  public static final int NAME_DIGITS = 12;

  public Spec {
    landlock = List.copyOf(landlock);
    namespaces = Collections.unmodifiableMap(new EnumMap<>(namespaces));
    mounts = List.copyOf(mounts);
    rlimits = List.copyOf(rlimits);
    sysctls = List.copyOf(sysctls);
  }

  /** The same with another root file system. */
  public Spec withRoot(Root value) {
    return with(value, process, hostname, mounts);
  }

  /** The same with another command, host name and mounts. */
  public Spec with(ProcessSpec command, String host, List<Mount> places) {
    return with(root, command, host, places);
  }

  private Spec with(
      Root otherRoot, ProcessSpec otherProcess, String otherHostname, List<Mount> otherMounts) {
    return new Spec(
        id,
        name,
        otherRoot,
        otherProcess,
        user,
        namespaces,
        otherMounts,
        etc,
        rlimits,
        sysctls,
        capabilities,
        noNewPrivileges,
        seccomp,
        init,
        stop,
        otherHostname,
        domainname,
        proc,
        masks,
        trace,
        limits,
        landlock,
        preferences,
        detached);
  }

  /** A builder with the secure defaults: all namespaces private but time, which is the host's. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Mode of a namespace other than the user namespace.
   *
   * @throws IllegalArgumentException for {@link NamespaceType#USER}: see {@link #user()}
   */
  public NamespaceMode namespace(NamespaceType type) {
    NamespaceMode mode = namespaces.get(type);
    if (mode == null) {
      throw new IllegalArgumentException("no mode for the namespace " + type);
    }
    return mode;
  }

  /** Whether the container gets a new namespace of this type; the user namespace counts too. */
  public boolean isPrivate(NamespaceType type) {
    return type == NamespaceType.USER
        ? user.isNew()
        : namespace(type) instanceof NamespaceMode.Private;
  }

  /** Whether the name was given, and not made of the id, which nobody else has. */
  public boolean hasGivenName() {
    return !name.isEmpty() && !(name.length() == NAME_DIGITS && id.startsWith(name));
  }

  /** Adds everything wrong with this that can be told without looking at the host. */
  public void validate(SpecProblems problems) {
    SpecValidator.validate(this, problems);
  }

  /**
   * Adds what is wrong with this for a user who was looked up.
   *
   * @param user of the command, by numbers
   */
  public void validateUser(User user, SpecProblems problems) {
    if (!(process.user() instanceof UserRef.Numbers)) {
      user.validate(problems);
      if (!landlock.isEmpty() && user.uid() != 0) {
        LimitsValidator.landlockOf(false, this, problems);
      }
    }
  }

  /** Collects the parts of a {@link Spec}. Not thread-safe. */
  public static final class Builder {
    private String id = "";
    private String name = "";
    private Root root;
    private ProcessSpec process;
    private UserNamespace user = UserNamespace.of(UserNamespace.Mode.AUTO);
    private final Map<NamespaceType, NamespaceMode> namespaces = new EnumMap<>(NamespaceType.class);
    private final List<Mount> mounts = new ArrayList<>();
    private EtcFiles etc = EtcFiles.DEFAULT;
    private final List<Rlimit> rlimits = new ArrayList<>();
    private final List<Sysctl> sysctls = new ArrayList<>();
    private Capabilities capabilities = Capabilities.DEFAULT;
    private Boolean noNewPrivileges;
    private Seccomp seccomp;
    private boolean init = true;
    private StopPolicy stop = StopPolicy.DEFAULT;
    private String hostname = "";
    private String domainname = "";
    private ProcMode proc = ProcMode.FRESH;
    private Masks masks = Masks.DEFAULT;
    private boolean trace;
    private Limits limits = Limits.NONE;
    private final List<LandlockRule> landlock = new ArrayList<>();
    private Preferences preferences = Preferences.DEFAULT;
    private Detached detached;

    private Builder() {
      namespaces.put(NamespaceType.MOUNT, NamespaceMode.PRIVATE);
      namespaces.put(NamespaceType.PID, NamespaceMode.PRIVATE);
      namespaces.put(NamespaceType.IPC, NamespaceMode.PRIVATE);
      namespaces.put(NamespaceType.UTS, NamespaceMode.PRIVATE);
      namespaces.put(NamespaceType.NETWORK, NamespaceMode.PRIVATE);
      namespaces.put(NamespaceType.CGROUP, NamespaceMode.PRIVATE);
      namespaces.put(NamespaceType.TIME, NamespaceMode.HOST);
    }

    public Builder id(String value) {
      id = value;
      return this;
    }

    public Builder name(String value) {
      name = value;
      return this;
    }

    /** Required. */
    public Builder root(Root value) {
      root = value;
      return this;
    }

    /** Required. */
    public Builder process(ProcessSpec value) {
      process = value;
      return this;
    }

    public Builder user(UserNamespace value) {
      user = value;
      return this;
    }

    /**
     * Sets the mode of one namespace.
     *
     * @throws IllegalArgumentException for {@link NamespaceType#USER}: see {@link #user}
     */
    public Builder namespace(NamespaceType type, NamespaceMode mode) {
      if (type == NamespaceType.USER) {
        throw new IllegalArgumentException("the user namespace has its own setter");
      }
      namespaces.put(type, mode);
      return this;
    }

    /** Mode of a namespace so far; see {@link #namespace(NamespaceType, NamespaceMode)}. */
    public NamespaceMode namespace(NamespaceType type) {
      return namespaces.get(type);
    }

    /** The limits so far. */
    public Limits limits() {
      return limits;
    }

    public Builder etc(EtcFiles value) {
      etc = value;
      return this;
    }

    /** Adds a mount; the order in which they were added does not matter. */
    public Builder mount(Mount value) {
      mounts.add(value);
      return this;
    }

    public Builder rlimit(Rlimit value) {
      rlimits.add(value);
      return this;
    }

    /** Adds a setting; one for the same key that was added before no longer counts. */
    public Builder sysctl(Sysctl value) {
      for (int i = 0; i < sysctls.size(); i++) {
        if (sysctls.get(i).key().equals(value.key())) {
          sysctls.remove(i);
          break;
        }
      }
      sysctls.add(value);
      return this;
    }

    public Builder capabilities(Capabilities value) {
      capabilities = value;
      return this;
    }

    /** Unless called it is true, and false for {@link Capabilities#privileged}. */
    public Builder noNewPrivileges(boolean value) {
      noNewPrivileges = value;
      return this;
    }

    /**
     * Unless called it is {@link Seccomp#DEFAULT}, and {@link Seccomp#UNCONFINED} for {@link
     * Capabilities#privileged}.
     */
    public Builder seccomp(Seccomp value) {
      seccomp = value;
      return this;
    }

    public Builder init(boolean value) {
      init = value;
      return this;
    }

    public Builder stop(StopPolicy value) {
      stop = value;
      return this;
    }

    public Builder hostname(String value) {
      hostname = value;
      return this;
    }

    public Builder domainname(String value) {
      domainname = value;
      return this;
    }

    public Builder proc(ProcMode value) {
      proc = value;
      return this;
    }

    public Builder masks(Masks value) {
      masks = value;
      return this;
    }

    public Builder trace(boolean value) {
      trace = value;
      return this;
    }

    public Builder limits(Limits value) {
      limits = value;
      return this;
    }

    /** Adds a rule; the first one denies the command every file that no rule allows. */
    public Builder landlock(LandlockRule value) {
      landlock.add(value);
      return this;
    }

    public Builder preferences(Preferences value) {
      preferences = value;
      return this;
    }

    /** Null, unless called: it ends with its caller. */
    public Builder detached(Detached value) {
      detached = value;
      return this;
    }

    /**
     * The immutable result. It is not validated: see {@link Spec#validate}.
     *
     * @throws IllegalStateException if root or process is missing
     */
    public Spec build() {
      if (root == null || process == null) {
        throw new IllegalStateException(root == null ? "no root" : "no process");
      }
      return new Spec(
          id,
          name,
          root,
          process,
          user,
          namespaces,
          mounts,
          etc,
          rlimits,
          sysctls,
          capabilities,
          noNewPrivileges == null ? !capabilities.privileged() : noNewPrivileges,
          seccomp(),
          init,
          stop,
          hostname,
          domainname,
          proc,
          masks,
          trace,
          limits,
          landlock,
          preferences,
          detached);
    }

    private Seccomp seccomp() {
      if (seccomp != null) {
        return seccomp;
      }
      return capabilities.privileged() ? Seccomp.UNCONFINED : Seccomp.DEFAULT;
    }
  }
}
