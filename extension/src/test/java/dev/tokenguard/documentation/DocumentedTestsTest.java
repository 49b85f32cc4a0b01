package dev.tokenguard.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The last column of a table of the documentation names the tests of each row: a class of any
 * module, and perhaps one of its methods. An ellipsis stands for the rest of the name of a method.
 */
final class DocumentedTestsTest {

  private static final Path ROOT = Path.of("..");
  private static final Pattern NAMED = Pattern.compile("`(\\w+)(?:\\.(\\w+)(…?))?`");

  /** Build results, and what package managers have loaded. */
  private static final Set<String> SKIPPED = Set.of("target", "node_modules", ".git");

  @ParameterizedTest
  @CsvSource({
    "operations.md, ## Behaviour by failure, ### Limitations",
    "revocation.md, ## Entry points, ## Back-channel logout"
  })
  void given_a_table_then_each_row_names_tests_that_exist_or_says_that_there_is_none(
      String file, String begin, String end) throws IOException {
    Map<String, String> tests = tests();
    String text = Files.readString(ROOT.resolve("docs").resolve(file));
    int from = text.indexOf(begin);
    List<String> rows =
        text.substring(from, text.indexOf(end, from))
            .lines()
            .filter(line -> line.startsWith("|"))
            .dropWhile(line -> !line.startsWith("|---|"))
            .skip(1)
            .toList();
    assertThat(rows).hasSizeGreaterThan(10);
    for (String row : rows) {
      String[] cells = row.split("(?<!\\\\)\\|", -1);
      String last = cells[cells.length - 2];
      if (!last.contains("not covered") && !last.contains("no test")) {
        assertThat(NAMED.matcher(last).results())
            .as("tests of: %s", row)
            .isNotEmpty()
            .allMatch(named -> exists(named, tests));
      }
    }
  }

  private static boolean exists(MatchResult named, Map<String, String> tests) {
    String source = tests.getOrDefault(named.group(1), "");
    String rest = named.group(3) == null || named.group(3).isEmpty() ? "" : "\\w*";
    return named.group(2) == null
        ? !source.isEmpty()
        : Pattern.compile("@\\w*(Test|Property)\\b[^;]*\\bvoid\\s+" + named.group(2) + rest + "\\(")
            .matcher(source.replaceAll("\"(?:\\\\.|[^\"\\\\\n])*+\"", ""))
            .find();
  }

  /** The sources of all tests by the name of their class. */
  private static Map<String, String> tests() throws IOException {
    Map<String, String> tests = new HashMap<>();
    Files.walkFileTree(
        ROOT,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            boolean isSkipped = SKIPPED.contains(folder.getFileName().toString());
            return isSkipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            String name = file.getFileName().toString();
            if (name.endsWith(".java") && file.toString().contains("test")) {
              tests.merge(name.replace(".java", ""), Files.readString(file), String::concat);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return tests;
  }
}
