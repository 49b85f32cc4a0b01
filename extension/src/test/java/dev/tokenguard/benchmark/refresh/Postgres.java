package dev.tokenguard.benchmark.refresh;

import dev.tokenguard.benchmark.refresh.CommandCount.StatementCalls;
import dev.tokenguard.benchmark.support.BenchmarkFailure;
import dev.tokenguard.testbed.server.PostgresServer;
import dev.tokenguard.testbed.server.PostgresServer.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.postgresql.ds.PGSimpleDataSource;

/** The PostgreSQL below Keycloak: one of its own, or one that is named. */
public final class Postgres implements AutoCloseable {

  private static final String STATISTICS = "pg_stat_statements";

  private final Optional<PostgresServer> embedded;
  private final String url;
  private final List<String> databases = new ArrayList<>();

  private Postgres(Optional<PostgresServer> embedded, String url) {
    this.embedded = embedded;
    this.url = url;
  }

  public static Postgres start(Optional<String> given) {
    if (given.isPresent()) {
      return new Postgres(Optional.empty(), given.get());
    }
    try {
      PostgresServer embedded =
          PostgresServer.start(Map.of("shared_preload_libraries", STATISTICS));
      Postgres postgres = new Postgres(Optional.of(embedded), embedded.superuserUrl());
      postgres.countStatements(false);
      return postgres;
    } catch (PostgresServer.UnavailableException e) {
      throw new BenchmarkFailure(
          e.getMessage()
              + ". Else run the benchmark as another user, or name a PostgreSQL by"
              + " -Dbench.postgres.url.",
          e);
    }
  }

  public String version() {
    return ask("show server_version", row -> row.getString(1)).get(0);
  }

  /** Makes an empty database; it is dropped in the end. */
  public Database create(String name) {
    String unique = "bench_" + name + "_" + UUID.randomUUID().toString().substring(0, 8);
    execute("create database " + unique);
    databases.add(unique);
    PGSimpleDataSource source = source();
    source.setDatabaseName(unique);
    String address = "jdbc:postgresql://" + host(source) + "/" + unique;
    String password = Optional.ofNullable(source.getPassword()).orElse("");
    return new Database(unique, address, source.getUser(), password);
  }

  public boolean canCountStatements() {
    return ask("show shared_preload_libraries", row -> row.getString(1))
        .get(0)
        .contains(STATISTICS);
  }

  /** Begins a new count, or ends it: counting costs a little, too. */
  public void countStatements(boolean on) {
    execute("create extension if not exists " + STATISTICS);
    execute("alter system set " + STATISTICS + ".track = '" + (on ? "top" : "none") + "'");
    execute("select pg_reload_conf()");
    if (on) {
      execute("select pg_stat_statements_reset()");
    }
  }

  /** The statements that clients of the database have sent since the count began. */
  public List<StatementCalls> statements(Database database) {
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
      embedded.get().close();
    } else {
      databases.forEach(name -> execute("drop database if exists " + name + " with (force)"));
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

  private void execute(String sql) {
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
