/** What a JVM costs that does next to nothing: the cold start is held against it. */
public final class Hello {
  private Hello() {}

  public static void main(String[] args) {
    System.out.println("hello");
  }
}
