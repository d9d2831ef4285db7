package io.nsrun.container;

/** A way to a container: words of a command line, or calls of the library. */
interface Door {
  /** Gets ready, so that what stays for several tests is there before each of them. */
  void open();

  /** Runs it to its end. Blocks. */
  Outcome run(Asked asked);

  /** Starts it, and leaves it to the test, its streams too. */
  Live start(Asked asked);

  /** Does something with the caller's containers that live on. Blocks until it is done. */
  Outcome fulfil(Caller caller, Wish wish);

  /** Fails unless the host is as it was once, as soon as that can be. */
  void assertUnchanged(Host before);

  /** The one of them that this door calls it. */
  String either(String ofTheCommandLine, String ofTheLibrary);
}
