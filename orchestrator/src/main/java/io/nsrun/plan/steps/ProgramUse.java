package io.nsrun.plan.steps;

import io.nsrun.spec.Blob;
import io.nsrun.spec.IdMapping;
import java.util.ArrayList;
import java.util.List;

/** What a {@link HostStep.RunProgram} is for, for whoever explains the step or its failure. */
public sealed interface ProgramUse {
  /**
   * An id map of more than the caller's own id, which an ordinary user may not write.
   *
   * @param users the map of user ids, by newuidmap(1); else that of group ids, by newgidmap(1)
   * @param mappings the whole map
   */
  record MapIds(boolean users, List<IdMapping> mappings) implements ProgramUse {
    /** As long as a directory service may take to say who the caller is. */
    private static final long TIMEOUT_MS = 60_000;

    public MapIds {
      mappings = List.copyOf(mappings);
    }

    /**
     * The step that makes the map.
     *
     * @param program path of newuidmap or newgidmap
     */
    public HostStep.RunProgram by(String program) {
      List<Step.Argument> argv = new ArrayList<>();
      argv.add(Step.Argument.of(program.substring(program.lastIndexOf('/') + 1)));
      argv.add(Step.Argument.PID);
      for (int i = 0; i < mappings.size(); i++) {
        IdMapping mapping = mappings.get(i);
        argv.add(Step.Argument.of(Long.toString(mapping.inside())));
        argv.add(Step.Argument.of(Long.toString(mapping.outside())));
        argv.add(Step.Argument.of(Long.toString(mapping.count())));
      }
      return new HostStep.RunProgram(
          this,
          program,
          argv,
          List.of("PATH=/usr/sbin:/usr/bin:/sbin:/bin"),
          TIMEOUT_MS,
          Blob.EMPTY);
    }
  }
}
