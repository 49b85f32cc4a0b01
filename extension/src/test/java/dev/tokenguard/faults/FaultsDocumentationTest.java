package dev.tokenguard.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Each promise of the documentation names the tests that show it, and they are there. A method may
 * be named by how it begins, with an ellipsis for the rest.
 */
class FaultsDocumentationTest {

  private static final Path DOCS = Path.of("..", "docs", "operations.md");
  private static final String BEGIN = "## What happens when";
  private static final String END = "What is not covered";
  private static final String LAST_OF_THE_HEAD = "|---|";

  /** A class, and perhaps one of its methods. */
  private static final Pattern NAMED = Pattern.compile("`(\\w+)(?:\\.(\\w+)(…?))?`");

  private static final Set<String> MARKS_OF_A_TEST =
      Set.of("Test", "ParameterizedTest", "RepeatedTest", "Property");

  @Test
  void given_the_table_of_faults_then_each_row_names_tests_that_are_there()
      throws IOException, URISyntaxException {
    List<String> rows = rows();
    assertThat(rows).hasSizeGreaterThan(10);
    for (String row : rows) {
      List<String> cells = List.of(row.split("(?<!\\\\)\\|", -1));
      Matcher named = NAMED.matcher(cells.get(cells.size() - 2));
      assertThat(named.find()).as("names a test: %s", row).isTrue();
      do {
        assertThat(isThere(named)).as("%s is there", named.group()).isTrue();
      } while (named.find());
    }
  }

  private static List<String> rows() throws IOException {
    String text = Files.readString(DOCS);
    int begin = text.indexOf(BEGIN);
    return text.substring(begin, text.indexOf(END, begin))
        .lines()
        .filter(line -> line.startsWith("|"))
        .dropWhile(line -> !line.startsWith(LAST_OF_THE_HEAD))
        .skip(1)
        .toList();
  }

  private static boolean isThere(Matcher named) throws IOException, URISyntaxException {
    Optional<Class<?>> type = typeOf(named.group(1));
    return type.isPresent()
        && testsOf(type.get())
            .anyMatch(
                test ->
                    named.group(2) == null
                        || (named.group(3).isEmpty()
                            ? test.equals(named.group(2))
                            : test.startsWith(named.group(2))));
  }

  private static Optional<Class<?>> typeOf(String simpleName)
      throws IOException, URISyntaxException {
    Path classes =
        Path.of(
            FaultsDocumentationTest.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    try (Stream<Path> files = Files.walk(classes)) {
      return files
          .filter(file -> file.getFileName().toString().equals(simpleName + ".class"))
          .findFirst()
          .map(file -> loaded(classes.relativize(file)));
    }
  }

  /** Not initialized: some would start servers. */
  private static Class<?> loaded(Path file) {
    String path = file.toString().replace(file.getFileSystem().getSeparator(), ".");
    try {
      String name = path.substring(0, path.length() - ".class".length());
      return Class.forName(name, false, FaultsDocumentationTest.class.getClassLoader());
    } catch (ClassNotFoundException gone) {
      throw new IllegalStateException(gone);
    }
  }

  private static Stream<String> testsOf(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(FaultsDocumentationTest::isTest)
        .map(Method::getName);
  }

  private static boolean isTest(Method method) {
    return Arrays.stream(method.getAnnotations())
        .map(Annotation::annotationType)
        .map(Class::getSimpleName)
        .anyMatch(MARKS_OF_A_TEST::contains);
  }
}
