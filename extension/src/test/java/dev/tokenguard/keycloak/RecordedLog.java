package dev.tokenguard.keycloak;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What a class logs until this is closed. */
public final class RecordedLog extends Handler {

  private final Logger logger;
  private final List<LogRecord> lines = new ArrayList<>();

  public RecordedLog(Class<?> source) {
    logger = Logger.getLogger(source.getName());
    logger.addHandler(this);
  }

  public List<LogRecord> lines() {
    return lines;
  }

  public List<String> messages() {
    return lines.stream().map(LogRecord::getMessage).toList();
  }

  @Override
  public void publish(LogRecord line) {
    lines.add(line);
  }

  @Override
  public void flush() {
    // Nothing is buffered.
  }

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
