package dev.tokenguard.testbed;

import dev.tokenguard.testbed.process.ServerLog;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/**
 * Prints the logs of the watched servers during a test if the test failed.
 *
 * <pre>{@code
 * @RegisterExtension static final ServerLogsOnFailure LOGS = new ServerLogsOnFailure();
 * }</pre>
 */
public final class ServerLogsOnFailure
    implements BeforeTestExecutionCallback, AfterTestExecutionCallback {

  private static final int LINES = 400;

  private final CopyOnWriteArrayList<ServerLog> watched = new CopyOnWriteArrayList<>();
  private final Map<ServerLog, Long> starts = new ConcurrentHashMap<>();

  public void watch(ServerLog log) {
    watched.addIfAbsent(log);
  }

  @Override
  public void beforeTestExecution(ExtensionContext context) {
    watched.forEach(log -> starts.put(log, log.size()));
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    boolean hasFailed =
        context
            .getExecutionException()
            .filter(thrown -> !(thrown instanceof TestAbortedException))
            .isPresent();
    if (hasFailed) {
      watched.forEach(log -> print(log, context.getDisplayName()));
    }
  }

  private void print(ServerLog log, String test) {
    String written = log.textFrom(starts.getOrDefault(log, 0L));
    System.err.printf("---- %s during %s%n", log.name(), test);
    System.err.println(ServerLog.lastLines(written, LINES));
    System.err.printf("---- end of %s%n", log.name());
  }
}
