package dev.tokenguard.symbols;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * All classes, methods and fields that the shipped JAR refers to exist in each version of Keycloak
 * that it is for. Else the first login or logout that needs one would end with a 500.
 */
class SymbolsIT {

  private static final Path JAR = Path.of(System.getProperty("token.guard.jar"));

  private static final Predicate<String> IS_OF_KEYCLOAK = name -> name.startsWith("org/keycloak/");

  private static final Pattern SINCE = Pattern.compile("/since26_(\\d+)/");
  private static final Pattern VERSION = Pattern.compile("26\\.(\\d+)");

  @ParameterizedTest
  @ValueSource(strings = {"26.4", "26.5", "26.6", "26.7"})
  void given_the_libraries_of_a_version_then_the_jar_has_all_that_it_needs_of_keycloak(
      String version) throws IOException {
    List<Path> libraries = libraries(version);

    assertThat(libraries).isNotEmpty();
    assertThat(problems(libraries, minorIn(version), IS_OF_KEYCLOAK)).isEmpty();
  }

  /** Of 26.8 no more than these two libraries are on Maven Central. */
  @Test
  void given_the_core_of_26_8_then_the_jar_has_all_that_it_needs_of_it() throws IOException {
    List<Path> libraries = new ArrayList<>(libraries("26.8"));
    assertThat(libraries).hasSize(2);
    libraries.addAll(libraries("26.7"));

    assertThat(problems(libraries, minorIn("26.8"), IS_OF_KEYCLOAK)).isEmpty();
  }

  @Test
  void given_the_distribution_then_the_jar_has_all_that_it_needs() throws IOException {
    Path home = Path.of(System.getProperty("keycloak.home"));
    int minor = minorIn(Files.readString(home.resolve("version.txt")));

    assertThat(problems(jarsBelow(home.resolve("lib")), minor, name -> true)).isEmpty();
  }

  @Test
  void given_an_older_version_then_what_needs_a_newer_one_is_found() throws IOException {
    assertThat(problems(libraries("26.4"), Integer.MAX_VALUE, IS_OF_KEYCLOAK))
        .containsKeys(
            "dev/tokenguard/keycloak/since26_6/TokenInterceptorFactory",
            "dev/tokenguard/keycloak/since26_7/ReadOnlySessions")
        .allSatisfy((name, found) -> assertThat(name).containsPattern(SINCE));
  }

  private static List<Path> libraries(String version) throws IOException {
    return jarsBelow(Path.of(System.getProperty("keycloak.libraries"), version));
  }

  private static List<Path> jarsBelow(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  private static Map<String, Set<String>> problems(
      List<Path> libraries, int minor, Predicate<String> isChecked) {
    List<Path> files = new ArrayList<>(libraries);
    files.add(JAR);
    SymbolCheck check = new SymbolCheck(files, isChecked);
    Map<String, Set<String>> problems = new TreeMap<>();
    for (String name : SymbolCheck.namesIn(JAR)) {
      if (!name.contains("/shaded/") && isMeantFor(minor, name)) {
        Set<String> found = check.problemsOf(name);
        if (!found.isEmpty()) {
          problems.put(name, found);
        }
      }
    }
    return problems;
  }

  private static boolean isMeantFor(int minor, String name) {
    Matcher since = SINCE.matcher(name);
    return !since.find() || Integer.parseInt(since.group(1)) <= minor;
  }

  private static int minorIn(String text) {
    Matcher version = VERSION.matcher(text);
    assertThat(version.find()).as(text).isTrue();
    return Integer.parseInt(version.group(1));
  }
}
