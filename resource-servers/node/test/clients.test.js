import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createChecker } from '@token-guard/checker';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { RedisDouble } from './redis-double.js';

const claims = { jti: 'j', sid: 's', sub: 'u', iat: 1000 };
const TIMEOUT = 50;
const PATIENT = 10_000;

/** Unlike `once` of `node:events`, it ignores errors in the meantime. */
const emitted = (client, event) => new Promise((resolve) => client.once(event, resolve));

const unhandled = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));
after(() => assert.deepEqual(unhandled, []));

// With their default options, which keep commands while there is no connection.
for (const [name, connect, close] of [
  ['ioredis', (port) => new Redis(port, '127.0.0.1'), (client) => client.disconnect()],
  [
    'node-redis',
    (port) => {
      const client = createClient({ url: `redis://127.0.0.1:${port}`, RESP: 2 });
      client.connect().catch(() => {});
      return client;
    },
    (client) => client.destroy(),
  ],
]) {
  describe(name, { timeout: 20_000 }, () => {
    let double, client, checker;

    const checkerWith = (timeoutMs) => createChecker({ redis: client, timeoutMs, logger: { warn() {} } });
    const check = async () => (await checker.check(claims)).status;

    beforeEach(async () => {
      double = await RedisDouble.start();
      client = connect(double.port).on('error', () => {});
      await emitted(client, 'ready');
      checker = checkerWith(PATIENT);
    });

    afterEach(async () => {
      close(client);
      await double.close();
    });

    it('given a server that responds then active', async () => {
      assert.equal(await check(), 'active');
      assert.equal(double.gets, 3);
    });

    it('given a server that hangs then unknown in time, and few commands wait', async () => {
      checker = checkerWith(TIMEOUT);
      double.hang();
      assert.equal(await check(), 'unknown');

      await Promise.all(Array.from({ length: 30 }, check));
      for (let count = 0; count < 1000; count++) {
        assert.equal(await check(), 'unknown');
      }

      double.resume();
      while ((await check()) !== 'active') {
        await nextTurn();
      }
      // The 31 lookups before the first timeout, a few at the end, and none of the thousand others.
      assert.ok(double.gets < 3 * 100, `${double.gets} commands`);
    });

    it('given a lost connection then unknown at once, nothing waits, and active when it is back', async () => {
      const { port } = double;
      await double.close();
      await emitted(client, name === 'ioredis' ? 'close' : 'error');

      const begin = performance.now();
      for (let count = 0; count < 1000; count++) {
        assert.equal(await check(), 'unknown');
      }
      assert.ok(performance.now() - begin < PATIENT);

      double = await RedisDouble.start(port);
      await emitted(client, 'ready');
      assert.equal(await check(), 'active');
      assert.equal(double.gets, 3);
    });

    it('given a client that was closed then unknown', async () => {
      close(client);
      assert.equal(await check(), 'unknown');
      client = connect(double.port).on('error', () => {});
    });
  });
}
