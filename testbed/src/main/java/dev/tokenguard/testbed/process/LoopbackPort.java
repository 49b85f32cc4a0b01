package dev.tokenguard.testbed.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * TCP ports on 127.0.0.1.
 *
 * <p>A port is chosen long before a server listens on it, and a stopped server keeps its port. So
 * each JVM reserves a block of ports, with a lock on a file in the temporary folder: parallel tests
 * never choose the same port.
 */
public final class LoopbackPort {

  // Below the range of Linux and macOS for outgoing connections: the port of a stopped server must
  // be free when it starts again.
  private static final int FIRST = 20_000;
  private static final int LAST = 32_000;
  private static final int BLOCK = 600;

  private static int begin;
  private static int end;
  private static int next;

  /** Held until the JVM terminates. */
  private static FileLock ownBlock;

  private LoopbackPort() {}

  /** A port on which no server listens at the moment. */
  public static synchronized int free() {
    if (end == 0) {
      takeBlock();
    }
    for (int attempt = begin; attempt < end; attempt++) {
      int port = next;
      next = port + 1 < end ? port + 1 : begin;
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no free port on 127.0.0.1 between " + begin + " and " + end);
  }

  private static void takeBlock() {
    int blocks = (LAST - FIRST) / BLOCK;
    int first = ThreadLocalRandom.current().nextInt(blocks);
    for (int index = 0; index < blocks && ownBlock == null; index++) {
      begin = FIRST + (first + index) % blocks * BLOCK;
      ownBlock = lockOf(begin);
    }
    end = begin + BLOCK;
    if (ownBlock == null) {
      // More JVMs than blocks: choose from the whole range.
      begin = FIRST;
      end = LAST;
    }
    next = ThreadLocalRandom.current().nextInt(begin, end);
  }

  /** The lock of a block; null if another JVM or another user holds it. */
  private static FileLock lockOf(int block) {
    try {
      Path folder =
          Files.createDirectories(
              Path.of(
                  System.getProperty("java.io.tmpdir"),
                  "token-guard-ports-" + System.getProperty("user.name")));
      FileChannel file =
          FileChannel.open(
              folder.resolve(block + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = file.tryLock();
      if (lock == null) {
        file.close();
      }
      return lock;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock the block of ports from " + block, e);
    }
  }

  /**
   * Whether a server listens on the port. Does not take the port, as {@link #isFree} does for a
   * moment, in which a server that starts would fail.
   */
  public static boolean isServed(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException refused) {
      return false;
    }
  }

  /** Whether a server can listen on the port at the moment. */
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
