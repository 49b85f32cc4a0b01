package dev.tokenguard.redis.store;

import dev.tokenguard.rotation.TestClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.executors.CommandExecutor;

/**
 * A client whose scripts are told the time by a test: they run on the real server and as they are,
 * but behind a line that answers {@code TIME} with two more arguments.
 */
public final class ClockedJedis extends UnifiedJedis {

  private static final String CLOCK =
      "local server = redis;"
          + " local redis = setmetatable({ call = function(command, ...)"
          + " if command == 'TIME' then return { ARGV[#ARGV - 1], ARGV[#ARGV] } end"
          + " return server.call(command, ...) end }, { __index = server })\n";

  private final Map<String, String> hashes = new ConcurrentHashMap<>();
  private volatile TestClock clock = TestClock.started();

  /**
   * @param real carries the commands out
   */
  public ClockedJedis(Supplier<UnifiedJedis> real) {
    super(through(real), null, RedisProtocol.RESP3, null);
  }

  private static CommandExecutor through(Supplier<UnifiedJedis> real) {
    return new CommandExecutor() {
      @Override
      public <T> T executeCommand(CommandObject<T> command) {
        return real.get().executeCommand(command);
      }

      @Override
      public void close() {
        real.get().close();
      }
    };
  }

  public void goBy(TestClock other) {
    this.clock = other;
  }

  /** The server knows a script by the hash of it with the line. */
  @Override
  public Object evalsha(String sha1, List<String> keys, List<String> arguments) {
    String hash = hashes.get(sha1);
    if (hash == null) {
      throw new JedisNoScriptException("to be given by its source first");
    }
    return super.evalsha(hash, keys, timed(arguments));
  }

  @Override
  public Object eval(String script, List<String> keys, List<String> arguments) {
    hashes.put(LuaScript.sha1Of(script), LuaScript.sha1Of(CLOCK + script));
    return super.eval(CLOCK + script, keys, timed(arguments));
  }

  private List<String> timed(List<String> arguments) {
    Instant now = clock.instant();
    List<String> timed = new ArrayList<>(arguments);
    timed.add(Long.toString(now.getEpochSecond()));
    timed.add(Integer.toString(now.getNano() / 1_000));
    return timed;
  }
}
