package io.nsrun.cli;

import io.nsrun.spec.EtcFiles;
import io.nsrun.spec.SpecProblems;
import java.util.ArrayList;
import java.util.List;

/** Reads the options about files below /etc that depend on where a container runs. */
final class EtcOptions {
  private static final String NONE = "none";

  private final OptionValues values;
  private final SpecProblems problems;

  EtcOptions(OptionValues values, SpecProblems problems) {
    this.values = values;
    this.problems = problems;
  }

  /** What they ask for; problems are added, not thrown. */
  EtcFiles files() {
    boolean hosts = !values.flag(RunOption.NO_HOSTS, false);
    if (!hosts && values.has(RunOption.ADD_HOST)) {
      problems.add(
          RunOption.ADD_HOST.longName(), "has no file with --no-hosts", "leave one of them out");
    }
    return new EtcFiles(hosts, addedHosts(), nameServers(), values.flag(RunOption.PASSWD, true));
  }

  private List<EtcFiles.Host> addedHosts() {
    List<EtcFiles.Host> hosts = new ArrayList<>();
    List<String> given = values.values(RunOption.ADD_HOST);
    for (int i = 0; i < given.size(); i++) {
      int colon = given.get(i).indexOf(':');
      String name = given.get(i).substring(0, Math.max(0, colon));
      String address = given.get(i).substring(colon + 1);
      EtcFiles.Host host = new EtcFiles.Host(name, address);
      if (host.hasName() && isAddress(address)) {
        hosts.add(host);
      } else {
        problems.add(
            RunOption.ADD_HOST.longName(),
            '"' + given.get(i) + "\" is not NAME:IP",
            "such as db:192.0.2.7 or db:2001:db8::7");
      }
    }
    return hosts;
  }

  /** Null if none is given. */
  private List<String> nameServers() {
    List<String> given = values.values(RunOption.DNS);
    if (given.isEmpty()) {
      return null;
    }
    List<String> servers = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      if (isAddress(given.get(i))) {
        servers.add(given.get(i));
      } else if (!given.get(i).equals(NONE) || given.size() > 1) {
        problems.add(
            RunOption.DNS.longName(),
            '"' + given.get(i) + "\" is no address",
            "an IP, or none alone");
      }
    }
    return servers;
  }

  private static boolean isAddress(String text) {
    boolean divided = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '.' || c == ':') {
        divided = true;
      } else if (Character.digit(c, 16) < 0 || c > 'f') {
        return false;
      }
    }
    return divided;
  }
}
