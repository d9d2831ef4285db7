package io.nsrun.api;

import io.nsrun.engine.ContainerStateException;
import io.nsrun.engine.DamagedContainerException;
import io.nsrun.engine.NoSuchContainerException;
import io.nsrun.spec.Explanation;
import io.nsrun.spec.Printable;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.SpecProblemsException;
import io.nsrun.spec.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A container that did not come to be, or, where that was asked for, whose command did not succeed:
 * nothing of it is left then. Or something that could not be done to one that lives on. The message
 * says what went wrong, and on a line of its own what to do about it, where that is known.
 *
 * {@snippet file="Snippets.java" region="exception"}
 */
public final class ContainerException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What went wrong, as far as a program may care. */
  public enum Reason {
    /** What is asked for is wrong, or can't be had here: see {@link #problems}. */
    INVALID,
    /** A step of its set-up failed, the last of which executes the command: see {@link #end}. */
    NOT_STARTED,
    /** This machine or JVM lacks something that every container needs. */
    HOST,
    /**
     * The {@link Containers} are closed, or were while it was started; or an {@link Attachment}
     * was, before the container's end.
     */
    CLOSED,
    /** The builder has started a container already. */
    USED,
    /** The thread was interrupted while it was started. */
    INTERRUPTED,
    /**
     * A process of nsrun's own was killed while the command ran, which the kernel ended with it:
     * only of {@link ContainerBuilder#run()}; see {@link #end}.
     */
    LOST,
    /**
     * There is no container of that name, or more than one whose id begins with it: only of those
     * that live on, see {@link DetachedContainer}.
     */
    NO_SUCH_CONTAINER,
    /**
     * A container that lives on is not in a state in which that can be done to it, as one that has
     * ended and was to be signalled.
     */
    STATE,
    /** What is kept of a container that lives on is damaged; it can but be removed. */
    DAMAGED,
    /** The command ended badly: only of {@link ContainerResult#requireSuccess}. */
    UNSUCCESSFUL,
    /** A mistake of this library's own. */
    INTERNAL
  }

  /** What went wrong. */
  private final Reason reason;

  /** What to do about it; may be empty. */
  private final String remedy;

  private final transient List<String> problems;
  private final transient ContainerEnd end;

  private ContainerException(
      Reason reason,
      String what,
      String remedy,
      List<String> problems,
      ContainerEnd end,
      Throwable cause) {
    super(remedy.isEmpty() ? what : what + "\n  " + remedy, cause);
    this.reason = reason;
    this.remedy = remedy;
    this.problems = List.copyOf(problems);
    this.end = end;
  }

  /** Of a container whose command did not come to run. */
  static ContainerException notStarted(String name, ContainerEnd end, Throwable cause) {
    return new ContainerException(
        Reason.NOT_STARTED, name + ": " + end.text(), end.remedy(), List.of(), end, cause);
  }

  static ContainerException closed() {
    return new ContainerException(
        Reason.CLOSED,
        "these Containers are closed",
        "keep them open for as long as containers are wanted",
        List.of(),
        null,
        null);
  }

  /** Of a container that goes on. */
  static ContainerException left() {
    return new ContainerException(
        Reason.CLOSED,
        "the container was left before its end",
        "DetachedContainer.awaitEnd() waits for that",
        List.of(),
        null,
        null);
  }

  /** Of a command that nobody can tell the end of. */
  static ContainerException lost(String name, ContainerEnd end) {
    return new ContainerException(
        Reason.LOST,
        name + ": a process of nsrun's own was killed while the command ran",
        "run it again, if that does no harm; for an out-of-memory kill look at the kernel's log",
        List.of(),
        end,
        null);
  }

  static ContainerException used() {
    return new ContainerException(
        Reason.USED,
        "this builder has started a container already",
        "make another one of it beforehand, with copy()",
        List.of(),
        null,
        null);
  }

  static ContainerException interrupted(Exception cause) {
    return new ContainerException(
        Reason.INTERRUPTED,
        "the thread was interrupted while the container was started",
        "",
        List.of(),
        null,
        cause);
  }

  /** Of a command that ended badly. */
  static ContainerException unsuccessful(String name, ContainerEnd end, String lastErrors) {
    return new ContainerException(
        Reason.UNSUCCESSFUL,
        name
            + ": "
            + end.text()
            + (lastErrors.isEmpty() ? "" : "; its last errors:\n" + lastErrors),
        "",
        List.of(),
        end,
        null);
  }

  /** Of whatever the engine threw. */
  static ContainerException of(Throwable thrown) {
    if (thrown instanceof ContainerException told) {
      return told;
    }
    if (thrown instanceof SpecProblemsException wrong) {
      List<String> lines = new ArrayList<>();
      for (SpecProblems.Problem problem : wrong.problems()) {
        lines.add(Printable.of(problem.in(ApiDialect.API)));
      }
      return new ContainerException(
          Reason.INVALID, String.join("\n", lines), "", lines, null, thrown);
    }
    Explanation told = Explanation.of(thrown);
    return new ContainerException(
        told.expected() ? reason(thrown) : Reason.INTERNAL,
        shown(told.what()),
        told.expected() ? remedy(thrown, told) : "please report it, with its stack trace",
        List.of(),
        null,
        thrown);
  }

  private static Reason reason(Throwable thrown) {
    if (thrown instanceof NoSuchContainerException) {
      return Reason.NO_SUCH_CONTAINER;
    }
    if (thrown instanceof ContainerStateException) {
      return Reason.STATE;
    }
    return thrown instanceof DamagedContainerException ? Reason.DAMAGED : Reason.HOST;
  }

  private static String remedy(Throwable thrown, Explanation told) {
    if (thrown instanceof NoSuchContainerException none) {
      return none.nearest() == null
          ? "Containers.list() has all there are"
          : "did you mean " + none.nearest() + "?";
    }
    return thrown instanceof DamagedContainerException
        ? "DetachedContainer.removeForcibly() removes it"
        : shown(told.remedy());
  }

  private static String shown(Text text) {
    return Printable.of(text.in(ApiDialect.API));
  }

  /** {@return what went wrong, as far as a program may care} */
  public Reason reason() {
    return reason;
  }

  /**
   * {@return each thing that is wrong with what was asked for, in a line with what to do about it;
   * empty unless the reason is {@link Reason#INVALID}}
   */
  public List<String> problems() {
    return problems == null ? List.of() : problems;
  }

  /** {@return what to do about it, in one line; empty where nothing is known} */
  public String remedy() {
    return remedy;
  }

  /**
   * {@return how the container ended: only with {@link Reason#NOT_STARTED}, where it says which
   * step failed, {@link Reason#LOST} and {@link Reason#UNSUCCESSFUL}}
   *
   * <p>Empty, too, in a copy that was serialised.
   */
  public Optional<ContainerEnd> end() {
    return Optional.ofNullable(end);
  }
}
