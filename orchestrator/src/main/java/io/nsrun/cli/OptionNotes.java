package io.nsrun.cli;

import io.nsrun.engine.Prepared;
import io.nsrun.plan.explain.OptionNote;
import io.nsrun.plan.steps.HostStep;
import io.nsrun.plan.steps.LaunchPlan;
import io.nsrun.spec.Property;
import io.nsrun.spec.Spec;
import io.nsrun.spec.Writes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Says of the options that were given what they do, where the steps of the plan do not. */
final class OptionNotes {
  private final OptionValues values;
  private final Spec spec;
  private final LaunchPlan plan;
  private final List<OptionNote> notes = new ArrayList<>();

  private OptionNotes(OptionValues values, Prepared prepared) {
    this.values = values;
    this.spec = prepared.spec();
    this.plan = prepared.plan();
  }

  static List<OptionNote> of(Prepared prepared, OptionValues values) {
    OptionNotes notes = new OptionNotes(values, prepared);
    notes.files();
    notes.ends();
    notes.properties(prepared.spec().preferences().required(), RunOption.REQUIRE);
    notes.properties(prepared.spec().preferences().preferred(), RunOption.PREFER);
    notes.telling();
    return notes.notes;
  }

  private void add(RunOption option, String text) {
    if (values.has(option)) {
      notes.add(new OptionNote(option.longName(), text));
    }
  }

  private String value(RunOption option) {
    return values.value(option);
  }

  private void files() {
    add(
        RunOption.EPHEMERAL,
        spec.root().writes() instanceof Writes.Lasting
            ? "What is written to the root filesystem is kept for as long as the container is."
            : values.flag(RunOption.EPHEMERAL, true)
                ? "All that is written to the root filesystem goes to a layer in memory, and with"
                    + " the container. It is so without the option too, unless ROOTFS is a"
                    + " directory, or the container is kept, as with -d."
                : "What is written to the root filesystem is written to ROOTFS, and stays.");
    add(
        RunOption.EPHEMERAL_DIR,
        "In the end a container of nsrun's own takes the directory of the upper layer away, with"
            + " what any command left in it, and with it those of containers that were killed.");
    add(
        RunOption.OVERLAY_DIR,
        "While the container runs, a lock keeps others out of "
            + value(RunOption.OVERLAY_DIR)
            + "; the changes are kept for the next run.");
    add(
        RunOption.NO_HOSTS,
        "/etc/hosts is the root filesystem's own; the host name need not have an address.");
    add(
        RunOption.ADD_HOST,
        "The file at /etc/hosts has these names too: "
            + String.join(", ", values.values(RunOption.ADD_HOST))
            + ".");
    add(
        RunOption.PASSWD,
        values.flag(RunOption.PASSWD, true)
            ? "With --userns=keep-id, users and groups know the caller; it is so without the option"
                + " too."
            : "Users and groups are those of the root filesystem, whoever the caller is.");
    add(
        RunOption.NAME,
        "While the container lives, a lock holds the name "
            + value(RunOption.NAME)
            + ": no other one of yours gets it. Nothing has to be taken away, whatever ends"
            + " the container.");
    add(
        RunOption.CIDFILE,
        "The container's id is written to "
            + value(RunOption.CIDFILE)
            + " before the first step; the file must not exist. If the command is not started, it is"
            + " taken away again.");
    add(
        RunOption.PID_FILE,
        "Once the command runs, "
            + value(RunOption.PID_FILE)
            + " is replaced by its pid as the host sees it, in decimal and without a line's end. It"
            + " stays in the end.");
  }

  private void detached() {
    boolean removed = spec.detached().remove();
    add(
        RunOption.DETACH,
        spec.root().writes() instanceof Writes.Lasting
            ? "What it writes to the root filesystem goes to a directory of its own, and is kept"
                + " until 'nsrun rm'."
            : "Nothing of the root filesystem is kept for it"
                + (removed ? "." : ", but how it ended, and its log, until 'nsrun rm'."));
    add(
        RunOption.RM,
        removed
            ? "When it ends, its monitor removes its directory; so what it writes to the root"
                + " filesystem is in memory, unless ROOTFS is a directory."
            : "Its directory is kept in the end, until 'nsrun rm'; it is so without the option too.");
  }

  private void ends() {
    boolean mayBeStopped = plan.steps().stream().anyMatch(HostStep.Timeout.class::isInstance);
    String unused =
        mayBeStopped
            ? "The step that sets a time limit has it."
            : "Without --timeout or a limit nothing asks the command to stop, and so it is not used.";
    add(RunOption.STOP_SIGNAL, unused);
    add(RunOption.STOP_TIMEOUT, unused);
    add(
        RunOption.RESULT,
        "In the end "
            + value(RunOption.RESULT)
            + " is replaced by a record of how the container ended, what it used and how isolated it"
            + " was; of why, if it was never started.");
    add(
        RunOption.STATUS_FD,
        "Your descriptor "
            + value(RunOption.STATUS_FD)
            + " gets a line of JSON once the command runs"
            + (spec.detached() == null ? ", and one when it has ended." : "."));
    if (spec.detached() != null) {
      detached();
    } else {
      add(
          RunOption.RM,
          values.flag(RunOption.RM, true)
              ? "Nothing is kept in the end; it is so without the option too."
              : "In the end a record of how the container ended is kept in the state directory, and"
                  + " its name stays taken until the record is removed.");
    }
    add(
        RunOption.LOG_MAX_SIZE,
        "The next file of the log is begun when one has " + value(RunOption.LOG_MAX_SIZE) + ".");
    add(
        RunOption.LOG_MAX_FILES,
        "Of the log, the last " + value(RunOption.LOG_MAX_FILES) + " files are kept.");
    add(
        RunOption.TRACE,
        "nsinit notes when each step began and ended, and in the end all of it is written to "
            + value(RunOption.TRACE)
            + ".");
  }

  private void properties(Set<Property> given, RunOption option) {
    List<String> names = new ArrayList<>();
    for (Property property : given) {
      names.add(property.word());
    }
    String list = String.join(", ", names);
    add(
        option,
        option == RunOption.REQUIRE
            ? "The plan has all of " + list + ", or you would read a refusal here."
            : "With less than all of "
                + list
                + " the container is run too; what it has is told at the end of this text.");
  }

  private void telling() {
    String idle = "Nothing is run here, and so it is not used.";
    add(
        RunOption.LOG_LEVEL,
        "nsrun itself tells more or less on standard error; the container is the same.");
    add(RunOption.DRY_RUN, "This text in brief: the steps, one on each line. " + idle);
    add(RunOption.FORMAT, "How --dry-run prints the steps: as text, or as JSON. " + idle);
  }
}
