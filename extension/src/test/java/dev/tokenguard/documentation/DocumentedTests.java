package dev.tokenguard.documentation;

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
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A table of the documentation whose last column names the tests that show what a row says. A
 * method may be named by how it begins, with an ellipsis for the rest.
 */
public final class DocumentedTests {

  private static final String LAST_OF_THE_HEAD = "|---|";

  /** A class, and perhaps one of its methods. */
  private static final Pattern NAMED = Pattern.compile("`(\\w+)(?:\\.(\\w+)(…?))?`");

  private static final Set<String> MARKS_OF_A_TEST =
      Set.of("Test", "ParameterizedTest", "RepeatedTest", "Property");

  private DocumentedTests() {}

  /**
   * @param begin where the table begins, and {@code end} where it ends
   * @param isExempt whether the last cell of a row says why there is no test
   */
  public static void assertThatAllExist(
      Path file, String begin, String end, Predicate<String> isExempt)
      throws IOException, URISyntaxException {
    List<String> rows = rows(file, begin, end);
    assertThat(rows).hasSizeGreaterThan(10);
    for (String row : rows) {
      List<String> cells = List.of(row.split("(?<!\\\\)\\|", -1));
      String last = cells.get(cells.size() - 2);
      if (isExempt.test(last)) {
        continue;
      }
      Matcher named = NAMED.matcher(last);
      assertThat(named.find()).as("names a test: %s", row).isTrue();
      do {
        assertThat(isThere(named)).as("%s is there", named.group()).isTrue();
      } while (named.find());
    }
  }

  private static List<String> rows(Path file, String begin, String end) throws IOException {
    String text = Files.readString(file);
    int from = text.indexOf(begin);
    return text.substring(from, text.indexOf(end, from))
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
        Path.of(DocumentedTests.class.getProtectionDomain().getCodeSource().getLocation().toURI());
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
      return Class.forName(name, false, DocumentedTests.class.getClassLoader());
    } catch (ClassNotFoundException absent) {
      throw new IllegalStateException(absent);
    }
  }

  private static Stream<String> testsOf(Class<?> type) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(DocumentedTests::isTest)
        .map(Method::getName);
  }

  private static boolean isTest(Method method) {
    return Arrays.stream(method.getAnnotations())
        .map(Annotation::annotationType)
        .map(Class::getSimpleName)
        .anyMatch(MARKS_OF_A_TEST::contains);
  }
}
