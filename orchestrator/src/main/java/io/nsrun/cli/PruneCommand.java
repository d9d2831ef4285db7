package io.nsrun.cli;

import io.nsrun.engine.Caller;
import io.nsrun.engine.ExitCode;
import io.nsrun.engine.Roots;
import io.nsrun.rootfs.RootfsStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** {@code prune}: makes room, where archives were unpacked. */
final class PruneCommand {
  private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB"};

  private PruneCommand() {}

  /**
   * Removes the trees that no container uses; blocks until they are gone.
   *
   * @param args what follows {@code prune}
   */
  static int execute(String[] args, ErrorPrinter errors) throws IOException {
    OptionValues values = CommandModel.parse("prune", args);
    if (values.has(RunOption.HELP)) {
      return InfoCommands.help(new String[] {"prune"}, System.out, errors);
    }
    PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
    long freed = 0;
    for (RootfsStore.Pruned tree : Roots.prune(Caller.ofThisProcess())) {
      if (tree.bytes() < 0) {
        out.println("in use   " + tree.name());
      } else {
        freed += tree.bytes();
        out.println("removed  " + tree.name() + "  " + size(tree.bytes()));
      }
    }
    out.println("freed    " + size(freed));
    out.flush();
    return ExitCode.OK;
  }

  private static String size(long bytes) {
    double amount = bytes;
    int unit = 0;
    while (amount >= 1024 && unit < UNITS.length - 1) {
      amount /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", amount, UNITS[unit]);
  }
}
