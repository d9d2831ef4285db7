package io.nsrun.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Accounts of this host for {@link Caller}: freshly made, and gone when the JVM of the tests ends.
 */
final class Users {
  record User(String login, int uid, int firstSubordinateUid, Path home) {}

  private static final Map<Caller, User> MADE = new EnumMap<>(Caller.class);

  /** By the login. */
  private static final Map<String, List<Runnable>> LAST_OF = new ConcurrentHashMap<>();

  private Users() {}

  static synchronized User of(Caller caller) {
    return MADE.computeIfAbsent(caller, Users::make);
  }

  private static User make(Caller caller) {
    if (caller == Caller.ROOT) {
      return new User("root", 0, -1, Directories.forCaller("root"));
    }
    String login =
        "nsrun-" + caller.name().toLowerCase(Locale.ROOT) + "-" + ProcessHandle.current().pid();
    // Debian gives subordinate ids to regular users, and none to system users.
    List<String> words = new ArrayList<>(List.of("useradd", "--no-create-home", "--user-group"));
    words.addAll(caller == Caller.RANGED ? List.of("--shell", "/bin/sh") : List.of("--system"));
    words.addAll(List.of("--home-dir", Directories.homeOf(login).toString(), login));
    Command.check(words);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(login)));
    int uid = Integer.parseInt(Command.check(List.of("id", "-u", login)).strip());
    int first = firstSubordinateUid(login);
    if ((first < 0) == (caller == Caller.RANGED)) {
      throw new IllegalStateException("useradd gave " + login + " subordinate ids from " + first);
    }
    return new User(login, uid, first, Directories.forCaller(login));
  }

  /** Has something of the caller's ended first, in the end. */
  static synchronized void beforeRemoval(Caller caller, Runnable end) {
    LAST_OF.computeIfAbsent(of(caller).login(), login -> new ArrayList<>()).add(end);
  }

  private static void remove(String login) {
    LAST_OF.getOrDefault(login, List.of()).forEach(Runnable::run);
    try {
      Command.check(List.of("userdel", login));
    } catch (IllegalStateException e) {
      System.err.println("account " + login + " is left behind: " + e.getMessage());
    }
  }

  private static int firstSubordinateUid(String login) {
    try {
      for (String line : Files.readAllLines(Path.of("/etc/subuid"))) {
        String[] fields = line.split(":", -1);
        if (fields.length == 3 && fields[0].equals(login)) {
          return Integer.parseInt(fields[1]);
        }
      }
      return -1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
