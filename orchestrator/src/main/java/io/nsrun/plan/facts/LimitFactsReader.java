package io.nsrun.plan.facts;

import io.nsrun.spec.CpuList;
import io.nsrun.spec.Decimal;
import io.nsrun.spec.Property;
import io.nsrun.spec.Spec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads {@link LimitFacts}. Loaded only where a spec calls for one of them. */
final class LimitFactsReader {
  private final String proc;
  private final String lsm;

  /**
   * @param proc directory of this process below /proc
   * @param lsm the file that lists the kernel's security modules
   */
  LimitFactsReader(String proc, String lsm) {
    this.proc = proc;
    this.lsm = lsm;
  }

  /**
   * @param status text of /proc/self/status
   * @param kernelRelease as uname(2) has it
   */
  LimitFacts read(Spec spec, byte[] status, String kernelRelease) throws IOException {
    List<Integer> cpus = List.of();
    if (spec.limits().cpus() > 0 || !spec.limits().cpuset().isEmpty()) {
      cpus = CpuList.parse(line(status, "Cpus_allowed_list:"));
    }
    int lowestNice = spec.limits().nice() == null ? 0 : lowestNice();
    boolean procHidden =
        (spec.limits().areWatched() || spec.preferences().prefers(Property.PROC))
            && !VisibilityProbe.isProcVisible(SmallFile.read(proc + "/mountinfo"));
    int abi = spec.landlock().isEmpty() ? 0 : LandlockAbi.of(kernelRelease, modules());
    return new LimitFacts(cpus, lowestNice, procHidden, abi);
  }

  /** What follows a name at the start of a line; proc_pid_status(5). */
  private static String line(byte[] text, String name) throws IOException {
    String all = new String(text, StandardCharsets.ISO_8859_1);
    int start = all.indexOf("\n" + name);
    if (start < 0) {
      throw new IOException("/proc/self/status has no " + name);
    }
    start += name.length() + 1;
    int end = all.indexOf('\n', start);
    return all.substring(start, end < 0 ? all.length() : end).trim();
  }

  private int lowestNice() throws IOException {
    String stat = new String(SmallFile.read(proc + "/stat"), StandardCharsets.ISO_8859_1);
    // The name of the program, the second field, may have blanks and parentheses.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    int own = Integer.parseInt(fields[16]);
    return Math.min(own, 20 - niceLimit());
  }

  /** RLIMIT_NICE, 0 to 40. */
  private int niceLimit() throws IOException {
    String limits = new String(SmallFile.read(proc + "/limits"), StandardCharsets.ISO_8859_1);
    int at = limits.indexOf("Max nice priority");
    if (at < 0) {
      return 0;
    }
    String rest = limits.substring(at + "Max nice priority".length()).trim();
    String soft = rest.substring(0, Math.max(rest.indexOf(' '), 0));
    return soft.equals("unlimited") ? 40 : (int) Math.max(0, Decimal.parse(soft, 40));
  }

  /** The security modules in use; null if the kernel does not show them. */
  private String modules() {
    try {
      return Files.readString(Path.of(lsm)).trim();
    } catch (IOException e) {
      // securityfs is mounted on most machines, not on all; then the kernel itself will tell.
      return null;
    }
  }
}
