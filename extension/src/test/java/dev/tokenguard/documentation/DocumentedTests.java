package dev.tokenguard.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A table of the documentation whose last column names the tests of each row. An ellipsis stands
 * for the rest of the name of a method.
 */
public final class DocumentedTests {

  /** A class, and perhaps one of its methods. */
  private static final Pattern NAMED = Pattern.compile("`(\\w+)(?:\\.(\\w+)(…?))?`");

  private static final Set<String> ANNOTATIONS =
      Set.of("Test", "ParameterizedTest", "RepeatedTest", "Property");

  private static final JavaClasses TESTS =
      new ClassFileImporter()
          .importUrl(DocumentedTests.class.getProtectionDomain().getCodeSource().getLocation());

  private DocumentedTests() {}

  /**
   * @param begin the text at which the table begins, and {@code end} at which it ends
   * @param isExempt whether the last cell of a row says why there is no test
   */
  public static void assertThatAllExist(
      Path file, String begin, String end, Predicate<String> isExempt) throws IOException {
    List<String> rows = rows(Files.readString(file), begin, end);
    assertThat(rows).hasSizeGreaterThan(10);
    for (String row : rows) {
      String[] cells = row.split("(?<!\\\\)\\|", -1);
      String last = cells[cells.length - 2];
      if (!isExempt.test(last)) {
        List<MatchResult> named = NAMED.matcher(last).results().toList();
        assertThat(named).as("tests of: %s", row).isNotEmpty().allMatch(DocumentedTests::exists);
      }
    }
  }

  private static List<String> rows(String text, String begin, String end) {
    int from = text.indexOf(begin);
    return text.substring(from, text.indexOf(end, from))
        .lines()
        .filter(line -> line.startsWith("|"))
        .dropWhile(line -> !line.startsWith("|---|"))
        .skip(1)
        .toList();
  }

  private static boolean exists(MatchResult named) {
    String method = named.group(2);
    return testsOf(named.group(1))
        .anyMatch(
            test ->
                method == null
                    || test.equals(method)
                    || !named.group(3).isEmpty() && test.startsWith(method));
  }

  private static Stream<String> testsOf(String simpleName) {
    return TESTS.stream()
        .filter(type -> type.getSimpleName().equals(simpleName))
        .map(JavaClass::getMethods)
        .flatMap(Set::stream)
        .filter(DocumentedTests::isTest)
        .map(JavaMethod::getName);
  }

  private static boolean isTest(JavaMethod method) {
    return method.getAnnotations().stream()
        .anyMatch(it -> ANNOTATIONS.contains(it.getRawType().getSimpleName()));
  }
}
