package dev.tokenguard.benchmark;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The PostgreSQL below Keycloak: the binaries that {@code io.zonky.test} brings, or one that is
 * named. Its settings are PostgreSQL's own defaults, so a commit is on disk when it is answered.
 */
final class Postgres implements AutoCloseable {

  private static final String STATISTICS = "pg_stat_statements";

  private final Optional<EmbeddedPostgres> embedded;
  private final String url;
  private final List<String> databases = new ArrayList<>();

  private Postgres(Optional<EmbeddedPostgres> embedded, String url) {
    this.embedded = embedded;
    this.url = url;
  }

  static Postgres start(Optional<String> given) {
    if (given.isPresent()) {
      return new Postgres(Optional.empty(), given.get());
    }
    try {
      EmbeddedPostgres embedded =
          EmbeddedPostgres.builder()
              .setServerConfig("fsync", "on")
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("shared_preload_libraries", STATISTICS)
              .start();
      Postgres postgres =
          new Postgres(Optional.of(embedded), embedded.getJdbcUrl("postgres", "postgres"));
      postgres.countStatements(false);
      return postgres;
    } catch (IOException | RuntimeException e) {
      throw new BenchmarkFailure(
          "PostgreSQL did not start. It refuses to run as root; as root, the command 'unshare -U id'"
              + " must work. Else run the benchmark as another user, or name a PostgreSQL by"
              + " -Dbench.postgres.url.",
          e);
    }
  }

  String version() {
    return ask("show server_version", row -> row.getString(1)).get(0);
  }

  /** Makes an empty database; it is dropped in the end. */
  Database create(String name) {
    String unique = "bench_" + name + "_" + UUID.randomUUID().toString().substring(0, 8);
    tell("create database " + unique);
    databases.add(unique);
    PGSimpleDataSource source = source();
    source.setDatabaseName(unique);
    String address = "jdbc:postgresql://" + host(source) + "/" + unique;
    return new Database(unique, address, source.getUser(), source.getPassword());
  }

  boolean canCountStatements() {
    return ask("show shared_preload_libraries", row -> row.getString(1))
        .get(0)
        .contains(STATISTICS);
  }

  /** Begins a new count, or ends it: counting costs a little, too. */
  void countStatements(boolean on) {
    tell("create extension if not exists " + STATISTICS);
    tell("alter system set " + STATISTICS + ".track = '" + (on ? "top" : "none") + "'");
    tell("select pg_reload_conf()");
    if (on) {
      tell("select pg_stat_statements_reset()");
    }
  }

  /** The statements that clients of the database have sent since the count began. */
  List<StatementCalls> statements(Database database) {
    return ask(
        "select s.query, s.calls from pg_stat_statements s join pg_database d on d.oid = s.dbid"
            + " where d.datname = '"
            + database.name()
            + "' order by s.calls desc, s.query",
        row -> new StatementCalls(row.getString(1), row.getLong(2)));
  }

  @Override
  public void close() {
    if (embedded.isPresent()) {
      try {
        embedded.get().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    } else {
      databases.forEach(name -> tell("drop database if exists " + name + " with (force)"));
    }
  }

  private static String host(PGSimpleDataSource source) {
    return source.getServerNames()[0] + ":" + source.getPortNumbers()[0];
  }

  private PGSimpleDataSource source() {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(url);
    return source;
  }

  private void tell(String sql) {
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new BenchmarkFailure("PostgreSQL refused '" + sql + "': " + e.getMessage(), e);
    }
  }

  private <T> List<T> ask(String sql, Reader<T> reader) {
    try (Connection connection = source().getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<T> answers = new ArrayList<>();
      while (rows.next()) {
        answers.add(reader.read(rows));
      }
      return answers;
    } catch (SQLException e) {
      throw new BenchmarkFailure("PostgreSQL refused '" + sql + "': " + e.getMessage(), e);
    }
  }

  @FunctionalInterface
  private interface Reader<T> {
    T read(ResultSet row) throws SQLException;
  }
}
