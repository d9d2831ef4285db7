package io.nsrun.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class StderrLoggerTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Logger logger = new StderrLogger("io.nsrun.some.Thing");

  @BeforeEach
  void divert() {
    StderrLogProvider.divert(new PrintStream(bytes, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void reset() {
    StderrLogProvider.divert(null);
    LogLevel.set(LogLevel.WARN);
  }

  private String logged() {
    String text = bytes.toString(StandardCharsets.UTF_8);
    bytes.reset();
    return text;
  }

  @Test
  void aWarningIsOneLine() {
    logger.warn("{} of {} left", 1, 2);

    assertThat(logged()).isEqualTo("nsrun: warning: 1 of 2 left\n");
  }

  @Test
  void whatOneThreadDivertsStaysWhereItIsForOthers() throws InterruptedException {
    ByteArrayOutputStream others = new ByteArrayOutputStream();
    Thread other =
        new Thread(
            () -> {
              StderrLogProvider.divert(new PrintStream(others, true, StandardCharsets.UTF_8));
              logger.warn("there");
            });
    other.start();
    other.join();
    logger.warn("here");

    assertThat(logged()).isEqualTo("nsrun: warning: here\n");
    assertThat(others.toString(StandardCharsets.UTF_8)).isEqualTo("nsrun: warning: there\n");
  }

  @Test
  void itIsQuietBelowItsLevel() {
    logger.info("x");
    logger.debug("x");
    assertThat(logged()).isEmpty();

    LogLevel.set(LogLevel.ERROR);
    logger.warn("x");
    assertThat(logged()).isEmpty();
    logger.error("x");
    assertThat(logged()).isEqualTo("nsrun: error: x\n");
  }

  @Test
  void detailsNameTheirSource() {
    LogLevel.set(LogLevel.TRACE);
    logger.debug("a");
    logger.trace("b");

    assertThat(logged()).isEqualTo("nsrun: debug: Thing: a\nnsrun: trace: Thing: b\n");
  }

  @Test
  void aStackTraceIsForDebugging() {
    logger.warn("failed", new IllegalStateException("why"));
    assertThat(logged())
        .isEqualTo("nsrun: warning: failed: java.lang.IllegalStateException: why\n");

    LogLevel.set(LogLevel.DEBUG);
    logger.warn("failed", new IllegalStateException("why"));
    assertThat(logged()).contains("\tat io.nsrun.log.StderrLoggerTest");
  }

  @Test
  void levelsAreReadInAnyCase() {
    assertThat(LogLevel.parse("debug")).isEqualTo(LogLevel.DEBUG);
    assertThat(LogLevel.parse("WARN")).isEqualTo(LogLevel.WARN);
    assertThat(LogLevel.parse("loud")).isNull();
  }

  @Test
  void slf4jFindsTheBackendByItsName() throws ReflectiveOperationException {
    StderrLogProvider.select();

    Object provider =
        Class.forName(System.getProperty("slf4j.provider")).getDeclaredConstructor().newInstance();

    assertThat(provider).isInstanceOf(StderrLogProvider.class);
    assertThat(((StderrLogProvider) provider).getLoggerFactory().getLogger("x"))
        .isInstanceOf(StderrLogger.class);
  }
}
