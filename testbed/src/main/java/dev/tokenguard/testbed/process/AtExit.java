package dev.tokenguard.testbed.process;

/** An action that runs once: on close, or when the JVM terminates. */
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
