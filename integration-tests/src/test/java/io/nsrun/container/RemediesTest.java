package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Follows the advice that messages give. In the table, {@code TREE} is a root filesystem of the
 * caller's, {@code DIR} a directory of his with a program {@code tool} and a file {@code file},
 * {@code FIRST} his first subordinate id.
 */
class RemediesTest extends ContainerTest {
  private static final Caller ROOT = Caller.ROOT;
  private static final Caller RANGED = Caller.RANGED;
  private static final Caller PLAIN = Caller.PLAIN;

  private static final String READ_ONLY = "mount --bind TREE TREE && mount -o remount,bind,ro TREE";
  private static final String COVERED = "mount -t tmpfs tmpfs /proc/fs";

  /**
   * A message, and what is done about it.
   *
   * @param prelude a script that root runs before nsrun, in a mount namespace of its own; "" for
   *     none
   * @param setup a script that prepares TREE and DIR
   * @param refused what is refused, words between blanks
   * @param told a part of the message
   * @param deed a script that does what is advised; "" if it is only to call nsrun otherwise
   * @param followed what works then; "" for the same as before
   */
  private record Remedy(
      Caller caller,
      String prelude,
      String setup,
      String refused,
      String told,
      String deed,
      String followed) {
    @Override
    public String toString() {
      return caller + " " + refused + " -> " + deed + " " + followed;
    }
  }

  private static Remedy options(Caller caller, String refused, String told, String followed) {
    return new Remedy(caller, "", "", refused, told, "", followed);
  }

  private static Remedy deed(
      Caller caller, String setup, String refused, String told, String deed) {
    return new Remedy(caller, "", setup, refused, told, deed, "");
  }

  private static Remedy with(
      Caller caller, String setup, String refused, String told, String followed) {
    return new Remedy(caller, "", setup, refused, told, "", followed);
  }

  private static Remedy where(String prelude, String refused, String told, String followed) {
    return new Remedy(ROOT, prelude, "", refused, told, "", followed);
  }

  static Stream<Remedy> mounts() {
    String foreign = "rmdir TREE/proc; chown root: TREE";
    String unwritable =
        "Make it in the root filesystem, chown the tree to the caller, or use --eph";
    return Stream.of(
        options(
            ROOT,
            "-v /proc:/p busybox true",
            "-v /proc:DIR:noidmap",
            "-v /proc:/p:noidmap busybox true"),
        options(
            ROOT,
            "-v /proc:/p busybox true",
            "--userns=identity",
            "--userns=identity -v /proc:/p busybox true"),
        deed(
            RANGED,
            "mkdir DIR/closed DIR/closed/x; chmod 700 DIR/closed; chown -R OWNER: DIR/closed",
            "--uidmap=0:FIRST:9 --gidmap=0:FIRST:9 -v DIR/closed/x:/tmp TREE true",
            "Open the path with chmod a+x",
            "chmod a+x DIR/closed"),
        with(PLAIN, foreign, "TREE true", unwritable, "--ephemeral TREE true"),
        deed(PLAIN, foreign, "TREE true", unwritable, "chown OWNER: TREE"),
        deed(PLAIN, foreign, "TREE true", unwritable, "mkdir TREE/proc"),
        deed(
            PLAIN,
            "rmdir TREE/proc; ln -s /etc TREE/proc",
            "TREE true",
            "Make it a directory",
            "rm TREE/proc; mkdir TREE/proc"),
        options(
            PLAIN,
            "-v DIR/file:/etc TREE true",
            "Choose another target",
            "-v DIR/file:/other TREE true"),
        where(
            READ_ONLY,
            "-v DIR:/new TREE true",
            "or use --ephemeral",
            "--ephemeral -v DIR:/new TREE true"),
        new Remedy(
            ROOT, READ_ONLY, "", "-v DIR:/new TREE true", "Make /new there", "mkdir TREE/new", ""),
        where(
            READ_ONLY,
            "-w /new TREE true",
            "--ephemeral or --tmpfs",
            "--ephemeral -w /new TREE true"),
        where(
            READ_ONLY,
            "-w /tmp/new TREE true",
            "--ephemeral or --tmpfs",
            "--tmpfs=/tmp -w /tmp/new TREE true"),
        options(PLAIN, "-w /proc/x TREE true", "Choose another place", "-w /x TREE true"),
        where(COVERED, "busybox true", "--proc=bind", "--proc=bind busybox true"),
        where(COVERED, "busybox true", "--prefer=proc", "--prefer=proc busybox true"),
        where(
            COVERED,
            "-m 64m --prefer=proc busybox true",
            "--ulimit",
            "--ulimit=data=64000000 --prefer=proc busybox true"));
  }

  static Stream<Remedy> commands() {
    String closed = "mkdir -m 700 TREE/closed; chown OWNER: TREE/closed";
    return Stream.of(
        with(
            RANGED,
            closed,
            "-u 1000 -w /closed TREE true",
            "Choose another with --workdir",
            "-u 1000 -w / TREE true"),
        with(
            RANGED,
            closed,
            "-u 1000 -w /closed TREE true",
            "another user with --user",
            "-u 0 -w /closed TREE true"),
        options(
            PLAIN,
            "--ulimit nofile=64:99999999 busybox true",
            "Ask for less with --ulimit",
            "--ulimit nofile=64 busybox true"),
        options(
            PLAIN,
            "--landlock rx:/ --landlock rw:/gone busybox true",
            "Leave its rule out",
            "--landlock rx:/ busybox true"),
        options(
            PLAIN,
            "--landlock rx:/ --landlock rw:/gone busybox true",
            "or make it first",
            "--tmpfs /gone --landlock rx:/ --landlock rw:/gone busybox true"),
        options(
            PLAIN,
            "--landlock ro:/ busybox true",
            "add --landlock=rx:/",
            "--landlock=rx:/ busybox true"),
        deed(
            PLAIN,
            "chmod -x DIR/tool; cp DIR/tool TREE/tool",
            "TREE /tool",
            "chmod +x it in the root filesystem",
            "chmod +x TREE/tool"),
        with(
            PLAIN,
            "echo true >TREE/script; chmod 755 TREE/script",
            "TREE /script",
            "Run it with sh /script.",
            "TREE sh /script"),
        options(
            PLAIN,
            "-v DIR:/x:noexec busybox /x/tool",
            "mount it with exec",
            "-v DIR:/x:exec busybox /x/tool"),
        deed(
            PLAIN,
            "printf '#!/bin/sh\\r\\ntrue\\n' >TREE/script; chmod 755 TREE/script",
            "TREE /script",
            "Convert it, e.g. with dos2unix",
            "sed -i 's/\\r//' TREE/script"),
        options(PLAIN, "busybox -- true", "no -- after it", "busybox true"),
        deed(
            PLAIN,
            "mkdir TREE/program",
            "TREE /program",
            "/program is a directory",
            "rmdir TREE/program; cp DIR/tool TREE/program"));
  }

  static Stream<Remedy> words() {
    return Stream.of(
        options(PLAIN, "-u 1000 busybox true", "choose one of these", "-u 0 busybox true"),
        options(PLAIN, "-v DIR:/x:idmap busybox true", "leave idmap out", "-v DIR:/x busybox true"),
        options(
            PLAIN, "-v DIR:/x:rshared busybox true", "use rslave", "-v DIR:/x:rslave busybox true"),
        options(
            PLAIN,
            "--userns=identity busybox true",
            "use keep-id",
            "--userns=keep-id busybox true"),
        options(PLAIN, "--userns=host busybox true", "leave --userns out", "busybox true"),
        options(PLAIN, "-v sub:/x busybox true", "write ./sub", "-v ./sub:/x busybox true"),
        deed(PLAIN, "", "-v DIR/new:/x busybox true", "must exist on the host", "mkdir DIR/new"),
        options(
            ROOT,
            "--mountns=host busybox true",
            "add --rootfs-host",
            "--mountns=host --rootfs-host true"),
        options(
            PLAIN,
            "--init=false --pid=host busybox true",
            "leave one of the two out",
            "--pid=host busybox true"),
        options(
            PLAIN,
            "--rootfs-host --overlay-dir=DIR/new true",
            "use --ephemeral",
            "--rootfs-host --ephemeral true"),
        options(PLAIN, "--group-add 44 busybox true", "leave them out", "busybox true"));
  }

  /** What {@code docker run} has and {@code nsrun run} has not. */
  static Stream<Remedy> engines() {
    return Stream.of(
        options(
            PLAIN,
            "--shm-size 9m busybox true",
            "--tmpfs /dev/shm:size=64m",
            "--tmpfs /dev/shm:size=64m busybox true"),
        options(
            PLAIN,
            "--device /dev/full busybox true",
            "-v /dev/NAME:/dev/NAME:dev",
            "-v /dev/full:/dev/full:dev busybox test -c /dev/full"),
        options(PLAIN, "-p 80:80 busybox true", "--network=host", "--network=host busybox true"),
        options(
            PLAIN,
            "--dns-search x busybox true",
            "--inject /etc/resolv.conf=@FILE",
            "--inject /etc/resolv.conf=@DIR/file busybox true"),
        options(
            PLAIN, "--volumes-from x busybox true", "-v /HOST/DIR:/DIR", "-v DIR:/x busybox true"),
        options(PLAIN, "--tz UTC busybox true", "-e TZ=", "-e TZ=UTC0 busybox true"),
        options(PLAIN, "--rootfs TREE true", "ROOTFS is the first word", "TREE true"),
        options(PLAIN, "--oom-score-adj 5 busybox true", "choom", "busybox true"),
        options(PLAIN, "--http-proxy busybox true", "-e", "-e http_proxy busybox true"),
        options(
            PLAIN,
            "--secret x busybox true",
            "--inject",
            "--inject /run/secrets/x=@DIR/file busybox true"),
        options(
            PLAIN,
            "--storage-opt size=1g busybox true",
            "--ephemeral-dir",
            "--ephemeral-dir DIR busybox true"));
  }

  @ParameterizedTest
  @MethodSource({"mounts", "commands", "words", "engines"})
  void theRemedyThatIsPrintedHelps(Remedy remedy) throws IOException {
    Path directory = Directories.fresh(remedy.caller());
    Path tree = Rootfs.tree(remedy.caller());
    Files.createDirectory(directory.resolve("sub"));
    Files.writeString(directory.resolve("file"), "content");
    Path tool = directory.resolve("tool");
    Files.writeString(tool, "#!/bin/sh\nexit 0\n");
    Command.check(List.of("chmod", "755", tool.toString()));
    Rootfs.own(directory, remedy.caller());
    Scene scene = new Scene(remedy, tree, directory);
    scene.script(remedy.setup());

    Result refused = scene.run(remedy.refused());
    assertThat(refused.err()).contains(remedy.told());
    assertThat(refused.code()).isBetween(125, 127);

    scene.script(remedy.deed());
    Result followed = scene.run(remedy.followed().isEmpty() ? remedy.refused() : remedy.followed());
    assertThat(followed.err()).isEmpty();
    assertThat(followed.code()).isZero();
  }

  private record Scene(Remedy remedy, Path tree, Path directory) {
    String text(String template) {
      return template
          .replace("TREE", tree.toString())
          .replace("DIR/", directory + "/")
          .replace("DIR:", directory + ":")
          .replace("DIR ", directory + " ")
          .replace("OWNER", remedy.caller().login())
          .replace("FIRST", Integer.toString(remedy.caller().firstSubordinateUid()));
    }

    void script(String template) {
      if (!template.isEmpty()) {
        Command.check(List.of("sh", "-ec", text(template)));
      }
    }

    Result run(String template) {
      Nsrun nsrun = Nsrun.as(remedy.caller()).in(directory);
      if (!remedy.prelude().isEmpty()) {
        String script = text(remedy.prelude()) + " && exec \"$@\"";
        nsrun.through("unshare", "--mount", "--propagation=private", "sh", "-ec", script, "--");
      }
      List<String> words = new ArrayList<>();
      for (String word : template.split(" ", -1)) {
        words.add(text(word + " ").strip());
      }
      return nsrun.run(words.toArray(String[]::new));
    }
  }
}
