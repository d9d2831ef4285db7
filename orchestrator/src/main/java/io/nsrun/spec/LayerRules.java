package io.nsrun.spec;

/** Where a directory for changes to a root file system may be; by names only. */
public final class LayerRules {
  private LayerRules() {}

  /**
   * Adds a problem if the directory and the root file system are within one another; overlayfs
   * itself looks closer.
   *
   * @param field that names the directory
   */
  public static void apart(SpecField field, String directory, String root, SpecProblems problems) {
    if (isWithin(directory, root)
        || (field == SpecField.OVERLAY_DIRECTORY && isWithin(root, directory))) {
      problems.add(
          field,
          directory + " and the root filesystem " + root + " are within one another",
          "overlayfs wants them apart; choose another directory");
    }
  }

  /**
   * Adds a problem if the container gets the directory around its own to write to.
   *
   * @param parent of the directory that is to be removed in the end
   */
  public static void notExchangeable(Spec spec, String parent, SpecProblems problems) {
    for (int i = 0; i < spec.mounts().size(); i++) {
      if (spec.mounts().get(i) instanceof Mount.Bind bind
          && !bind.options().readOnly()
          && isWithin(parent, bind.source())) {
        problems.add(
            SpecField.EPHEMERAL_DIRECTORY,
            Text.of(
                "the container could exchange its own in ",
                parent,
                ": ",
                bind.field(),
                " gives it ",
                bind.source()),
            Text.of("choose another directory, or mount that one read-only"));
      }
    }
  }

  private static boolean isWithin(String path, String other) {
    String inner = ContainerPath.normalize(path);
    String outer = ContainerPath.normalize(other);
    return inner != null
        && outer != null
        && (inner.equals(outer) || inner.startsWith(outer.equals("/") ? outer : outer + "/"));
  }
}
