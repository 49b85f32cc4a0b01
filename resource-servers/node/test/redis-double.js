import { once } from 'node:events';
import net from 'node:net';

/** A server that speaks enough of the protocol of Redis for both clients, and can stop to respond. */
export class RedisDouble {
  #sockets = new Set();
  #held = [];
  #isHung = false;
  gets = 0;

  /** Outgoing connections have higher ports, so that this one is free when it is started again. */
  static async start(port) {
    const double = new RedisDouble();
    const chosen = port ?? 10_000 + Math.floor(Math.random() * 10_000);
    double.server = net.createServer((socket) => double.#serve(socket)).listen(chosen, '127.0.0.1');
    try {
      await once(double.server, 'listening');
    } catch (failure) {
      if (port === undefined && failure.code === 'EADDRINUSE') {
        return RedisDouble.start();
      }
      throw failure;
    }
    return double;
  }

  get port() {
    return this.server.address().port;
  }

  hang() {
    this.#isHung = true;
  }

  /** Responds to all that has arrived in the meantime. */
  resume() {
    this.#isHung = false;
    this.#held.splice(0).forEach((respond) => respond());
  }

  disconnectAll() {
    this.#sockets.forEach((socket) => socket.destroy());
  }

  async close() {
    this.disconnectAll();
    this.server.close();
    await once(this.server, 'close');
  }

  #serve(socket) {
    this.#sockets.add(socket.on('close', () => this.#sockets.delete(socket)).on('error', () => {}));
    socket.on('data', (data) => {
      // A client writes whole commands.
      for (const [, name] of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        const respond = () => socket.write(this.#response(name.toUpperCase()));
        if (this.#isHung) {
          this.#held.push(respond);
        } else {
          respond();
        }
      }
    });
  }

  #response(name) {
    switch (name) {
      case 'GET':
        this.gets++;
        return '$-1\r\n';
      case 'PING':
        return '+PONG\r\n';
      case 'INFO':
        return '$9\r\nloading:0\r\n';
      case 'HELLO':
        return '*0\r\n';
      default:
        return '+OK\r\n';
    }
  }
}
