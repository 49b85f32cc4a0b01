package dev.tokenguard.testbed.server;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;

/**
 * A real PostgreSQL on a free loopback port, with the binaries of {@code io.zonky.test} and the
 * default settings of PostgreSQL, so a commit is on disk when it is answered.
 */
public final class PostgresServer implements AutoCloseable {

  private static final String NAME = "postgres";

  private final EmbeddedPostgres embedded;

  private PostgresServer(EmbeddedPostgres embedded) {
    this.embedded = embedded;
  }

  /**
   * @param settings additional settings, as in {@code postgresql.conf}
   * @throws UnavailableException if it cannot run
   */
  public static PostgresServer start(Map<String, String> settings) {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setPGStartupWait(Duration.ofSeconds(60))
            .setServerConfig("fsync", "on")
            .setServerConfig("synchronous_commit", "on");
    settings.forEach(builder::setServerConfig);
    try {
      return new PostgresServer(builder.start());
    } catch (IOException | RuntimeException | ExceptionInInitializerError e) {
      throw new UnavailableException(
          "PostgreSQL did not start. It does not run as root; as root, the command 'unshare -U id'"
              + " must work",
          e);
    }
  }

  /** The JDBC URL for the superuser. */
  public String superuserUrl() {
    return embedded.getJdbcUrl(NAME, NAME);
  }

  /** The database that exists after the start. */
  public Database database() {
    String url = "jdbc:postgresql://127.0.0.1:" + embedded.getPort() + "/" + NAME;
    return new Database(NAME, url, NAME, "");
  }

  @Override
  public void close() {
    try {
      embedded.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * An empty database, for one Keycloak or for the nodes of one cluster.
   *
   * @param url for JDBC, without user and password
   * @param password empty if the server requires none
   */
  public record Database(String name, String url, String user, String password) {}

  /** This machine cannot run PostgreSQL; the message is printed to the terminal. */
  public static final class UnavailableException extends RuntimeException {

    private UnavailableException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
