package dev.tokenguard.demo;

import dev.tokenguard.demo.scenario.Scenario;
import dev.tokenguard.demo.servers.DemoServers;
import dev.tokenguard.demo.servers.DemoSettings;
import dev.tokenguard.demo.terminal.Colours;
import dev.tokenguard.demo.terminal.Progress;
import dev.tokenguard.demo.terminal.Transcript;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;

/** Starts the servers, then serves the page until it is interrupted, or runs the scenario once. */
public final class Demo {

  private final DemoSettings settings;
  private final PrintStream out;
  private final Colours colours;

  private Demo(DemoSettings settings, PrintStream out, Colours colours) {
    this.settings = settings;
    this.out = out;
    this.colours = colours;
  }

  /** Reads its settings from the system properties and the environment; there are no arguments. */
  public static void main(String[] arguments) throws InterruptedException {
    DemoSettings settings = DemoSettings.from(System.getProperties(), System.getenv());
    if (settings.help()) {
      System.out.println(DemoSettings.HELP);
    } else {
      new Demo(settings, System.out, Colours.forTerminal(System.getenv())).run();
    }
  }

  private void run() throws InterruptedException {
    try (DemoServers servers = DemoServers.start(settings, new Progress(out, colours))) {
      if (settings.once()) {
        runScenario(servers);
      } else {
        out.println(servers.banner(colours));
        new CountDownLatch(1).await();
      }
    }
  }

  private void runScenario(DemoServers servers) {
    Transcript transcript = new Transcript(out, colours);
    new Scenario(servers, transcript).run();
    out.printf("%n%s%n", colours.good("The scenario is complete: " + transcript.tally()));
  }
}
