package dev.tokenguard.demo;

import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;

/** Starts the servers, then serves the page until it is interrupted, or runs the scenario once. */
public final class Demo {

  private final DemoSettings settings;
  private final PrintStream out;
  private final Ink ink;

  private Demo(DemoSettings settings, PrintStream out, Ink ink) {
    this.settings = settings;
    this.out = out;
    this.ink = ink;
  }

  /** Reads its settings from the system properties and the environment; there are no arguments. */
  public static void main(String[] arguments) throws InterruptedException {
    DemoSettings settings = DemoSettings.from(System.getProperties(), System.getenv());
    if (settings.help()) {
      System.out.println(DemoSettings.HELP);
    } else {
      new Demo(settings, System.out, Ink.forTerminal(System.getenv())).run();
    }
  }

  private void run() throws InterruptedException {
    try (DemoServers servers = DemoServers.start(settings, new Progress(out, ink))) {
      if (settings.once()) {
        tellTheStory(servers);
      } else {
        out.println(servers.banner(ink));
        new CountDownLatch(1).await();
      }
    }
  }

  private void tellTheStory(DemoServers servers) {
    Transcript transcript = new Transcript(out, ink);
    new Story(servers, transcript).play();
    out.printf("%n%s%n", ink.good("The scenario is complete: " + transcript.tally()));
  }
}
