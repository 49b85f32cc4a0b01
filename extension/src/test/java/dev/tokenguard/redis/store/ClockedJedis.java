package dev.tokenguard.redis.store;

import dev.tokenguard.redis.connection.Redis;
import dev.tokenguard.redis.connection.RedisTelemetry.Operation;
import dev.tokenguard.rotation.TestClock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.providers.PooledConnectionProvider;

/**
 * A client that runs the scripts on the real server as they are, within a function for which {@code
 * TIME} is the time of the test. Counts what each run costs: the arguments of all its commands and
 * the elements of their replies.
 */
public final class ClockedJedis extends UnifiedJedis {

  private static final String FRAME =
      """
      local cost, server = 0, redis
      local function call(command, ...)
        if command == 'TIME' then return { ARGV[#ARGV - 1], ARGV[#ARGV] } end
        local reply = server.call(command, ...)
        cost = cost + select('#', ...) + (type(reply) == 'table' and #reply or 1)
        if command == 'HSCAN' then cost = cost + #reply[2] end
        return reply
      end
      local redis = setmetatable({ call = call }, { __index = server })
      local function script()
      %s
      end
      local reply = script()
      if type(reply) == 'table' and reply.err then return reply end
      return { cost, reply }
      """;

  /** The cost of each run since the list was cleared. */
  final List<Integer> costs = new ArrayList<>();

  private final Map<String, String> hashes = new HashMap<>();
  private TestClock clock = TestClock.started();

  public ClockedJedis(HostAndPort server, JedisClientConfig config) {
    super(new PooledConnectionProvider(server, config), RedisProtocol.RESP3);
  }

  public void goBy(TestClock other) {
    this.clock = other;
  }

  /** The server knows a script by the hash of it within the frame. */
  @Override
  public Object evalsha(String sha1, List<String> keys, List<String> arguments) {
    String hash = hashes.get(sha1);
    if (hash == null) {
      throw new JedisNoScriptException("not sent yet");
    }
    return counted(super.evalsha(hash, keys, timed(arguments)));
  }

  @Override
  public Object eval(String script, List<String> keys, List<String> arguments) {
    String framed = FRAME.formatted(script);
    hashes.put(sha1Of(script), sha1Of(framed));
    return counted(super.eval(framed, keys, timed(arguments)));
  }

  private static String sha1Of(String script) {
    return new Redis.Script(Operation.PING, script).sha1();
  }

  private Object counted(Object reply) {
    List<?> both = (List<?>) reply;
    costs.add(((Long) both.get(0)).intValue());
    return both.get(1);
  }

  private List<String> timed(List<String> arguments) {
    Instant now = clock.instant();
    List<String> timed = new ArrayList<>(arguments);
    timed.add(Long.toString(now.getEpochSecond()));
    timed.add(Integer.toString(now.getNano() / 1_000));
    return timed;
  }
}
