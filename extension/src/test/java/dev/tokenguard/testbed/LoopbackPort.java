package dev.tokenguard.testbed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** TCP ports on 127.0.0.1. */
public final class LoopbackPort {

  // Below the range from which Linux and macOS draw the ports of outgoing connections: a server
  // that
  // is stopped and started again must find its port as it left it.
  private static final int FIRST = 20_000;
  private static final int LAST = 32_000;

  private LoopbackPort() {}

  /** Gives a port on which nobody listens now. */
  public static int free() {
    for (int attempt = 0; attempt < 200; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port on 127.0.0.1 between " + FIRST + " and " + LAST);
  }

  /** Tells whether a server could listen on the port now. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
