class Main {
  int nothing = "text";
}
