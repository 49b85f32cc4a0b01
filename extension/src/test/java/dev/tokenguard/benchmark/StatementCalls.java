package dev.tokenguard.benchmark;

import java.util.Locale;
import java.util.regex.Pattern;

/** How often a statement was sent. */
record StatementCalls(String text, long calls) {

  private static final Pattern BRACKET =
      Pattern.compile(
          "(begin|start transaction|commit|rollback|set|show|discard).*", Pattern.DOTALL);

  /** By which the nodes of a cluster find each other: it comes by time, not by refresh. */
  private static final Pattern UPKEEP =
      Pattern.compile(".*\\bjgroups_ping\\b.*", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

  boolean isUpkeep() {
    return UPKEEP.matcher(text).matches();
  }

  /** Whether it only begins or ends a transaction, or sets a mode. */
  boolean isBracket() {
    return BRACKET.matcher(text.strip().toLowerCase(Locale.ROOT)).matches();
  }
}
