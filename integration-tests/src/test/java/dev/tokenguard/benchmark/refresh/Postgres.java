package dev.tokenguard.benchmark.refresh;

import dev.tokenguard.testbed.server.PostgresServer;
import dev.tokenguard.testbed.server.PostgresServer.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.postgresql.ds.PGSimpleDataSource;

/** The PostgreSQL of the Keycloaks: one of its own, or one that is named. */
final class Postgres implements AutoCloseable {

  private static final String STATISTICS = "pg_stat_statements";

  /**
   * What only begins or ends a transaction or sets a mode, and what nodes of a cluster find each
   * other by: it depends on time, not on requests.
   */
  private static final Pattern UPKEEP =
      Pattern.compile(
          "\\s*(begin|start transaction|commit|rollback|set|show|discard)\\b.*|.*\\bjgroups_ping\\b.*",
          Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

  private final Optional<PostgresServer> embedded;
  private final PGSimpleDataSource source = new PGSimpleDataSource();
  private final List<String> databases = new ArrayList<>();

  private Postgres(Optional<PostgresServer> embedded, String url) {
    this.embedded = embedded;
    source.setUrl(url);
  }

  /**
   * @throws PostgresServer.UnavailableException if none is given, and the embedded one cannot run
   */
  static Postgres start(Optional<String> given) {
    if (given.isPresent()) {
      return new Postgres(Optional.empty(), given.get());
    }
    PostgresServer server = PostgresServer.start(Map.of("shared_preload_libraries", STATISTICS));
    Postgres postgres = new Postgres(Optional.of(server), server.superuserUrl());
    postgres.countStatements(false);
    return postgres;
  }

  String version() {
    return ask("show server_version").keySet().iterator().next();
  }

  /** Makes an empty database; it is dropped in the end. */
  Database create() {
    String name = "bench_" + UUID.randomUUID().toString().substring(0, 8);
    execute("create database " + name);
    databases.add(name);
    String host = source.getServerNames()[0] + ":" + source.getPortNumbers()[0];
    String password = Optional.ofNullable(source.getPassword()).orElse("");
    return new Database(name, "jdbc:postgresql://" + host + "/" + name, source.getUser(), password);
  }

  boolean canCountStatements() {
    return ask("show shared_preload_libraries").keySet().iterator().next().contains(STATISTICS);
  }

  /** Begins a new count, or ends it: counting costs a little, too. */
  void countStatements(boolean on) {
    execute("create extension if not exists " + STATISTICS);
    execute("alter system set " + STATISTICS + ".track = '" + (on ? "top" : "none") + "'");
    execute("select pg_reload_conf()");
    if (on) {
      execute("select pg_stat_statements_reset()");
    }
  }

  /** How often clients of the database have sent each statement since the count began. */
  Map<String, Long> statements(Database database) {
    Map<String, Long> statements =
        ask(
            "select s.query, sum(s.calls) from pg_stat_statements s"
                + " join pg_database d on d.oid = s.dbid where d.datname = '"
                + database.name()
                + "' group by s.query order by 2 desc, 1");
    statements.keySet().removeIf(Postgres::isUpkeep);
    return statements;
  }

  static boolean isUpkeep(String statement) {
    return UPKEEP.matcher(statement).matches();
  }

  @Override
  public void close() {
    if (embedded.isPresent()) {
      embedded.get().close();
    } else {
      databases.forEach(name -> execute("drop database if exists " + name + " with (force)"));
    }
  }

  private void execute(String sql) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException("PostgreSQL refused '" + sql + "'", e);
    }
  }

  /** The first column of each row, with the number in the second one if there is one. */
  private Map<String, Long> ask(String sql) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      boolean hasNumber = rows.getMetaData().getColumnCount() > 1;
      Map<String, Long> answer = new LinkedHashMap<>();
      while (rows.next()) {
        answer.put(rows.getString(1), hasNumber ? rows.getLong(2) : 0);
      }
      return answer;
    } catch (SQLException e) {
      throw new IllegalStateException("PostgreSQL refused '" + sql + "'", e);
    }
  }
}
