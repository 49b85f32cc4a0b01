package dev.tokenguard.resourceserver.throughput;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A closed loop of requests: each connection sends the next one when it has the response.
 *
 * <p>One blocking socket and thread per connection, because an HTTP client library would take more
 * of the processors than the servers that are measured.
 */
final class Load implements AutoCloseable {

  /**
   * @param nanoseconds of each response with status 200, sorted
   * @param refused the other responses: 503, where Redis did not reply within the timeout
   * @param seconds that the round took
   */
  record Result(long[] nanoseconds, long refused, double seconds) {

    static Result all(List<Result> rounds) {
      LongStream all = rounds.stream().flatMapToLong(it -> Arrays.stream(it.nanoseconds));
      return new Result(
          all.sorted().toArray(),
          rounds.stream().mapToLong(Result::refused).sum(),
          rounds.stream().mapToDouble(Result::seconds).sum());
    }

    double perSecond() {
      return nanoseconds.length / seconds;
    }

    double refusedShare() {
      return refused / (double) (refused + nanoseconds.length);
    }

    double milliseconds(double quantile) {
      int index = (int) Math.ceil(quantile * nanoseconds.length) - 1;
      return nanoseconds[Math.max(index, 0)] / 1e6;
    }

    double meanMicroseconds() {
      return Arrays.stream(nanoseconds).average().orElseThrow() / 1e3;
    }
  }

  private final ExecutorService threads;
  private final int connections;
  private final List<byte[]> requests;
  private final LongAdder refused = new LongAdder();

  Load(int connections, URI uri, List<String> accessTokens) {
    this.connections = connections;
    this.threads = Executors.newFixedThreadPool(connections);
    this.requests =
        accessTokens.stream()
            .map(
                token ->
                    "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n\r\n"
                        .formatted(uri.getPath(), uri.getAuthority(), token))
            .map(text -> text.getBytes(StandardCharsets.US_ASCII))
            .toList();
  }

  /** Each connection begins with another token, and then takes all in their order. */
  Result send(URI uri, Duration time) {
    long start = System.nanoTime();
    List<CompletableFuture<long[]>> all =
        IntStream.range(0, connections)
            .mapToObj(
                index ->
                    CompletableFuture.supplyAsync(
                        () -> send(uri, index * requests.size() / connections, start, time),
                        threads))
            .toList();
    long[] nanoseconds =
        all.stream().flatMapToLong(it -> Arrays.stream(it.join())).sorted().toArray();
    return new Result(nanoseconds, refused.sumThenReset(), (System.nanoTime() - start) / 1e9);
  }

  private long[] send(URI uri, int first, long start, Duration time) {
    LongStream.Builder nanoseconds = LongStream.builder();
    int next = first;
    long now = start;
    while (now - start < time.toNanos()) {
      try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        InputStream in = new BufferedInputStream(socket.getInputStream());
        OutputStream out = socket.getOutputStream();
        boolean isOpen = true;
        while (isOpen && now - start < time.toNanos()) {
          long sent = System.nanoTime();
          out.write(requests.get(next++ % requests.size()));
          Response response = read(in);
          isOpen = response.isOpen;
          now = System.nanoTime();
          if (response.isOk) {
            nanoseconds.add(now - sent);
          } else {
            refused.increment();
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return nanoseconds.build().toArray();
  }

  /**
   * @param isOpen whether the connection can be used again: nginx closes one after 1000 requests
   */
  private record Response(boolean isOk, boolean isOpen) {}

  private static Response read(InputStream in) throws IOException {
    String status = line(in);
    if (!status.startsWith("HTTP/1.1 200") && !status.startsWith("HTTP/1.1 503")) {
      throw new IOException("neither accepted nor unavailable: " + status);
    }
    int length = -1;
    boolean isChunked = false;
    boolean isClosed = false;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring("content-length:".length()).trim());
      }
      isChunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
      isClosed |= lower.startsWith("connection:") && lower.contains("close");
    }
    if (isChunked) {
      for (int size = chunk(in); size > 0; size = chunk(in)) {
        in.skipNBytes(size + 2);
      }
      line(in);
    } else if (length >= 0) {
      in.skipNBytes(length);
    } else {
      throw new IOException("a response without a length");
    }
    return new Response(status.startsWith("HTTP/1.1 200"), !isClosed);
  }

  private static int chunk(InputStream in) throws IOException {
    return Integer.parseInt(line(in).trim(), 16);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int character = in.read(); character != '\n'; character = in.read()) {
      if (character < 0) {
        throw new EOFException("the server closed the connection");
      }
      line.append((char) character);
    }
    line.setLength(Math.max(line.length() - 1, 0));
    return line.toString();
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
