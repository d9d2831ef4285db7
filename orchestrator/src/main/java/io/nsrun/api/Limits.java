package io.nsrun.api;

import io.nsrun.spec.Dialect;
import io.nsrun.spec.JvmProfile;
import io.nsrun.spec.Rlimit;
import io.nsrun.spec.Spec;
import io.nsrun.spec.SpecField;
import io.nsrun.spec.SpecProblems;
import io.nsrun.spec.StopPolicy;
import io.nsrun.spec.Text;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;

/**
 * What a container may use. There is no limit but those that are set. A container that reaches one
 * is ended, unless the limit says otherwise, and {@link ContainerEnd#limit} tells which it was. No
 * control groups are involved.
 *
 * <p>Immutable: each method returns new limits. What is out of range is told by the start of a
 * container.
 */
public final class Limits {
  private static final Limits NONE = new Limits(Map.of(), Map.of());

  /** No limit, as {@code rlimits} have it. */
  private static final long UNLIMITED = -1;

  private static final Duration RESOLUTION = Duration.ofMillis(1);

  /** A limit's value, by what it limits. */
  private final Map<SpecField, Object> values;

  private final Map<String, Rlimit> rlimits;

  private Limits(Map<SpecField, Object> values, Map<String, Rlimit> rlimits) {
    this.values = values;
    this.rlimits = rlimits;
  }

  /** {@return no limit at all: the default} */
  public static Limits none() {
    return NONE;
  }

  /**
   * Limits the time from the start of the command until it gets the stop signal; if it is alive
   * after the grace time, it is killed ({@link ContainerBuilder#stop}).
   *
   * @param time more than zero, less than 10 years; resolution 1 ms
   * @return these limits with that
   */
  public Limits timeout(Duration time) {
    return with(SpecField.TIMEOUT, time);
  }

  /**
   * Limits the CPU time of all its processes together, those that ended included, looked at every
   * 20 ms.
   *
   * <p>At the limit the command gets the stop signal, and is killed after the grace time.
   *
   * @param time more than zero, less than 10 years; resolution 1 ms
   * @return these limits with that
   */
  public Limits cpuTime(Duration time) {
    return with(SpecField.CPU_TIME, time);
  }

  /**
   * Limits the memory of all its processes together, and what its files in memory hold, looked at
   * every 10 ms, so that it may be passed for a moment.
   *
   * <p>At the limit the container is killed.
   *
   * @param size 1 MiB at least
   * @return these limits with that
   */
  public Limits memory(DataSize size) {
    return with(SpecField.MEMORY, size);
  }

  /**
   * Limits the number of its processes and threads, looked at every 20 ms; beyond it forks fail,
   * too.
   *
   * <p>At the limit the command gets the stop signal, and is killed after the grace time.
   *
   * @param number 2 to 4,194,304; the command and nsrun's own PID 1 count too
   * @return these limits with that
   */
  public Limits processes(int number) {
    return with(SpecField.PROCESSES, number);
  }

  /**
   * Limits what it may write to its standard output and standard error together, none of which is
   * passed on beyond it; see {@link ContainerBuilder#captureLimit} for what is kept of it.
   *
   * <p>At the limit the command gets the stop signal, and is killed after the grace time.
   *
   * @param size more than zero
   * @return these limits with that
   */
  public Limits output(DataSize size) {
    return with(SpecField.OUTPUT, size);
  }

  /**
   * Limits how many CPUs it runs on, chosen among those that the JVM may use.
   *
   * <p>More than there are is a mistake; nothing ends for it.
   *
   * @param number 1 to 1,024
   * @return these limits with that
   */
  public Limits cpus(int number) {
    return with(SpecField.CPUS, number);
  }

  /**
   * Limits which CPUs it runs on; nothing ends for it, and a process may choose others of those
   * that the JVM may use.
   *
   * @param numbers as in /proc/cpuinfo, 0 to 1,023, among those that the JVM may use; one at least
   * @return these limits with that
   */
  public Limits cpuSet(int... numbers) {
    return with(SpecField.CPUSET, Arrays.stream(numbers).sorted().distinct().boxed().toList());
  }

  /**
   * Limits how its reads and writes of a disk come between those of others; nothing ends for it.
   *
   * @param priority default: that of the JVM
   * @return these limits with that
   */
  public Limits ioPriority(IoPriority priority) {
    return with(SpecField.IO_PRIORITY, priority);
  }

  /**
   * Limits what it gets of the CPUs while others want them, nice(1); nothing ends for it.
   *
   * @param value -20 to 19; less than the JVM's own only for root in the host's user namespace
   * @return these limits with that
   */
  public Limits nice(int value) {
    return with(SpecField.NICE, value);
  }

  /**
   * Limits the size of a file it writes, which ends a process by SIGXFSZ.
   *
   * @param size more than zero
   * @return these limits with that
   */
  public Limits fileSize(DataSize size) {
    return rlimit("fsize", size.toBytes(), size.toBytes());
  }

  /**
   * Limits how many files each of its processes has open; no process ends for it, but opening
   * fails.
   *
   * @param number 1 to what the JVM itself may have at most
   * @return these limits with that
   */
  public Limits openFiles(int number) {
    return rlimit("nofile", number, number);
  }

  /**
   * Limits each process by itself, getrlimit(2).
   *
   * @param resource the name there, as in {@code stack} or {@code RLIMIT_STACK}
   * @param soft what counts, in the resource's own unit; -1 for no limit
   * @param hard what a process may raise it to; -1 for no limit
   * @return these limits with that
   */
  public Limits rlimit(String resource, long soft, long hard) {
    String upper = resource.toUpperCase(Locale.ROOT);
    String name = upper.startsWith("RLIMIT_") ? upper.substring("RLIMIT_".length()) : upper;
    Map<String, Rlimit> more = new LinkedHashMap<>(rlimits);
    more.put(name, new Rlimit(known(name), soft, hard));
    return new Limits(values, Collections.unmodifiableMap(more));
  }

  /** Null if there is no such resource, which is told later. */
  private static Rlimit.Resource known(String name) {
    for (Rlimit.Resource resource : Rlimit.Resource.values()) {
      if (resource.name().equals(name)) {
        return resource;
      }
    }
    return null;
  }

  private Limits with(SpecField field, Object value) {
    Map<SpecField, Object> more = new EnumMap<>(SpecField.class);
    more.putAll(values);
    more.put(field, Objects.requireNonNull(value));
    return new Limits(Collections.unmodifiableMap(more), rlimits);
  }

  /** Adds them to a specification; what is wrong is added to the problems. */
  void apply(Spec.Builder spec, StopPolicy stop, SpecProblems problems) {
    spec.stop(new StopPolicy(duration(SpecField.TIMEOUT, problems), stop.signal(), stop.grace()));
    if (!values.isEmpty()) {
      io.nsrun.spec.Limits limits =
          io.nsrun.spec.Limits.NONE
              .withMemory(size(SpecField.MEMORY, problems).toSpec())
              .withProcesses(number(SpecField.PROCESSES, problems))
              .withCpuTime(duration(SpecField.CPU_TIME, problems))
              .withOutput(size(SpecField.OUTPUT, problems).toSpec())
              .withCpus(number(SpecField.CPUS, problems));
      spec.limits(priorities(cpuSet(limits, problems), problems));
    }
    for (Map.Entry<String, Rlimit> limit : rlimits.entrySet()) {
      rlimit(limit.getKey(), limit.getValue(), spec, problems);
    }
  }

  private io.nsrun.spec.Limits cpuSet(io.nsrun.spec.Limits limits, SpecProblems problems) {
    List<Integer> numbers = new ArrayList<>();
    if (values.get(SpecField.CPUSET) instanceof List<?> given) {
      given.forEach(number -> numbers.add((Integer) number));
      if (numbers.isEmpty()) {
        problems.add(SpecField.CPUSET, "is empty", "leave it out for all CPUs");
      }
    }
    return limits.withCpuset(numbers);
  }

  private io.nsrun.spec.Limits priorities(io.nsrun.spec.Limits limits, SpecProblems problems) {
    Integer nice = (Integer) values.get(SpecField.NICE);
    IoPriority io = (IoPriority) values.get(SpecField.IO_PRIORITY);
    io.nsrun.spec.Limits nicer = nice == null ? limits : limits.withNice(nice);
    return io == null ? nicer : nicer.withIoPriority(io.toSpec(problems));
  }

  /** What {@link #output} says; null if nothing. */
  DataSize output() {
    return (DataSize) values.get(SpecField.OUTPUT);
  }

  /** Adds what would keep a JVM that is sized after the memory from it. */
  void checkForJvm(SpecProblems problems) {
    for (String name : List.of("AS", "DATA")) {
      if (rlimits.containsKey(name)) {
        problems.add(
            SpecField.JVM,
            Text.of("reserves far more than it uses, and would not start with ", SpecField.RLIMIT),
            Text.of("leave that out: ", SpecField.MEMORY, " counts what is used"));
      }
    }
    DataSize memory = (DataSize) values.get(SpecField.MEMORY);
    if (memory == null) {
      problems.add(
          SpecField.JVM, Text.of("needs to know the memory"), Text.of("add ", SpecField.MEMORY));
    } else if (memory.toBytes() > 0 && memory.toBytes() < JvmProfile.LEAST_MEMORY.value()) {
      problems.add(
          SpecField.MEMORY,
          Text.of(memory, " is too little for ", SpecField.JVM),
          Text.of("use at least " + JvmProfile.LEAST_MEMORY.text()));
    }
  }

  private static void rlimit(String name, Rlimit limit, Spec.Builder spec, SpecProblems problems) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (limit.resource() == null) {
      problems.add(
          SpecField.RLIMIT,
          "\"" + lower + "\" is no resource",
          "a name of getrlimit(2) is expected, as in nofile");
    } else if (limit.soft() < UNLIMITED || limit.hard() < UNLIMITED) {
      problems.add(
          SpecField.RLIMIT, lower + " is negative", "a number is expected, or -1 for no limit");
    } else if (limit.soft() == 0 && isFiles(limit.resource())) {
      problems.add(SpecField.RLIMIT, lower + " is zero", "leave it out for no limit");
    } else {
      spec.rlimit(limit);
    }
  }

  private static boolean isFiles(Rlimit.Resource resource) {
    return resource == Rlimit.Resource.FSIZE || resource == Rlimit.Resource.NOFILE;
  }

  /** Zero if there is no limit, as in a specification; so none may be zero. */
  private Duration duration(SpecField field, SpecProblems problems) {
    Duration value = (Duration) values.getOrDefault(field, Duration.ZERO);
    notZero(field, value.isZero(), problems);
    // Less than the resolution is no limit in a plan.
    return value.compareTo(RESOLUTION) < 0 && value.compareTo(Duration.ZERO) > 0
        ? RESOLUTION
        : value;
  }

  private DataSize size(SpecField field, SpecProblems problems) {
    DataSize value = (DataSize) values.getOrDefault(field, DataSize.ofBytes(0));
    notZero(field, value.toBytes() == 0, problems);
    return value;
  }

  private int number(SpecField field, SpecProblems problems) {
    int value = (Integer) values.getOrDefault(field, 0);
    notZero(field, value == 0, problems);
    return value;
  }

  private void notZero(SpecField field, boolean zero, SpecProblems problems) {
    if (zero && values.containsKey(field)) {
      problems.add(field, "is zero", "leave it out for no limit");
    }
  }

  /** For messages: {@code timeout PT1S, nofile 64:64}; {@code none} if there is none. */
  @Override
  public String toString() {
    StringJoiner text = new StringJoiner(", ").setEmptyValue("none");
    values.forEach((field, value) -> text.add(Dialect.WORDS.name(field) + " " + value));
    rlimits.forEach(
        (name, limit) ->
            text.add(name.toLowerCase(Locale.ROOT) + " " + limit.soft() + ":" + limit.hard()));
    return text.toString();
  }
}
