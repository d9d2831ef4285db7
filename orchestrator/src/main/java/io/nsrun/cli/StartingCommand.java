package io.nsrun.cli;

import io.nsrun.engine.CallersFile;
import io.nsrun.engine.Launcher;
import io.nsrun.engine.Running;
import io.nsrun.engine.StatusLines;
import io.nsrun.log.LogLevel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What commands have in common that start something: whom they tell of it. */
abstract class StartingCommand implements Launcher.Listener, Runnable {
  final Invocation call;
  final ErrorPrinter errors;

  /** Null if nobody has asked for one. */
  CallersFile pidFile;

  StatusLines status = StatusLines.none();

  StartingCommand(Invocation call) {
    this.call = call;
    errors = call.errors();
  }

  @Override
  public void log(Launcher.Level told, String message) {
    LogLevel level =
        switch (told) {
          case WARN -> LogLevel.WARN;
          case INFO -> LogLevel.INFO;
          case DEBUG -> LogLevel.DEBUG;
        };
    if (LogLevel.current().covers(level)) {
      NsinitLog.log(level, message);
    }
  }

  @Override
  public void started(Running running) {
    if (pidFile != null) {
      try {
        pidFile.write(Long.toString(running.pid()).getBytes(StandardCharsets.US_ASCII));
      } catch (IOException e) {
        // The container is not ended for it.
        errors.failure(e);
      }
    }
    status.started(running);
  }
}
