package io.nsrun.doctor;

import io.nsrun.control.Errno;
import io.nsrun.plan.facts.MountEntry;
import io.nsrun.plan.steps.CommandStep;
import io.nsrun.spec.OsPath;
import io.nsrun.spec.OsString;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.Text;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Why the command could not be executed. Null where nothing is known. */
final class ExecCauses {
  /** Enough for the program headers and the loader's path of any usual program. */
  private static final int HEAD = 8192;

  private ExecCauses() {}

  static Text exec(Failure failure) {
    String command = failure.object();
    RootView root = RootView.of(failure.plan());
    Optional<Path> file = command.startsWith("/") ? root.find(command) : Optional.empty();
    return switch (failure.errno()) {
      case ENOENT -> notFound(failure, command, file, root);
      case EACCES, EPERM -> notExecutable(failure, command, file, root);
      case ENOEXEC -> noFormat(failure, command, file);
      case E2BIG ->
          Text.of(
              "one argument or variable may have 128 KiB, and all together a quarter of the"
                  + " stack limit (ulimit -s), 6 MiB at most. Pass it as a file or on standard input.");
      case ETXTBSY -> Text.of(command + " is open for writing. Close it first.");
      case ELOOP ->
          Text.of(command + " is a loop of symbolic links, or of scripts that name each other.");
      case ENOTDIR -> Text.of("something on the way to " + command + " is no directory.");
      case ELIBACC ->
          Text.of("a shared library of " + command + " is missing in the root filesystem.");
      case ENOMEM ->
          Text.of(
              "not enough memory is free for the program. Raise ",
              SpecField.RLIMIT.with("as"),
              ", if it is set.");
      case EAGAIN ->
          Text.of(
              "RLIMIT_NPROC of this user id is exceeded. Raise ",
              SpecField.RLIMIT.with("nproc"),
              ".");
      default -> null;
    };
  }

  private static Text notFound(
      Failure failure, String command, Optional<Path> file, RootView root) {
    if (file.isPresent()) {
      return missingInterpreter(command, RootView.head(file.get(), HEAD), root);
    }
    if (command.startsWith("-")) {
      return Text.of(SpecField.ARGS.with(command), ".");
    }
    if ((!command.contains("/") || command.startsWith("/bin/")) && isNoSystem(root)) {
      return Text.of(
          "the root filesystem has no /bin/sh, /usr or /etc. ",
          SpecField.ROOT,
          " is a directory with a whole system in it, such as an image that was unpacked, or ",
          SpecField.ROOT.with("busybox"),
          ".");
    }
    if (command.contains("/")) {
      return Text.of(command + " is not in the root filesystem.");
    }
    return Text.of(
        "no such command in the root filesystem; PATH there is " + pathOf(failure) + ".");
  }

  /** Somebody's own files, most likely, given in place of a root filesystem. */
  private static boolean isNoSystem(RootView root) {
    return root.find("/").filter(Files::isReadable).isPresent()
        && root.find("/bin/sh").isEmpty()
        && root.find("/usr").isEmpty()
        && root.find("/etc").isEmpty();
  }

  private static String pathOf(Failure failure) {
    CommandStep.Exec exec = failure.first(CommandStep.Exec.class);
    if (exec != null) {
      for (String variable : exec.env()) {
        if (variable.startsWith("PATH=")) {
          return variable.substring("PATH=".length());
        }
      }
    }
    return "not set";
  }

  private static Text missingInterpreter(String command, byte[] head, RootView root) {
    Optional<String> script = interpreter(head);
    if (script.isPresent()) {
      if (script.get().endsWith("\r")) {
        return Text.of(
            command
                + " has Windows line ends, so that its interpreter's name ends with a carriage"
                + " return. Convert it, e.g. with dos2unix.");
      }
      return Text.of("its interpreter " + script.get() + " is not in the root filesystem.");
    }
    String loader = ElfHeader.parse(head).map(ElfHeader::interpreter).orElse("");
    if (!loader.isEmpty() && root.find(loader).isEmpty()) {
      return Text.of(
          "its dynamic loader "
              + loader
              + " is not in the root filesystem: it was built for another C library (glibc,"
              + " musl). Use a static build, or a root filesystem that has it.");
    }
    return Text.of("the file is there, its interpreter or dynamic loader is not.");
  }

  /** What a script's first line names; absent if it is no script. */
  private static Optional<String> interpreter(byte[] head) {
    if (head.length < 3 || head[0] != '#' || head[1] != '!') {
      return Optional.empty();
    }
    String line = OsString.decode(head, 2, head.length - 2);
    int end = line.indexOf('\n');
    String words = (end < 0 ? line : line.substring(0, end)).replaceFirst("^[ \t]+", "");
    return Optional.of(words.replaceFirst("[ \t].*$", ""));
  }

  private static Text notExecutable(
      Failure failure, String command, Optional<Path> file, RootView root) {
    boolean hasRules =
        failure.errno() == Errno.EACCES && failure.first(CommandStep.Landlock.class) != null;
    if (file.isEmpty()) {
      if (hasRules) {
        return noRule(command);
      }
      return failure.errno() == Errno.EACCES
          ? Text.of(
              command,
              " may not be executed by the user of the command. chmod +x, or another ",
              SpecField.USER,
              ".")
          : null;
    }
    if (Files.isDirectory(file.get())) {
      return Text.of(command + " is a directory.");
    }
    if (!Files.isRegularFile(file.get())) {
      return Text.of(command + " is no regular file.");
    }
    int mode = failure.machine().mode(OsPath.text(file.get()));
    if (mode != 0 && (mode & 0111) == 0) {
      return Text.of(command + " has no execute permission. chmod +x it in the root filesystem.");
    }
    boolean noexec =
        MountEntry.holding(failure.machine().mounts(), OsPath.text(file.get()))
            .map(mount -> mount.has("noexec"))
            .orElse(false);
    if (noexec || root.isNoexec(command)) {
      return Text.of(
          command + " is on a file system mounted noexec. Move it, or mount it with exec.");
    }
    Optional<String> script = interpreter(RootView.head(file.get(), HEAD));
    if (!hasRules && script.isPresent() && root.find(script.get()).isPresent()) {
      return Text.of(
          "neither "
              + command
              + " nor its interpreter "
              + script.get()
              + " may lack execute permission for the user of the command.");
    }
    if (hasRules) {
      return noRule(command);
    }
    return Text.of(
        command,
        " or a directory above it is closed to the user of the command. chmod, or another ",
        SpecField.USER,
        ".");
  }

  private static Text noRule(String command) {
    return Text.of(
        "no ",
        SpecField.LANDLOCK,
        " rule lets ",
        command + " be executed, or its interpreter. Add rx:/, or the directories of both.");
  }

  private static Text noFormat(Failure failure, String command, Optional<Path> file) {
    if (file.isEmpty()) {
      return null;
    }
    byte[] head = RootView.head(file.get(), HEAD);
    if (head.length == 0) {
      return Text.of(command + " is empty, or can't be read.");
    }
    Optional<ElfHeader> elf = ElfHeader.parse(head);
    if (elf.isPresent()) {
      String here = here(failure);
      return elf.get().architecture().equals(here)
          ? Text.of(command + " is damaged, or of an ABI that this kernel does not run.")
          : Text.of(
              command
                  + " is a program for "
                  + elf.get().architecture()
                  + ", this machine is "
                  + here
                  + ". Use a root filesystem for "
                  + here
                  + ", or register an emulator with binfmt_misc (qemu-user).");
    }
    if (ElfHeader.isElf(head)) {
      return Text.of(command + " is cut short.");
    }
    return Text.of(
        command
            + " is no program; a script must start with #! and its interpreter. Run it with sh "
            + command
            + ".");
  }

  private static String here(Failure failure) {
    String architecture = failure.machine().property("os.arch").orElse("unknown");
    return architecture.equals("amd64") ? "x86_64" : architecture;
  }
}
