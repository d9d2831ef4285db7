import java.util.ArrayList;
import java.util.List;

class Main {
  public static void main(String[] args) {
    List<byte[]> held = new ArrayList<>();
    while (true) {
      held.add(new byte[1 << 20]);
    }
  }
}
