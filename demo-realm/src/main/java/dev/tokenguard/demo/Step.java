package dev.tokenguard.demo;

/** One scene of the story. It plays against the live endpoints and checks what it promises. */
interface Step {

  String title();

  /** What happens, for the reader of the transcript. */
  String tale();

  void play();
}
