package dev.tokenguard.gateway;

import java.time.temporal.ChronoUnit;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;

/** Each record as one line, failures included: log collectors split at line breaks. */
final class OneLineFormatter extends Formatter {

  @Override
  public String format(LogRecord line) {
    String message = formatMessage(line);
    if (line.getThrown() != null) {
      message += ": " + summary(line.getThrown());
    }
    return line.getInstant().truncatedTo(ChronoUnit.MILLIS)
        + " "
        + line.getLevel().getName()
        + " "
        + shortName(String.valueOf(line.getLoggerName()))
        + " "
        + message.replace('\r', ' ').replace('\n', ' ')
        + System.lineSeparator();
  }

  private static String shortName(String logger) {
    return logger.substring(logger.lastIndexOf('.') + 1);
  }

  /** A failure with its causes. */
  static String summary(Throwable failure) {
    StringBuilder summary = new StringBuilder();
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < 5; depth++, cause = cause.getCause()) {
      summary.append(depth == 0 ? "" : ", caused by ").append(cause.getClass().getSimpleName());
      if (cause.getMessage() != null) {
        summary.append(": ").append(cause.getMessage());
      }
    }
    return summary.toString();
  }
}
