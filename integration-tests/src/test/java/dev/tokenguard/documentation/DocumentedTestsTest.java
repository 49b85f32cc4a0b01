package dev.tokenguard.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tables of the documentation whose last column names tests of a row name tests that exist. */
class DocumentedTestsTest {

  /** A class, and perhaps one of its methods; an ellipsis stands for the rest of its name. */
  private static final Pattern NAMED = Pattern.compile("`(\\w+)(?:\\.(\\w+)(…?))?`");

  private static final Set<String> ANNOTATIONS =
      Set.of("Test", "ParameterizedTest", "RepeatedTest", "Property");

  private static final JavaClasses TESTS =
      new ClassFileImporter()
          .importPaths(
              "target/test-classes",
              "../extension/target/test-classes",
              "../resource-servers/java/target/test-classes");

  @ParameterizedTest
  @CsvSource({
    "operations.md, ## Behaviour by failure, ### Limitations",
    "revocation.md, ## Entry points, ## Back-channel logout"
  })
  void given_a_table_with_tests_then_each_row_names_some_that_exist_or_says_that_there_is_none(
      String file, String heading, String nextHeading) throws IOException {
    String text = Files.readString(Path.of("..", "docs", file));
    int begin = text.indexOf(heading);
    List<String> rows =
        text.substring(begin, text.indexOf(nextHeading, begin))
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
        List<MatchResult> named = NAMED.matcher(last).results().toList();
        assertThat(named).as("tests of: %s", row).isNotEmpty().allMatch(this::exists);
      }
    }
  }

  private boolean exists(MatchResult named) {
    String method = named.group(2);
    return TESTS.stream()
        .filter(type -> type.getSimpleName().equals(named.group(1)))
        .flatMap(type -> type.getMethods().stream())
        .filter(DocumentedTestsTest::isTest)
        .map(JavaMethod::getName)
        .anyMatch(
            test ->
                method == null
                    || test.equals(method)
                    || !named.group(3).isEmpty() && test.startsWith(method));
  }

  private static boolean isTest(JavaMethod method) {
    return method.getAnnotations().stream()
        .anyMatch(it -> ANNOTATIONS.contains(it.getRawType().getSimpleName()));
  }
}
