package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Variables that lead nsrun into a directory that another user can change: neither its program nor
 * anything else of it may come to lie there.
 */
@DependsOnJvm
class DirectoriesOfOthersTest extends ContainerTest {
  /** Ways to a directory of nsrun's own that somebody else can replace. */
  enum Way {
    /** Below a directory of the other's. */
    DIRECTORY {
      @Override
      Path to(Path place, Caller other) throws IOException {
        Command.check(List.of("chown", other.login(), place.toString()));
        Command.check(List.of("chmod", "755", place.toString()));
        return Files.createDirectory(place.resolve("given"));
      }
    },
    /** Below one to which everybody may write. */
    OPEN {
      @Override
      Path to(Path place, Caller other) throws IOException {
        Path given = Files.createDirectory(place.resolve("given"));
        Command.check(List.of("chmod", "777", place.toString()));
        return given;
      }
    },
    /** Through a link that the other can point elsewhere. */
    LINK {
      @Override
      Path to(Path place, Caller other) throws IOException {
        Path given = Files.createDirectory(place.resolve("given"));
        Path link = Files.createSymbolicLink(place.resolve("link"), given);
        Command.check(List.of("chown", "-h", other.login(), link.toString()));
        Command.check(List.of("chmod", "1777", place.toString()));
        return link;
      }
    };

    abstract Path to(Path place, Caller other) throws IOException;

    /** What a variable is to say, as the one that the caller owns; the rest is the other's. */
    Path make(Caller caller) throws IOException {
      Path place = Directories.fresh(Caller.ROOT);
      Path path = to(place, other(caller));
      Command.check(List.of("chown", caller.login(), place.resolve("given").toString()));
      return path;
    }
  }

  /** Where nsrun keeps things that has no better place. */
  @AfterEach
  void removeTheLastResort() {
    for (Caller caller : List.of(Caller.RANGED, Caller.PLAIN)) {
      Command.check(List.of("rm", "-rf", "/tmp/nsrun-" + caller.uid()));
    }
  }

  private static Caller other(Caller caller) {
    return caller == Caller.RANGED ? Caller.PLAIN : Caller.RANGED;
  }

  static List<Arguments> ways() {
    List<Arguments> all = new ArrayList<>();
    for (Caller caller : List.of(Caller.ROOT, Caller.PLAIN)) {
      for (Way way : Way.values()) {
        all.add(Arguments.arguments(caller, way));
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("ways")
  void xdgDirectoryInTheHandsOfAnotherIsPassedOverAndTold(Caller caller, Way way)
      throws IOException {
    Path cache = way.make(caller);

    Result result =
        Nsrun.as(caller).env("XDG_CACHE_HOME", cache.toString()).run("busybox", "echo", "ran");

    assertThat(cache).isEmptyDirectory();
    assertThat(result.code()).isZero();
    assertThat(result.out()).isEqualTo("ran\n");
    assertThat(result.errors().get(0))
        .startsWith("nsrun: warning: XDG_CACHE_HOME is passed over: directory " + cache);
  }

  @ParameterizedTest
  @MethodSource("ways")
  void homeInTheHandsOfAnotherIsNotUsed(Caller caller, Way way) throws IOException {
    Path home = way.make(caller);

    Result result = Nsrun.as(caller).env("HOME", home.toString()).run("busybox", "echo", "ran");

    assertThat(home).isEmptyDirectory();
    assertThat(result.orFail().out()).isEqualTo("ran\n");
  }

  @ParameterizedTest
  @MethodSource("ways")
  void nsrunHomeInTheHandsOfAnotherIsRefused(Caller caller, Way way) throws IOException {
    Path home = way.make(caller);

    Result result =
        Nsrun.as(caller).env("NSRUN_HOME", home.toString()).run("busybox", "echo", "ran");

    assertThat(home).isEmptyDirectory();
    assertThat(result.code()).isEqualTo(125);
    assertThat(result.out()).isEmpty();
    assertThat(result.errors().get(0)).contains(home.toString());
  }

  @ParameterizedTest
  @MethodSource("ways")
  void runtimeDirectoryInTheHandsOfAnotherIsNotUsed(Caller caller, Way way) throws IOException {
    Path runtime = way.make(caller);
    Command.check(List.of("chmod", "700", runtime.toRealPath().toString()));

    // Where nothing can be made, the program goes to the directory for the runtime.
    Result result =
        Nsrun.as(caller)
            .env("XDG_CACHE_HOME", "/proc/nsrun")
            .env("XDG_RUNTIME_DIR", runtime.toString())
            .run("busybox", "echo", "ran");

    assertThat(runtime).isEmptyDirectory();
    assertThat(result.orFail().out()).isEqualTo("ran\n");
  }

  @ParameterizedTest
  @EnumSource(names = {"ROOT", "PLAIN"})
  void libraryThatUnpacksNativeCodeDoesSoWhereNobodyElseCanChangeIt(Caller caller)
      throws IOException {
    Path temporary = Way.DIRECTORY.make(caller);
    Path tree = Rootfs.tree(Caller.ROOT);
    Path archive = Directories.fresh(caller).resolve("tree.tar.zst");
    Path cache = Directories.fresh(caller);
    Command.check(List.of("tar", "--zstd", "-cf", archive.toString(), "-C", tree.toString(), "."));
    Path opened = Directories.fresh(caller).resolve("opened");

    Nsrun.as(caller)
        .env("XDG_CACHE_HOME", cache.toString())
        .program(
            "-Djava.io.tmpdir=" + temporary,
            "-Xlog:library=info:file=" + opened,
            "-jar",
            Directories.JAR.toString())
        .run(archive.toString(), "true")
        .orFail();

    assertThat(Files.readString(opened))
        .contains(cache.resolve("nsrun") + "/libzstd")
        .doesNotContain(temporary.toString());
  }

  @Test
  void groupOfTheCallerAloneMayWrite() throws IOException {
    Path home = Directories.fresh(Caller.RANGED);
    Command.check(List.of("chmod", "775", home.toString()));

    Nsrun.as(Caller.RANGED).env("NSRUN_HOME", home.toString()).run("busybox", "true").orFail();

    try (Stream<Path> made = Files.list(home)) {
      assertThat(made).contains(home.resolve("cache"), home.resolve("data"));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"RANGED", "PLAIN"})
  void homeThatIsNoneIsReplacedByTheOneOfTheAccount(Caller caller) {
    for (String home : List.of("/nonexistent", "/tmp", "/")) {
      Result result = Nsrun.as(caller).env("HOME", home).run("busybox", "id", "-u");

      assertThat(result.text()).as(home).isEqualTo("0");
    }
  }

  @Test
  void rootOfAUserNamespaceDoesWithoutTheDirectoriesOfTheMachinesRoot() {
    // The machine's root has them, whom nobody in there is.
    Nsrun.as(Caller.ROOT).run("busybox", "true").orFail();
    assertThat(Path.of("/var/lib/nsrun")).isDirectory();

    for (Caller caller : List.of(Caller.RANGED, Caller.PLAIN)) {
      Result result = Nsrun.as(caller).through("unshare", "-r").run("busybox", "id", "-u");

      assertThat(result.text()).isEqualTo("0");
    }
  }
}
