package dev.tokenguard.testbed.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** The network between a node and Redis, on loopback. It works until a fault is set. */
public final class TcpProxy implements AutoCloseable {

  private enum Weather {
    CLEAR,
    SLOW,
    /** Connections stay open, and no data is delivered in either direction. */
    BLACK_HOLE,
    /** Requests are delivered and executed; responses are dropped. */
    MUTE,
    /** Existing and new connections are reset. */
    RESET
  }

  private final ServerSocket door;
  private final InetSocketAddress target;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final LongAdder swallowed = new LongAdder();
  private volatile Weather weather = Weather.CLEAR;
  private volatile Duration delay = Duration.ZERO;

  public TcpProxy(int targetPort) {
    try {
      door = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    target = new InetSocketAddress(InetAddress.getLoopbackAddress(), targetPort);
    run(this::accept);
  }

  public int port() {
    return door.getLocalPort();
  }

  public void slowDown(Duration eachWay) {
    delay = eachWay;
    weather = Weather.SLOW;
  }

  public void swallowAll() {
    weather = Weather.BLACK_HOLE;
  }

  /** The bytes that were not delivered so far. */
  public long swallowed() {
    return swallowed.sum();
  }

  /** Closes the connections as a server does that needs them no more; new ones work. */
  public void closeConnections() {
    change(Weather.CLEAR).forEach(Link::end);
  }

  public void swallowAnswers() {
    weather = Weather.MUTE;
  }

  public void reset() {
    change(Weather.RESET).forEach(Link::reset);
  }

  /** New connections work. Earlier ones have lost bytes, so they are closed. */
  public void heal() {
    boolean hasLostBytes = weather != Weather.SLOW;
    List<Link> earlier = change(Weather.CLEAR);
    if (hasLostBytes) {
      earlier.forEach(Link::reset);
    }
  }

  /**
   * Returns the connections that were opened before. A client may open the next one as soon as one
   * of them is closed.
   */
  private synchronized List<Link> change(Weather next) {
    weather = next;
    return List.copyOf(links);
  }

  @Override
  public void close() throws IOException {
    door.close();
    links.forEach(Link::reset);
  }

  private void accept() {
    while (!door.isClosed()) {
      try {
        open(door.accept());
      } catch (IOException closedOrRefused) {
        // The next connection may succeed.
      }
    }
  }

  private void open(Socket client) throws IOException {
    Link link = new Link(client, new Socket());
    if (!add(link)) {
      link.reset();
      return;
    }
    try {
      link.server.connect(target, 1000);
    } catch (IOException refused) {
      link.reset();
      return;
    }
    run(() -> pump(link, link.client, link.server, false));
    run(() -> pump(link, link.server, link.client, true));
  }

  private synchronized boolean add(Link link) {
    return weather != Weather.RESET && links.add(link);
  }

  private void pump(Link link, Socket from, Socket to, boolean isAnswer) {
    byte[] bytes = new byte[16_384];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
        if (weather == Weather.SLOW) {
          LockSupport.parkNanos(delay.toNanos());
        }
        if (isSwallowed(isAnswer)) {
          swallowed.add(count);
        } else {
          out.write(bytes, 0, count);
        }
      }
    } catch (IOException broken) {
      // The other side is closed below.
    }
    link.reset();
  }

  private boolean isSwallowed(boolean isAnswer) {
    return weather == Weather.BLACK_HOLE || weather == Weather.MUTE && isAnswer;
  }

  private static void run(Runnable task) {
    Thread thread = new Thread(task, "tcp-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private final class Link {

    private final Socket client;
    private final Socket server;

    Link(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    /** Without data that was not read, closing sends FIN. */
    void end() {
      links.remove(this);
      try {
        client.close();
        server.close();
      } catch (IOException closed) {
        // The sockets are closed, as intended.
      }
    }

    void reset() {
      links.remove(this);
      reset(client);
      reset(server);
    }

    /** Closing with a linger of 0 sends RST. */
    private static void reset(Socket socket) {
      try {
        socket.setSoLinger(true, 0);
        socket.close();
      } catch (IOException closed) {
        // The socket is closed, as intended.
      }
    }
  }
}
