package io.nsrun.container;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeClassTemplateInvocationCallback;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestInstancePostProcessor;

/** Runs a class once for each door; see {@link ThroughBothDoors}. */
final class Doors implements ClassTemplateInvocationContextProvider {
  private static final List<Door> ALL = List.of(new CommandLineDoor(), new LibraryDoor());

  @Override
  public boolean supportsClassTemplate(ExtensionContext context) {
    return true;
  }

  @Override
  public Stream<ClassTemplateInvocationContext> provideClassTemplateInvocationContexts(
      ExtensionContext context) {
    return ALL.stream().map(Doors::through);
  }

  private static ClassTemplateInvocationContext through(Door door) {
    return new ClassTemplateInvocationContext() {
      @Override
      public String getDisplayName(int index) {
        return "through " + door;
      }

      @Override
      public List<Extension> getAdditionalExtensions() {
        BeforeClassTemplateInvocationCallback open = context -> door.open();
        TestInstancePostProcessor hand = (test, context) -> ((DoorTest) test).door = door;
        return List.of(open, hand);
      }
    };
  }
}
