package dev.tokenguard.demo;

import java.util.Map;

/** Colours for a terminal, none for a file or a pipe. */
public final class Ink {

  private final boolean isColoured;

  private Ink(boolean isColoured) {
    this.isColoured = isColoured;
  }

  static Ink forTerminal(Map<String, String> environment) {
    return new Ink(System.console() != null && !environment.containsKey("NO_COLOR"));
  }

  boolean isTerminal() {
    return System.console() != null;
  }

  String title(String text) {
    return paint("1;36", text);
  }

  String good(String text) {
    return paint("32", text);
  }

  String bad(String text) {
    return paint("1;31", text);
  }

  String faint(String text) {
    return paint("2", text);
  }

  String strong(String text) {
    return paint("1", text);
  }

  private String paint(String code, String text) {
    return isColoured ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
