package io.nsrun.log;

import io.nsrun.spec.Printable;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/**
 * Writes one line a message to standard error, as in {@code nsrun: warning: ...}; from debug on,
 * with the logger's name.
 */
final class StderrLogger extends LegacyAbstractLogger {
  private static final long serialVersionUID = 1L;

  StderrLogger(String name) {
    this.name = name;
  }

  @Override
  protected String getFullyQualifiedCallerName() {
    return null; // no location is printed
  }

  @Override
  protected void handleNormalizedLoggingCall(
      Level level, Marker marker, String pattern, Object[] arguments, Throwable thrown) {
    LogLevel own = own(level);
    StringBuilder line = new StringBuilder("nsrun: ").append(own.label()).append(": ");
    if (own.covers(LogLevel.DEBUG)) {
      line.append(name.substring(name.lastIndexOf('.') + 1)).append(": ");
    }
    line.append(MessageFormatter.basicArrayFormat(pattern, arguments));
    if (thrown != null) {
      line.append(": ").append(thrown);
    }
    PrintStream out = StderrLogProvider.out();
    byte[] bytes = (Printable.of(line.toString()) + "\n").getBytes(StandardCharsets.UTF_8);
    out.write(bytes, 0, bytes.length);
    out.flush();
    if (thrown != null && LogLevel.current().covers(LogLevel.DEBUG)) {
      thrown.printStackTrace(out);
    }
  }

  private static LogLevel own(Level level) {
    return switch (level) {
      case ERROR -> LogLevel.ERROR;
      case WARN -> LogLevel.WARN;
      case INFO -> LogLevel.INFO;
      case DEBUG -> LogLevel.DEBUG;
      case TRACE -> LogLevel.TRACE;
    };
  }

  @Override
  public boolean isErrorEnabled() {
    return LogLevel.current().covers(LogLevel.ERROR);
  }

  @Override
  public boolean isWarnEnabled() {
    return LogLevel.current().covers(LogLevel.WARN);
  }

  @Override
  public boolean isInfoEnabled() {
    return LogLevel.current().covers(LogLevel.INFO);
  }

  @Override
  public boolean isDebugEnabled() {
    return LogLevel.current().covers(LogLevel.DEBUG);
  }

  @Override
  public boolean isTraceEnabled() {
    return LogLevel.current().covers(LogLevel.TRACE);
  }
}
