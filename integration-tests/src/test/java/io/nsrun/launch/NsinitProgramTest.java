package io.nsrun.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.container.DependsOnJvm;
import io.nsrun.state.ProcessIds;
import io.nsrun.state.StatePaths;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is executed is what was looked at. */
@DependsOnJvm
class NsinitProgramTest {
  @TempDir Path home;
  private StatePaths paths;
  private NsinitBinary binary;

  @BeforeEach
  void find() throws IOException {
    paths = new StatePaths(Map.of("NSRUN_HOME", home.toString()), ProcessIds.effectiveUid());
    binary = NsinitBinary.ofJar();
  }

  @Test
  void whatTakesTheNameOfTheProgramMeanwhileIsNotExecuted() throws Exception {
    Path program = NsinitProgram.open(binary, paths);
    Path other = Files.writeString(home.resolve("other"), "#!/bin/sh\necho planted\n");
    Files.setPosixFilePermissions(other, PosixFilePermissions.fromString("r-x------"));
    Files.move(other, binary.extract(paths), StandardCopyOption.REPLACE_EXISTING);

    assertThat(version(program)).startsWith("nsinit, control protocol ");
  }

  @Test
  void copyThatWasReplacedIsOpenedAnewAndTheOldOneStaysGood() throws Exception {
    Path first = NsinitProgram.open(binary, paths);
    assertThat(NsinitProgram.open(binary, paths)).isEqualTo(first);

    Files.delete(binary.extract(paths));
    Path second = NsinitProgram.open(binary, paths);

    assertThat(second).isNotEqualTo(first);
    assertThat(version(first)).isEqualTo(version(second)).startsWith("nsinit, ");
  }

  @Test
  void descriptorThatIsClosedBetweenTheOpeningAndTheReadingOfItsFileIsAnother() {
    // As there, the file can be opened, and a read fails: nothing is mapped at 0.
    File opens = new File("/proc/self/mem");

    assertThat(NsinitProgram.startsWith(opens, new byte[] {1})).isFalse();
  }

  private static String version(Path program) throws Exception {
    Process process = new ProcessBuilder(program.toString(), "--version").start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return text;
  }
}
