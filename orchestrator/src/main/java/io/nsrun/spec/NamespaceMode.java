package io.nsrun.spec;

/** Where a container gets one of its namespaces from. */
public sealed interface NamespaceMode {
  /** A new one of its own. */
  NamespaceMode PRIVATE = new Private();

  /** The caller's. */
  NamespaceMode HOST = new Host();

  /** An existing one, held by the file {@code path}, e.g. {@code /proc/42/ns/net}; absolute. */
  static NamespaceMode join(String path) {
    return new Join(path);
  }

  /** See {@link #PRIVATE}. */
  record Private() implements NamespaceMode {}

  /** See {@link #HOST}. */
  record Host() implements NamespaceMode {}

  /** See {@link #join}. */
  record Join(String path) implements NamespaceMode {}
}
