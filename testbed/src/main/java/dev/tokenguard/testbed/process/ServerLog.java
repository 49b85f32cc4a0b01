package dev.tokenguard.testbed.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The standard output and standard error of a server, of all its starts. */
public record ServerLog(String name, Path file) {

  /**
   * The whole text; empty before the first start and after the folder of the server was deleted.
   */
  public String text() {
    return textFrom(0);
  }

  /** The text after a position returned by {@link #size()}. */
  public String textFrom(long position) {
    if (!Files.exists(file)) {
      return "";
    }
    try {
      byte[] bytes = Files.readAllBytes(file);
      int from = (int) Math.min(position, bytes.length);
      return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last lines of the text. */
  public String tail(int lines) {
    return lastLines(text(), lines);
  }

  /** The length in bytes, as a position to read from. */
  public long size() {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static String lastLines(String text, int lines) {
    List<String> all = text.lines().toList();
    return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
  }
}
