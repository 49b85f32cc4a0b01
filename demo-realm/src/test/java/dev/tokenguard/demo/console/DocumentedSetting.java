package dev.tokenguard.demo.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A setting of the executor, as the documentation has it; a test holds that against the code. */
record DocumentedSetting(String name, String label, String accepts, String byDefault, String help) {

  private static final Path DOCS = Path.of("..", "docs", "settings.md");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `(.+?)` \\| (.+?) \\| (.+?) \\| `(.+?)` \\| (.+) \\|$");

  static List<DocumentedSetting> all() {
    try {
      String executor = Files.readString(DOCS).split("(?m)^## ")[1];
      return ROW.matcher(executor).results().map(DocumentedSetting::of).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DocumentedSetting of(MatchResult row) {
    return new DocumentedSetting(
        row.group(1), row.group(2), row.group(3), row.group(4), row.group(5));
  }

  /** The help text of the field in the console. */
  String helpInTheConsole() {
    return help + " Accepts " + accepts + "; default " + byDefault + ".";
  }

  boolean isChoice() {
    return accepts.startsWith("one of") || accepts.equals("true or false");
  }
}
