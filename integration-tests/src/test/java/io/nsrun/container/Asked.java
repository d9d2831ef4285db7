package io.nsrun.container;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A container that a test asks for, whichever {@link Door} it goes through. May be sent to another
 * JVM. Each method changes it.
 */
final class Asked implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Where the root file system comes from. */
  enum Root {
    EMBEDDED,
    DIRECTORY,
    ARCHIVE,
    HOST
  }

  /** One that was told, with its values. */
  record Told(Setting setting, List<String> values) implements Serializable {}

  private final transient Caller caller;
  private final ArrayList<Told> settings = new ArrayList<>();
  private ArrayList<String> command = new ArrayList<>();
  private Root root = Root.EMBEDDED;
  private String rootfs = "";
  private byte[] input = new byte[0];

  private Asked(Caller caller) {
    this.caller = caller;
  }

  static Asked of(Caller caller) {
    return new Asked(caller);
  }

  Asked command(String... words) {
    command = new ArrayList<>(List.of(words));
    return this;
  }

  Asked script(String script, String... arguments) {
    command("sh", "-c", script);
    if (arguments.length > 0) {
      command.add("sh");
      command.addAll(List.of(arguments));
    }
    return this;
  }

  /** A directory. */
  Asked rootfs(Path directory) {
    return root(Root.DIRECTORY, directory.toString());
  }

  Asked archive(Path file) {
    return root(Root.ARCHIVE, file.toString());
  }

  Asked hostRoot() {
    return root(Root.HOST, "");
  }

  private Asked root(Root kind, String path) {
    root = kind;
    rootfs = path;
    return this;
  }

  /** May be told several times, where that means several things. */
  Asked with(Setting setting, String... values) {
    settings.add(new Told(setting, List.of(values)));
    return this;
  }

  /**
   * A directory or file of the host.
   *
   * @param flags {@code ro}, {@code noexec}, {@code noidmap}
   */
  Asked bind(Path source, String target, String... flags) {
    List<String> values = new ArrayList<>(List.of(source.toString(), target));
    values.addAll(List.of(flags));
    return with(Setting.BIND, values.toArray(String[]::new));
  }

  /** A program of {@link Tools}, as {@code /NAME}. */
  Asked tool(String name) {
    return bind(Tools.path(name), "/" + name, "ro");
  }

  /** What the command reads; the end of file comes after it. */
  Asked input(String text) {
    input = text.getBytes(StandardCharsets.UTF_8);
    return this;
  }

  Caller caller() {
    return caller;
  }

  List<Told> settings() {
    return settings;
  }

  List<String> command() {
    return command;
  }

  Root root() {
    return root;
  }

  /** Empty for those that have none. */
  String rootfs() {
    return rootfs;
  }

  byte[] input() {
    return input.clone();
  }
}
