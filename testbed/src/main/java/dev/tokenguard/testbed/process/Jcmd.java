package dev.tokenguard.testbed.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Diagnostic commands to another Java process of the same user. */
public record Jcmd(long pid) {

  /**
   * @return the output of {@code jcmd}
   */
  public String tell(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add(Long.toString(pid));
    command.addAll(List.of(arguments));
    return ProcessTree.run(command.toArray(String[]::new));
  }
}
