package com.example.containers;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test a container: on a parameter of the type {@code Container}, which is started before
 * the test and gone after it, or {@code ContainerBuilder}, which the test goes on with. A test that
 * fails says how its containers were then, and what they wrote to their standard error.
 */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ContainerExtension.class)
public @interface InContainer {
  /** The command and its arguments. */
  String[] value() default {};

  /** A directory with a whole Linux system; by default the busybox that nsrun brings along. */
  String rootfs() default "";

  /** After so many milliseconds it is ended. */
  int timeoutMillis() default 60_000;

  /** What all its processes together may hold. */
  int memoryMebibytes() default 256;
}
