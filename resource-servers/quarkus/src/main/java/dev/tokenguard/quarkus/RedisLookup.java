package dev.tokenguard.quarkus;

import dev.tokenguard.checker.AsyncRevocationChecker.AsyncLookup;
import dev.tokenguard.checker.IncompleteLookupException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Reads keys by one connection, which all requests share: Redis replies in the order of the
 * commands. A pool would lend a connection to each request, and refuse requests under load.
 *
 * <p>A {@code GET} for each key, because a Cluster has them in several slots, and because {@code
 * MGET} hides a key of another type.
 *
 * <p>A connection that did not reply in time is left, so that its queue does not grow. Its read
 * timeout closes it, see {@link RedisClientDefaults}.
 */
final class RedisLookup implements AsyncLookup {

  private static final String CONNECTION_CLOSED = "CONNECTION_CLOSED";

  private final Supplier<Future<RedisConnection>> connector;
  private final long timeoutMillis;
  private final AtomicReference<Future<RedisConnection>> shared = new AtomicReference<>();

  RedisLookup(Supplier<Future<RedisConnection>> connector, Duration timeout) {
    this.connector = connector;
    this.timeoutMillis = timeout.toMillis();
  }

  /**
   * Tries a second time if a connection was closed meanwhile: by Redis, which was replaced, or
   * because it was not used.
   */
  @Override
  public CompletionStage<List<String>> getAsync(List<String> keys) {
    Future<RedisConnection> connection = connection();
    boolean isUsedAgain = connection.succeeded();
    return read(connection, keys)
        .recover(
            failure ->
                isUsedAgain && isClosed(failure)
                    ? read(connection(), keys)
                    : Future.failedFuture(failure))
        .toCompletionStage();
  }

  private Future<List<String>> read(Future<RedisConnection> connection, List<String> keys) {
    return withinTime(connection)
        .compose(ready -> read(ready, keys))
        .onFailure(failure -> leaveIfBroken(connection, failure));
  }

  private Future<RedisConnection> connection() {
    Future<RedisConnection> known = shared.get();
    if (known != null && !known.failed()) {
      return known;
    }
    Promise<RedisConnection> promise = Promise.promise();
    Future<RedisConnection> next = promise.future();
    if (!shared.compareAndSet(known, next)) {
      return connection();
    }
    // Compose also turns what is thrown into a failed attempt, so that the next check tries again.
    Future.succeededFuture()
        .compose(begin -> connector.get())
        .onSuccess(
            connection ->
                connection.endHandler(end -> leave(next)).exceptionHandler(failure -> leave(next)))
        .onComplete(promise);
    return next;
  }

  private Future<List<String>> read(RedisConnection connection, List<String> keys) {
    List<Future<Response>> replies = new ArrayList<>(keys.size());
    for (String key : keys) {
      replies.add(connection.send(Request.cmd(Command.GET).arg(key)));
    }
    // Both a failure and a timeout leave what was read until then.
    return withinTime(Future.join(replies)).transform(all -> values(replies));
  }

  private Future<List<String>> values(List<Future<Response>> replies) {
    List<String> values = new ArrayList<>(replies.size());
    Throwable failure = null;
    for (Future<Response> reply : replies) {
      if (!reply.isComplete()) {
        failure = new TimeoutException("no reply from Redis in " + timeoutMillis + " ms");
      } else if (reply.failed()) {
        failure = failure == null ? reply.cause() : failure;
      }
      Response value = reply.result();
      values.add(value == null ? null : value.toString(StandardCharsets.UTF_8));
    }
    return failure == null
        ? Future.succeededFuture(values)
        : Future.failedFuture(new IncompleteLookupException(values, failure));
  }

  private <T> Future<T> withinTime(Future<T> future) {
    return future.isComplete() ? future : future.timeout(timeoutMillis, TimeUnit.MILLISECONDS);
  }

  /** An attempt to connect goes on: it has a timeout of its own. */
  private void leaveIfBroken(Future<RedisConnection> connection, Throwable failure) {
    if (connection.isComplete() && !isReplyOfRedis(failure)) {
      leave(connection);
    }
  }

  /** Vert.x has an error of the same type for commands without a reply on a closed connection. */
  private static boolean isReplyOfRedis(Throwable failure) {
    return failure.getCause() instanceof ErrorType error && !error.is(CONNECTION_CLOSED);
  }

  private static boolean isClosed(Throwable failure) {
    return failure instanceof IncompleteLookupException
        && !isReplyOfRedis(failure)
        && !(failure.getCause() instanceof TimeoutException);
  }

  private void leave(Future<RedisConnection> connection) {
    shared.compareAndSet(connection, null);
  }
}
