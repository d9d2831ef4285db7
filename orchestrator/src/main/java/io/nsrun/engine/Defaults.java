package io.nsrun.engine;

import io.nsrun.spec.NamespaceMode;
import io.nsrun.spec.NamespaceType;
import io.nsrun.spec.Root;
import io.nsrun.spec.RootSource;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.Text;
import io.nsrun.spec.Writes;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a container is where nobody said what it is to be: the same through each door but that of a
 * config.json, which is obeyed as written. What {@link Spec#builder} has is part of it.
 */
public final class Defaults {
  /** Where commands are looked for, as Docker has it. */
  public static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private static final int HOSTNAME_LETTERS = 10;
  private static final int ID_BYTES = 32;

  private Defaults() {}

  /**
   * Gives a container an id that nobody can guess, and a name.
   *
   * @param name null to have one made of the id
   * @throws IOException if the kernel gives no random bytes
   */
  public static void identity(Spec.Builder builder, String name) throws IOException {
    String id = RandomText.hex(ID_BYTES);
    builder.id(id).name(name == null ? id.substring(0, Spec.NAME_DIGITS) : name);
  }

  /**
   * Which host name a container has: one that is made up, as {@link Spec#hostname} says it; the
   * host's if it has no UTS namespace of its own to put another one into.
   *
   * @param builder which namespaces it has is known already
   */
  public static String hostname(Spec.Builder builder) {
    return builder.namespace(NamespaceType.UTS) instanceof NamespaceMode.Private ? null : "";
  }

  /**
   * A host name, made up.
   *
   * @throws IOException if the kernel gives no random bytes
   */
  static String newHostname() throws IOException {
    return RandomText.letters(HOSTNAME_LETTERS);
  }

  /**
   * The variables that a command has, but for HOME, which its user tells, and HOSTNAME: nothing of
   * the caller's.
   *
   * @return to be changed
   */
  public static Map<String, String> environment() {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("PATH", PATH);
    variables.put("container", "nsrun");
    return variables;
  }

  /**
   * Where goes what is written to the root file system, unless a directory was named for it.
   *
   * @param ephemeral whether it is to be forgotten with the container; null if nobody said
   * @param readOnly whether the container can't write to its root
   * @param kept whether what is kept of the container, which lives on, can be asked for when it has
   *     ended
   * @param problems gets what is wrong with that
   */
  public static Writes writes(
      RootSource source, Boolean ephemeral, boolean readOnly, boolean kept, SpecProblems problems) {
    boolean forget = Boolean.TRUE.equals(ephemeral);
    if (source instanceof RootSource.Host) {
      return forget ? Writes.MEMORY : Writes.NONE;
    }
    if (!new Root(source, Writes.IN_PLACE).isStored()) {
      return forget ? Writes.MEMORY : Writes.IN_PLACE;
    }
    // Mount points that are made would stay for all others.
    if (readOnly) {
      return Boolean.FALSE.equals(ephemeral) ? Writes.IN_PLACE : Writes.MEMORY;
    }
    if (kept && !forget) {
      return Writes.LASTING;
    }
    if (Boolean.FALSE.equals(ephemeral)) {
      problems.add(
          SpecField.EPHEMERAL,
          Text.of(
              "can't be false: all containers of this ",
              SpecField.ROOT,
              " start from the same files"),
          Text.of("unpack it into a directory of your own, and name that"));
    }
    return Writes.MEMORY;
  }
}
