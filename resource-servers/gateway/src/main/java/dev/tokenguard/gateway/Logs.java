package dev.tokenguard.gateway;

import java.util.logging.ConsoleHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
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
    console.setFormatter(new OneLineFormatter());
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
}
