package dev.tokenguard.resourceserver;

import dev.tokenguard.resourceserver.ExampleServer.Command;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The example applications of the Spring Boot starter. */
final class SpringBoot {

  private SpringBoot() {}

  /**
   * @param kind servlet or reactive
   * @param redisClient lettuce or jedis
   */
  static Command command(String kind, String redisClient) {
    Path module = Path.of("../spring-boot/example-" + kind);
    Path target = module.resolve("target").toAbsolutePath().normalize();
    return new Command(
        module,
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Dspring.main.banner-mode=off",
            "-Dspring.data.redis.client-type=" + redisClient,
            "-cp",
            target.resolve("classes") + ":" + read(target.resolve("class-path")),
            "dev.tokenguard.example.OrdersApplication"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("package resource-servers/spring-boot first", e);
    }
  }
}
