package io.nsrun.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nsrun.api.ContainerException.Reason;
import io.nsrun.container.Await;
import io.nsrun.container.Caller;
import io.nsrun.container.DependsOnJvm;
import io.nsrun.container.JavaProgram;
import io.nsrun.container.Nsrun;
import io.nsrun.container.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs that attach to the streams of containers that live on. */
@DependsOnJvm
class AttachmentTest extends LivingOnApiTest {
  private static final int SHORT = 20;

  /** More than waits for a reader, and what pipes hold. */
  private static final int MUCH = 40 << 20;

  private static final DetachSettings READING = DetachSettings.standard().input(true);

  private static BufferedReader lines(Attachment attached) {
    return new BufferedReader(
        new InputStreamReader(attached.getInputStream(), StandardCharsets.UTF_8));
  }

  private static void write(Attachment attached, String text) throws IOException {
    attached.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    attached.getOutputStream().flush();
  }

  @ParameterizedTest
  @EnumSource
  void anybodyAttachesAndWhatWasWrittenBeforeLeavingArrives(Caller caller) {
    Result result = JavaProgram.of(caller, AttachingGuest.class).nsrun("walk");

    assertThat(result.code()).as(result.err()).isZero();
    assertThat(result.lines()).containsExactly("one", "two", "left", "exited with code 4");
  }

  @Test
  void nothingIsMissedByWhoeverStartsOne() throws Exception {
    for (int i = 0; i < SHORT; i++) {
      DetachedContainer container = script("echo out; echo err >&2; exit 3").create();

      try (Attachment attached = container.startAttached()) {
        assertThat(text(attached.getInputStream())).isEqualTo("out\n");
        assertThat(text(attached.getErrorStream())).isEqualTo("err\n");
        ContainerEnd end = attached.awaitEnd();
        assertThat(end.exitCode()).isEqualTo(3);
        assertThat(end.isolation()).isNotEmpty();
        assertThat(attached.onExit().join()).isSameAs(end);
        assertThat(attached.missedBytes()).isZero();
      }
    }
  }

  @Test
  void whatIsStartedAlreadyIsAttachedTo() throws Exception {
    DetachedContainer container = own.container("cat").startDetached(READING);

    try (Attachment attached = container.startAttached()) {
      write(attached, "x\n");
      assertThat(lines(attached).readLine()).isEqualTo("x");
    }
  }

  @Test
  void whoeverDoesNotReadHoldsNothingUp() throws Exception {
    DetachedContainer container =
        script("yes | head -c " + MUCH).create(DetachSettings.standard().log(false));

    try (Attachment attached = container.startAttached()) {
      assertThat(container.waitFor()).isZero();

      long read = text(attached.getInputStream()).length();
      assertThat(attached.awaitEnd().exitCode()).isZero();
      assertThat(attached.missedBytes()).isPositive();
      assertThat(read + attached.missedBytes()).isEqualTo(MUCH);
    }
  }

  @Test
  void theEndOfTheInputIsTheContainers() throws Exception {
    DetachedContainer container = script("cat; exit 5").create(READING);

    try (Attachment attached = container.startAttached()) {
      attached.getOutputStream().write("all".getBytes(StandardCharsets.UTF_8));
      attached.getOutputStream().close();

      assertThat(text(attached.getInputStream())).isEqualTo("all");
      assertThat(attached.awaitEnd().exitCode()).isEqualTo(5);
    }
  }

  @Test
  void whatReadsNothingIsWrittenToInVain() throws Exception {
    DetachedContainer container = script("cat; read -r go </proc/1/comm; echo $go").create();

    try (Attachment attached = container.startAttached()) {
      write(attached, "dropped\n");

      assertThat(text(attached.getInputStream())).doesNotContain("dropped");
      assertThat(attached.awaitEnd().exitCode()).isZero();
    }
  }

  @Test
  void whoeverLeavesLeavesItRunning() throws Exception {
    DetachedContainer container = own.container("cat").startDetached(READING);
    Attachment attached = container.attach();
    CompletableFuture<ContainerEnd> end = attached.onExit();
    attached.close();
    attached.close();

    assertThatThrown(
        attached::awaitEnd,
        Reason.CLOSED,
        "the container was left before its end\n  DetachedContainer.awaitEnd() waits for that");
    assertThat(end).isCompletedExceptionally();
    assertThatThrownBy(() -> attached.getInputStream().read()).isInstanceOf(IOException.class);

    try (Attachment other = container.attach()) {
      write(other, "still\n");
      assertThat(lines(other).readLine()).isEqualTo("still");
    }
  }

  @Test
  void whoeverClosesTheOutputAloneLeavesIt() throws Exception {
    DetachedContainer container = ready("a");

    try (Attachment attached = container.attach()) {
      attached.getInputStream().close();

      assertThatThrownBy(attached::awaitEnd).hasMessageStartingWith("the container was left");
    }
    assertThat(container.stop().exitCode()).isEqualTo(3);
  }

  @Test
  void aProgramThatDiesLeavesItAndItsInput() throws Exception {
    DetachedContainer container = own.container("cat").name("a").startDetached(READING);

    Result result =
        JavaProgram.of(Caller.ROOT, AttachingGuest.class)
            .env("NSRUN_HOME", directory.resolve("nsrun").toString())
            .nsrun("die", "a");

    assertThat(result.lines()).containsExactly("mine");
    try (Attachment attached = container.attach()) {
      write(attached, "yours\n");
      assertThat(lines(attached).readLine()).isEqualTo("yours");
    }
  }

  @Test
  void twoHaveTheSame() throws Exception {
    DetachedContainer container = own.container("cat").startDetached(READING);

    try (Attachment one = container.attach();
        Attachment other = container.attach()) {
      write(one, "x\n");
      assertThat(lines(one).readLine()).isEqualTo("x");
      assertThat(lines(other).readLine()).isEqualTo("x");
      container.kill();
      assertThat(one.awaitEnd().exitCode()).isEqualTo(137);
      assertThat(other.awaitEnd().exitCode()).isEqualTo(137);
    }
  }

  @Test
  void aTerminalIsTypedAt() throws Exception {
    Nsrun nsrun = Nsrun.as(Caller.ROOT).env("NSRUN_HOME", directory.resolve("nsrun").toString());
    nsrun.nsrun("run", "-dit", "--name=a", "busybox", "sh").orFail();

    try (Attachment attached = own.get("a").attach()) {
      write(attached, "echo $((6 * 7)); exit 6\n");

      assertThat(text(attached.getInputStream())).contains("\r\n42\r\n");
      assertThat(attached.awaitEnd().exitCode()).isEqualTo(6);
    }
  }

  @Test
  void itWorksWhenContainersAreClosed() throws Exception {
    DetachedContainer container;
    try (Containers some =
        Containers.builder().spares(0).directory(directory.resolve("nsrun")).open()) {
      container = some.container("cat").startDetached(READING);
    }

    try (Attachment attached = container.attach()) {
      write(attached, "x\n");
      assertThat(lines(attached).readLine()).isEqualTo("x");
    }
    assertThatThrownBy(container::startAttached).hasMessageContaining("are closed");
  }

  @Test
  void whatHasEndedOrCantStartIsTold() throws Exception {
    DetachedContainer ended = script("exit 0").name("a").startDetached();
    ended.waitFor();
    DetachedContainer bad = own.container("nosuch").name("b").create();

    assertThatThrownBy(ended::attach)
        .isInstanceOfSatisfying(
            ContainerException.class, e -> assertThat(e.reason()).isEqualTo(Reason.STATE));
    assertThatThrownBy(bad::startAttached)
        .isInstanceOfSatisfying(
            ContainerException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_STARTED));
  }

  @Test
  void anInterruptEndsNothing() throws Exception {
    DetachedContainer container = own.container("cat").startDetached(READING);

    Thread.currentThread().interrupt();
    try (Attachment attached = container.attach()) {
      write(attached, "x\n");
      assertThat(lines(attached).readLine()).isEqualTo("x");
      assertThatThrownBy(attached::awaitEnd).isInstanceOf(InterruptedException.class);
      assertThat(container.stop(Duration.ZERO).exitCode()).isEqualTo(137);
      Await.until("its end is told", () -> attached.onExit().isDone());
    }
  }
}
