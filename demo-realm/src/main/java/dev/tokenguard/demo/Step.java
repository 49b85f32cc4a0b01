package dev.tokenguard.demo;

/** One step of the scenario. It uses the public endpoints and checks the results. */
interface Step {

  String title();

  /** The description in the transcript. */
  String tale();

  void play();
}
