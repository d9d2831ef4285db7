package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Arguments, variables, paths are bytes: nsrun changes none on their way from the caller to the
 * command, whatever the locale, and shows those that are no UTF-8 as such.
 */
@DependsOnJvm
class BytesTest extends ContainerTest {
  /** A name that is no UTF-8, another that differs in that byte only, and one of a letter. */
  private static final String NAMES =
      "f=$(printf 'n\\377'); e=$(printf 'n\\376'); u=$(printf '\\303\\251'); X=$u$f; export X;";

  static Stream<Arguments> callersAndLocales() {
    return Stream.of(Caller.ROOT, Caller.PLAIN)
        .flatMap(
            caller ->
                Stream.of("", "C", "POSIX", "C.UTF-8").map(name -> Arguments.of(caller, name)));
  }

  /**
   * Runs {@code nsrun run} from a shell.
   *
   * @param locale empty for none
   * @param script has {@code "$@"} for nsrun
   */
  private static Result shell(Caller caller, String locale, Path directory, String script) {
    Nsrun nsrun = Nsrun.as(caller).without("LANG").in(directory);
    if (!locale.isEmpty()) {
      nsrun.env("LC_ALL", locale);
    }
    return nsrun.through("sh", "-c", NAMES + script, "sh").nsrun("run");
  }

  /** A directory of the caller's, after a script ran in it. */
  private static Path directory(Caller caller, String script) {
    Path directory = Directories.fresh(caller);
    Command.check(List.of("sh", "-c", "cd " + directory + " && " + NAMES + script));
    Command.check(List.of("chown", "-R", caller.login() + ":", directory.toString()));
    return directory;
  }

  @ParameterizedTest
  @MethodSource("callersAndLocales")
  void argumentsAndVariablesArriveAsTheyAre(Caller caller, String locale) {
    Path directory = directory(caller, "printf \"A=$f\\n$e=$u\\n\" >\"env$f\"");

    String options = "\"$@\" -e X -e \"Y$u=$e\" --env-file \"env$f\" busybox ";
    Result words =
        shell(
            caller,
            locale,
            directory,
            options + "sh -c 'printf %s \"$1$2$X\" | od -An -tx1' sh \"$f\" \"$u\"");
    Result variables =
        shell(caller, locale, directory, options + "od -An -v -tx1 /proc/self/environ");

    assertThat(words.orFail().out().replaceAll("\\s+", "")).isEqualTo("6effc3a9c3a96eff");
    assertThat(variables.orFail().out().replaceAll("\\s+", ""))
        .contains("0058" + "3dc3a96eff00", "59c3a93d6efe00", "413d6eff00", "6efe3dc3a900");
  }

  @ParameterizedTest
  @MethodSource("callersAndLocales")
  void twoPathsThatDifferInOneByteAreTwo(Caller caller, String locale) {
    Path directory =
        directory(
            caller,
            "for d in \"$f\" \"$e\" \"$u\"; do mkdir \"$d\"; printf %s \"$d\" >\"$d/x\"; done;"
                + " echo injected >\"in$f\"");

    Result result =
        shell(
            caller,
            locale,
            directory,
            "cd \"$u\"; \"$@\" -v \"$PWD/../$f:/v/$f\" -v \"../$e:/v/$e\" --mount"
                + " \"type=bind,src=.,dst=/v/$u\" --inject \"/i$f=@../in$f\" --tmpfs \"/q$f\""
                + " -w \"/v/$f\" busybox sh -c 'cat x ../*/x /v/\"$1\"/x | od -An -tx1;"
                + " cat /i*; pwd | od -An -tx1; ls -d /v/* /q* | wc -l' sh \"$u\"");

    assertThat(result.orFail().text().replace(" ", ""))
        .isEqualTo("6eff6efe6effc3a9c3a9\ninjected\n2f762f6eff0a\n4");
  }

  @ParameterizedTest
  @MethodSource("callersAndLocales")
  void rootsDirectoriesAndStateMayHaveSuchNames(Caller caller, String locale) throws IOException {
    Path tree = Rootfs.tree(caller);
    Path directory = tree.getParent();
    Command.check(
        List.of(
            "sh",
            "-c",
            "cd "
                + directory
                + " && "
                + NAMES
                + "printf \"u$f:x:0:0::/h$f:/bin/sh\n"
                + "\" >>root/etc/passwd; mv root \"$f\"; mkdir -m 700 \"e$f\" \"h$f\" run; chown"
                + " --reference=\"$f\" \"e$f\" \"h$f\" run"));

    Result result =
        shell(
            caller,
            locale,
            directory,
            "HOME=$PWD/h$f XDG_RUNTIME_DIR=$PWD/run NSRUN_HOME=$PWD/s$f; export HOME"
                + " XDG_RUNTIME_DIR NSRUN_HOME; \"$@\" --overlay-dir \"o$f\" \"./$f\" sh -c 'echo"
                + " kept >/kept' && cat \"o$f/upper/kept\" && \"$@\" --ephemeral-dir \"e$f\""
                + " \"$PWD/$f\" sh -c 'echo gone >/gone' && ls \"e$f\" && cd \"$f\" && \"$@\""
                + " --userns=keep-id . echo here && \"$@\" -u \"u$f\" . sh -c 'echo $HOME' | od -An"
                + " -tx1");

    assertThat(result.orFail().text().replace(" ", "")).isEqualTo("kept\nhere\n2f686eff0a");
  }

  @ParameterizedTest
  @MethodSource("callersAndLocales")
  void filesThatAreAskedForHaveTheNamesThatWereGiven(Caller caller, String locale) {
    Path directory = directory(caller, ":");

    Result result =
        shell(
            caller,
            locale,
            directory,
            "\"$@\" --result \"r$f\" --cidfile \"c$f\" --trace \"t$u\" busybox true \"$f\" \"$u\""
                + " && cat \"r$f\" && test -s \"c$f\" && test -s \"t$u\" && ls | wc -l");

    List<String> lines = result.orFail().lines();
    assertThat(lines.get(1)).isEqualTo("3");
    assertThat(lines.get(0)).contains("\"command\":[\"true\",\"n\\uDCFF\",\"é\"]");
  }

  @ParameterizedTest
  @MethodSource("callersAndLocales")
  void messagesShowLettersAndEscapeOtherBytes(Caller caller, String locale) {
    Path directory = directory(caller, ":");

    Result missing = shell(caller, locale, directory, "\"$@\" -v \"$PWD/$u$f:/x\" busybox true");
    Result unknown = shell(caller, locale, directory, "\"$@\" --name=n busybox \"$u$f\"");
    Result explained =
        shell(
            caller,
            locale,
            directory,
            "shift $(($# - 1)); exec " + java() + " explain -v \"$PWD:/v/$u$f\" busybox true");
    Result planned =
        shell(caller, locale, directory, "\"$@\" --dry-run --format=json busybox echo \"$u$f\"");

    assertThat(missing.errors().get(0)).contains(directory + "/én\\xff is missing");
    assertThat(unknown.code()).isEqualTo(127);
    assertThat(unknown.errors().get(0)).startsWith("nsrun: n: exec én\\xff: ENOENT");
    assertThat(explained.orFail().out()).contains("/v/én\\xff");
    assertThat(planned.orFail().out()).contains("\\u00E9n\\uDCFF");
  }

  private static String java() {
    return System.getProperty("java.home")
        + "/bin/java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -jar "
        + Directories.JAR;
  }

  @ParameterizedTest
  @MethodSource("callersAndLocales")
  void theScriptThatStartsJavaChangesNothing(Caller caller, String locale) throws IOException {
    Path directory = directory(caller, ":");
    Path script = Path.of(System.getProperty("nsrun.home"), "bin", "nsrun");
    Path copy = Files.copy(script, directory.resolve("nsrun"));
    Command.check(List.of("chmod", "755", copy.toString()));

    Result result =
        shell(
            caller,
            locale,
            directory,
            "export NSRUN_JAR="
                + Directories.JAR
                + " JAVA_HOME="
                + System.getProperty("java.home")
                + "; set -- \"$(printf '\\200\\201\\202\\203\\204\\205\\206\\207\\210\\377')\";"
                + " exec ./nsrun run -e X busybox sh -c 'printf %s \"$1$X\" | od -An -tx1' sh"
                + " \"$1\"");

    assertThat(result.orFail().out().replaceAll("\\s+", ""))
        .isEqualTo("808182838485868788ffc3a96eff");
  }

  /** Of direction, joining, line and paragraph, a tag, and what else is not seen itself. */
  private static final String FORMATTING =
      "\u202a\u202e\u202c\u2066\u2069\u200e\u200f\u061c\u200b\u200d\ufeff\u2028\u2029\udb40\udc41\u009b";

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void formattingCharactersOfHostileNamesDoNotReachTheTerminal(Caller caller) throws IOException {
    Path tree = Rootfs.tree(caller);
    Files.writeString(tree.resolve("bin/script"), "#!/bin/" + FORMATTING + "\n");
    Rootfs.own(tree, caller);
    Command.check(List.of("chmod", "755", tree.resolve("bin/script").toString()));

    Result failed = Nsrun.as(caller).run(tree.toString(), "script");
    Result problem = Nsrun.as(caller).run("-u", FORMATTING, tree.toString(), "true");
    Result planned = Nsrun.as(caller).run("--dry-run", tree.toString(), FORMATTING);
    Result json = Nsrun.as(caller).run("--dry-run", "--format=json", tree.toString(), FORMATTING);
    Result explained = Nsrun.as(caller).nsrun("explain", tree.toString(), FORMATTING);

    assertThat(failed.err()).contains("its interpreter /bin/\\u202a\\u202e\\u202c\\u2066\\u2069");
    assertThat(problem.err()).contains("no user '\\u202a", "\\u2029\\U000e0041\\u009b'");
    assertThat(planned.orFail().out()).contains("\\u202a\\u202e");
    assertThat(json.orFail().out()).contains("\\u202A\\u202E", "\\uDB40\\uDC41");
    assertThat(explained.orFail().out()).contains("\\u202a\\u202e");
    for (Result result : List.of(failed, problem, planned, json, explained)) {
      assertThat(result.out() + result.err())
          .doesNotContainPattern("[\\p{Cf}\\p{Zl}\\p{Zp}\u0080-\u009f]");
    }
  }
}
