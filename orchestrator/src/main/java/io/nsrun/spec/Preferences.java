package io.nsrun.spec;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which properties of the isolation the caller said something about. Immutable.
 *
 * @param required these stop a container that can't have them
 * @param preferred these may be less
 */
public record Preferences(Set<Property> required, Set<Property> preferred) {
  /** Each property as {@link Property#isRequiredByDefault} says. */
  public static final Preferences DEFAULT = new Preferences(Set.of(), Set.of());

  public Preferences {
    required = copy(required);
    preferred = copy(preferred);
  }

  /** Whether the container may do with less of it. */
  public boolean prefers(Property property) {
    return preferred.contains(property)
        || (!property.isRequiredByDefault() && !required.contains(property));
  }

  /** Whether the caller said nothing. */
  public boolean areDefault() {
    return required.isEmpty() && preferred.isEmpty();
  }

  private static Set<Property> copy(Set<Property> properties) {
    if (properties.isEmpty()) {
      return Set.of();
    }
    return Collections.unmodifiableSet(EnumSet.copyOf(properties));
  }
}
