package dev.tokenguard.demo;

import java.util.List;

/** The scenario of the terminal: the steps in order. */
final class Story {

  private final Transcript transcript;
  private final List<Step> steps;

  Story(DemoServers servers, Transcript transcript) {
    this.transcript = transcript;
    Stage stage = new Stage(servers, transcript);
    Device laptop = new Device(stage.app("laptop", "demo-spa"));
    Device phone = new Device(stage.app("phone", "demo-spa"));
    this.steps =
        List.of(
            new Login(stage, laptop, phone),
            new Rotation(stage, laptop),
            new DoubleSubmit(stage, laptop),
            new LostAnswer(stage, laptop),
            new Theft(stage, laptop),
            new OtherLogin(stage, phone),
            new StrictClient(stage),
            new StockClient(stage));
  }

  void play() {
    for (Step step : steps) {
      transcript.begin(step.title(), step.tale());
      step.play();
    }
  }
}
