package io.nsrun;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Below the doors no text names an option: it refers to a part of the Spec, which the door that was
 * used names in its own words.
 */
class WordsOfTheDoorsTest {
  /** The command line, and its manual. */
  private static final Set<String> DOORS = Set.of("cli", "docs");

  private static final Pattern OPTION =
      Pattern.compile("(?<![\\w-])(--[a-z]|-[a-zA-Z](?=$|[ .,;:)]))");

  /** What else looks so, and whose it is. */
  private static final Map<String, String> OF_OTHER_PROGRAMS =
      Map.ofEntries(
          Map.entry("docker run --security-opt ", "Docker's, of the container around"),
          Map.entry("Docker: --security-opt ", "Docker's, of the container around"),
          Map.entry("seccomp=unconfined --security-opt ", "Docker's, of the container around"),
          Map.entry(
              "outer container with --security-opt ", "any engine's, of the container around"),
          Map.entry("unshare --user --mount", "unshare(1)"),
          Map.entry("sudo usermod --add-sub", "usermod(8)"),
          Map.entry("--enable-native-access", "java(1)"),
          Map.entry("--restore-terminal", "nsinit's, which nobody types"),
          Map.entry("mount -t ", "mount(8)"),
          Map.entry("sysctl -w ", "sysctl(8)"),
          Map.entry("ulimit -H", "the shell's"),
          Map.entry("ulimit -n", "the shell's"),
          Map.entry("ulimit -s", "the shell's"),
          Map.entry("ulimit -u", "the shell's"),
          Map.entry("ls -l ", "ls(1)"),
          Map.entry("df -i ", "df(1)"));

  /** Has a program for sh(1), which is run and never told. */
  private static final Path SHELL_PROGRAM = Path.of("engine/EphemeralWrites.class");

  /** How a script begins that is run inside, and read by nobody. */
  private static final String SCRIPT = "[ \"$(stat -c %d:%i /mnt)\" = \"$1\" ] || exit 3\ncd /mnt";

  @Test
  void noTextBelowTheDoorsNamesAnOption() throws Exception {
    List<String> found = new ArrayList<>();
    Set<String> unused = new HashSet<>(OF_OTHER_PROGRAMS.keySet());
    int strings = 0;
    for (Path file : classes()) {
      for (String text : strings(Files.readAllBytes(file))) {
        strings++;
        String rest = text.startsWith(SCRIPT) ? "" : text;
        for (String other : OF_OTHER_PROGRAMS.keySet()) {
          if (rest.contains(other)) {
            unused.remove(other);
            rest = rest.replace(other, "");
          }
        }
        if (OPTION.matcher(rest).find()) {
          found.add(file.getFileName() + ": " + text);
        }
      }
    }
    assertThat(strings).isGreaterThan(1000);
    assertThat(found).as("texts with options; refer to a SpecField in a Text instead").isEmpty();
    assertThat(unused).as("exceptions that nothing needs").isEmpty();
  }

  private static List<Path> classes() throws Exception {
    URI main = WordsOfTheDoorsTest.class.getResource("spec/Spec.class").toURI();
    Path root = Path.of(main).getParent().getParent();
    List<Path> classes = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        String room = root.relativize(file).getName(0).toString();
        if (file.toString().endsWith(".class")
            && !DOORS.contains(room)
            && !file.endsWith(SHELL_PROGRAM)) {
          classes.add(file);
        }
      }
    }
    return classes;
  }

  /** The string constants of a class file (JVMS 4.4). */
  private static List<String> strings(byte[] file) throws IOException {
    List<String> texts = new ArrayList<>();
    try (InputStream bytes = new ByteArrayInputStream(file);
        DataInputStream in = new DataInputStream(bytes)) {
      in.skipNBytes(8);
      int count = in.readUnsignedShort();
      String[] letters = new String[count];
      List<Integer> constants = new ArrayList<>();
      for (int i = 1; i < count; i++) {
        int tag = in.readUnsignedByte();
        switch (tag) {
          case 1 -> letters[i] = in.readUTF();
          case 8 -> constants.add(in.readUnsignedShort());
          case 7, 16, 19, 20 -> in.skipNBytes(2);
          case 15 -> in.skipNBytes(3);
          case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
          case 5, 6 -> {
            in.skipNBytes(8);
            i++;
          }
          default -> throw new IOException("constant of kind " + tag);
        }
      }
      for (int index : constants) {
        texts.add(letters[index]);
      }
    }
    return texts;
  }
}
