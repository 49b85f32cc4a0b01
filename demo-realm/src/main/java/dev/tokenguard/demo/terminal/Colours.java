package dev.tokenguard.demo.terminal;

import java.util.Map;

/** Colours for a terminal, none for a file or a pipe. */
public final class Colours {

  private final boolean isColoured;

  private Colours(boolean isColoured) {
    this.isColoured = isColoured;
  }

  public static Colours forTerminal(Map<String, String> environment) {
    return new Colours(System.console() != null && !environment.containsKey("NO_COLOR"));
  }

  boolean isTerminal() {
    return System.console() != null;
  }

  public String title(String text) {
    return paint("1;36", text);
  }

  public String good(String text) {
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
