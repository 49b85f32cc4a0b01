package dev.tokenguard.gateway;

import java.time.temporal.ChronoUnit;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** The logging of the JDK. */
final class Logs {

  /** They are kept here, because the JDK collects loggers, with their levels. */
  private static final Logger ALL = Logger.getLogger("");

  private static final Logger OURS = Logger.getLogger("dev.tokenguard");

  /** Before anything has logged. */
  static void use() {
    System.setProperty("java.util.logging.manager", Manager.class.getName());
  }

  private Logs() {}

  /** One line per record, to the standard error output. */
  static void configure(Level level) {
    for (Handler other : ALL.getHandlers()) {
      ALL.removeHandler(other);
    }
    Handler console = new ConsoleHandler();
    console.setFormatter(new OneLine());
    console.setLevel(level);
    ALL.addHandler(console);
    ALL.setLevel(Level.WARNING);
    OURS.setLevel(level);
  }

  /** Created by the JDK. */
  public static final class Manager extends LogManager {

    /**
     * The JDK calls this when the shutdown begins, and the records of the shutdown would be lost.
     */
    @Override
    public void reset() {}
  }

  /** Each record as one line, failures included: log collectors split at line breaks. */
  private static final class OneLine extends Formatter {

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
