package dev.tokenguard.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What the one shipped file holds. */
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
  }

  private static List<String> entries() throws IOException {
    try (JarFile jar = new JarFile(Lab.jar().toFile())) {
      return jar.stream().map(ZipEntry::getName).toList();
    }
  }
}
