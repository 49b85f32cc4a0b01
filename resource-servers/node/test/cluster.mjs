// Run by NodeClusterIT: node cluster.mjs redis://host:port,host:port PASSWORD
import assert from 'node:assert/strict';
import { createChecker } from '@token-guard/checker';
import { Cluster } from 'ioredis';
import { createCluster } from 'redis';

const [uri, password] = process.argv.slice(2);
const nodes = uri.replace('redis://', '').split(',');

const ioredis = new Cluster(
  nodes.map((node) => ({ host: node.split(':')[0], port: Number(node.split(':')[1]) })),
  { redisOptions: { password } },
);
await new Promise((resolve) => ioredis.once('ready', resolve));

const nodeRedis = createCluster({
  rootNodes: nodes.map((node) => ({ url: `redis://${node}` })),
  defaults: { password },
});
await nodeRedis.connect();

for (const redis of [ioredis, nodeRedis]) {
  // The timeout is for a busy machine.
  const checker = createChecker({ redis, timeoutMs: 5000 });
  const check = (claims) => checker.check({ iat: 1000, ...claims });
  // With ids enough that each node has keys of each kind.
  for (let number = 0; number < 20; number++) {
    const claims = { jti: `j${number}`, sid: `s${number}`, sub: `u${number}` };
    assert.deepEqual(await check(claims), { status: 'active', accepted: true });
    for (const [claim, key, value, scope] of [
      ['jti', 'at', 'logout', 'token'],
      ['sid', 'sid', '1000 logout', 'session'],
      ['sub', 'sub', '1001', 'user'],
    ]) {
      const id = `revoked-${number}`;
      await redis.set(`tg:${key}:${id}`, value);
      const verdict = await check({ ...claims, [claim]: id });
      assert.deepEqual([verdict.status, verdict.scope], ['revoked', scope]);
    }
  }
}

ioredis.disconnect();
await nodeRedis.close();
