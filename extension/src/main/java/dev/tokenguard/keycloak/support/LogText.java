package dev.tokenguard.keycloak.support;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The text of a log line. Clients choose some of its values, for example client ids; a line break
 * in one of them would forge a line of the log (CWE-117).
 */
public final class LogText {

  private LogText() {}

  /** Formats a line; characters that are not printable are replaced by their code. */
  public static String of(String format, @Nullable Object... values) {
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

  /** Includes marks that change the direction of writing, and terminal sequences. */
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
