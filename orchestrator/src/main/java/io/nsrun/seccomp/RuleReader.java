package io.nsrun.seccomp;

import io.nsrun.json.JsonReader;
import io.nsrun.json.JsonReader.Place;
import io.nsrun.seccomp.Profile.Condition;
import io.nsrun.seccomp.Profile.Rule;
import io.nsrun.seccomp.Profile.Selector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads an entry of a profile's {@code syscalls}, and actions. Not thread-safe. */
final class RuleReader {
  private static final String ARGUMENTS = "use 0 to 5";
  private static final String ANY_VALUE = "use 0 to 2^64-1";

  private final JsonReader json;
  private final List<String> warnings;

  /**
   * @param warnings where goes what is odd, but can be lived with
   */
  RuleReader(JsonReader json, List<String> warnings) {
    this.json = json;
    this.warnings = warnings;
  }

  /** An action and its number, which properties in any order give. */
  static final class ActionFields {
    private final Place place;
    private final String actionName;
    private Action.Kind kind;
    private boolean bad;
    private Long errno;
    private Place errnoPlace;

    ActionFields(Place place, String actionName) {
      this.place = place;
      this.actionName = actionName;
    }
  }

  /** Warns about a property that is not known, and passes over it. */
  void unknown() throws IOException {
    warnings.add(json.place().path() + " is not known, and ignored");
    json.skip();
  }

  /** Reads the action here. */
  void kind(ActionFields fields) throws IOException {
    int before = json.found();
    String name = json.text();
    fields.bad = json.found() != before;
    if (name == null) {
      return;
    }
    fields.kind = Action.Kind.ofProfileName(name);
    if (fields.kind == null) {
      fields.bad = true;
      json.problem(
          JsonReader.quote(name) + " is no action",
          "SCMP_ACT_ALLOW, _ERRNO, _KILL_PROCESS, _KILL_THREAD, _TRAP, _TRACE, _LOG or _NOTIFY is"
              + " expected");
    }
  }

  /** Reads its number here. */
  void errno(ActionFields fields) throws IOException {
    fields.errnoPlace = json.place();
    fields.errno = json.number("use 0 to " + Action.Kind.ERRNO.maxData());
  }

  /** The action; what can't be is reported, and read as ALLOW. */
  Action action(ActionFields fields) {
    Action.Kind kind = fields.kind;
    if (kind == null) {
      if (!fields.bad) {
        json.problem(fields.place.property(fields.actionName), "is missing", "");
      }
      return new Action(Action.Kind.ALLOW, 0);
    }
    Long errno = fields.errno;
    if (errno == null) {
      return new Action(kind, kind.hasData() ? Action.DEFAULT_ERRNO : 0);
    }
    Place place = fields.errnoPlace;
    if (!kind.hasData()) {
      json.problem(
          place, kind.profileName() + " has no number", "leave it out, or use SCMP_ACT_ERRNO");
    } else if (Long.compareUnsigned(errno, kind.maxData()) > 0) {
      json.problem(
          place, Long.toUnsignedString(errno) + " is out of range", "use 0 to " + kind.maxData());
    }
    return new Action(kind, errno.intValue() & 0xffff);
  }

  /** The rule here; null if it is no object. */
  Rule rule() throws IOException {
    Place place = json.place();
    if (!json.isObject()) {
      return null;
    }
    int before = json.found();
    List<String> names = new ArrayList<>();
    ActionFields action = new ActionFields(place, "action");
    List<Condition> conditions = List.of();
    Selector includes = Selector.NONE;
    Selector excludes = Selector.NONE;
    for (String name = json.nextField(); name != null; name = json.nextField()) {
      switch (name) {
        case "names" -> names.addAll(json.texts());
        case "name" -> {
          String single = json.text();
          if (single != null && !single.isEmpty()) {
            names.add(single);
          }
        }
        case "action" -> kind(action);
        case "errnoRet" -> errno(action);
        // The name of the errno, which the engines leave to people.
        case "errno", "comment" -> json.skip();
        case "args" -> conditions = conditions();
        case "includes" -> includes = selector();
        case "excludes" -> excludes = selector();
        default -> unknown();
      }
    }
    if (names.isEmpty() && json.found() == before) {
      json.problem(place.property("names"), "is empty or missing", "name the system calls");
    }
    return new Rule(names, action(action), conditions, includes, excludes);
  }

  private List<Condition> conditions() throws IOException {
    List<Condition> result = new ArrayList<>();
    if (json.isArray()) {
      while (json.nextElement()) {
        Condition condition = condition();
        if (condition != null) {
          result.add(condition);
        }
      }
    }
    return result;
  }

  private Condition condition() throws IOException {
    Place place = json.place();
    if (!json.isObject()) {
      return null;
    }
    int before = json.found();
    Long index = null;
    Long value = null;
    Long valueTwo = null;
    Operator operator = null;
    for (String name = json.nextField(); name != null; name = json.nextField()) {
      switch (name) {
        case "index" -> index = index();
        case "value" -> value = json.number(ANY_VALUE);
        case "valueTwo" -> valueTwo = json.number(ANY_VALUE);
        case "op" -> operator = operator();
        default -> unknown();
      }
    }
    if (json.found() == before) {
      require(place.property("index"), index);
      require(place.property("value"), value);
      require(place.property("op"), operator);
    }
    if (index == null || value == null || operator == null) {
      return null;
    }
    long second = valueTwo == null ? 0 : valueTwo;
    if (second != 0 && operator != Operator.MASKED_EQ) {
      warnings.add(place.path() + ".valueTwo is ignored by " + operator.profileName());
    }
    return new Condition(index.intValue(), operator, value, second);
  }

  private void require(Place place, Object value) {
    if (value == null) {
      json.problem(place, "is missing", "index, value and op are needed");
    }
  }

  private Long index() throws IOException {
    Long index = json.number(ARGUMENTS);
    if (index != null && Long.compareUnsigned(index, ProfileResolver.ARGUMENTS) >= 0) {
      json.problem(Long.toUnsignedString(index) + " is no argument", ARGUMENTS);
      return null;
    }
    return index;
  }

  private Operator operator() throws IOException {
    String name = json.text();
    if (name == null) {
      return null;
    }
    Operator operator = Operator.ofProfileName(name);
    if (operator == null) {
      json.problem(
          JsonReader.quote(name) + " is no operator",
          "SCMP_CMP_NE, _LT, _LE, _EQ, _GE, _GT or _MASKED_EQ is expected");
    }
    return operator;
  }

  private Selector selector() throws IOException {
    if (!json.isObject()) {
      return Selector.NONE;
    }
    List<String> capabilities = List.of();
    List<String> architectures = List.of();
    String minKernel = "";
    for (String name = json.nextField(); name != null; name = json.nextField()) {
      switch (name) {
        case "caps" -> capabilities = capabilities();
        case "arches" -> architectures = json.texts();
        case "minKernel" -> minKernel = version();
        default -> unknown();
      }
    }
    return new Selector(capabilities, architectures, minKernel);
  }

  private List<String> capabilities() throws IOException {
    Place place = json.place();
    List<String> names = json.texts();
    for (String name : names) {
      if (ProfileResolver.capability(name) == null) {
        warnings.add(
            place.path()
                + ": "
                + JsonReader.quote(name)
                + " is no capability, and so nobody has it");
      }
    }
    return names;
  }

  private String version() throws IOException {
    String text = json.text();
    if (text == null || text.isEmpty()) {
      return "";
    }
    if (!isVersion(text)) {
      json.problem(JsonReader.quote(text) + " is no kernel version", "as in 4.8");
    }
    return text;
  }

  private static boolean isVersion(String text) {
    int dots = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean between = i > 0 && i + 1 < text.length() && text.charAt(i - 1) != '.';
      if (c == '.' && between) {
        dots++;
      } else if (c < '0' || c > '9') {
        return false;
      }
    }
    return dots == 1 || dots == 2;
  }
}
