package dev.tokenguard.testbed.process;

/** What is done once: when it is closed, or else when Java ends. */
public final class AtExit implements AutoCloseable {

  private final Runnable end;
  private final Thread hook;

  public AtExit(Runnable end) {
    this.end = end;
    this.hook = new Thread(end);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException javaEnds) {
      return;
    }
    end.run();
  }
}
