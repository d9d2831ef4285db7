package io.nsrun.plan.facts;

import static org.assertj.core.api.Assertions.assertThat;

import io.nsrun.plan.Specs;
import io.nsrun.spec.Bytes;
import io.nsrun.spec.LandlockRule;
import io.nsrun.spec.Limits;
import io.nsrun.spec.Preferences;
import io.nsrun.spec.Property;
import io.nsrun.spec.Spec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitFactsReaderTest {
  private static final byte[] STATUS =
      "Name:\tjava\nCpus_allowed:\t25\nCpus_allowed_list:\t0,2,5\nMems_allowed:\t1\n"
          .getBytes(StandardCharsets.US_ASCII);

  @TempDir Path proc;

  @BeforeEach
  void makeAMachine() throws IOException {
    String fields = " 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 5 1 0 100";
    Files.writeString(proc.resolve("stat"), "7 (a) b 9 (c)) S" + fields + "\n");
    limits("0");
    Files.writeString(proc.resolve("mountinfo"), "23 1 0:21 / /proc rw - proc proc rw\n");
    Files.writeString(proc.resolve("lsm"), "lockdown,landlock,yama");
  }

  private void limits(String nice) throws IOException {
    Files.writeString(
        proc.resolve("limits"),
        "Limit                     Soft Limit           Hard Limit           Units     \n"
            + "Max msgqueue size         819200               819200               bytes     \n"
            + "Max nice priority         "
            + nice
            + "                    40                   \n");
  }

  private LimitFacts read(Spec spec) throws IOException {
    return new LimitFactsReader(proc.toString(), proc.resolve("lsm").toString())
        .read(spec, STATUS, "6.1.0");
  }

  private LimitFacts read(Limits limits) throws IOException {
    return read(Specs.builder("true").limits(limits).build());
  }

  @Test
  void nothingIsReadThatIsNotCalledFor() throws IOException {
    assertThat(LimitFacts.isNeeded(Specs.busyboxTrue())).isFalse();
    for (String file : List.of("stat", "limits", "mountinfo", "lsm")) {
      Files.delete(proc.resolve(file));
    }
    assertThat(read(Limits.NONE.withOutput(new Bytes(1)))).isEqualTo(LimitFacts.NONE);
  }

  @Test
  void cpusAreThoseOfTheCallersMask() throws IOException {
    assertThat(read(Limits.NONE.withCpus(1)).cpus()).containsExactly(0, 2, 5);
    assertThat(read(Limits.NONE.withCpuset(List.of(0))).cpus()).containsExactly(0, 2, 5);
  }

  @Test
  void niceMayGoDownToTheCallersOwnOrToItsResourceLimit() throws IOException {
    Limits nice = Limits.NONE.withNice(7);
    assertThat(read(nice).lowestNice()).isEqualTo(5);
    limits("17");
    assertThat(read(nice).lowestNice()).isEqualTo(3);
    limits("unlimited");
    assertThat(read(nice).lowestNice()).isEqualTo(-20);
    Files.delete(proc.resolve("limits"));
    Files.createFile(proc.resolve("limits"));
    assertThat(read(nice).lowestNice()).isEqualTo(5);
  }

  @Test
  void coveredProcIsSeenWhereOneIsWatchedOrPreferred() throws IOException {
    Spec preferring =
        Specs.builder("true").preferences(new Preferences(Set.of(), Set.of(Property.PROC))).build();
    assertThat(read(preferring).procHidden()).isFalse();
    Files.writeString(
        proc.resolve("mountinfo"),
        "23 1 0:21 / /proc rw - proc proc rw\n24 23 0:5 /null /proc/kcore rw - tmpfs none rw\n");

    assertThat(LimitFacts.isNeeded(preferring)).isTrue();
    assertThat(read(preferring).procHidden()).isTrue();
    assertThat(read(Limits.NONE.withMemory(Bytes.ofMebi(5))).procHidden()).isTrue();
    assertThat(read(Limits.NONE.withNice(7)).procHidden()).isFalse();
  }

  @Test
  void landlockIsThereIfTheKernelListsItOrDoesNotSay() throws IOException {
    Spec spec = Specs.builder("true").landlock(LandlockRule.parse("rx:/")).build();
    assertThat(read(spec).landlockAbi()).isEqualTo(2);
    Files.writeString(proc.resolve("lsm"), "lockdown,yama");
    assertThat(read(spec).landlockAbi()).isZero();
    Files.delete(proc.resolve("lsm"));
    assertThat(read(spec).landlockAbi()).isEqualTo(2);
  }

  @Test
  void thisMachineCanBeRead() throws IOException {
    Spec spec =
        Specs.builder("true")
            .limits(Limits.NONE.withNice(19).withCpus(1).withMemory(Bytes.ofMebi(64)))
            .landlock(LandlockRule.parse("rx:/"))
            .build();

    LimitFacts facts = HostFactsReader.read(Resolved.of(spec, 0, 0), () -> Specs.LEASE).limits();

    assertThat(facts.cpus()).isNotEmpty();
    assertThat(facts.lowestNice()).isBetween(-20, 19);
  }
}
