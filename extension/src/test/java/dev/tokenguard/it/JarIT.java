package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

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

/** What the shipped files hold. */
class JarIT {

  @Test
  void given_the_shipped_jar_then_it_is_small() throws IOException {
    assertThat(Files.size(Lab.jar())).isLessThan(3_000_000);
  }

  @Test
  void given_the_shipped_jar_then_all_its_classes_are_ours_or_relocated() throws IOException {
    assertThat(entries())
        .filteredOn(name -> name.endsWith(".class"))
        .allMatch(name -> name.startsWith("dev/tokenguard/"))
        .noneMatch(name -> name.contains("slf4j") || name.contains("jackson"));
  }

  @Test
  void given_the_shipped_jar_then_the_licences_of_all_that_it_holds_are_in_it() throws IOException {
    assertThat(entries())
        .contains("META-INF/LICENSE", "META-INF/NOTICE", "META-INF/licenses/jedis.txt");
    assertThat(text("META-INF/NOTICE")).contains("Jedis", "Resilience4j", "Apache Commons Pool");
  }

  @Test
  void given_the_shipped_jar_then_the_checker_for_resource_servers_is_not_in_it()
      throws IOException {
    assertThat(entries()).noneMatch(name -> name.startsWith("dev/tokenguard/checker/"));
  }

  @Test
  void given_the_jar_of_the_checker_then_it_holds_nothing_else() throws IOException {
    assertThat(entries(checkerJar()))
        .filteredOn(name -> !name.endsWith("/"))
        .contains("META-INF/LICENSE", "dev/tokenguard/checker/RevocationChecker.class")
        .allMatch(
            name -> name.startsWith("META-INF/") || name.startsWith("dev/tokenguard/checker/"));
  }

  /** Each class is linked without anything but the Java platform. */
  @Test
  void given_the_jar_of_the_checker_alone_then_all_its_classes_load() throws Exception {
    URL[] alone = {checkerJar().toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(alone, ClassLoader.getPlatformClassLoader())) {
      for (String name : entries(checkerJar())) {
        if (name.endsWith(".class")) {
          String className = name.substring(0, name.length() - 6).replace('/', '.');
          assertThat(Class.forName(className, true, loader).getDeclaredMethods()).isNotNull();
        }
      }
    }
  }

  private static String text(String entry) throws IOException {
    try (JarFile jar = new JarFile(Lab.jar().toFile())) {
      byte[] bytes = jar.getInputStream(jar.getEntry(entry)).readAllBytes();
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static Path checkerJar() {
    return Path.of(System.getProperty("checker.jar"));
  }

  private static List<String> entries() throws IOException {
    return entries(Lab.jar());
  }

  private static List<String> entries(Path file) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      return jar.stream().map(ZipEntry::getName).toList();
    }
  }
}
