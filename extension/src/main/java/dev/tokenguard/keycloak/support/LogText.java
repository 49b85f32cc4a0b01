package dev.tokenguard.keycloak.support;

import java.util.Locale;

/**
 * A line of the log. Client ids, addresses and other values come from outside; a line break in one
 * of them would begin a line that Token Guard never wrote (CWE-117).
 */
public final class LogText {

  private LogText() {}

  /** Formats a line; whatever is no printable part of a line is written as its code. */
  public static String of(String format, Object... values) {
    return onOneLine(String.format(Locale.ROOT, format, values));
  }

  static String onOneLine(String text) {
    if (text.codePoints().noneMatch(LogText::isUnsafe)) {
      return text;
    }
    StringBuilder line = new StringBuilder(text.length() + 16);
    text.codePoints()
        .forEach(
            each -> {
              if (isUnsafe(each)) {
                line.append(String.format(Locale.ROOT, "\\u%04x", each));
              } else {
                line.appendCodePoint(each);
              }
            });
    return line.toString();
  }

  /** Also marks that reverse the direction of writing, and terminal sequences. */
  private static boolean isUnsafe(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.FORMAT,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}
