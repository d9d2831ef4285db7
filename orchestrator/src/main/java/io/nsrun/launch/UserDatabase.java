package io.nsrun.launch;

import io.nsrun.spec.Decimal;
import io.nsrun.spec.ExplainedException;
import io.nsrun.spec.IdMaps;
import io.nsrun.spec.User;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The users and groups of a container: its /etc/passwd and /etc/group, which may be hostile.
 *
 * <p>Lines that are not as passwd(5) and group(5) have them are passed over, never guessed at: a
 * number that is misread as 0 would be root.
 */
public final class UserDatabase {
  private final String passwd;
  private final String group;

  /**
   * @param passwd content of /etc/passwd; empty if there is none
   * @param group content of /etc/group; empty if there is none
   */
  public UserDatabase(String passwd, String group) {
    this.passwd = passwd;
    this.group = group;
  }

  /**
   * Whom a process runs as.
   *
   * @param user by numbers
   * @param home the home directory; {@code /} for a user that is in no /etc/passwd
   */
  public record Login(User user, String home) {}

  private record Entry(String name, long uid, long gid, String home) {}

  /**
   * Finds the user that {@code text} means.
   *
   * @param text {@code USER} or {@code USER:GROUP}, each a name or a number; names are looked up
   *     first. Without GROUP the user has the groups that the files give it; a number that they
   *     don't know has group 0
   * @throws ExplainedException if a name is unknown, or a number is none
   */
  public Login find(String text) throws ExplainedException {
    int colon = text.indexOf(':');
    String userText = colon < 0 ? text : text.substring(0, colon);
    Entry entry = byName(userText);
    if (entry == null) {
      long uid = Decimal.parse(userText, IdMaps.MAX_ID);
      if (uid < 0) {
        throw unknown("user", userText, "/etc/passwd");
      }
      entry = byUid(uid);
      if (entry == null) {
        entry = new Entry("", uid, 0, "/");
      }
    }
    if (colon < 0) {
      return new Login(new User(entry.uid(), entry.gid(), groupsOf(entry)), entry.home());
    }
    return new Login(
        new User(entry.uid(), gid(text.substring(colon + 1)), List.of()), entry.home());
  }

  /** Home directory of a user, {@code /} if it is unknown. */
  public String home(long uid) {
    Entry entry = byUid(uid);
    return entry == null ? "/" : entry.home();
  }

  /**
   * What /etc/passwd would have to be to know this user.
   *
   * @param name of the user, unless another one has it
   * @return {@code null} if it knows the user already
   */
  public String passwdWith(String name, long uid, long gid) {
    return byUid(uid) == null
        ? with(
            passwd,
            login(byName(name) == null, name, uid) + ":*:" + uid + ":" + gid + "::/:/bin/sh")
        : null;
  }

  /** As {@link #passwdWith}, for /etc/group. */
  public String groupWith(String name, long gid) {
    boolean free = true;
    Lines lines = new Lines(group);
    while (lines.next()) {
      if (lines.id(2) == gid) {
        return null;
      }
      free &= !name.equals(lines.field(0));
    }
    return with(group, login(free, name, gid) + ":x:" + gid + ":");
  }

  private static String login(boolean free, String name, long id) {
    return free && !name.isEmpty() && name.indexOf(':') < 0 ? name : Long.toString(id);
  }

  private static String with(String lines, String line) {
    return lines + (lines.isEmpty() || lines.endsWith("\n") ? "" : "\n") + line + "\n";
  }

  /**
   * The number of a group.
   *
   * @param text a name or a number; names are looked up first
   * @throws ExplainedException if the name is unknown, or the number is none
   */
  public long gid(String text) throws ExplainedException {
    Lines lines = new Lines(group);
    while (lines.next()) {
      long gid = lines.id(2);
      if (gid >= 0 && !text.isEmpty() && text.equals(lines.field(0))) {
        return gid;
      }
    }
    long gid = Decimal.parse(text, IdMaps.MAX_ID);
    if (gid < 0) {
      throw unknown("group", text, "/etc/group");
    }
    return gid;
  }

  private List<Long> groupsOf(Entry entry) throws ExplainedException {
    if (entry.name().isEmpty()) {
      return List.of();
    }
    // Whoever wrote the file may have put a user into as many groups as it has room for.
    Set<Long> gids = new LinkedHashSet<>();
    Lines lines = new Lines(group);
    while (lines.next()) {
      long gid = lines.id(2);
      if (gid >= 0 && gid != entry.gid() && lists(lines.field(3), entry.name())) {
        gids.add(gid);
      }
    }
    if (gids.size() > User.MAX_GROUPS) {
      throw new ExplainedException(
          "the container's /etc/group has '" + entry.name() + "' in " + gids.size() + " groups",
          "at most " + User.MAX_GROUPS + " can be given; USER:GROUP gives that group alone");
    }
    return new ArrayList<>(gids);
  }

  private static boolean lists(String members, String name) {
    int start = 0;
    while (start <= members.length()) {
      int comma = members.indexOf(',', start);
      int end = comma < 0 ? members.length() : comma;
      if (end - start == name.length() && members.startsWith(name, start)) {
        return true;
      }
      start = end + 1;
    }
    return false;
  }

  private Entry byName(String name) {
    Lines lines = new Lines(passwd);
    while (lines.next()) {
      if (!name.isEmpty() && name.equals(lines.field(0)) && isEntry(lines)) {
        return entry(lines);
      }
    }
    return null;
  }

  private Entry byUid(long uid) {
    Lines lines = new Lines(passwd);
    while (lines.next()) {
      if (lines.id(2) == uid && isEntry(lines)) {
        return entry(lines);
      }
    }
    return null;
  }

  private static boolean isEntry(Lines lines) {
    return lines.id(2) >= 0 && lines.id(3) >= 0;
  }

  private static Entry entry(Lines lines) {
    String home = lines.field(5);
    return new Entry(lines.field(0), lines.id(2), lines.id(3), home.startsWith("/") ? home : "/");
  }

  private static ExplainedException unknown(String what, String text, String file) {
    if (text.isEmpty()) {
      return new ExplainedException(
          "the " + what + " is empty", "write USER or USER:GROUP, as names or numbers");
    }
    return new ExplainedException(
        "no " + what + " '" + text + "' in the container's " + file,
        "give one that is in there, or a number from 0 to " + IdMaps.MAX_ID);
  }

  /** Walks over lines of fields that are separated by colons. */
  private static final class Lines {
    private final String text;
    private int start;
    private int end = -1;

    Lines(String text) {
      this.text = text;
    }

    boolean next() {
      start = end + 1;
      if (start >= text.length()) {
        return false;
      }
      int newline = text.indexOf('\n', start);
      end = newline < 0 ? text.length() : newline;
      return true;
    }

    /** A field, counted from 0; empty if the line has fewer. */
    String field(int index) {
      int from = start;
      for (int i = 0; i < index; i++) {
        int colon = colon(from);
        if (colon == end) {
          return "";
        }
        from = colon + 1;
      }
      return text.substring(from, colon(from));
    }

    /** The next colon of the line, or its end: looking further would take time for each line. */
    private int colon(int from) {
      int at = from;
      while (at < end && text.charAt(at) != ':') {
        at++;
      }
      return at;
    }

    /** A field as an id; -1 if it is none. */
    long id(int index) {
      return Decimal.parse(field(index), IdMaps.MAX_ID);
    }
  }
}
