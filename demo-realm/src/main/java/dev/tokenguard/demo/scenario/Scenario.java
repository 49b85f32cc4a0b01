package dev.tokenguard.demo.scenario;

import dev.tokenguard.demo.servers.DemoServers;
import dev.tokenguard.demo.terminal.Transcript;
import java.util.List;

/** The scenario of the terminal: the steps in order. */
public final class Scenario {

  /** One step. It uses the public endpoints and checks the results. */
  interface Step {

    String title();

    /** The description in the transcript. */
    String description();

    void run();
  }

  private final Transcript transcript;
  private final List<Step> steps;

  public Scenario(DemoServers servers, Transcript transcript) {
    this.transcript = transcript;
    ScenarioContext context = new ScenarioContext(servers, transcript);
    Application laptop = context.application("laptop", "demo-spa");
    Application phone = context.application("phone", "demo-spa");
    this.steps =
        List.of(
            new LoginStep(context, laptop, phone),
            new RotationStep(context, laptop),
            new ConcurrentRefreshStep(context, laptop),
            new LostResponseStep(context, laptop),
            new TheftStep(context, laptop),
            new OtherFamilyStep(context, phone),
            new StrictClientStep(context),
            new UnguardedClientStep(context));
  }

  public void run() {
    for (Step step : steps) {
      transcript.begin(step.title(), step.description());
      step.run();
    }
  }
}
