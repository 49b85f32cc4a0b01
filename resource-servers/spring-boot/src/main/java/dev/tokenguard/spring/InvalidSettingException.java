package dev.tokenguard.spring;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** A setting stops the start of the application. */
final class InvalidSettingException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final String action;

  InvalidSettingException(String description, String action) {
    super(description);
    this.action = action;
  }

  String action() {
    return action;
  }

  /** Shows what to change instead of a stack trace. In {@code META-INF/spring.factories}. */
  static final class Analyzer extends AbstractFailureAnalyzer<InvalidSettingException> {

    @Override
    protected FailureAnalysis analyze(Throwable failure, InvalidSettingException cause) {
      return new FailureAnalysis(cause.getMessage(), cause.action(), cause);
    }
  }
}
