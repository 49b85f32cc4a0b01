package dev.tokenguard.it.install;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What the shipped files contain. */
class JarIT {

  private static final Path CHECKER = Path.of(System.getProperty("checker.jar"));

  @Test
  void given_the_jar_then_it_is_small_and_all_its_classes_are_ours_or_relocated()
      throws IOException {
    assertThat(Files.size(Lab.jar())).isLessThan(3_000_000);
    assertThat(entries(Lab.jar()))
        .filteredOn(name -> name.endsWith(".class"))
        .allMatch(name -> name.startsWith("dev/tokenguard/"))
        .noneMatch(name -> name.contains("slf4j") || name.contains("jackson"))
        .noneMatch(name -> name.startsWith("dev/tokenguard/checker/"));
  }

  @Test
  void given_the_jar_then_it_has_the_licences_of_all_that_it_contains() throws IOException {
    assertThat(entries(Lab.jar()))
        .contains("META-INF/LICENSE", "META-INF/NOTICE", "META-INF/licenses/jedis.txt");
    try (JarFile jar = new JarFile(Lab.jar().toFile())) {
      byte[] notice = jar.getInputStream(jar.getEntry("META-INF/NOTICE")).readAllBytes();
      assertThat(new String(notice, StandardCharsets.UTF_8))
          .contains("Jedis", "Resilience4j", "Apache Commons Pool");
    }
  }

  /** Each class is linked with nothing but the Java platform. */
  @Test
  void given_the_jar_of_the_checker_then_it_is_complete_and_contains_nothing_else()
      throws Exception {
    assertThat(entries(CHECKER))
        .filteredOn(name -> !name.endsWith("/"))
        .contains("META-INF/LICENSE", "dev/tokenguard/checker/RevocationChecker.class")
        .allMatch(
            name -> name.startsWith("META-INF/") || name.startsWith("dev/tokenguard/checker/"));
    URL[] alone = {CHECKER.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(alone, ClassLoader.getPlatformClassLoader())) {
      for (String name : entries(CHECKER)) {
        if (name.endsWith(".class")) {
          String className = name.substring(0, name.length() - 6).replace('/', '.');
          assertThat(Class.forName(className, true, loader).getDeclaredMethods()).isNotNull();
        }
      }
    }
  }

  private static List<String> entries(Path file) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      return jar.stream().map(ZipEntry::getName).toList();
    }
  }
}
