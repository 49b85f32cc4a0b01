package dev.tokenguard.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each package links with its library alone, because an application brings only those it uses. */
final class DependenciesTest {

  private static final Path CLASSES = Path.of("target/classes/dev/tokenguard/checker");

  @ParameterizedTest
  @CsvSource({
    "'', ",
    "cache, caffeine",
    "jedis, 'jedis,commons-pool2,slf4j-api'",
    "lettuce, 'lettuce-core,netty,reactor-core,reactive-streams'"
  })
  void given_a_package_then_it_links_with_its_library_alone(String name, String libraries)
      throws Exception {
    List<URL> urls = new ArrayList<>(List.of(CLASSES.resolve("../../..").toUri().toURL()));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      String file = Path.of(entry).getFileName().toString();
      if (libraries != null && Stream.of(libraries.split(",")).anyMatch(file::startsWith)) {
        urls.add(Path.of(entry).toUri().toURL());
      }
    }
    int linked = 0;
    try (URLClassLoader loader =
            new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        Stream<Path> files = Files.list(CLASSES.resolve(name))) {
      for (Path file : files.filter(it -> it.toString().endsWith(".class")).toList()) {
        String simpleName = file.getFileName().toString().replace(".class", "");
        String className =
            "dev.tokenguard.checker." + (name.isEmpty() ? "" : name + ".") + simpleName;
        assertThat(Class.forName(className, true, loader).getDeclaredMethods()).isNotNull();
        linked++;
      }
    }
    assertThat(linked).isGreaterThan(1);
  }
}
