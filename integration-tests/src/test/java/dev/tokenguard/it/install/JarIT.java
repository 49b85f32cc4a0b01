package dev.tokenguard.it.install;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenguard.it.Lab;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What the shipped files contain. */
class JarIT {

  @Test
  void given_the_jar_then_it_is_small_and_all_its_classes_are_ours_or_relocated()
      throws IOException {
    assertThat(Files.size(Lab.jar())).isLessThan(3_000_000);
    assertThat(entries(Lab.jar()))
        .filteredOn(name -> name.endsWith(".class"))
        .allMatch(name -> name.startsWith("dev/tokenguard/"))
        .noneMatch(name -> name.contains("slf4j") || name.contains("jackson"));
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

  private static List<String> entries(Path file) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      return jar.stream().map(ZipEntry::getName).toList();
    }
  }
}
