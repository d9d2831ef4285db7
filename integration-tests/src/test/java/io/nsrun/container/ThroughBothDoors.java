package io.nsrun.container;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * All tests of the class run twice: through the command line, and through the library. They say
 * what is {@link Asked} for in neutral terms, and look at an {@link Outcome} or at something that
 * {@link Live}s. The class is a {@link DoorTest}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ClassTemplate
@ExtendWith(Doors.class)
@interface ThroughBothDoors {}
