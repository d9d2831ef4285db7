package com.example.judge;

import io.nsrun.api.DataSize;
import java.util.List;

/** What a submission may be written in. Commands run in the directory of its source file. */
public enum Language {
  C("main.c") {
    @Override
    List<String> compiler() {
      return List.of("gcc", "-O2", "-std=c17", "-o", "main", "main.c", "-lm");
    }

    @Override
    List<String> program(DataSize memory) {
      return List.of("./main");
    }
  },

  PYTHON("main.py") {
    @Override
    List<String> compiler() {
      return List.of();
    }

    @Override
    List<String> program(DataSize memory) {
      return List.of("python3", "-B", "main.py");
    }
  },

  JAVA("Main.java") {
    @Override
    List<String> compiler() {
      return List.of(
          HostTools.JAVA_HOME.resolve("bin/javac").toString(),
          "-J-Xmx256m",
          "-J-XX:+UseSerialGC",
          "-J-XX:TieredStopAtLevel=1",
          "-proc:none",
          "Main.java");
    }

    /** The heap has three quarters, since the JVM itself is in the limit too. */
    @Override
    List<String> program(DataSize memory) {
      return List.of(
          HostTools.JAVA_HOME.resolve("bin/java").toString(),
          "-Xmx" + memory.toBytes() / 4 * 3,
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:-UsePerfData",
          "-XX:+ExitOnOutOfMemoryError",
          "-cp",
          ".",
          "Main");
    }

    @Override
    boolean isOutOfMemory(int exitCode) {
      return exitCode == 3;
    }
  };

  private final String sourceFile;

  Language(String sourceFile) {
    this.sourceFile = sourceFile;
  }

  String sourceFile() {
    return sourceFile;
  }

  /** Empty for what is not compiled. */
  abstract List<String> compiler();

  abstract List<String> program(DataSize memory);

  /** Whether the program itself says by its exit code that it had no more memory. */
  boolean isOutOfMemory(int exitCode) {
    return false;
  }
}
