package dev.tokenguard.demo;

/** The demo cannot go on; the message is a sentence for the person at the terminal. */
public final class DemoFailure extends RuntimeException {

  public DemoFailure(String sentence) {
    // Without a stack trace: Maven prints it, and it would bury the sentence.
    super(sentence, null, false, false);
  }
}
