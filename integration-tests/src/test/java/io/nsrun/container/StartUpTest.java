package io.nsrun.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a start costs, as far as classes tell it. */
@DependsOnJvm
class StartUpTest extends ContainerTest {
  @ParameterizedTest
  @EnumSource
  void aRunLoadsNoLibraryThatItDoesNotUse(Caller caller) throws IOException {
    Path log = Directories.fresh(caller).resolve("classes");
    Nsrun.as(caller).run("busybox", "true").orFail();

    Nsrun.as(caller)
        .program("-Xlog:class+load:file=" + log, "-jar", Directories.JAR.toString())
        .run("busybox", "true")
        .orFail();

    assertThat(Files.readString(log))
        .contains("io.nsrun.cli.RunCommand ")
        .doesNotContain(
            "org.slf4j.LoggerFactory ",
            " picocli.",
            " com.fasterxml.",
            " com.github.luben.",
            " org.tukaani.",
            " java.util.regex.Pattern ",
            " java.util.Formatter ");
  }

  @Test
  void enteringAContainerLoadsNoLibraryThatItDoesNotUse() throws IOException {
    Caller caller = Caller.PLAIN;
    Path log = Directories.fresh(caller).resolve("classes");
    Lasting all = Lasting.of(caller);
    all.nsrun("run", "-d", "--name=a", "busybox", "sleep", "1000");
    try {
      all.nsrun()
          .program("-Xlog:class+load:file=" + log, "-jar", Directories.JAR.toString())
          .nsrun("exec", "a", "true")
          .orFail();
    } finally {
      all.removeAll();
    }

    assertThat(Files.readString(log))
        .contains("io.nsrun.cli.ExecCommand ")
        .doesNotContain(
            "org.slf4j.LoggerFactory ",
            " picocli.CommandLine ",
            " com.fasterxml.jackson.databind",
            " java.lang.runtime.ObjectMethods ", // records that are compared
            " java.util.regex.Pattern ",
            " java.util.Formatter ");
  }
}
