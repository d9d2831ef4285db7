package io.nsrun.container;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test of something that another JVM may do otherwise: how it starts, loads classes and native
 * code, treats signals, streams, terminals and closed descriptors, encodes arguments, names and
 * output, starts and reaps children, opens, locks and renames files, sizes itself, and dies. These
 * tests run on the second JDK too. What only a container does, once nsinit has its plan, is the
 * same whichever JVM made the plan, and the unit tests, which run whole on both, hold plans to be
 * that. So each run of nsrun has a JVM of its own in these tests, and goes to one that stays in
 * others.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Tag("depends-on-jvm")
@ExtendWith(FreshJvms.class)
public @interface DependsOnJvm {}
