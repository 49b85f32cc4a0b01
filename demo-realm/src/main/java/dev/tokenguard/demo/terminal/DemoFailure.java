package dev.tokenguard.demo.terminal;

/** The demo cannot continue; the message is printed to the terminal. */
public final class DemoFailure extends RuntimeException {

  public DemoFailure(String sentence) {
    // Without a stack trace, which Maven would print after the message.
    super(sentence, null, false, false);
  }
}
