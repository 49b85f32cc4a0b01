package dev.tokenguard.benchmark;

import java.util.Locale;
import java.util.regex.Pattern;

/** How often a statement was sent. */
record StatementCalls(String text, long calls) {

  private static final Pattern BRACKET =
      Pattern.compile(
          "(begin|start transaction|commit|rollback|set|show|discard).*", Pattern.DOTALL);

  /** Whether it only begins or ends a transaction, or sets a mode. */
  boolean isBracket() {
    return BRACKET.matcher(text.strip().toLowerCase(Locale.ROOT)).matches();
  }
}
